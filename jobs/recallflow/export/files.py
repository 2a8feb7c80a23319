"""Writes flows into a workbook, or into delimited text: headings as in the template, text that stays text."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from jobs.recallflow.export.rows import COLUMNS, FlowRows
from jobs.recallflow.facts import FACTS, Fact
from jobs.recallflow.rule_words import option_text
from jobs.recallflow.template.forms import column_form, heading_text
from jobs.recallflow.template.styles import OPTIONAL, add_styles, heading_style
from runner.outcome import State
from runner.report.book import Book
from runner.report.cells import Cell, Value, printable
from runner.report.correction_columns import column_of, content_of, is_plain_number, lost_of
from runner.report.correction_styles import CorrectionStyles
from runner.report.form import AS_TEXT
from runner.report.long_sheet import MOST_ROWS, LongSheet, Place, ReportColumn
from runner.report.measures import lines_of_row
from runner.tables import table
from runner.tables.table import WrittenHeading
from runner.text import Language, Text

ENDINGS = (".xlsx", ".csv")

_SHEET = Text("Flows", "流程")
_NOT_AVAILABLE = "#N/A"

_FACTS_AT = 1
"""Behind the key, where they are seen beside it."""


def column_at(index: int) -> int:
    """Where in the file the column is that is at this place in `COLUMNS`, from 0."""
    return index if index < _FACTS_AT else index + len(FACTS)


def _headings(language: Language) -> list[str]:
    fields = [heading_text(spec, language) for spec in COLUMNS]
    return [*fields[:_FACTS_AT], *(fact.heading.in_language(language) for fact in FACTS), *fields[_FACTS_AT:]]


class FlowFile(Protocol):
    """A file that flows are added to."""

    def add(self, flow: FlowRows) -> list[Place]:
        """Adds the rows of a flow; gives where each stands. A file without sheets has one without a name."""


@contextmanager
def flow_file(file: Path, language: Language, *, ending: str, most_rows: int = MOST_ROWS) -> Iterator[FlowFile]:
    """A file to be filled; leaving it writes the rest.

    Args:
        file: to be written; it may have another name than it is going to have.
        language: of the headings, and of the words of options in a workbook.
        ending: of its name: which format it has.
        most_rows: of a sheet; past them a further one is begun.

    Raises:
        OSError: it cannot be written.
    """
    if ending == ".csv":
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            yield _Delimited(opened, language)
        return
    with Book(file.parent) as book:
        add_styles(book.workbook)
        workbook = _Workbook(book, language, most_rows)
        yield workbook
        workbook.close()
        book.save(file)


class _Delimited:
    """Values as they are: an option by its number."""

    def __init__(self, file: TextIO, language: Language) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(_headings(language))
        self._row = 1

    def add(self, flow: FlowRows) -> list[Place]:
        """Adds the rows of a flow."""
        rows = flow.rows
        for node, cells in enumerate(rows):
            self._writer.writerow([*cells[:_FACTS_AT], *_facts(flow, node), *cells[_FACTS_AT:]])
        first, self._row = self._row + 1, self._row + len(rows)
        return [Place("", number) for number in range(first, self._row + 1)]


def _facts(flow: FlowRows, node: int) -> tuple[table.Cell, ...]:
    """The flow's facts, in its first row."""
    return flow.facts if node == 0 and flow.facts else (None,) * len(FACTS)


class _Workbook:
    """Values as in the template: an option with its meaning, as drop-downs show it."""

    def __init__(self, book: Book, language: Language, most_rows: int) -> None:
        self._style = CorrectionStyles(book).name
        forms = [column_form(spec, language) for spec in COLUMNS]
        headings = [heading_text(spec, language) for spec in COLUMNS]
        self._columns = [
            column_of(WrittenHeading(heading, spec.name), form)
            for heading, spec, form in zip(headings, COLUMNS, forms, strict=True)
        ]
        self._options = [
            {value: option_text(spec, value).in_language(language) for value in spec.options} for spec in COLUMNS
        ]
        self._language = language
        columns = [
            ReportColumn(
                heading,
                form.width,
                style=self._style(form.number_format, wrapped=form.number_format == AS_TEXT),
                note=form.note,
                held_to=form.held_to,
                heading_style=heading_style(spec),
            )
            for heading, spec, form in zip(headings, COLUMNS, forms, strict=True)
        ]
        self._sheet = LongSheet(
            book,
            _SHEET.in_language(language),
            [*columns[:_FACTS_AT], *map(self._fact_column, FACTS), *columns[_FACTS_AT:]],
            most_rows=most_rows,
            frozen_columns=1,
        )

    def add(self, flow: FlowRows) -> list[Place]:
        """Adds the rows of a flow, all on one sheet."""
        rows = flow.rows
        self._sheet.keep_together(len(rows))
        notes = {(mark.node, mark.field): mark.message.in_language(self._language) for mark in flow.marks}
        return [self._append(cells, node, notes, _facts(flow, node)) for node, cells in enumerate(rows)]

    def close(self) -> None:
        """Ends the last sheet."""
        self._sheet.close()

    def _fact_column(self, fact: Fact) -> ReportColumn:
        return ReportColumn(
            fact.heading.in_language(self._language),
            fact.width,
            style=self._style(AS_TEXT),
            note=_FOR_READING.in_language(self._language),
            heading_style=OPTIONAL,
        )

    def _append(
        self,
        cells: tuple[table.Cell, ...],
        node: int,
        notes: dict[tuple[int, str], str],
        facts: tuple[table.Cell, ...],
    ) -> Place:
        values = [
            self._value(cell, index, notes.get((node, spec.name)))
            for index, (spec, cell) in enumerate(zip(COLUMNS, cells, strict=True))
        ]
        lines = lines_of_row((cell, column.width) for cell, column in zip(cells, self._columns, strict=True))
        told: list[Value] = [None if fact is None else printable(str(fact)) for fact in facts]
        return self._sheet.append([*values[:_FACTS_AT], *told, *values[_FACTS_AT:]], lines=lines)

    def _value(self, cell: table.Cell, index: int, note: str | None) -> Value:
        column, options = self._columns[index], self._options[index]
        if isinstance(cell, int) and cell in options:
            cell = options[cell]
        if note is None:
            if cell is None or is_plain_number(cell):
                return cell
            if column.plain_text and isinstance(cell, str) and lost_of(cell) is None:
                return cell
        lost = lost_of(cell)
        state = State.UNKNOWN if note else None
        if lost is not None:
            style = self._style(column.number_format, state)
            return Cell(_NOT_AVAILABLE, style=style, note=note or json.dumps(lost)[:1000], error=True)
        content, number_format = content_of(cell, column)
        wrapped = isinstance(content, str) or column.number_format == AS_TEXT
        style = self._style(number_format, state, wrapped=wrapped)
        if note is None and content is not None:
            return content, style
        return Cell(content if content is not None else "", style=style, note=note)


_FOR_READING = Text("For you to read: an upload passes this column over", "仅供查看：上传时忽略此列")
