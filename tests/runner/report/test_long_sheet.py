from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from runner.report.cells import local_time
from runner.report.long_sheet import MOST_ROWS, LongSheet, ReportColumn
from runner.report.styles import TIME, WRAPPED, add_styles
from tests.runner.journal.sample_run import STARTED

COLUMNS = (ReportColumn("Guest", 16), ReportColumn("Times", 8))


def styled_workbook() -> openpyxl.Workbook:
    workbook = openpyxl.Workbook(write_only=True)
    add_styles(workbook)
    return workbook


def written(path: Path, count: int, *, most_rows: int) -> Sequence[Worksheet]:
    """The sheets of a workbook that so many rows were added to, as they are read back."""
    workbook = styled_workbook()
    results = LongSheet(workbook, "Results", COLUMNS, most_rows=most_rows)
    for number in range(1, count + 1):
        results.append([f"guest-{number}", number])
    results.close()
    workbook.save(path)
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


def test_text_comes_back_as_it_went_in_and_is_never_a_formula(tmp_path: Path) -> None:
    texts = [" a  b ", "one\ntwo\r\nthree\r", "<t>&amp;</t>]]>", "\"'", "=1+1", "00299", "您好 𠮷 \t", "", "x" * 32_767]
    workbook = styled_workbook()
    sheet = LongSheet(workbook, "Results", COLUMNS)
    for text in texts:
        sheet.append([text, (text, WRAPPED)])
    sheet.close()
    workbook.save(tmp_path / "report.xlsx")
    (worksheet,) = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets
    for text, (plain, wrapped) in zip(texts, worksheet.iter_rows(min_row=2), strict=True):
        assert plain.value == wrapped.value == (text or None)
        assert plain.data_type in {"s", "inlineStr"} if text else plain.value is None
        assert wrapped.data_type in {"s", "inlineStr"}
        assert (plain.style, wrapped.style) == ("Normal", WRAPPED)


def test_numbers_and_times_come_back_as_they_went_in(tmp_path: Path) -> None:
    workbook = styled_workbook()
    sheet = LongSheet(workbook, "Results", COLUMNS)
    sheet.append([1_048_576, 0.125])
    sheet.append([(local_time(STARTED), TIME), None])
    sheet.close()
    workbook.save(tmp_path / "report.xlsx")
    (worksheet,) = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets
    assert list(worksheet.iter_rows(min_row=2, values_only=True)) == [
        (1_048_576, 0.125),
        (local_time(STARTED), None),
    ]


def test_a_sheet_takes_no_more_rows_than_a_spreadsheet_program_can_hold() -> None:
    assert MOST_ROWS == 2**20
