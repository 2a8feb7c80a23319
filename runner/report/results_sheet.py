"""The sheet Results: a line a request, in input order, with what each changed where that is known."""

from collections.abc import Callable

from runner.job import Compares, Job
from runner.journal.applied import AppliedBefore
from runner.journal.ledger import Ledger, Result, RunRecord
from runner.outcome import State
from runner.report.book import Book
from runner.report.cells import local_time, utc_offset
from runner.report.changed import in_words
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.measures import lines
from runner.report.styles import COUNT, TIME, TOP, WRAPPED, state_style
from runner.report.words import RESULTS, STATES, Advise
from runner.text import Language, Text

_EMPTY = Text("", "")
_WIDEST = 100
"""Columns of Latin letters: what a change takes on one line."""

_Changes = Callable[[Result], str | None]


def add_results(book: Book, ledger: Ledger, run: RunRecord, job: Job, *, advise: Advise, language: Language) -> None:
    """Adds the sheet Results to a workbook: every request, in input order."""
    zone = utc_offset(run.started)
    changes_of = _changes_of(ledger, run, job, language)
    columns = (
        (Text("Rows", "行号"), 10),
        (Text.verbatim(job.key), 16),
        (Text("State", "状态"), 12),
        (Text("Code", "代码"), 12),
        (Text("Message", "消息"), 50),
        (Text("What to do", "处理建议"), 50),
        (Text("Attempts", "发送次数"), 10),
        (Text(f"First sent ({zone})", f"首次发送（{zone}）"), 22),
        (Text(f"Settled ({zone})", f"完成时间（{zone}）"), 22),
        (Text("Seconds", "耗时（秒）"), 10),
        (Text("Changes since our last update", "变更（与我们上次的更新相比）"), _WIDEST if changes_of else 30),
    )
    style = TOP if changes_of else None  # rows of several lines
    results = LongSheet(
        book,
        RESULTS,
        [ReportColumn(heading.in_language(language), width, style) for heading, width in columns],
    )
    words = {state: (STATES[state].in_language(language), state_style(state)) for state in run.counts}
    for result in ledger.results(run.id):
        changes = changes_of(result) if changes_of else None
        message = result.message or (_count_of_problems(result.problems) if result.problems else _EMPTY)
        took = result.settled - result.first_sent if result.settled and result.first_sent else None
        results.append(
            [
                result.rows,
                result.key,
                words[result.state],
                result.code or "",
                message.in_language(language),
                advise(result.state, result.code).in_language(language),
                (result.attempts, COUNT),
                (local_time(result.first_sent), TIME) if result.first_sent else None,
                (local_time(result.settled), TIME) if result.settled else None,
                None if took is None else (round(took, 3), COUNT),
                (changes, WRAPPED) if changes else None,
            ],
            lines=lines(changes, _WIDEST) if changes else 1,
        )
    results.close()


def _changes_of(ledger: Ledger, run: RunRecord, job: Job, language: Language) -> _Changes | None:
    """Says of each result, in input order, what it changed, as far as anybody knows.

    None for a job that cannot compare, and for a run before which there was none: they pay nothing for it.
    """
    if not isinstance(job, Compares):
        return None
    before = AppliedBefore(ledger.database, run.id)
    if not before:
        return None
    compare = job.changes
    updates = before.updates()

    def changes(result: Result) -> str | None:
        if result.state is not State.SUCCEEDED:
            return None
        update = next(update for update in updates if update.ordinal == result.ordinal)
        if update.before is None or update.before == update.body:
            return None
        return in_words(compare(update.before, update.body), language)

    return changes


def _count_of_problems(count: int) -> Text:
    return Text(f"{count} problem{'s' if count > 1 else ''}", f"{count} 个问题")
