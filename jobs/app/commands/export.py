"""`recallflow export`: the vendor's flows as a spreadsheet in the upload format."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from random import SystemRandom

from rich.console import Console

from jobs.app.asked import asked_to_export
from jobs.app.export_ending import ExportEnding, end_of_export
from jobs.app.listing import Selection, listing_of
from jobs.app.not_begun import not_begun
from jobs.app.printing import print_line
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.stopping import Interrupts
from jobs.app.watching import keeping_log, watching
from jobs.export import Export
from jobs.recallflow.export.days import Days
from jobs.recallflow.export.writing import check_out
from jobs.recallflow.migration.selection import PageSelection
from jobs.recallflow.names import EXPORT
from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.lookup import find_run
from runner.listing import Origin, load_keys
from runner.outcome import Stop
from runner.planning.terms import PlanTerms, encode_terms
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What the command line says."""

    settings: Settings
    selection: Selection
    in_sandbox: bool
    words: Sequence[str]
    """How the flows were selected, as it could be typed."""
    ending: ExportEnding


def export(options: ExportOptions) -> int:
    """Lists the flows, reads them, and writes the file. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    settings, ending = options.settings, options.ending
    assert ending.out is not None, "an export is written somewhere"
    check_out(ending.out, force=ending.force)
    delivery = Delivery.of(settings, in_sandbox=options.in_sandbox)
    words = [*options.words, *["--all"] * ending.with_locked, *["--force"] * ending.force]
    console = Console(stderr=True, quiet=ending.quiet)
    with (
        keeping_log(settings.log, console, ending.language) as write,
        Database(settings.journal) as database,
        ExitStack() as stack,
    ):
        interrupts = stack.enter_context(Interrupts())
        days = Days.of(options.selection) if isinstance(options.selection, PageSelection) else None
        if days and not (settings.log and settings.log.fills_stderr):
            print_line(console, _LISTING.format(days=days.words), ending.language)
        with watching(settings.log, write, console, ending.language) as observe:
            listing = listing_of(options.selection, delivery, settings, observe, interrupts.control, with_facts=True)
            if isinstance(listing, Stop):
                return not_begun(EXPORT, listing, ending.language, json=ending.json)
            if days and not listing.keys:
                raise InputError(*days.nothing_found)
            run = load_keys(
                Export(None),
                listing,
                Origin(
                    source=str(ending.out),
                    sha256="",
                    terms=encode_terms(PlanTerms(keeps_images=True)),
                    asked=asked_to_export(ending.out, words, settings, in_sandbox=options.in_sandbox),
                ),
                database,
                destination=delivery.destination,
                observe=observe,
                random=SystemRandom(),
            )
            if days:  # kept for whoever writes the file later; the user has been told already
                Journal(database).note(run, [days.notice()])
            stop = delivery.send(run, database, settings, observe, interrupts.control)
        return end_of_export(run, database, stop, ending, interrupts)


def export_again(name: str, settings: Settings, ending: ExportEnding) -> int:
    """Writes what an earlier run has read. Gives the exit code.

    Raises:
        RunnerError: there is no such run, it is no export, or not all of it was read.
    """
    assert ending.out is not None, "an export is written somewhere"
    check_out(ending.out, force=ending.force)
    with Database(settings.journal) as database:
        record = find_run(database, name)
        if record.job != EXPORT:
            raise InputError(
                f"Run {record.name} is no export, so that it has not kept all that it read. "
                "`recallflow runs` lists all runs.",
                f"运行 {record.name} 不是导出，未保存全部读取内容。`recallflow runs` 可列出全部运行。",
            )
        if record.unread:
            command = ending.target.to(record.endpoint).command("resume", record.name)
            raise InputError(
                f"Run {record.name} has not read all flows yet. Go on first: {command}",
                f"运行 {record.name} 尚未读取全部流程。请先继续：{command}",
            )
        return end_of_export(record.id, database, None, ending, None)


_LISTING = Text("The vendor is asked for its list: {days}.", "正在向平台查询流程列表：{days}。")
