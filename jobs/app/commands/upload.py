"""`recallflow upload`: check, ask where it was sent before, send, report."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from random import SystemRandom

from rich.console import Console
from rich.text import Text as RichText

from jobs.app.asked import asked_to_upload
from jobs.app.consent import Answer, Question, agree_to_upload, some_invalid
from jobs.app.consent_words import NOTHING_SENT
from jobs.app.ending import Ending, end
from jobs.app.kept_guards import guards_in_words, guards_to_keep
from jobs.app.repeating import check_repeats
from jobs.app.reporting import check_report
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from jobs.upload import ComparedUpload, Upload
from runner.errors import InputError, SettingsError
from runner.events import Event
from runner.journal.database import Database
from runner.journal.decisions import keep_unsent
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.loading import Source, load
from runner.outcome import State
from runner.planning.terms import PlanTerms, encode_terms
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """What the command line says."""

    source: Source
    settings: Settings
    in_sandbox: bool
    dry_run: bool
    compare: bool | None
    """Whether the remote state is read first, and only what is not as wanted is sent; None for as it is set."""
    yes: bool
    """Whether it goes on where it would ask."""
    ending: Ending


def upload(options: UploadOptions) -> int:
    """Checks the file, sends what is right in it, and writes the report. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    settings, language = options.settings, options.ending.language
    check_report(options.ending.report)
    if options.compare and options.dry_run:
        raise SettingsError(
            "--compare reads what the vendor has, and --dry-run asks nobody. Use one of them; `recallflow reconcile` "
            "shows what differs, and sends nothing.",
            "--compare 需要读取供应商现值，而 --dry-run 不联网。请只用其一；"
            "如只想查看差异，请用 `recallflow reconcile`。",
        )
    delivery = None if options.dry_run else Delivery.of(settings, in_sandbox=options.in_sandbox)
    question = Question(
        language=language,
        yes=options.yes,
        json=options.ending.json,
        real=delivery is not None and not options.in_sandbox,
        target=options.ending.target,
    )
    console = Console(stderr=True)
    with (
        keeping_log(settings.log, console, language) as write,
        Database(settings.journal) as database,
        ExitStack() as stack,
    ):
        compares = delivery is not None and (settings.compare if options.compare is None else options.compare)
        run, loaded = _loaded(options, database, delivery, console, compares=compares)
        sends = delivery is not None and not _is_held_back(run, database, settings)
        if sends and _is_to_compare(run, database, question, compares=compares):
            Journal(database).discard(run)
            run, loaded = _loaded(options, database, delivery, console, compares=True)
            sends = not _is_held_back(run, database, settings)
            _is_to_compare(run, database, question, compares=True)
        if not sends and guards_in_words(settings):  # for whoever sends it later
            Journal(database).keep_guards(run, guards_to_keep(settings))
        with watching(settings.log, write, console, language) as observe:
            for event in loaded:
                observe(event)
            interrupts = stack.enter_context(Interrupts())
            stop = (
                delivery.send(run, database, settings, observe, interrupts.control, question=question)
                if delivery and sends
                else None
            )
        if question.declined:
            Journal(database).discard(run)
            if stop and stop.signal:
                raise KeyboardInterrupt
            raise InputError(NOTHING_SENT.en, NOTHING_SENT.zh)
        return end(run, database, stop, options.ending, interrupts)


def _loaded(
    options: UploadOptions, database: Database, delivery: Delivery | None, console: Console, *, compares: bool
) -> tuple[int, list[Event]]:
    """Load the file; give the journal's number of the run, and what there is to be told of it."""
    loaded: list[Event] = []
    reading = _READING.format(file=options.source.path.name).in_language(options.ending.language)
    with console.status(RichText(reading)):
        run = load(
            ComparedUpload(None) if compares else Upload(None),
            options.source,
            database,
            destination=delivery.destination if delivery else None,
            observe=loaded.append,
            random=SystemRandom(),
            asked=asked_to_upload(
                options.source,
                options.settings,
                in_sandbox=options.in_sandbox,
                dry_run=options.dry_run,
                compare=compares,
            ),
            terms=encode_terms(_EVERYTHING) if compares else None,
        )
    return run, loaded


def _is_held_back(run: int, database: Database, settings: Settings) -> bool:
    """Whether nothing is sent as some of it is invalid; the journal says why, then."""
    record = Ledger(database).run(run)
    held_back = settings.strict and record.counts[State.INVALID] > 0
    if held_back:
        keep_unsent(database, run, some_invalid(record))
    return held_back


def _is_to_compare(run: int, database: Database, question: Question, *, compares: bool) -> bool:
    """Whether somebody wants a plain upload to be compared first. A run that is not to be sent is forgotten.

    Raises:
        InputError: it is not to be sent.
    """
    if not question.real:
        return False
    check = partial(check_repeats, run, database, question, compares=compares)
    try:
        if compares:
            question.yes = check() or question.yes
            return False
        return agree_to_upload(run, database, question, check) is Answer.COMPARE
    except BaseException:
        Journal(database).discard(run)
        raise


_EVERYTHING = PlanTerms(apply=True, conflicts_ours=True)
"""What a compared upload sends of what is not as wanted."""

_READING = Text("Reading and checking {file}", "正在读取并检查 {file}")
