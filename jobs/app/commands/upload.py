"""`recallflow upload`: check, send, report."""

from contextlib import ExitStack
from dataclasses import dataclass
from random import SystemRandom

from jobs.app.ending import Ending, check_report, end
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.watching import watching
from jobs.upload import Upload
from runner.engine import Source, load
from runner.journal.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """What the command line says."""

    source: Source
    settings: Settings
    in_sandbox: bool
    dry_run: bool
    ending: Ending


def upload(options: UploadOptions) -> int:
    """Checks the file, sends what is right in it, and writes the report. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    settings = options.settings
    check_report(options.ending.report)
    delivery = None if options.dry_run else Delivery.of(settings, in_sandbox=options.in_sandbox)
    with Database(settings.journal) as database, ExitStack() as stack:
        with watching(settings, options.ending.language) as observe:
            run = load(
                Upload(None),
                options.source,
                database,
                destination=delivery.destination if delivery else None,
                observe=observe,
                random=SystemRandom(),
            )
            interrupts = stack.enter_context(Interrupts())
            stop = delivery.send(run, database, settings, observe, interrupts) if delivery else None
        return end(run, database, stop, options.ending, interrupts)
