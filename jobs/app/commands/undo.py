"""`recallflow undo`: plans what takes a run back, and, if asked to, puts back what was there before it."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from random import SystemRandom

from rich.console import Console

from jobs.app.asked import asked_to_undo
from jobs.app.between_waves import Consent, WaveOptions
from jobs.app.consent import Question
from jobs.app.guarded import guarded
from jobs.app.job_of import check_known
from jobs.app.plan_ending import PlanEnding, check_places, end_of_plan
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.starting import begin_turn, check_destination, check_turn, going_where_it_went
from jobs.app.stopping import Interrupts
from jobs.app.target import Target
from jobs.app.watching import keeping_log, watching
from jobs.app.which_run import say_which
from jobs.recallflow.names import UNDO
from jobs.undo import Undo
from runner.errors import InputError
from runner.events import Event
from runner.journal.database import Database
from runner.journal.leases import SANDBOX, holder
from runner.journal.ledger import RunRecord
from runner.journal.lookup import find_run
from runner.journal.owner import is_gone
from runner.journal.way_back import has_sent, undone_entirely_by
from runner.planning.returning import Undone, load_return
from runner.planning.terms import PlanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOptions:
    """What the command line says."""

    run: str
    """Its name, or the beginning of it."""
    settings: Settings
    apply: bool
    waves: WaveOptions
    yes: bool
    """Whether it goes on where it would ask."""
    ending: PlanEnding


def undo(options: UndoOptions) -> int:
    """Reads what the vendor has, says what would be put back, and puts it back where asked to. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    ending = options.ending
    check_places(ending)
    terms = PlanTerms(apply=options.apply, waves=options.waves.sizes, pause=options.waves.pause)
    consent = Consent(language=ending.language, yes=options.yes, json=ending.json)
    question = Question(language=ending.language, yes=options.yes, json=ending.json, real=True, target=ending.target)
    console = Console(stderr=True, quiet=ending.quiet)
    loaded: list[Event] = []
    with (
        keeping_log(options.settings.log, console, ending.language) as write,
        Database(options.settings.journal) as database,
        ExitStack() as stack,
    ):
        undone = find_run(database, options.run)
        _check(undone, database, options.ending.target)
        say_which(undone, options.run, ending.language, quiet=ending.quiet)
        settings = guarded(going_where_it_went(undone, options.settings))
        delivery = Delivery.of(settings, in_sandbox=False)
        check_destination(undone, delivery)
        check_turn(UNDO, delivery.destination.endpoint, database)
        run = load_return(
            Undo(None),
            Undone(
                record=undone,
                terms=terms,
                asked=asked_to_undo(undone.name, settings, terms),
            ),
            database,
            destination=delivery.destination,
            observe=loaded.append,
            random=SystemRandom(),
        )
        begin_turn(run, database)
        interrupts = stack.enter_context(Interrupts())  # until here a signal ends the program: nothing was begun
        with watching(settings.log, write, console, ending.language) as observe:
            for event in loaded:
                observe(event)
            stop = delivery.send(
                run, database, settings, observe, interrupts.control, consent=consent, question=question
            )
        return end_of_plan(run, database, stop, settings, ending, interrupts)


def _check(undone: RunRecord, database: Database, target: Target) -> None:
    """Refuses what cannot be taken back, or need not be."""
    name = undone.name
    check_known(undone)
    if lease := holder(database, undone.id, now=time.time(), is_gone=is_gone):
        raise InputError(
            f"Run {name} is under way ({lease.owner}). Nothing was started; wait for it to end, or stop it.",
            f"运行 {name} 正在进行（{lease.owner}）。本次未开始；请等待其结束，或先将其停止。",
        )
    if undone.endpoint == SANDBOX:
        raise InputError(
            f"Run {name} was made with --sandbox, whose simulated vendor is gone with all that it had.",
            f"运行 {name} 使用了 --sandbox，其模拟供应商及数据已不存在。",
        )
    if not has_sent(database, undone.id):
        raise InputError(
            f"Run {name} has sent nothing, so that there is nothing to take back.",
            f"运行 {name} 未发送任何内容，无需撤销。",
        )
    if back := undone_entirely_by(database, undone.id):
        command = target.to(undone.endpoint).command(UNDO, back.name)
        raise InputError(
            f"Run {name} was taken back already, all of it, by run {back.name}. To have it again, take that one back: "
            f"{command}",
            f"运行 {name} 已由运行 {back.name} 全部撤销。如需恢复，请撤销后者：{command}",
        )
