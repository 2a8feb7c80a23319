"""`recallflow report`: the report of a run once more, as a workbook or as a page to send by mail."""

from contextlib import suppress
from pathlib import Path

from rich.console import Console

from jobs.app.formats import check_format
from jobs.app.printing import print_line
from jobs.app.reporting import (
    ReportTerms,
    check_has_plan,
    check_plan,
    check_report,
    note_report,
    plan_line,
    write_report_file,
)
from jobs.app.summary import apply_command, print_json, report_line, run_json
from jobs.app.target import Target
from jobs.app.which_run import say_which
from jobs.reconcile import Reconcile
from runner.errors import JournalError
from runner.journal.database import Database
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger
from runner.journal.lookup import find_run
from runner.report.plan_workbook import write_plan
from runner.text import Text

FORMATS = {"xlsx": ".xlsx", "html": ".html"}
"""And how their files end."""


def write(
    journal: Path,
    name: str | None,
    terms: ReportTerms,
    *,
    layout: str,
    json: bool,
    target: Target,
    plan: Path | None = None,
) -> int:
    """Writes the report of a run, wherever the run stands, or its plan, or both. Gives the exit code.

    Args:
        journal: where the journal is; it need not be writable.
        name: of the run, or its beginning; None for the latest.
        terms: what is wanted.
        layout: one of `FORMATS`.
        json: whether a JSON object says where the report lies, instead of a line.
        target: where the commands that are printed lead.
        plan: where the plan is to lie; None for nowhere. Nothing else is written where nothing is said of a report.

    Raises:
        SettingsError: there is no such format, or the report cannot lie there.
        InputError: there is no such run, or it has no plan.
        JournalError: the journal cannot be read.
        ReportError: the report cannot be written.
    """
    check_format(layout, FORMATS)
    with_report = plan is None or terms.path is not None or layout != "xlsx"
    check_plan(plan)
    if with_report:
        check_report(terms.path, FORMATS[layout])
    written: Path | None = None
    with Database(journal, to_read=True) as database:
        record = find_run(database, name)
        check_has_plan(record, plan)
        if plan:
            plan = write_plan(plan, Ledger(database), record.id, Reconcile(None), terms.language)
            print_line(Console(stderr=json), plan_line(plan), terms.language)
            if record.is_plan and record.endpoint != SANDBOX:
                command = apply_command(record, target, plan)
                print_line(Console(stderr=json), _TICK.format(command=command), terms.language)
        if with_report:
            written = write_report_file(record.id, database, terms, ending=FORMATS[layout])
    say_which(record, name, terms.language)
    if written and layout == "xlsx":
        with suppress(JournalError), Database(journal) as database:  # that it may only be read is no matter
            note_report(record.id, database, written)
    if json:
        print_json(run_json(record, 0, terms.language) | ({"report": str(written)} if written else {}))
    elif written:
        print_line(Console(), report_line(str(written)), terms.language)
    return 0


_TICK = Text("Tick what is to be sent in it, then: {command}", "勾选要发送的内容后运行：{command}")
