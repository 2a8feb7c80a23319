"""`recallflow resume`: goes on where a stopped or killed run was, be it only with its report."""

import time
from dataclasses import dataclass

from rich.console import Console

from jobs.app.ending import Ending, end
from jobs.app.repeating import check_corrections, check_repeats
from jobs.app.reporting import check_report
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from runner.errors import SettingsError
from runner.journal.corrections import settle_meanwhile
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import find_run, run_to_resume
from runner.journal.owner import is_gone
from runner.outcome import RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeOptions:
    """What the command line says."""

    run: str | None
    """Its name; None for the latest that was stopped or killed."""
    settings: Settings
    yes: bool
    """Whether it goes on where it would ask."""
    ending: Ending


def resume(options: ResumeOptions) -> int:
    """Sends what the run has not settled, if anything, and writes a report of the whole run. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    settings, language = options.settings, options.ending.language
    check_report(options.ending.report)
    console = Console(stderr=True)
    with keeping_log(settings.log, console, language) as write, Database(settings.journal) as database:
        if done := _done_without_report(database, options.run):
            with Interrupts() as interrupts:
                return end(done.id, database, None, options.ending, interrupts)
        record = run_to_resume(database, options.run, now=time.time(), is_gone=is_gone)
        settings = _going_where_it_went(record, settings)
        delivery = Delivery.of(settings, in_sandbox=record.endpoint == SANDBOX)
        _check_destination(record, delivery)
        if record.state is RunState.PLANNED and delivery.base_url is not None:
            Journal(database).redirect(record.id, delivery.destination)  # a dry run goes nowhere
            settle_meanwhile(database, record.id, now=time.time())
            check_repeats(record.id, database, language, yes=options.yes, json=options.ending.json)
        check_corrections(record, database, language, yes=options.yes, json=options.ending.json)
        with Interrupts() as interrupts:
            with watching(settings.log, write, console, language) as observe:
                stop = delivery.send(record.id, database, settings, observe, interrupts, resumed=True)
            return end(record.id, database, stop, options.ending, interrupts)


def _done_without_report(database: Database, name: str | None) -> RunRecord | None:
    """The run that is meant, where somebody was in a hurry, or its report could not be written."""
    if name:
        record: RunRecord | None = find_run(database, name)
    else:
        record = next((run for run in Ledger(database).runs() if run.state is not RunState.PLANNED), None)
    return record if record and record.state is RunState.DONE and record.report is None else None


def _going_where_it_went(record: RunRecord, settings: Settings) -> Settings:
    """The settings; where they name no base URL, with the run's own."""
    if record.endpoint in {None, SANDBOX} or "base_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"base_url": record.endpoint})


def _check_destination(record: RunRecord, delivery: Delivery) -> None:
    wanted, given = record.endpoint, delivery.destination.endpoint
    if wanted is not None and wanted != given:
        raise SettingsError(
            f"Run {record.name} goes to {wanted}, but the settings say {given}. Set --base-url {wanted}.",
            f"运行 {record.name} 的发送地址是 {wanted}，但当前设置为 {given}。请设置 --base-url {wanted}。",
        )
