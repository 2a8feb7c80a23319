"""How an export ends for the user: the file, the summary, what is to be said of it, the exit code."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from jobs.app.exit_codes import SIGNALLED, ExitCode, night_exit_code
from jobs.app.most_important import print_most_important
from jobs.app.printing import print_line
from jobs.app.problems import notices_json, print_problems
from jobs.app.stopping import Interrupts
from jobs.app.summary import counts_table, head, print_json, resume_line, run_json
from jobs.export import LOCKED
from jobs.recallflow.export.writing import Exported, write_flows
from runner.errors import JournalError, ReportError
from runner.journal.database import Database
from runner.journal.images import images
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import ENDED_EARLY, RunState, State, Stop
from runner.problem import Notice
from runner.text import Language, Text

SHOWN = 20
"""Kinds of notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEnding:
    """What the user wants to see at the end."""

    out: Path | None
    """Where the file is to lie; None where only the reading goes on."""
    language: Language
    json: bool
    quiet: bool = False
    home: Path | None = None
    """The journal's folder, where the command line named it."""


def end_of_export(
    run: int, database: Database, stop: Stop | None, ending: ExportEnding, interrupts: Interrupts | None
) -> int:
    """Writes the file, where all was read, and prints the summary. Gives the exit code.

    Args:
        run: the journal's number of it.
        database: the journal.
        stop: why reading ended early, if it did.
        ending: what is wanted.
        interrupts: those of the reading; None where nothing was read now.

    Raises:
        JournalError: the journal cannot be read.
    """
    ledger = Ledger(database)
    record = ledger.run(run)
    if stop and record.reason is None:  # the journal could not be told
        record = replace(record, state=RunState.STOPPED, reason=stop.reason)
    code = night_exit_code(record, stop)
    if code == ExitCode.DRIFT:  # of what is missing there is nothing to be put right here
        code = ExitCode.SOME_NOT
    exported: Exported | None = None
    if not record.unread and not stop and ending.out is not None:
        try:
            exported = _write(run, database, ending.out, ending.language, interrupts)
        except (ReportError, JournalError) as error:
            code = ExitCode.SOME_NOT
            print_line(Console(stderr=True), Text.of(error), ending.language, style="bold red")
        except KeyboardInterrupt:
            code = SIGNALLED + ((interrupts.last if interrupts else None) or 2)
    if ending.json:
        print_json(
            run_json(record, code, ending.language) | _json(exported),
            notices=notices_json(ledger, run, ending.language),
        )
    elif not ending.quiet or code != ExitCode.AS_WANTED:
        _print(record, ledger, exported, ending)
    return code


def _write(run: int, database: Database, out: Path, language: Language, interrupts: Interrupts | None) -> Exported:
    found = images(database, run)

    def write() -> Exported:
        return write_flows(out, found, language, is_locked=lambda image: image.remark == LOCKED.en)

    if interrupts is None:
        exported = write()
    else:
        with interrupts.reporting(short=False):
            exported = write()
    known = {notice.code for notice in Ledger(database).notices(run)}
    fresh = [notice for notice in exported.notices if notice.code not in known]
    if fresh:
        with suppress(JournalError):  # the file says it as well
            Journal(database).note(run, fresh)
    return exported


def _json(exported: Exported | None) -> dict[str, object]:
    if exported is None:
        return {"export": None}
    return {
        "export": str(exported.path),
        "exported": {"flows": exported.flows, "rows": exported.rows, "locked": exported.locked},
    }


def _print(record: RunRecord, ledger: Ledger, exported: Exported | None, ending: ExportEnding) -> None:
    out, language = Console(), ending.language
    if record.counts[State.INVALID]:
        print_problems(out, ledger, record.id, language, report=None)
    print_line(out, head(record), language)
    out.print(counts_table(record, language))
    if record.reason:
        print_line(out, record.reason, language, style="bold red")
    print_most_important(out, ledger, record, language)
    if record.state in ENDED_EARLY:
        print_line(out, resume_line(record, ending.home), language)
    if exported is None:
        print_line(out, _LATER.format(run=record.name), language)
        return
    _print_notices(out, exported.notices, language)
    words = _DONE_LOCKED if exported.locked else _DONE
    print_line(
        out,
        words.format(
            path=exported.path,
            flows=f"{exported.flows:,}",
            rows=f"{exported.rows:,}",
            locked=f"{exported.locked:,}",
        ),
        language,
    )


def _print_notices(out: Console, notices: tuple[Notice, ...], language: Language) -> None:
    """By kind, as there may be one for each node."""
    kinds: dict[tuple[str, str], tuple[int, Notice]] = {}
    for notice in notices:
        count, first = kinds.get((notice.code, notice.field), (0, notice))
        kinds[notice.code, notice.field] = count + 1, first
    for count, first in list(kinds.values())[:SHOWN]:
        line = _NOTICE if not first.cell else _AT_CELL if count == 1 else _AT_CELLS
        words = line.format(cell=first.cell, heading=first.heading or "", message=first.message, more=f"{count - 1:,}")
        print_line(out, words, language)


_DONE = Text("Export: {path} · {flows} flows, {rows} rows", "导出文件：{path} · {flows} 个流程，{rows} 行")
_DONE_LOCKED = Text(
    "Export: {path} · {flows} flows, {rows} rows; {locked} of them can no longer be edited",
    "导出文件：{path} · {flows} 个流程，{rows} 行；其中 {locked} 个已无法修改",
)
_LATER = Text(
    "No file was written. Once all is read: recallflow export OUT --run {run}",
    "未写入文件。全部读取后可运行：recallflow export OUT --run {run}",
)
_NOTICE = Text("Note: {message}.", "提示：{message}。")
_AT_CELL = Text("Note: {cell} {heading}: {message}.", "提示：{cell} {heading}：{message}。")
_AT_CELLS = Text(
    "Note: {cell} {heading}: {message}. Likewise in {more} more.",
    "提示：{cell} {heading}：{message}。另有 {more} 处类似。",
)
