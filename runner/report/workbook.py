"""Writes the report workbook, from the journal. Whole or not at all, and never over another file."""

from collections.abc import Collection
from pathlib import Path

from runner.job import Job
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import State
from runner.report.advice import adviser
from runner.report.book import Book
from runner.report.corrections_sheet import add_corrections, add_origin
from runner.report.notices_sheet import add_notices
from runner.report.overview import overview
from runner.report.placing import not_written, put_beside, unfinished
from runner.report.plan_sheet import add_plan
from runner.report.problems_sheet import Problems
from runner.report.results_sheet import add_results
from runner.report.summary_sheet import add_summary
from runner.report.words import CORRECTED, CORRECTIONS, NOTICES, PLAN, PROBLEMS, RESULTS
from runner.text import Language


def write_report(
    path: Path,
    ledger: Ledger,
    run: int,
    job: Job,
    language: Language,
    *,
    corrected: Collection[State] = CORRECTED,
    recorded: bool = True,
    known: bool = True,
) -> Path:
    """Writes a run's report, streaming from the journal.

    Args:
        path: where; if something is there already, a numbered name beside it is taken.
        ledger: the journal.
        run: the journal's number of the run.
        job: whose run it is; it knows what to do about a code.
        language: of the report's words.
        corrected: the states of the requests whose rows are given back to be corrected.
        recorded: whether the journal keeps the run, so that its corrections can name it.
        known: whether `recallflow` knows the job, so that it can go on with the run.

    Returns:
        Where it lies.

    Raises:
        ReportError: it cannot be written there; nothing is left behind.
    """
    with ledger.snapshot():
        record = ledger.run(run)
        try:
            with unfinished(path) as file:
                with Book(file.parent) as book:
                    _fill(book, ledger, record, job, language, corrected=corrected, recorded=recorded, known=known)
                    book.save(file)
                return put_beside(file, path)
        except OSError as error:
            raise not_written(path, record.name if recorded else None, error) from error


def _fill(
    book: Book,
    ledger: Ledger,
    record: RunRecord,
    job: Job,
    language: Language,
    *,
    corrected: Collection[State],
    recorded: bool,
    known: bool,
) -> None:
    advise = adviser(record, job)
    said = overview(ledger, record, advise, recorded=recorded, known=known)
    add_summary(book.workbook, said, language, others=_others(ledger, record))
    add_results(book, ledger, record, job, advise=advise, language=language)
    if record.plan is not None:
        add_plan(book, ledger, record, job, language)
    problems = Problems(book, key=job.key, language=language)
    if record.headings:
        add_corrections(book, ledger, record, job, language, advise=advise, problems=problems, states=corrected)
    else:
        for problem in ledger.problems(record.id):
            problems.add(problem, None)
    problems.close()
    add_notices(book, ledger, record, key=job.key, language=language)
    if record.headings:
        add_origin(book, record, recorded=recorded)


def _others(ledger: Ledger, run: RunRecord) -> list[str]:
    """The sheets beside Summary, in their order."""
    has_notices = any(True for _ in ledger.notices(run.id))
    return [
        RESULTS,
        *([PLAN] if run.plan is not None else []),
        PROBLEMS,
        *([CORRECTIONS] if run.headings else []),
        *([NOTICES] if has_notices else []),
    ]
