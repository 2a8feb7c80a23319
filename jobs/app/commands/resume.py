"""`recallflow resume`: goes on where a stopped or killed run was, be it only with its report."""

import time
from dataclasses import dataclass

from rich.console import Console

from jobs.app.between_waves import Consent
from jobs.app.consent import Question, agree_to_resume, is_refused_strictly, refuse_strictly
from jobs.app.ending import Ending, end
from jobs.app.export_ending import ExportEnding, end_of_export
from jobs.app.guarded import GUARDED, guarded
from jobs.app.job_of import check_known
from jobs.app.kept_guards import with_kept_guards
from jobs.app.overwriting import Overwriting, ask_to_overwrite
from jobs.app.plan_ending import PlanEnding, end_of_plan
from jobs.app.repeated_migration import check_unread, would_repeat
from jobs.app.repeating import check_corrections, check_repeats
from jobs.app.reporting import check_has_plan, check_plan, check_report
from jobs.app.sending import Delivery, Resumed
from jobs.app.settings import Settings
from jobs.app.starting import begin_turn, check_destination, check_not_undone, going_where_it_went
from jobs.app.stopping import Interrupts
from jobs.app.summary import how_to_apply, how_to_plan
from jobs.app.watching import keeping_log, watching
from jobs.app.which_run import say_which
from jobs.recallflow.names import EXPORT, UPLOAD
from runner.errors import InputError
from runner.events import Observe
from runner.journal.corrections import settle_meanwhile
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX, release_reserved
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import find_run, overtaken_by, run_to_resume
from runner.journal.owner import is_gone, this_process
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
    check_plan(options.ending.plan)
    console = Console(stderr=True)
    with keeping_log(settings.log, console, language) as write, Database(settings.journal) as database:
        if done := _done_without_report(database, options.run):
            check_has_plan(done, options.ending.plan)
            say_which(done, options.run, language)
            with Interrupts() as interrupts:
                return end(done.id, database, None, options.ending, interrupts)
        record = run_to_resume(
            database,
            options.run,
            now=time.time(),
            is_gone=is_gone,
            passed_over=lambda each: would_repeat(each, database),
        )
        check_known(record)
        check_has_plan(record, options.ending.plan)
        check_not_undone(record, database, options.ending.target)
        settings = with_kept_guards(record, going_where_it_went(record, settings))
        delivery = Delivery.of(settings, in_sandbox=record.endpoint == SANDBOX)
        check_destination(record, delivery)
        if record.job == EXPORT:
            return _resume_export(record, database, delivery, settings, options, write)
        if is_refused_strictly(record, settings):
            return refuse_strictly(record, language, json=options.ending.json)
        if record.terms is not None:
            return _resume_planned(record, database, delivery, settings, options, write)
        was_dry = record.state is RunState.PLANNED and delivery.base_url is not None  # and went nowhere
        try:
            said_yes = False
            if was_dry:
                Journal(database).redirect(record.id, delivery.destination)
                settle_meanwhile(database, record.id, now=time.time())
                said_yes = check_repeats(record.id, database, _question(options, delivery))
            overwriting = _agreed(record, database, delivery, options, said_yes=said_yes)
        except BaseException:
            if was_dry:
                Journal(database).redirect(record.id, None)
            raise
        return _resume_upload(record, database, delivery, settings, options, write, overwriting)


def _resume_planned(
    record: RunRecord,
    database: Database,
    delivery: Delivery,
    settings: Settings,
    options: ResumeOptions,
    write: Observe | None,
) -> int:
    """Goes on with reading, or with sending what was planned."""
    language = options.ending.language
    if record.is_plan:
        how = how_to_apply(record, options.ending.target)
        raise InputError(
            f"Run {record.name} is a plan, all of it read. {how.en}",
            f"运行 {record.name} 是一份已完成比对的计划。{how.zh}",
        )
    if later := overtaken_by(database, record.id):
        raise InputError(
            f"Run {later} has compared the same since, so that {record.name} is out of date. Nothing was started; "
            f"compare anew with `{how_to_plan(record, options.ending.target)}`.",
            f"运行 {later} 此后已比对同一内容，运行 {record.name} 已过时。未开始；"
            f"请用 `{how_to_plan(record, options.ending.target)}` 重新比对。",
        )
    if not options.yes:
        check_unread(record, database, options.ending.target)
    if record.job in GUARDED:
        settings = guarded(settings)
    consent = Consent(language=language, yes=options.yes, json=options.ending.json)
    if record.job == UPLOAD:
        overwriting = _agreed(record, database, delivery, options)
        return _resume_upload(record, database, delivery, settings, options, write, overwriting)
    overwriting = ask_to_overwrite(record, database, language, yes=options.yes, json=options.ending.json)
    agree_to_resume(record, database, delivery.destination, _question(options, delivery), left_out=overwriting.left_out)
    check_not_undone(record, database, options.ending.target)  # while somebody thought
    begin_turn(record.id, database, discard=False)
    if not options.yes:  # what was under way a moment ago may have ended since
        try:
            check_unread(record, database, options.ending.target)
        except BaseException:
            release_reserved(database, record.id, owner=this_process())
            raise
    ending = PlanEnding(
        language=language,
        json=options.ending.json,
        plan=options.ending.plan,
        report=options.ending.report,
        target=options.ending.target,
    )
    with Interrupts() as interrupts:
        with watching(settings.log, write, Console(stderr=True), language) as observe:
            stop = delivery.send(
                record.id,
                database,
                settings,
                observe,
                interrupts.control,
                resumed=Resumed(overwrites=overwriting.runs),
                consent=consent,
            )
        return end_of_plan(record.id, database, stop, settings, ending, interrupts)


def _resume_export(
    record: RunRecord,
    database: Database,
    delivery: Delivery,
    settings: Settings,
    options: ResumeOptions,
    write: Observe | None,
) -> int:
    """Goes on with reading; the file is written when somebody says where."""
    language = options.ending.language
    if record.is_plan:
        how = how_to_apply(record, options.ending.target)
        raise InputError(how.en, how.zh)
    ending = ExportEnding(out=None, language=language, json=options.ending.json, target=options.ending.target)
    with Interrupts() as interrupts:
        with watching(settings.log, write, Console(stderr=True), language) as observe:
            stop = delivery.send(record.id, database, settings, observe, interrupts.control, resumed=Resumed())
        return end_of_export(record.id, database, stop, ending, interrupts)


def _agreed(
    record: RunRecord, database: Database, delivery: Delivery, options: ResumeOptions, *, said_yes: bool = False
) -> Overwriting:
    """Return what somebody wants done about newer values, once it is agreed that an upload goes on.

    Raises:
        InputError: it is not to go on.
    """
    language, yes, json = options.ending.language, options.yes, options.ending.json
    said_yes |= check_corrections(record, database, language, yes=yes, json=json)
    overwriting = ask_to_overwrite(record, database, language, yes=yes, json=json)
    agree_to_resume(
        record,
        database,
        delivery.destination,
        _question(options, delivery),
        said_yes=said_yes,
        left_out=overwriting.left_out,
    )
    check_not_undone(record, database, options.ending.target)  # while somebody thought
    return overwriting


def _resume_upload(
    record: RunRecord,
    database: Database,
    delivery: Delivery,
    settings: Settings,
    options: ResumeOptions,
    write: Observe | None,
    overwriting: Overwriting,
) -> int:
    """Send the rest of an upload, compared or not."""
    with Interrupts() as interrupts:
        with watching(settings.log, write, Console(stderr=True), options.ending.language) as observe:
            resumed = Resumed(overwrites=overwriting.runs)
            stop = delivery.send(record.id, database, settings, observe, interrupts.control, resumed=resumed)
        return end(record.id, database, stop, options.ending, interrupts)


def _question(options: ResumeOptions, delivery: Delivery) -> Question:
    real = delivery.base_url is not None
    ending = options.ending
    return Question(language=ending.language, yes=options.yes, json=ending.json, real=real, target=ending.target)


def _done_without_report(database: Database, name: str | None) -> RunRecord | None:
    """The run that is meant, where somebody was in a hurry, or its report could not be written."""
    if name is not None:
        record: RunRecord | None = find_run(database, name)
    else:
        passed_over = {RunState.PLANNED, RunState.ABANDONED}
        record = next((run for run in Ledger(database).runs() if run.state not in passed_over), None)
    reports = record and (record.terms is None or record.job == UPLOAD)  # a plan has a report on demand only
    done = reports and record and record.state is RunState.DONE
    return record if done and record and record.report is None else None
