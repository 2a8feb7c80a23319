"""How an export ends for the user: the file, the summary, what is to be said of it, the exit code."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from jobs.app.exit_codes import SIGNALLED, ExitCode, night_exit_code, worst
from jobs.app.most_important import print_most_important
from jobs.app.printing import print_line
from jobs.app.problems import notices_json, print_problems
from jobs.app.stopping import Interrupts
from jobs.app.summary import counts_table, head, print_json, resume_line, run_json
from jobs.app.target import Target
from jobs.export import LOCKED
from jobs.recallflow.export.days import DAYS_ASKED, Days, days_of
from jobs.recallflow.export.writing import Exported, write_flows
from runner.attachments import MOST_MB
from runner.errors import JournalError, ReportError
from runner.journal.database import Database
from runner.journal.images import images
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
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
    target: Target
    """Where the commands that are printed lead."""
    quiet: bool = False
    with_locked: bool = False
    """Whether flows are written as well that can no longer be edited."""
    force: bool = False
    """Whether a file that is there is overwritten."""
    most_mb: float = MOST_MB
    """Of an audio file that an upload takes."""


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
    unwritten: Text | None = None
    if not record.unread and not stop and ending.out is not None:
        try:
            exported = _write(run, database, ending.out, ending, interrupts)
        except (ReportError, JournalError) as error:
            code, unwritten = worst(code, ExitCode.STOPPED), Text.of(error)
            print_line(Console(stderr=True), Text.of(error), ending.language, style="bold red")
        except KeyboardInterrupt:
            code = SIGNALLED + ((interrupts.last if interrupts else None) or 2)
    days = days_of(database, run)
    if ending.json:
        print_json(
            run_json(replace(record, reason=record.reason or unwritten), code, ending.language)
            | _json(exported, days, _next(record, exported, ending)),
            notices=(each for each in notices_json(ledger, run, ending.language) if each["code"] != DAYS_ASKED),
        )
    elif not ending.quiet or code != ExitCode.AS_WANTED:
        _print(record, ledger, exported, days, ending)
    return code


def _write(run: int, database: Database, out: Path, ending: ExportEnding, interrupts: Interrupts | None) -> Exported:
    found = images(database, run)

    def write() -> Exported:
        return write_flows(
            out,
            found,
            ending.language,
            is_locked=lambda image: image.remark == LOCKED.en,
            with_locked=ending.with_locked,
            force=ending.force,
            most_mb=ending.most_mb,
        )

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


def _next(record: RunRecord, exported: Exported | None, ending: ExportEnding) -> str | None:
    """The command that sends what is edited in the file; None where there is nothing to send."""
    if exported is None or not exported.flows:
        return None
    target = ending.target.to(record.endpoint)
    return target.command("upload", exported.path, "--compare", in_sandbox=record.endpoint == SANDBOX)


def _json(exported: Exported | None, days: Days | None, command: str | None) -> dict[str, object]:
    asked: dict[str, object] = {"days": days.json if days else None}
    if exported is None:
        return asked | {"export": None}
    return asked | {
        "export": str(exported.path),
        "exported": {
            "flows": exported.flows,
            "rows": exported.rows,
            "locked": exported.locked,
            "left_out": exported.left_out,
            "audio": exported.audio,
            "audio_folder": str(exported.audio_folder) if exported.audio_folder else None,
        },
        "next": command,
    }


def _print(
    record: RunRecord, ledger: Ledger, exported: Exported | None, days: Days | None, ending: ExportEnding
) -> None:
    out, language = Console(), ending.language
    if record.counts[State.INVALID]:
        print_problems(out, ledger, record.id, language, report=None)
    print_line(out, head(record), language)
    out.print(counts_table(record, language))
    if record.reason:
        print_line(out, record.reason, language, style="bold red")
    print_most_important(out, ledger, record, language, ending.target)
    if record.state in ENDED_EARLY:
        print_line(out, resume_line(record, ending.target), language)
    if days:
        print_line(out, _DAYS.format(days=days.words), language)
    if exported is None:
        command = ending.target.command("export", "OUT", "--run", record.name)
        print_line(out, _LATER.format(command=command), language)
        return
    _print_notices(out, exported.notices, language)
    _print_exported(out, exported, language)
    if following := _next(record, exported, ending):
        print_line(out, _NEXT.format(command=following), language)


def _print_exported(out: Console, exported: Exported, language: Language) -> None:
    print_line(
        out,
        _DONE.format(path=exported.path, flows=f"{exported.flows:,}", rows=f"{exported.rows:,}"),
        language,
    )
    if exported.audio:
        words = _AUDIO.format(folder=exported.audio_folder or "", count=f"{exported.audio:,}")
        print_line(out, words, language)
    if exported.locked:
        words = _LEFT_OUT if exported.left_out else _LOCKED_TOO
        print_line(out, words.format(locked=f"{exported.locked:,}"), language)


def _print_notices(out: Console, notices: tuple[Notice, ...], language: Language) -> None:
    """By kind, as there may be one for each node."""
    kinds: dict[tuple[str, str], tuple[int, Notice]] = {}
    for notice in notices:
        count, first = kinds.get((notice.code, notice.field), (0, notice))
        kinds[notice.code, notice.field] = count + 1, first
    for count, first in list(kinds.values())[:SHOWN]:
        line = (_AT_CELL if count == 1 else _AT_CELLS) if first.cell else _NOTICE if count == 1 else _NOTICES
        words = line.format(cell=first.cell, heading=first.heading or "", message=first.message, more=f"{count - 1:,}")
        print_line(out, words, language)


_DONE = Text("Export: {path} · {flows} flows, {rows} rows", "导出文件：{path} · {flows} 个流程，{rows} 行")
_AUDIO = Text(
    "Audio: {folder} · {count} files; the file names them, so keep both together",
    "音频：{folder} · {count} 个文件；表格引用这些文件，请放在一起",
)
_LEFT_OUT = Text(
    "Left out: {locked} flows that can no longer be edited. --all writes them as well.",
    "未导出：{locked} 个已无法修改的流程。加 --all 可一并导出。",
)
_LOCKED_TOO = Text(
    "{locked} of them can no longer be edited; an upload of those is refused.",
    "其中 {locked} 个已无法修改，上传会被拒绝。",
)
_DAYS = Text("Asked for: {days}", "查询范围：{days}")
_NEXT = Text("Once it is edited: {command}", "修改后上传：{command}")
_LATER = Text(
    "No file was written. Once all is read: {command}",
    "未写入文件。全部读取后可运行：{command}",
)
_NOTICE = Text("Note: {message}.", "提示：{message}。")
_NOTICES = Text("Note: {message}. Likewise in {more} more.", "提示：{message}。另有 {more} 处类似。")
_AT_CELL = Text("Note: {cell} {heading}: {message}.", "提示：{cell} {heading}：{message}。")
_AT_CELLS = Text(
    "Note: {cell} {heading}: {message}. Likewise in {more} more.",
    "提示：{cell} {heading}：{message}。另有 {more} 处类似。",
)
