"""The sheet Corrections: the user's own rows of what is to be corrected, so that this very workbook is uploaded again.

Nothing is added to them. What is wrong with a cell is said by its colour and its note; what a cell cannot hold as it
was is an error in it, which the check refuses.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from runner.job import Job
from runner.journal.corrigenda import Corrigendum, corrigenda, width_of_rows
from runner.journal.duplicates import DUPLICATE_KEY
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import RunState, State
from runner.problem import Violation
from runner.report import notes
from runner.report.book import Book
from runner.report.cells import Cell, Value, printable, text_cell
from runner.report.correction_columns import CorrectionColumn, column_of, content_of, form_of, is_plain_number, lost_of
from runner.report.correction_styles import CorrectionStyles
from runner.report.form import AS_TEXT
from runner.report.long_sheet import LongSheet, Place, ReportColumn
from runner.report.measures import lines_of_row
from runner.report.problems_sheet import Problems
from runner.report.row_xml import ERRORS
from runner.report.words import CORRECTED, CORRECTIONS, Advise
from runner.tables import table
from runner.tables.cells import is_blank
from runner.tables.delimited import TOO_MANY_CELLS
from runner.tables.origin import ORIGIN_SHEET, origin_rows
from runner.tables.table import HeldBack, Misread, Row, WrittenHeading, column_letter, shown
from runner.text import Language, Text

_FROZEN_KEY = 2
"""The last column, from 0, at which the key stays in view; further right, too little room would be left beside it."""

_NOT_AVAILABLE = "#N/A"
_TAKEN_AWAY = Misread(_NOT_AVAILABLE, Violation(DUPLICATE_KEY, Text("", ""), Text("", "")))


def add_corrections(
    book: Book,
    ledger: Ledger,
    run: RunRecord,
    job: Job,
    language: Language,
    *,
    advise: Advise,
    problems: Problems,
    states: Collection[State] = CORRECTED,
) -> None:
    """Adds the sheet to a workbook, and all problems of the run to theirs, with the places where they are corrected.

    Args:
        book: the workbook.
        ledger: the journal.
        run: one whose rows are kept.
        job: whose run it is.
        language: of the notes.
        advise: says what to do.
        problems: a sheet that stands before this one.
        states: those of the requests whose rows are given back.

    Raises:
        OSError: there is no room for it on the disk.
        JournalError: the journal cannot be read.
    """
    corrections = _Corrections(book, ledger, run, job, language, advise)
    # What has problems is invalid, so that the sheet of problems is complete.
    for request in corrigenda(ledger.database, run.id, {*states, State.INVALID}):
        places = corrections.add(request) if request.state in states and not request.taken_over else {}
        for problem in request.problems:
            problems.add(problem, places.get(problem.row))
    corrections.close()


def add_origin(book: Book, run: RunRecord, *, recorded: bool) -> None:
    """Adds the hidden sheet that says which run is corrected.

    Args:
        book: the workbook.
        run: whose corrections it has.
        recorded: whether the journal keeps it.
    """
    sheet = book.workbook.create_sheet(ORIGIN_SHEET)
    sheet.sheet_state = "hidden"
    for row in origin_rows(run.name if recorded else "", CORRECTIONS, run.headings):
        sheet.append([text_cell(sheet, words) for words in row])


@dataclass(slots=True)
class _Mark:
    """What is said of a cell."""

    state: State
    notes: list[str]


_Marks = dict[tuple[int, int], _Mark]
"""By the number of a row in the user's file, and the index of a column."""


class _Corrections:
    """Is written request by request."""

    def __init__(
        self,
        book: Book,
        ledger: Ledger,
        run: RunRecord,
        job: Job,
        language: Language,
        advise: Advise,
    ) -> None:
        width = max(len(run.headings), width_of_rows(ledger.database, run.id))
        headings = [*run.headings, *[WrittenHeading("", None)] * (width - len(run.headings))]
        forms = [form_of(job, heading, language) for heading in headings]
        self._run = run
        self._language = language
        self._advise = advise
        self._style = CorrectionStyles(book).name
        self._columns = [column_of(heading, form) for heading, form in zip(headings, forms, strict=True)]
        self._index = {column_letter(index): index for index in range(width)}
        self._key = next(index for index, heading in enumerate(headings) if heading.field == job.key)
        self._headed = max(index for index, heading in enumerate(headings) if heading.text.strip()) + 1
        self._file = Path(run.source).name
        self._last: tuple[int, frozenset[str]] = 0, frozenset()
        self._sheet = LongSheet(
            book,
            CORRECTIONS,
            [
                ReportColumn(
                    heading.text,
                    form.width,
                    style=self._style(form.number_format, wrapped=form.number_format == AS_TEXT),
                    note=form.note,
                    held_to=form.held_to,
                )
                for heading, form in zip(headings, forms, strict=True)
            ],
            frozen_columns=self._key + 1 if self._key <= _FROZEN_KEY else 0,
        )

    def add(self, request: Corrigendum) -> dict[int, Place]:
        """Adds the rows of a request; gives where each stands."""
        keys = self._keys(request)
        ordinal, others = self._last
        self._last = request.ordinal, keys
        apart = ordinal + 1 != request.ordinal and not keys.isdisjoint(others)
        marks = self._marks(request, apart=apart)
        rows = self._kept_apart(request, marks) if apart else request.rows
        self._sheet.keep_together(len(rows))
        return {row.number: self._sheet.append(self._values(row, marks), lines=self._lines(row)) for row in rows}

    def close(self) -> None:
        self._sheet.close()

    def _keys(self, request: Corrigendum) -> frozenset[str]:
        """The keys that its rows have in the sheet, as far as they are not errors."""
        cells = (row.cells[self._key] for row in request.rows if self._key < len(row.cells))
        held_back = (cell.cell for cell in cells if isinstance(cell, HeldBack))
        return frozenset({request.key, *map(_key_of, held_back)} - {""})

    def _marks(self, request: Corrigendum, *, apart: bool) -> _Marks:
        """What is said of the cells of a request.

        Args:
            request: that they are of.
            apart: whether its key is taken away, so that nothing else need be said of it.
        """
        marks: _Marks = {}
        numbers = {row.number for row in request.rows}
        first = request.rows[0].number

        def mark(row: int, column: int, state: State, note: str) -> None:
            marks.setdefault((row, column), _Mark(state, [])).notes.append(note)

        for problem in request.problems:
            if apart and problem.code == DUPLICATE_KEY:
                continue
            column = self._index.get(problem.cell.rstrip("0123456789"), self._key)
            was_at = notes.place_in(self._file, problem.cell)
            note = notes.note(problem.message, problem.remedy, self._language, was_at=was_at)
            mark(problem.row if problem.row in numbers else first, column, State.INVALID, note)
        surplus = {problem.row for problem in request.problems if problem.code == TOO_MANY_CELLS}
        for row in request.rows:
            if row.number in surplus:
                behind = (at for at, cell in enumerate(row.cells) if at >= self._headed and not is_blank(cell))
                for column in (self._headed - 1, *behind):
                    mark(row.number, column, State.INVALID, notes.on_surplus(self._language))
        only_planned = request.state is State.NOT_SENT and self._run.state is RunState.PLANNED
        if not request.problems and not only_planned:
            said = notes.on_state(request, self._run.reason, self._advise, self._language)
            mark(first, self._key, request.state, said)
        return marks

    def _kept_apart(self, request: Corrigendum, marks: _Marks) -> tuple[Row, ...]:
        """The rows without their key, as they would join those of another request that they never stood below.

        Two requests of one key are refused; together they would be one, of which nobody has ever thought.
        """
        rows = []
        for row in request.rows:
            cells = list(row.cells)
            key = _key_of(cells[self._key]) if self._key < len(cells) else ""
            if key:
                cells[self._key] = _TAKEN_AWAY
                mark = marks.setdefault((row.number, self._key), _Mark(State.INVALID, []))
                was_at = notes.place_in(self._file, f"{column_letter(self._key)}{row.number}")
                mark.notes.append(notes.on_twin(key, self._language, was_at=was_at))
            rows.append(Row(row.number, tuple(cells)))
        return tuple(rows)

    def _values(self, row: Row, marks: _Marks) -> list[Value]:
        cells = row.cells[: len(self._columns)]
        values = [
            self._value(cell, column, marks.get((row.number, index)))
            for index, (cell, column) in enumerate(zip(cells, self._columns, strict=False))
        ]
        return values + [
            self._value(None, self._columns[index], marks.get((row.number, index)))
            for index in range(len(values), len(self._columns))
        ]

    def _lines(self, row: Row) -> int:
        """How many lines the texts of a row take, as far as they are shown without a click."""
        return lines_of_row(
            (cell, column.width) for cell, column in zip(row.cells, self._columns, strict=False) if column.field
        )

    def _value(self, cell: table.Cell, column: CorrectionColumn, mark: _Mark | None) -> Value:
        if mark is None:  # as nearly all of them are, and most look as their column does
            if cell is None:
                return None
            if is_plain_number(cell):
                return cell
        if isinstance(cell, HeldBack):  # its row is, for as long as there is something behind the last heading
            cell = cell.cell
        lost = lost_of(cell)
        if lost is not None and isinstance(cell, str) and not column.field:
            return printable(cell)  # nothing is read from there
        if lost is not None:
            return self._error(cell, lost, column, mark)
        if mark is None and column.plain_text and isinstance(cell, str):
            return cell
        content, number_format = content_of(cell, column)
        wrapped = bool(column.field) and (isinstance(content, str) or column.number_format == AS_TEXT)
        style = self._style(number_format, mark.state if mark else None, wrapped=wrapped)
        if mark is None:
            assert content is not None
            return content, style
        return Cell(content, style=style, note=notes.together(mark.notes))

    def _error(self, cell: table.Cell, lost: str, column: CorrectionColumn, mark: _Mark | None) -> Cell:
        """What cannot be given back as it was. In a column that no field is read from, it is no matter."""
        said = mark.notes if mark else []
        if lost not in ERRORS or not said:
            said = [*said, notes.on_lost(lost, self._language)]
        state = mark.state if mark else State.INVALID if column.field else None
        word = lost if isinstance(cell, Misread) and lost in ERRORS else _NOT_AVAILABLE
        return Cell(word, style=self._style(column.number_format, state), note=notes.together(said), error=True)


def _key_of(cell: table.Cell) -> str:
    """A key as it is read from a cell."""
    if isinstance(cell, HeldBack):
        cell = cell.cell
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else shown(cell).strip()
