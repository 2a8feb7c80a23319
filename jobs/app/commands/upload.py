"""`recallflow upload`: check, ask where it was sent before, send, report."""

from contextlib import ExitStack
from dataclasses import dataclass
from random import SystemRandom

from rich.console import Console
from rich.text import Text as RichText

from jobs.app.asked import asked_to_upload
from jobs.app.ending import Ending, end
from jobs.app.kept_guards import guards_in_words, guards_to_keep
from jobs.app.repeating import check_repeats
from jobs.app.reporting import check_report
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from jobs.upload import ComparedUpload, Upload
from runner.errors import SettingsError
from runner.events import Event
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.loading import Source, load
from runner.planning.terms import PlanTerms, encode_terms
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """What the command line says."""

    source: Source
    settings: Settings
    in_sandbox: bool
    dry_run: bool
    compare: bool
    """Whether the remote state is read first, and only what is not as wanted is sent."""
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
    console = Console(stderr=True)
    loaded: list[Event] = []
    with (
        keeping_log(settings.log, console, language) as write,
        Database(settings.journal) as database,
        ExitStack() as stack,
    ):
        with console.status(RichText(_READING.format(file=options.source.path.name).in_language(language))):
            run = load(
                ComparedUpload(None) if options.compare else Upload(None),
                options.source,
                database,
                destination=delivery.destination if delivery else None,
                observe=loaded.append,
                random=SystemRandom(),
                asked=asked_to_upload(
                    options.source,
                    settings,
                    in_sandbox=options.in_sandbox,
                    dry_run=options.dry_run,
                    compare=options.compare,
                ),
                terms=encode_terms(_EVERYTHING) if options.compare else None,
            )
        if delivery is None and guards_in_words(settings):  # for whoever sends it later
            Journal(database).keep_guards(run, guards_to_keep(settings))
        if delivery and not options.in_sandbox:
            try:
                check_repeats(
                    run, database, language, yes=options.yes, json=options.ending.json, compares=options.compare
                )
            except BaseException:
                Journal(database).discard(run)
                raise
        with watching(settings.log, write, console, language) as observe:
            for event in loaded:
                observe(event)
            interrupts = stack.enter_context(Interrupts())
            stop = delivery.send(run, database, settings, observe, interrupts.control) if delivery else None
        return end(run, database, stop, options.ending, interrupts)


_EVERYTHING = PlanTerms(apply=True, conflicts_ours=True)
"""What a compared upload sends of what is not as wanted."""

_READING = Text("Reading and checking {file}", "正在读取并检查 {file}")
