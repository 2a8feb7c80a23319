"""The program of the process that reads a workbook: answers requests from stdin on stdout, each a pickle.

A process of its own, so that a file made to hurt can only end it, within its limits, and so that reading runs beside
checking. It ends when its parent does.
"""

import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Protocol

from runner.errors import InputError
from runner.tables.headings import SEARCHED_ROWS
from runner.tables.layout import Layout
from runner.tables.table import Cell
from runner.tables.workbooks.messages import Answer, Asking, Opening
from runner.tables.workbooks.process_limits import limit_this_process
from runner.tables.workbooks.workbook_kind import check_kind, check_unpacked, locked

BATCH_ROWS = 500


class Book(Protocol):
    """An open workbook."""

    @property
    def names(self) -> tuple[str, ...]:
        """The worksheets, in order."""

    @property
    def hidden(self) -> frozenset[str]:
        """Those that a user cannot see."""

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered in a sheet."""

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """Every row of a sheet."""


def open_book(opening: Opening) -> Book:
    """The workbook, by the reader that loses nothing of its kind.

    Raises:
        InputError: it is none, or it is too large.
        BaseException: it is damaged.
    """
    kind = check_kind(opening.path)
    if kind == "xls":
        from runner.tables.workbooks.xls_book import XlsBook  # noqa: PLC0415 - only what is needed, for the time it takes

        limit_this_process(memory_mb=opening.memory_mb, seconds=opening.seconds)
        return XlsBook(opening.path)
    check_unpacked(opening.path, opening.unpacked_mb)
    from runner.tables.workbooks.calamine_book import CalamineBook  # noqa: PLC0415 - as above

    limit_this_process(memory_mb=opening.memory_mb, seconds=opening.seconds)
    return CalamineBook(opening.path, kind)


def answers(opening: Opening, requests: Iterator[Asking]) -> Iterator[Answer]:
    """One answer to each request, the opening first. A refusal is the last one."""
    try:
        book = open_book(opening)
        yield Answer((book.names, book.hidden))
        rows: Iterator[list[Cell]] = iter(())
        for asked in requests:
            if asked.what == "top":
                yield Answer(list(islice(book.rows(asked.sheet), SEARCHED_ROWS)))
            elif asked.what == "layout":
                yield Answer(book.layout(asked.sheet))
            elif asked.what == "rows":
                rows = book.rows(asked.sheet)
                yield Answer()
            else:
                yield Answer(list(islice(rows, BATCH_ROWS)))
    except MemoryError:
        yield Answer(out_of_memory=True)
    except InputError as error:
        yield Answer(refusal=(error.en, error.zh))
    except GeneratorExit:
        raise
    except BaseException as error:  # noqa: BLE001 - Rust's panics are no Exceptions, and every one means damage
        yield Answer(refusal=_damaged(opening.path, error))


def _damaged(path: Path, error: BaseException) -> tuple[str, str]:
    reason = str(error).partition("\n")[0].strip() or type(error).__name__
    if "encrypted" in reason.lower() or "password" in reason.lower():
        refusal = locked(path)
        return refusal.en, refusal.zh
    return (
        f"{path.name} cannot be read as a spreadsheet ({reason}). Open it and save it again as .xlsx.",
        f"{path.name} 无法作为电子表格读取（{reason}）。请打开后重新另存为 .xlsx。",
    )


def _listen(source: IO[bytes], heard: "queue.SimpleQueue[Opening | Asking]") -> None:
    """Hands on requests; when the parent is gone there is nobody to work for."""
    try:
        while True:
            heard.put(pickle.load(source))  # noqa: S301 - from our own parent
    finally:
        os._exit(0)


def main() -> None:
    """Answers until the parent closes stdin, or until there is nothing more to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, and it will end this process
    channel = os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr  # whatever a library prints must not come between the answers
    heard: queue.SimpleQueue[Opening | Asking] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, heard), daemon=True).start()
    opening = heard.get()
    if isinstance(opening, Opening):
        for answer in answers(opening, _requests(heard)):
            pickle.dump(answer, channel, protocol=5)
            channel.flush()


def _requests(heard: "queue.SimpleQueue[Opening | Asking]") -> Iterator[Asking]:
    while True:
        request = heard.get()
        if isinstance(request, Asking):
            yield request


if __name__ == "__main__":
    main()
