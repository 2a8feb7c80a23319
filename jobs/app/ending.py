"""How a run ends for the user: the report, the summary, the exit code."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from jobs.app.exit_codes import ExitCode, exit_code, worst
from jobs.app.printing import print_line
from jobs.app.problems import print_notices, print_problems
from jobs.app.reporting import ReportTerms, note_report, report
from jobs.app.states import states_named
from jobs.app.stopping import Interrupts
from jobs.app.summary import print_json, print_summary, run_json
from jobs.app.target import Target
from runner.errors import JournalError, ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import RunState, State, Stop
from runner.report.words import CORRECTED
from runner.text import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the user wants to see at the end."""

    report: Path | None
    """Where the report is to lie; None for the current folder."""
    corrected: frozenset[State]
    """The states whose requests the report gives back to be corrected."""
    language: Language
    json: bool
    target: Target
    """Where the commands that are printed lead."""
    plan: Path | None = None
    """Where the plan of a run that compares is to lie; None for nowhere."""

    @classmethod
    def of(
        cls,
        report: Path | None,
        corrections: str | None,
        *,
        language: Language,
        json: bool,
        target: Target,
        plan: Path | None = None,
    ) -> "Ending":
        """As the command line says it.

        Args:
            report: where the report is to lie; None for the current folder.
            corrections: the states whose requests are given back, as a list such as `failed,invalid`; None for all
                that can be.
            language: of all words.
            json: whether the summary is a JSON object.
            target: where the commands that are printed lead.
            plan: where the plan of a run that compares is to lie; None for nowhere.

        Raises:
            SettingsError: the list names anything but those states.
        """
        corrected = states_named(corrections, CORRECTED)
        return cls(report=report, corrected=corrected, language=language, json=json, target=target, plan=plan)


def end(run: int, database: Database, stop: Stop | None, ending: Ending, interrupts: Interrupts) -> int:
    """Writes the report and prints the summary. Gives the exit code.

    Raises:
        JournalError: the journal cannot be read.
    """
    ledger = Ledger(database)
    waited, unwritten = _report(run, database, ending, interrupts)
    if not waited and not (stop and stop.signal):  # what became of the run is in the journal
        stop = Stop(reason=_WITHOUT_REPORT, signal=interrupts.last)
    record = ledger.run(run)
    if stop and record.reason is None:  # the journal could not be told, or all was done but the report
        done = record.state is RunState.DONE
        record = replace(record, state=RunState.DONE if done else RunState.STOPPED, reason=stop.reason)
    code = exit_code(record, stop)
    if unwritten:
        code = worst(code, ExitCode.STOPPED)
    if ending.json:
        record = replace(record, reason=record.reason or unwritten)
        print_json(run_json(record, code, ending.language))
        return code
    out = Console()
    if record.counts[State.INVALID]:
        print_problems(out, ledger, run, ending.language, report=record.report)
    print_notices(out, ledger, run, ending.language)
    print_summary(out, record, ending.language, target=ending.target)
    return code


def _report(run: int, database: Database, ending: Ending, interrupts: Interrupts) -> tuple[bool, Text | None]:
    """Write the report, unless the user wants to be gone.

    Returns:
        Whether the user waited for the report, and why the report could not be written, if it could not.
    """
    record = Ledger(database).run(run)
    resume_reports = record.state is not RunState.PLANNED  # that one would be sent
    short = record.requests <= SHORT_REPORT or not resume_reports
    try:
        if short or not interrupts.at_once:
            with interrupts.reporting(short=short):
                return True, _write_report(run, database, ending)
    except KeyboardInterrupt:
        pass
    if resume_reports:
        command = ending.target.to(record.endpoint).command("resume", record.name)
        print_line(Console(stderr=True), _RESUME_REPORTS.format(command=command), ending.language)
    return False, None


SHORT_REPORT = 5_000
"""Requests whose report is written even for a user who wants to be gone: it takes about a second."""

_WITHOUT_REPORT = Text("Interrupted while the report was written.", "写报告时被中断。")
_RESUME_REPORTS = Text(
    "No report was written, so as to leave at once: {command} writes one.",
    "为立即退出，未生成报告；{command} 会生成。",
)


def _write_report(run: int, database: Database, ending: Ending) -> Text | None:
    """Write the report; one that cannot be written takes nothing from the run: the journal has it all.

    Returns:
        Why the report could not be written; None where it was.
    """
    terms = ReportTerms(path=ending.report, language=ending.language, corrected=ending.corrected)
    with suppress(JournalError):
        note_report(run, database, None)  # an earlier one tells an earlier story
    try:
        report(run, database, terms)
    except (ReportError, JournalError) as error:
        print_line(Console(stderr=True), Text.of(error), ending.language, style="bold red")
        return Text.of(error)
    return None
