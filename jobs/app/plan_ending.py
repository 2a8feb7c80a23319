"""How a run that plans ends for the user: the plan, the report, the summary, those who are told, the exit code."""

import signal
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from jobs.app.exit_codes import SIGNALLED, ExitCode, night_exit_code, worst
from jobs.app.most_important import print_most_important
from jobs.app.night.night import night_of
from jobs.app.night.telling import tell_of
from jobs.app.printing import on_stderr, print_line
from jobs.app.problems import print_notices, print_problems
from jobs.app.reporting import ReportTerms, check_plan, check_report, plan_line, report
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.summary import print_json, print_summary, run_json
from jobs.app.target import Target
from jobs.recallflow.names import MIGRATE, RECONCILE
from jobs.reconcile import Reconcile
from runner.errors import JournalError, ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.plans import remarks
from runner.outcome import RunState, State, Stop
from runner.report.plan_workbook import write_plan
from runner.report.words import CORRECTED
from runner.text import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnding:
    """What the user wants to see at the end."""

    language: Language
    json: bool
    target: Target
    """Where the commands that are printed lead."""
    plan: Path | None = None
    """Where the plan is to lie; None for nowhere."""
    report: Path | None = None
    """Where the report is to lie; None for nowhere."""
    quiet: bool = False
    """Whether nothing is said where everything is as wanted."""


def check_places(ending: PlanEnding) -> None:
    """Checks before anything is read that what is wanted can be written afterwards.

    Raises:
        SettingsError: it cannot.
    """
    check_plan(ending.plan)
    if ending.report is not None:
        check_report(ending.report)


def end_of_plan(
    run: int, database: Database, stop: Stop | None, settings: Settings, ending: PlanEnding, interrupts: Interrupts
) -> int:
    """Writes the plan and the report, tells whoever is to be told, and prints the summary. Gives the exit code.

    Raises:
        JournalError: the journal cannot be read.
    """
    ledger = Ledger(database)
    plan, files_code, unwritten = _write(run, database, ending, interrupts)
    record = ledger.run(run)
    if stop and record.reason is None:  # the journal could not be told
        state = RunState.DONE if record.state is RunState.DONE else RunState.STOPPED
        record = replace(record, state=state, reason=stop.reason)
    code = worst(night_exit_code(record, stop), files_code)
    if record.job == RECONCILE:
        with suppress(KeyboardInterrupt), interrupts.reporting(short=False):  # a service may take its time
            tell = on_stderr(ending.language)
            tell_of(lambda: night_of(database, run, code), settings, ending.language, tell, ending.target)
    if ending.json:
        if plan:
            print_line(Console(stderr=True), plan_line(plan), ending.language)
        print_json(run_json(replace(record, reason=record.reason or unwritten), code, ending.language))
    elif not ending.quiet or code is not ExitCode.AS_WANTED:
        _print(record, ledger, plan, ending)
    return code


def _write(
    run: int, database: Database, ending: PlanEnding, interrupts: Interrupts
) -> tuple[Path | None, int, Text | None]:
    """Write the files that are wanted, unless the user wants to be gone.

    Returns:
        The place of the plan, the exit code that the files come to, and why one of them could not be written.
    """
    plan: Path | None = None
    err = Console(stderr=True)
    try:
        if interrupts.at_once:
            return None, ExitCode.AS_WANTED if (ending.plan or ending.report) is None else _signalled(interrupts), None
        with interrupts.reporting(short=False):
            if ending.plan:
                plan = write_plan(ending.plan, Ledger(database), run, Reconcile(None), ending.language)
            if ending.report:
                report(run, database, ReportTerms(path=ending.report, language=ending.language, corrected=CORRECTED))
    except (ReportError, JournalError) as error:  # the journal has it all
        print_line(err, Text.of(error), ending.language, style="bold red")
        return plan, ExitCode.STOPPED, Text.of(error)
    except KeyboardInterrupt:
        command = ending.target.command("report", Ledger(database).run(run).name)
        print_line(err, _WITHOUT_FILES.format(command=command), ending.language)
        return plan, _signalled(interrupts), None
    return plan, ExitCode.AS_WANTED, None


def _signalled(interrupts: Interrupts) -> int:
    return SIGNALLED + (interrupts.last or signal.SIGINT)


def _print(record: RunRecord, ledger: Ledger, plan: Path | None, ending: PlanEnding) -> None:
    out = Console()
    if record.counts[State.INVALID]:
        print_problems(out, ledger, record.id, ending.language, report=record.report)
    print_notices(out, ledger, record.id, ending.language)
    print_summary(out, record, ending.language, target=ending.target, plan=plan)
    if record.job == MIGRATE:
        for remark, times in remarks(ledger.database, record.id, most=_MOST_REMARKS):
            print_line(out, _LEFT_ALONE.format(count=f"{times:,}", why=remark), ending.language)
    print_most_important(out, ledger, record, ending.language, ending.target)
    if plan:
        print_line(out, plan_line(plan), ending.language)


_MOST_REMARKS = 3
"""Kinds of flows that are left alone, of which it is said why."""

_LEFT_ALONE = Text("{count} left alone: {why}", "{count} 个不作更改：{why}")
_WITHOUT_FILES = Text(
    "Interrupted before the plan or the report was written; what was read and sent is in the journal, and "
    "{command}, with --plan PLAN.xlsx for the plan, writes them.",
    "在写入计划或报告前被中断；已读取和已发送的内容都在运行记录中，可用 {command} 生成报告，"
    "加 --plan PLAN.xlsx 生成计划。",
)
