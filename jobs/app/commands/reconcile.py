"""`recallflow reconcile`: compares what is wanted with what the vendor has, and, if asked to, puts it right."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from random import SystemRandom

from rich.console import Console
from rich.text import Text as RichText

from jobs.app.asked import asked_to_reconcile
from jobs.app.consent import Question
from jobs.app.deadline import Deadline, both
from jobs.app.exit_codes import ExitCode
from jobs.app.ignored import on_ignored
from jobs.app.night.night import Night, night_not_started
from jobs.app.night.telling import tell_of
from jobs.app.plan_ending import PlanEnding, check_places, end_of_plan
from jobs.app.plan_terms import TermsOptions
from jobs.app.printing import on_stderr
from jobs.app.progress import print_by_kind
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.source import SourceOptions
from jobs.app.starting import begin_turn, check_turn
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from jobs.recallflow.names import RECONCILE
from jobs.reconcile import Reconcile
from runner.errors import RunnerError
from runner.events import Event, Loaded
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.loading import load
from runner.planning.terms import encode_terms
from runner.problem import Notice
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileOptions:
    """What the command line says."""

    source: SourceOptions
    settings: Settings
    terms: TermsOptions
    in_sandbox: bool
    deadline: float | None
    """Seconds for the whole run."""
    yes: bool
    """Whether it goes on where it would ask."""
    ending: PlanEnding


def reconcile(options: ReconcileOptions) -> int:
    """Reads, compares, and sends what was asked for. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    try:
        return _reconcile(options)
    except RunnerError as error:
        settings, language = options.settings, options.ending.language
        source, reason = str(options.source.file), Text.of(error)
        endpoint = SANDBOX if options.in_sandbox else settings.base_url

        def night() -> Night:
            return night_not_started(source, reason, ExitCode.NOT_STARTED, settings.journal, endpoint=endpoint)

        tell_of(night, settings, language, on_stderr(language), options.ending.target)
        raise


def _reconcile(options: ReconcileOptions) -> int:
    settings, ending = options.settings, options.ending
    check_places(ending)
    source, terms = options.source.source(settings), options.terms.terms(settings)
    delivery = Delivery.of(settings, in_sandbox=options.in_sandbox)
    deadline = Deadline(options.deadline) if options.deadline is not None else None
    console = Console(stderr=True, quiet=ending.quiet)
    loaded: list[Event] = []
    with (
        keeping_log(settings.log, console, ending.language) as write,
        Database(settings.journal) as database,
        ExitStack() as stack,
    ):
        check_turn(RECONCILE, delivery.destination.endpoint, database)  # before a big file is read for nothing
        with console.status(RichText(_READING.format(file=source.path.name).in_language(ending.language))):
            run = load(
                Reconcile(None),
                replace(source, keep_rows=False),
                database,
                destination=delivery.destination,
                observe=loaded.append,
                random=SystemRandom(),
                asked=asked_to_reconcile(
                    source,
                    settings,
                    terms,
                    ignore=options.terms.ignore,
                    deadline=options.deadline,
                    in_sandbox=options.in_sandbox,
                ),
                terms=encode_terms(terms),
            )
        ignored = tuple(on_ignored(terms, database, run))
        if ignored:
            Journal(database).note(run, ignored)
        begin_turn(run, database)
        interrupts = stack.enter_context(Interrupts())  # until here a signal ends the program: nothing was begun
        if ending.quiet and not (settings.log and settings.log.fills_stderr):  # it says nothing else of them
            print_by_kind(Console(stderr=True), ignored, ending.language)
        with watching(settings.log, write, console, ending.language) as observe:
            for event in loaded:
                observe(_with(event, ignored))
            control = both(interrupts.control, deadline.control) if deadline else interrupts.control
            question = Question(
                language=ending.language,
                yes=options.yes,
                json=ending.json,
                real=not options.in_sandbox,
                target=ending.target,
            )
            stop = delivery.send(run, database, settings, observe, control, question=question)
        return end_of_plan(run, database, stop, settings, ending, interrupts)


def _with(event: Event, notices: tuple[Notice, ...]) -> Event:
    return replace(event, notices=(*event.notices, *notices)) if isinstance(event, Loaded) else event


_READING = Text("Reading and checking {file}", "正在读取并检查 {file}")
