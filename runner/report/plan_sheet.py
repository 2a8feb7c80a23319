"""The sheet Plan: a line a difference, to be read, sorted and filtered; with a column to tick what is to be applied."""

from collections.abc import Iterator, Sequence
from re import compile as pattern
from typing import TYPE_CHECKING

from runner.job import Job
from runner.journal.ledger import Ledger, Result, RunRecord
from runner.journal.plans import PlannedRequest, planned_requests
from runner.outcome import State
from runner.planning.plan_lines import (
    FIELD,
    HEADED,
    KEY,
    LABEL,
    MOVED_BY,
    NEW,
    NOTE,
    OLD,
    PLAN,
    ROWS,
    TICK,
    PlanLine,
    content_of,
    lines_of,
)
from runner.report import words
from runner.report.book import Book
from runner.report.cells import Cell, Value, text_cell
from runner.report.long_sheet import MOST_ROWS, LongSheet, ReportColumn
from runner.report.measures import lines_of_row
from runner.report.plan_styles import GREY, TEXT, TICKABLE, UNTICKABLE, add_plan_styles
from runner.report.styles import COUNT, WRAPPED
from runner.tables.origin import ORIGIN_SHEET, plan_rows
from runner.tables.table import WrittenHeading
from runner.text import Language, Text

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

_WIDTHS = {TICK: 9, KEY: 16, ROWS: 9, PLAN: 12, FIELD: 26, LABEL: 20, OLD: 36, NEW: 36, MOVED_BY: 28, NOTE: 56}
"""In characters."""

_PLACE = pattern(r"\[\d+\]")

TICKED = "x"
"""What the drop-down offers; what else counts as a tick, see `runner.planning.ticks`."""


def add_plan(
    book: Book, ledger: Ledger, run: RunRecord, job: Job, language: Language, *, to_tick: bool = False
) -> None:
    """Adds the sheet to a workbook: every request that is not as wanted, in input order.

    Args:
        book: the workbook.
        ledger: the journal.
        run: one that plans.
        job: whose run it is; it has the labels of the fields.
        language: of the words.
        to_tick: whether it has a column for ticks.

    Raises:
        OSError: there is no room for it on the disk.
        JournalError: the journal cannot be read.
    """
    add_plan_styles(book)
    columns = [name for name in HEADED if to_tick or name != TICK]
    sheet = LongSheet(
        book,
        words.PLAN,
        [
            ReportColumn(
                heading,
                _WIDTHS[name],
                style=TEXT if name in {OLD, NEW} else WRAPPED,
                held_to=_drop_down if name == TICK else None,
            )
            for name, heading in zip(columns, _headings(columns, job, language), strict=True)
        ],
        frozen_columns=columns.index(KEY) + 1,
    )
    labels = {heading.field: heading.labels[0] for heading in job.headings if heading.labels}
    for planned, result in _with_results(ledger, run.id):
        for line in lines_of(planned, result.message):
            cells = _cells(line, planned, result, labels, language)
            texts = ((cells[name], _WIDTHS[name]) for name in (FIELD, OLD, NEW, MOVED_BY, NOTE))
            sheet.append([_value(name, cells[name], line) for name in columns], lines=lines_of_row(texts))
    sheet.close()


def add_plan_origin(book: Book, run: RunRecord, job: Job, language: Language) -> None:
    """Adds the hidden sheet that says which run's plan it is, and what its columns hold."""
    sheet = book.workbook.create_sheet(ORIGIN_SHEET)
    sheet.sheet_state = "hidden"
    headings = map(WrittenHeading, _headings(list(HEADED), job, language), HEADED)
    for row in plan_rows(run.name, words.PLAN, headings):
        sheet.append([text_cell(sheet, each) for each in row])


def _headings(columns: Sequence[str], job: Job, language: Language) -> list[str]:
    return [job.key if name == KEY else HEADED[name].in_language(language) for name in columns]


def _with_results(ledger: Ledger, run: int) -> Iterator[tuple[PlannedRequest, Result]]:
    results = ledger.results(run)  # in the same order, and all of them
    for planned in planned_requests(ledger.database, run):
        yield planned, next(result for result in results if result.ordinal == planned.ordinal)


def _cells(
    line: PlanLine, planned: PlannedRequest, result: Result, labels: dict[str, str], language: Language
) -> dict[str, str | float | None]:
    found = line.difference
    note = line.hindrance or _became(planned, result)
    if found and found.rule:
        note = _RULE_AND.format(rule=found.rule, note=note) if note else _RULE.format(rule=found.rule)
    return {
        TICK: None,
        KEY: planned.key,
        ROWS: planned.rows,
        PLAN: words.PLANS[planned.plan].in_language(language),
        FIELD: found.field if found else None,
        LABEL: labels.get(_bare(found.field)) if found else None,
        OLD: content_of(found.old) if found else None,
        NEW: content_of(found.new) if found else None,
        MOVED_BY: words.MOVED_BY[found.moved_by].in_language(language) if found else None,
        NOTE: note.in_language(language) if note else None,
    }


def _became(planned: PlannedRequest, result: Result) -> Text | None:
    """What became of a request that can still be ticked, where that is more than that it was planned."""
    if result.state is State.NOT_SENT:
        return result.message if result.code != planned.plan else None
    state = words.STATES[result.state]
    return _SAID.format(state=state, message=result.message) if result.message else state


def _value(name: str, content: str | float | None, line: PlanLine) -> Value:
    if name == TICK:
        return Cell(None, style=UNTICKABLE if line.hindrance else TICKABLE)
    if line.hindrance:
        return Cell(content, style=GREY)
    return (content, COUNT) if isinstance(content, int | float) else content


def _bare(field: str) -> str:
    """The name of a field among its like, without the part that it is in: of `nodeList[0].text`, `text`."""
    return _PLACE.sub("", field).rpartition(".")[2]


def _drop_down(letter: str) -> "DataValidation":
    """Offers the tick, and lets any other be typed."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - heavy

    found = DataValidation(type="list", formula1=f'"{TICKED}"', allow_blank=True, showErrorMessage=False)
    found.add(f"{letter}2:{letter}{MOST_ROWS}")
    return found


_RULE = Text("Rule {rule}", "规则 {rule}")
_RULE_AND = Text("Rule {rule}. {note}", "规则 {rule}。{note}")
_SAID = Text("{state}: {message}", "{state}：{message}")
