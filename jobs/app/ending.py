"""How a run ends for the user: the report, the summary, the exit code."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from jobs.app.exit_codes import exit_code
from jobs.app.printing import print_line
from jobs.app.problems import print_notices, print_problems
from jobs.app.stopping import Interrupts
from jobs.app.summary import print_json, print_summary, run_json
from jobs.upload import Upload
from runner.errors import JournalError, ReportError, SettingsError
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.outcome import RunState, State, Stop
from runner.report.workbook import write_report
from runner.text import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the user wants to see at the end."""

    report: Path | None
    """Where the report is to lie; None for the current folder."""
    language: Language
    json: bool
    home: Path | None = None
    """The journal's folder, where the command line named it."""


def end(run: int, database: Database, stop: Stop | None, ending: Ending, interrupts: Interrupts) -> int:
    """Writes the report and prints the summary. Gives the exit code.

    Raises:
        JournalError: the journal cannot be read.
    """
    ledger = Ledger(database)
    reported = _report(run, database, ending, interrupts)
    if not reported and not (stop and stop.signal):  # what became of the run is in the journal
        stop = Stop(reason=_WITHOUT_REPORT, signal=interrupts.last)
    record = ledger.run(run)
    if stop and record.reason is None:  # the journal could not be told, or all was done but the report
        done = record.state is RunState.DONE
        record = replace(record, state=RunState.DONE if done else RunState.STOPPED, reason=stop.reason)
    code = exit_code(record, stop)
    if ending.json:
        print_json(run_json(record, code, ending.language))
        return code
    out = Console()
    if record.counts[State.INVALID]:
        print_problems(out, ledger, run, ending.language, report=record.report)
    print_notices(out, ledger, run, ending.language)
    print_summary(out, record, ending.language, home=ending.home)
    return code


def _report(run: int, database: Database, ending: Ending, interrupts: Interrupts) -> bool:
    """Writes the report, unless the user wants to be gone. Gives whether it was."""
    record = Ledger(database).run(run)
    resume_reports = record.state is not RunState.PLANNED  # that one would be sent
    short = record.requests <= SHORT_REPORT or not resume_reports
    try:
        if short or not interrupts.at_once:
            with interrupts.reporting(short=short):
                _write_report(run, database, ending)
            return True
    except KeyboardInterrupt:
        pass
    if resume_reports:
        print_line(Console(stderr=True), _RESUME_REPORTS.format(run=record.name), ending.language)
    return False


SHORT_REPORT = 5_000
"""Requests whose report is written even for a user who wants to be gone: it takes about a second."""

_WITHOUT_REPORT = Text("Interrupted while the report was written.", "写报告时被中断。")
_RESUME_REPORTS = Text(
    "No report was written, so as to leave at once: recallflow resume {run} writes one.",
    "为立即退出，未生成报告；recallflow resume {run} 会生成。",
)


def check_report(path: Path | None) -> None:
    """Checks before anything is sent that a report can be written there afterwards.

    Raises:
        SettingsError: it cannot.
    """
    if path is None:
        path = Path("report.xlsx")
    if path.is_dir() or path.suffix.lower() != ".xlsx":
        raise SettingsError(
            f"The report {path} must be a file that ends in .xlsx. Name one with --report.",
            f"报告 {path} 必须是以 .xlsx 结尾的文件。请用 --report 指定。",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise SettingsError(
            f"The report cannot be written to {path} ({error.strerror}). Name another place with --report.",
            f"无法将报告写入 {path}（{error.strerror}）。请用 --report 指定其他位置。",
        ) from error


def _write_report(run: int, database: Database, ending: Ending) -> None:
    """A report that cannot be written takes nothing from the run: the journal has it all."""
    record = Ledger(database).run(run)
    path = ending.report or Path(f"{Path(record.source).stem}-report-{record.name}.xlsx")
    try:
        written = write_report(path, Ledger(database), run, Upload(None), ending.language)
        Journal(database).set_report(run, str(written))
    except (ReportError, JournalError) as error:
        print_line(Console(stderr=True), Text.of(error), ending.language, style="bold red")
