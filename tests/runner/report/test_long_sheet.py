import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from runner.report.book import Book
from runner.report.cells import Cell, Content, Value, local_time
from runner.report.long_sheet import MOST_ROWS, LongSheet, Place, ReportColumn
from runner.report.styles import HEADING, LABEL, TIME, WRAPPED
from tests.runner.journal.sample_run import STARTED

COLUMNS = (ReportColumn("Guest", 16), ReportColumn("Times", 8))


def written(path: Path, count: int, *, most_rows: int) -> Sequence[Worksheet]:
    """The sheets of a workbook that so many rows were added to, as they are read back."""
    with Book(path.parent) as book:
        results = LongSheet(book, "Results", COLUMNS, most_rows=most_rows)
        for number in range(1, count + 1):
            results.append([f"guest-{number}", number])
        results.close()
        book.save(path)
    return openpyxl.load_workbook(path).worksheets


@pytest.mark.parametrize(
    ("count", "rows_a_sheet"),
    [(0, [1]), (1, [2]), (3, [4]), (4, [4, 2]), (6, [4, 4]), (7, [4, 4, 2]), (30, [4] * 10)],
)
def test_rows_continue_on_further_sheets_and_none_is_lost(tmp_path: Path, count: int, rows_a_sheet: list[int]) -> None:
    sheets = written(tmp_path / "report.xlsx", count, most_rows=4)
    assert [sheet.max_row for sheet in sheets] == rows_a_sheet
    rows = [row for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows == [(f"guest-{number}", number) for number in range(1, count + 1)]


def test_further_sheets_are_numbered_and_have_the_headings_as_well(tmp_path: Path) -> None:
    sheets = written(tmp_path / "report.xlsx", 7, most_rows=4)
    assert [sheet.title for sheet in sheets] == ["Results", "Results 2", "Results 3"]
    for sheet in sheets:
        assert [cell.value for cell in sheet[1]] == ["Guest", "Times"]


def test_the_heading_of_every_sheet_stays_in_view_and_every_row_can_be_filtered(tmp_path: Path) -> None:
    for sheet in written(tmp_path / "report.xlsx", 7, most_rows=4):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:B{sheet.max_row}"


def test_columns_are_as_wide_as_they_are_said_to_be(tmp_path: Path) -> None:
    for sheet in written(tmp_path / "report.xlsx", 7, most_rows=4):
        assert [sheet.column_dimensions[letter].width for letter in "AB"] == [16, 8]


def read_back(folder: Path, rows: Iterable[Sequence[Value]], columns: Sequence[ReportColumn] = COLUMNS) -> Worksheet:
    """The sheet that has the rows, as openpyxl reads it."""
    with Book(folder) as book:
        sheet = LongSheet(book, "Results", columns)
        for row in rows:
            sheet.append(row)
        sheet.close()
        book.save(folder / "report.xlsx")
    (worksheet,) = openpyxl.load_workbook(folder / "report.xlsx").worksheets
    assert not any(b"<f" in part for part in parts(folder / "report.xlsx") if b"sheetData" in part)
    return worksheet


def parts(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_text_comes_back_as_it_went_in_and_is_never_a_formula(tmp_path: Path) -> None:
    texts = [" a  b ", "one\ntwo\r\nthree\r", "<t>&amp;</t>]]>", "\"'", "00299", "您好 𠮷 \t", "", "x" * 32_767]
    texts += ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "{=A1}", "TRUE", "2025-06-15", "</sheetData>"]
    worksheet = read_back(tmp_path, [(text, (text, WRAPPED)) for text in texts])
    for text, (plain, wrapped) in zip(texts, worksheet.iter_rows(min_row=2), strict=True):
        assert plain.value == wrapped.value == (text or None)
        assert not text or plain.data_type == wrapped.data_type == "s"
        assert (plain.style, wrapped.style) == ("Normal", WRAPPED)


def test_numbers_and_truth_values_come_back_as_what_they_are(tmp_path: Path) -> None:
    values: list[float] = [1_048_576, -7, 0.1, 1e-300, 2.0**60, 0, True, False]
    worksheet = read_back(tmp_path, [(value, (value, WRAPPED)) for value in values])
    for value, cells in zip(values, worksheet.iter_rows(min_row=2), strict=True):
        assert [cell.data_type for cell in cells] == ["b" if isinstance(value, bool) else "n"] * 2
        assert [cell.value for cell in cells] == [value] * 2


def test_dates_and_times_come_back_as_what_they_are(tmp_path: Path) -> None:
    worksheet = read_back(
        tmp_path,
        [
            ((local_time(STARTED), TIME), (date(2025, 6, 15), TIME)),
            (None, (time(12, 30), TIME)),
            (timedelta(hours=30), None),
        ],
    )
    assert worksheet["A2"].value == local_time(STARTED)
    assert worksheet["B2"].value.date() == date(2025, 6, 15)
    assert worksheet["B3"].value == time(12, 30)
    assert worksheet["A4"].value == 1.25


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, date(1850, 1, 1), timedelta(days=-1)])
def test_what_a_spreadsheet_program_knows_no_number_for_is_text(tmp_path: Path, value: Content) -> None:
    cell = read_back(tmp_path, [("", (value, TIME))])["B2"]
    assert (cell.data_type, cell.value) == ("s", str(value))


def test_an_error_is_an_error_again_and_no_other_word_is(tmp_path: Path) -> None:
    row = (Cell("#N/A", error=True), Cell("#oops", WRAPPED, error=True))
    worksheet = read_back(tmp_path, [row, ("#N/A", None)])
    assert [(cell.data_type, cell.value) for cell in worksheet[2]] == [("e", "#N/A"), ("s", "#oops")]
    assert worksheet["A3"].data_type == "s"


def test_a_cell_has_its_note_in_full_view_and_leads_where_its_link_says(tmp_path: Path) -> None:
    short, long = "Write 1 to 100.", "请填写 1 到 100。" * 40
    worksheet = read_back(
        tmp_path,
        [
            (Cell("500", WRAPPED, note=short), Cell(7, link="'Corrections'!F7")),
            (Cell(None, WRAPPED, note=long), Cell("", note="=1+1 \x07")),
        ],
    )
    assert [cell.comment and cell.comment.text for cell in (*worksheet[2], *worksheet[3])] == [
        short,
        None,
        long,
        "=1+1 ␇",
    ]
    assert (worksheet["A3"].value, worksheet["A3"].style) == (None, WRAPPED)
    link = worksheet["B2"].hyperlink
    assert link is not None
    assert (link.ref, link.location, link.target) == ("B2", "'Corrections'!F7", None)
    drawn = next(part for part in parts(tmp_path / "report.xlsx") if b"urn:schemas-microsoft-com:vml" in part)
    heights = [int(height) for height in re.findall(rb"height:(\d+)px", drawn)]
    assert heights[1] > 5 * heights[0]


def test_beyond_what_a_sheet_can_have_of_notes_and_links_the_cells_are_there_without(tmp_path: Path) -> None:
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", COLUMNS, most_rows=6, most_notes=2, most_links=3)
        for number in range(10):
            sheet.append([Cell(f"guest-{number}", note="note"), Cell(number, link="'Results'!A1")])
        sheet.close()
        book.save(tmp_path / "report.xlsx")
    for worksheet in openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets:
        assert worksheet.max_row == 6
        assert [bool(cell.comment) for cell in worksheet["A"]] == [False, True, True, False, False, False]
        assert [bool(cell.hyperlink) for cell in worksheet["B"]] == [False, True, True, True, False, False]


def test_a_column_says_what_its_cells_are_like_and_what_they_are_held_to(tmp_path: Path) -> None:
    def held_to(letter: str) -> DataValidation:
        return DataValidation(type="list", formula1='"1,2"', sqref=f"{letter}2:{letter}9")

    columns = [ReportColumn("Guest", 16, style=WRAPPED, note="=Who"), ReportColumn("Times", 8, held_to=held_to)]
    columns += [ReportColumn("Odd", 8, held_to=lambda _: None, heading_style=LABEL)]
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", columns, most_rows=2, filters=False)
        sheet.append(["a", 1, None])
        sheet.append([("b", TIME), 2, Cell("c")])
        sheet.close()
        book.save(tmp_path / "report.xlsx")
    first, second = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets
    assert (first["A2"].style, second["A2"].style, first["B2"].style) == (WRAPPED, TIME, "Normal")
    for worksheet in (first, second):
        assert worksheet.column_dimensions["A"].style == first["A2"].style_id
        assert worksheet["A1"].comment is not None
        assert worksheet["A1"].comment.text == "=Who"
        assert [cell.style for cell in worksheet[1]] == [HEADING, HEADING, LABEL]
        assert [str(each.sqref) for each in worksheet.data_validations.dataValidation] == ["B2:B9"]
        assert worksheet.auto_filter.ref is None


def test_each_row_is_told_where_it_stands(tmp_path: Path) -> None:
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", COLUMNS, most_rows=3)
        places = [sheet.append([f"guest-{number}", number]) for number in range(3)]
    assert places == [Place("Results", 2), Place("Results", 3), Place("Results 2", 2)]


def test_rows_that_belong_together_are_not_split_unless_they_are_more_than_a_sheet_holds(tmp_path: Path) -> None:
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", COLUMNS, most_rows=5)
        places = []
        for rows in (3, 1, 2, 3, 4, 6, 1):
            sheet.keep_together(rows)
            places.append([sheet.append(["guest", row]) for row in range(rows)])
    where = [[(int(place.sheet.removeprefix("Results") or 1), place.row) for place in group] for group in places]
    assert where == [
        [(1, 2), (1, 3), (1, 4)],
        [(1, 5)],
        [(2, 2), (2, 3)],
        [(3, 2), (3, 3), (3, 4)],
        [(4, 2), (4, 3), (4, 4), (4, 5)],
        [(5, 2), (5, 3), (5, 4), (5, 5), (6, 2), (6, 3)],
        [(6, 4)],
    ]


def test_a_row_has_a_value_for_each_column_and_a_style_is_one_of_the_reports(tmp_path: Path) -> None:
    with Book(tmp_path) as book:
        sheet = LongSheet(book, "Results", COLUMNS)
        with pytest.raises(ValueError, match="longer"):
            sheet.append(["guest", 1, 2])
        with pytest.raises(ValueError, match="shorter"):
            sheet.append(["guest"])
        with pytest.raises(ValueError, match="no such style"):
            sheet.append(["guest", (1, "no such style")])


def test_a_sheet_takes_no_more_rows_than_a_spreadsheet_program_can_hold() -> None:
    assert MOST_ROWS == 2**20
