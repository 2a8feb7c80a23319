"""The sheet Problems: a line a problem, which leads to the cell where it is corrected."""

from runner.journal.ledger import RecordedProblem
from runner.report.book import Book
from runner.report.cells import Cell
from runner.report.long_sheet import LongSheet, Place, ReportColumn
from runner.report.measures import lines_of_row
from runner.report.styles import LINK, WRAPPED
from runner.report.words import CORRECTIONS, PROBLEMS
from runner.text import Language, Text

_HEADING, _VALUE, _MESSAGE, _REMEDY = 24, 24, 60, 50
"""How wide these columns are, in characters."""


class Problems:
    """Is written problem by problem, in input order."""

    def __init__(self, book: Book, *, key: str, language: Language) -> None:
        """Begins the sheet.

        Raises:
            OSError: there is no room for it on the disk.
        """
        columns = (
            (Text("Cell", "单元格"), 10),
            (Text("Correct here", "更正处"), 16),
            (Text("Heading", "标题"), _HEADING),
            (Text("Value", "当前值"), _VALUE),
            (Text("Problem", "问题"), _MESSAGE),
            (Text("What to do", "处理建议"), _REMEDY),
            (Text("Code", "代码"), 20),
            (Text.verbatim(key), 16),
            (Text("Row", "行号"), 8),
        )
        self._language = language
        self._sheet = LongSheet(
            book,
            PROBLEMS,
            [ReportColumn(heading.in_language(language), width, style=WRAPPED) for heading, width in columns],
        )

    def add(self, problem: RecordedProblem, place: Place | None) -> None:
        """Adds a line.

        Args:
            problem: what is wrong; its address is that in the user's own file.
            place: where the row stands in the corrections, if it does.

        Raises:
            OSError: there is no room for it on the disk.
        """
        message, remedy = problem.message.in_language(self._language), problem.remedy.in_language(self._language)
        told = (problem.heading, _HEADING), (problem.value, _VALUE), (message, _MESSAGE), (remedy, _REMEDY)
        self._sheet.append(
            [
                problem.cell,
                _link(problem.cell.rstrip("0123456789"), place) if place else None,
                problem.heading,
                problem.value,
                message,
                remedy,
                problem.code,
                problem.key,
                problem.row,
            ],
            lines=lines_of_row(told),
        )

    def close(self) -> None:
        """Ends the sheet."""
        self._sheet.close()


def _link(letter: str, place: Place) -> Cell:
    address = f"{letter}{place.row}"
    shown = address if place.sheet == CORRECTIONS else f"{place.sheet}!{address}"
    return Cell(shown, style=LINK, link=f"'{place.sheet}'!{address}")
