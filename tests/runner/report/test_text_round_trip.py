"""Whatever somebody wrote comes back from the report as it was."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from runner.report.book import Book
from runner.report.cells import LONGEST_TEXT, text_cell
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.styles import WRAPPED
from runner.tables.headings import Heading
from runner.tables.read import read_table, workbook_table
from tests.runner.tables.reading import BookHere

HEADINGS = (Heading(field="keyId", required=True), Heading(field="text"), Heading(field="styled"))

letters = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in range(32) if chr(code) not in "\t\n\r"] + ["\ufffe", "\uffff"],
)
escapes = st.lists(st.sampled_from(["_", "x", "X", "0041", "005F", "000d", "_x0041_", "a", "\r"]), max_size=8).map(
    "".join
)
texts = st.text(letters, max_size=40) | escapes | st.builds(str.__add__, escapes, st.text(letters, max_size=10))


def seen(text: str) -> str | None:
    """What is left of a text that is nothing."""
    return text or None


@settings(max_examples=15, deadline=timedelta(seconds=20), print_blob=True)
@given(words=st.lists(texts, min_size=1, max_size=60))
def test_a_text_comes_back_as_it_was_written(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.xlsx")
        write(path, words)
        workbook = BookHere(path)
        tables = [workbook_table(workbook, path, HEADINGS, sheet=name) for name in workbook.names]
        ours = [[(table.cell(row, "text"), table.cell(row, "styled")) for row in table.rows] for table in tables]
        sheets = openpyxl.load_workbook(path).worksheets
        theirs = [[row[1:] for row in sheet.iter_rows(min_row=2, max_col=3, values_only=True)] for sheet in sheets]
    wanted = [(seen(text), seen(text)) for text in words]
    assert ours == [wanted, wanted]
    # openpyxl shows the escapes of the format as they stand, and leaves it to its users to look behind them.
    assert [[tuple(text and unescape(str(text)) for text in row) for row in rows] for rows in theirs] == [wanted] * 2


def write(path: Path, words: Sequence[str]) -> None:
    """A workbook of a long sheet that has the words, and of one of openpyxl's that has them."""
    with Book(path.parent) as book:
        sheet = LongSheet(book, "Results", [ReportColumn(heading.field, 10) for heading in HEADINGS])
        other = book.workbook.create_sheet("Summary")
        other.append([heading.field for heading in HEADINGS])
        for number, text in enumerate(words):
            sheet.append([number, text, (text, WRAPPED)])
            other.append([number, text_cell(other, text), text_cell(other, text, WRAPPED)])
        sheet.close()
        book.save(path)


def test_no_escape_makes_a_text_too_long_that_a_cell_can_hold(tmp_path: Path) -> None:
    text = "_x0041_" * (LONGEST_TEXT // 7)
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", [ReportColumn(heading.field, 10) for heading in HEADINGS])
        sheet.append([1, text, (text, WRAPPED)])
        sheet.close()
        other = book.workbook.create_sheet("Summary")
        other.append(["odd"])
        other.append([text_cell(other, text)])
        book.save(tmp_path / "report.xlsx")
    with read_table(tmp_path / "report.xlsx", HEADINGS) as table:
        [row] = table.rows
    assert row.cells[1:] == (text, text)
    with read_table(tmp_path / "report.xlsx", [Heading(field="odd", required=True)], sheet="Summary") as table:
        [row] = table.rows
    assert row.cells == (text,)
