"""`recallflow apply`: sends what is ticked in a saved plan, where the vendor's state is still what it was."""

from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from jobs.app.asked import asked_to_apply
from jobs.app.between_waves import Consent, WaveOptions
from jobs.app.consent import Question
from jobs.app.consent_words import NOTHING_SENT
from jobs.app.guarded import guarded
from jobs.app.job_of import check_known
from jobs.app.plan_ending import PlanEnding, check_places, end_of_plan
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.starting import check_destination, going_where_it_went
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from jobs.recallflow.names import APPLY
from jobs.reconcile import Reconcile
from runner.errors import InputError
from runner.events import Loaded
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import run_named
from runner.outcome import State
from runner.planning.applying import TickedPlan, load_ticked
from runner.planning.ticks import Ticks, read_ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """What the command line says."""

    plan: Path
    settings: Settings
    ending: PlanEnding
    waves: WaveOptions
    yes: bool
    """Whether it goes on where it would ask."""


def apply(options: ApplyOptions) -> int:
    """Sends what is ticked, verifies it, and says what became of it. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    ending = options.ending
    sizes, pause = options.waves.sizes, options.waves.pause
    check_places(ending)
    ticks = read_ticks(options.plan, options.settings.reading)
    console = Console(stderr=True, quiet=ending.quiet)
    with (
        keeping_log(options.settings.log, console, ending.language) as write,
        Database(options.settings.journal) as database,
    ):
        made = _run_of(ticks, database)
        settings = guarded(going_where_it_went(made, options.settings))
        delivery = Delivery.of(settings, in_sandbox=False)
        check_destination(made, delivery)
        run = load_ticked(
            Reconcile(None, APPLY),
            TickedPlan(path=options.plan, ticks=ticks, run=made.id, waves=sizes, pause=pause),
            database,
            destination=delivery.destination,
            random=SystemRandom(),
            asked=asked_to_apply(options.plan, settings, waves=sizes, pause=pause),
        )
        loaded = Ledger(database).run(run)
        question = Question(
            language=ending.language, yes=options.yes, json=ending.json, real=True, target=ending.target
        )
        consent = Consent(language=ending.language, yes=options.yes, json=ending.json)
        with Interrupts() as interrupts:
            with watching(settings.log, write, console, ending.language) as observe:
                observe(
                    Loaded(rows=loaded.rows, ready=loaded.open, invalid=loaded.counts[State.INVALID], run=loaded.name)
                )
                stop = delivery.send(
                    run, database, settings, observe, interrupts.control, consent=consent, question=question
                )
            if question.declined:
                Journal(database).discard(run)
                if stop and stop.signal:
                    raise KeyboardInterrupt
                raise InputError(NOTHING_SENT.en, NOTHING_SENT.zh)
            return end_of_plan(run, database, stop, settings, ending, interrupts)


def _run_of(ticks: Ticks, database: Database) -> RunRecord:
    found = run_named(database, ticks.run)
    if found is None:
        raise InputError(
            f"This journal has no run {ticks.run}, which made {ticks.file}. Name the folder of its journal with "
            "--home, or make a new plan.",
            f"运行记录中没有生成 {ticks.file} 的运行 {ticks.run}。请用 --home 指定其运行记录文件夹，或重新生成计划。",
        )
    if found.endpoint == SANDBOX:
        raise InputError(
            f"{ticks.file} was made with --sandbox, whose simulated vendor is gone. Make a plan of the real one.",
            f"{ticks.file} 是用 --sandbox 生成的，其模拟供应商已不存在。请对真实供应商重新生成计划。",
        )
    check_known(found)
    return found
