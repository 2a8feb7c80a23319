"""Puts a finished file in its place: whole or not at all, and never over another file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from runner.errors import ReportError
from runner.text import Text

_FULL = {errno.ENOSPC, errno.EDQUOT}
"""What a disk without room says, and one on which a user has no more of it."""


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A file beside the path, to be written before it gets the name; afterwards it is gone under its own.

    Args:
        path: of the finished file. Its folder is made.

    Raises:
        OSError: nothing can be written there.
    """
    file = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        yield file
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def put_in_place(file: Path, path: Path) -> None:
    """Gives the file its name.

    Raises:
        FileExistsError: something is there already.
        OSError: it cannot be put there.
    """
    try:
        os.link(file, path)  # which is made only where nothing is
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(str(path)) from None
        file.rename(path)


def put_beside(file: Path, path: Path) -> Path:
    """Gives the file its name, or the first numbered one that is free; says which.

    Raises:
        OSError: it cannot be put there.
    """
    for number in count(1):
        free = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            put_in_place(file, free)
        except FileExistsError:
            continue
        return free
    raise AssertionError


_REPORT = Text("The report", "报告")


def not_written(
    path: Path, run: str | None, error: OSError, *, what: Text = _REPORT, option: str = "--report"
) -> ReportError:
    """Why a report is not where it was to be, and what to do.

    Args:
        path: where it was to be.
        run: the name of its run; None where the journal does not keep it, or no command writes it again.
        error: what the system said.
        what: was to be written.
        option: says where.
    """
    if error.errno in _FULL:
        why = Text(
            f"{what.en} cannot be written to {path}: the disk is full. Make room, or name another place with {option}.",
            f"无法将{what.zh}写入 {path}：磁盘已满。请腾出空间，或用 {option} 指定其他位置。",
        )
    else:
        why = Text(
            f"{what.en} cannot be written to {path} ({error.strerror}). Name another place with {option}.",
            f"无法将{what.zh}写入 {path}（{error.strerror}）。请用 {option} 指定其他位置。",
        )
    said = Text(
        "{why} Nothing of the run is lost: `recallflow report {run}` writes it again.",
        "{why}运行记录完整无损，可用 `recallflow report {run}` 重新生成。",
    ).format(why=why, run=run)
    said = said if run else why
    return ReportError(said.en, said.zh)
