"""`recallflow report`: the report of a run once more, as a workbook or as a page to send by mail."""

from contextlib import suppress
from pathlib import Path

from rich.console import Console

from jobs.app.formats import check_format
from jobs.app.printing import print_line
from jobs.app.reporting import ReportTerms, check_report, note_report, write_report_file
from jobs.app.summary import print_json, report_line, run_json
from runner.errors import JournalError
from runner.journal.database import Database
from runner.journal.lookup import find_run

FORMATS = {"xlsx": ".xlsx", "html": ".html"}
"""And how their files end."""


def write(journal: Path, name: str | None, terms: ReportTerms, *, layout: str, json: bool) -> int:
    """Writes the report of a run, wherever the run stands. Gives the exit code.

    Args:
        journal: where the journal is; it need not be writable.
        name: of the run, or its beginning; None for the latest.
        terms: what is wanted.
        layout: one of `FORMATS`.
        json: whether a JSON object says where the report lies, instead of a line.

    Raises:
        SettingsError: there is no such format, or the report cannot lie there.
        InputError: there is no such run.
        JournalError: the journal cannot be read.
        ReportError: the report cannot be written.
    """
    check_format(layout, FORMATS)
    check_report(terms.path, FORMATS[layout])
    with Database(journal, to_read=True) as database:
        record = find_run(database, name)
        written = write_report_file(record.id, database, terms, ending=FORMATS[layout])
    if layout == "xlsx":
        with suppress(JournalError), Database(journal) as database:  # that it may only be read is no matter
            note_report(record.id, database, written)
    if json:
        print_json(run_json(record, 0, terms.language) | {"report": str(written)})
    else:
        print_line(Console(), report_line(str(written)), terms.language)
    return 0
