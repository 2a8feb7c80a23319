"""`recallflow check`: what would be sent, and all problems. No network, no account, and no trace in the journal."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from jobs.app.asked import asked_to_check, asked_to_upload
from jobs.app.consent_words import how_to_compare
from jobs.app.exit_codes import exit_code
from jobs.app.printing import print_line
from jobs.app.problems import notices_json, print_notices, print_problems, problems_json
from jobs.app.progress import print_file_notices
from jobs.app.reporting import ReportTerms, check_report, report
from jobs.app.settings import Settings
from jobs.app.summary import print_json, print_summary, run_json
from jobs.app.target import Target
from jobs.upload import Upload
from runner.events import Event
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.loading import Source, load
from runner.outcome import State
from runner.text import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What the command line says."""

    source: Source
    report: Path | None
    """Where a report is to lie; None for none."""
    corrected: frozenset[State]
    """The states whose requests it gives back to be corrected."""
    settings: Settings
    language: Language
    json: bool
    target: Target
    """Where the commands lead that are printed."""


def check(options: CheckOptions) -> int:
    """Checks the file. Gives the exit code.

    Raises:
        RunnerError: the file cannot be read, or the report not written.
    """
    out, err = Console(), Console(stderr=True)

    def observe(event: Event) -> None:
        print_file_notices(err, event, options.language)

    if options.report:
        check_report(options.report)
    job = Upload(None)
    with Database(None) as database:
        run = load(
            job,
            replace(options.source, keep_rows=options.report is not None),
            database,
            destination=None,
            observe=observe,
            random=SystemRandom(),
            asked=asked_to_check(options.source),
        )
        ledger = Ledger(database)
        if options.report:
            terms = ReportTerms(
                path=options.report, language=options.language, corrected=options.corrected, recorded=False
            )
            report(run, database, terms)
        record = ledger.run(run)
        code = exit_code(record, None)
        if options.json:
            print_json(
                run_json(record, code, options.language, recorded=False) | {"job": "check"},
                problems=problems_json(ledger, run, options.language),
                notices=notices_json(ledger, run, options.language),
            )
        else:
            if record.counts[State.INVALID]:
                print_problems(out, ledger, run, options.language, report=record.report)
            print_notices(out, ledger, run, options.language)
            print_summary(out, record, options.language, target=options.target, recorded=False)
            if record.open:
                print_line(out, how_to_compare(_comparing(options)), options.language)
        return code


def _comparing(options: CheckOptions) -> str:
    """The command that compares and sends what was checked."""
    typed = asked_to_upload(options.source, options.settings, in_sandbox=False, dry_run=False, compare=True)
    return options.target.added_to(typed, "upload")
