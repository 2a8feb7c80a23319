"""Workbooks to rows: nothing that is in a cell is lost, and every cell keeps its address."""

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from runner.errors import InputError
from runner.problem import Violation
from runner.tables.headings import Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import read_table
from runner.tables.table import Cell, Misread, Row
from runner.tables.workbooks.workbook import Workbook as ReadWorkbook
from runner.text import Text

HEADINGS = (Heading(field="keyId", labels=("主键",), required=True), Heading(field="note", labels=("备注",)))
WRONG = Violation("wrong", Text("wrong", "错误"), Text("mend", "修正"))
SHEET = "流程"


def write(path: Path, *rows: Sequence[object], sheet: str = SHEET, others: Sequence[str] = ()) -> Path:
    """A workbook with these rows from A1 on, in a sheet below some empty ones."""
    workbook = Workbook(write_only=True)
    for other in others:
        workbook.create_sheet(other)
    filled = workbook.create_sheet(sheet)
    for row in rows:
        filled.append(row)
    workbook.save(path)
    return path


def rewrite(path: Path, change: Callable[[str], str]) -> Path:
    """The workbook with the XML of its sheets changed, as other programs than openpyxl write it."""
    changed = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = change(content.decode()).encode()
            target.writestr(name, content)
    return changed


def cells(path: Path, sheet: str = SHEET) -> list[list[Cell]]:
    """The rows of a sheet without the blank cells at their right, which do not matter."""
    with ReadWorkbook(path, ReadingLimits()) as workbook:
        return [list(row) for row in workbook.rows(sheet)]


def rows_of(path: Path) -> list[Row]:
    """The rows below the headings."""
    with read_table(path, HEADINGS) as table:
        return list(table.rows)


def misread(cell: Cell) -> str:
    """The code of what is wrong with a cell that holds no value."""
    assert isinstance(cell, Misread), cell
    assert cell.violation.message.en
    assert cell.violation.message.zh
    assert cell.violation.remedy.en
    assert cell.violation.remedy.zh
    return cell.violation.code


def refusal(path: Path, sheet: str | None = None) -> InputError:
    """What the user is told; always in both languages, and always which file it is about."""
    with pytest.raises(InputError) as caught, read_table(path, HEADINGS, sheet=sheet) as table:
        list(table.rows)
    assert path.name in caught.value.en
    assert path.name in caught.value.zh
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    return caught.value


@pytest.mark.parametrize("extra", [None, "=1+1"], ids=["fast", "careful"])
def test_a_cell_keeps_its_address_below_and_beside_blank_ones(tmp_path: Path, extra: str | None) -> None:
    blank: list[object] = []
    rows: list[list[object]] = [[None, None, None, None, "keyId", "note"], blank, [None, None, None, None, 299, "x"]]
    path = write(tmp_path / "in.xlsx", *[blank] * 9, *rows, [extra])
    with read_table(path, HEADINGS) as table:
        row = next(table.rows)
        assert row.number == 12
        assert table.problem(row, "note", WRONG, key="keyId").cell == "F12"
        assert table.cell(row, "keyId") == 299


def test_blank_rows_between_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "in.xlsx", ["keyId"], [1], [], ["  "], [2], [None, "kept: it has a cell"])
    assert [row.number for row in rows_of(path)] == [2, 5, 6]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"])
def test_an_error_cell_is_not_taken_for_a_blank_one(tmp_path: Path, error: str) -> None:
    found = cells(write(tmp_path / "in.xlsx", ["keyId", "note"], [error, 1]))[1][0]
    assert misread(found) == "error-cell"
    assert isinstance(found, Misread)
    assert found.shown == error
    assert error in found.violation.message.zh


def test_a_formula_that_was_never_computed_is_not_taken_for_a_blank_cell(tmp_path: Path) -> None:
    found = cells(write(tmp_path / "in.xlsx", ["keyId", "note"], ["=1+1", 1]))[1][0]
    assert misread(found) == "formula-without-value"
    assert isinstance(found, Misread)
    assert found.shown == "=1+1"


def test_a_formula_in_a_workbook_with_prefixed_xml_is_not_taken_for_a_blank_cell(tmp_path: Path) -> None:
    def prefix(xml: str) -> str:
        return re.sub(r"<(/?)(\w)", r"<\1x:\2", xml).replace(" xmlns=", " xmlns:x=")

    path = rewrite(write(tmp_path / "in.xlsx", ["keyId", "note"], ["=1+1", 1]), prefix)
    assert misread(cells(path)[1][0]) == "formula-without-value"


def test_a_formula_that_was_computed_is_its_value(tmp_path: Path) -> None:
    path = write(tmp_path / "in.xlsx", ["keyId", "note"], ["=1+1", "=A2"])
    path = rewrite(path, lambda xml: re.sub(r"<v ?/>|<v></v>", "<v>2</v>", xml))
    assert cells(path)[1] == [2, 2]


def test_a_formula_that_came_out_as_empty_text_is_a_blank_cell(tmp_path: Path) -> None:
    def computed(xml: str) -> str:
        return re.sub(r'<c r="B2"[^>]*>(<f>.*?</f>)<v ?(/>|></v>)', r'<c r="B2" t="str">\1<v></v>', xml)

    path = rewrite(write(tmp_path / "in.xlsx", ["keyId", "note"], [299, '=IF(A2=299,"","late")']), computed)
    assert cells(path)[1] == [299]


ORDINARY: tuple[Sequence[object], ...] = (
    [],
    [None, "keyId", "备注", "note"],
    [None, 299, "你好\n再见", 0.1],
    [None, 300.0, "  padded  ", -1.5],
    [],
    [None, True, "007", "'quoted'"],
    [None, datetime(2025, 8, 11, 10, 34, 39), date(2025, 8, 11), time(10, 34)],  # noqa: DTZ001 - as in a cell
    [None, timedelta(hours=30), "<f>", "&amp;"],
    [None, 2**53, 1e-7, "𝄞"],
)


def test_the_fast_and_the_careful_reader_agree_on_an_ordinary_sheet(tmp_path: Path) -> None:
    fast = write(tmp_path / "fast.xlsx", *ORDINARY)
    careful = write(tmp_path / "careful.xlsx", *ORDINARY, ["=1+1"])
    *found, formula = cells(careful)
    assert misread(formula[0]) == "formula-without-value"
    assert found == cells(fast)
    assert cells(fast)[2] == [None, 299, "你好\n再见", 0.1]
    assert cells(fast)[3] == [None, 300, "  padded  ", -1.5]


def test_the_sheet_with_the_headings_is_found_among_several(tmp_path: Path) -> None:
    path = write(tmp_path / "in.xlsx", ["keyId"], [299], others=["说明", "Sheet2"])
    with ReadWorkbook(path, ReadingLimits()) as workbook:
        assert list(workbook.names) == ["说明", "Sheet2", SHEET]
    with read_table(path, HEADINGS) as table:
        assert table.sheet == SHEET
        assert [row.cells[0] for row in table.rows] == [299]


def two_tables(path: Path) -> Path:
    """A workbook with two sheets that could be meant."""
    workbook = Workbook(write_only=True)
    for name, key in (("八月", 8), ("九月", 9)):
        sheet = workbook.create_sheet(name)
        sheet.append(["主键"])
        sheet.append([key])
    workbook.save(path)
    return path


def test_two_sheets_with_headings_are_refused_and_both_named(tmp_path: Path) -> None:
    error = refusal(two_tables(tmp_path / "in.xlsx"))
    assert "八月, 九月" in error.en
    assert "八月、九月" in error.zh


def test_the_sheet_that_was_asked_for_is_read(tmp_path: Path) -> None:
    with read_table(two_tables(tmp_path / "in.xlsx"), HEADINGS, sheet="九月") as table:
        assert table.sheet == "九月"
        assert [row.cells[0] for row in table.rows] == [9]


def test_a_sheet_that_is_not_there_is_refused_and_the_others_named(tmp_path: Path) -> None:
    error = refusal(two_tables(tmp_path / "in.xlsx"), sheet="十月")
    assert "十月" in error.en
    assert "八月" in error.en
    assert "九月" in error.zh


@pytest.mark.parametrize("value", [299, "=1+1"], ids=["fast", "careful"])
def test_a_sheet_that_holds_only_a_chart_is_no_hindrance(tmp_path: Path, value: object) -> None:
    workbook = Workbook()
    chart = BarChart()
    sheet = workbook.create_sheet(SHEET)
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2))
    workbook.create_chartsheet("图表").add_chart(chart)
    sheet.append(["keyId", "note"])
    sheet.append([299, value])
    workbook.save(tmp_path / "in.xlsx")
    assert [row.cells[0] for row in rows_of(tmp_path / "in.xlsx")] == [299]


def test_a_workbook_without_any_known_heading_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "in.xlsx", ["Name", "Phone"], ["A", 1]))
    assert "keyId" in error.en
    assert "主键" in error.zh


def test_a_workbook_without_any_cell_is_refused(tmp_path: Path) -> None:
    assert "keyId" in refusal(write(tmp_path / "in.xlsx")).en


def test_headings_without_rows_are_a_table_without_rows(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path / "in.xlsx", ["keyId"])) == []


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    assert len(rows_of(write(tmp_path / "IN.XLSX", ["keyId"], [1]))) == 1


def test_a_workbook_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.xlsx", ["keyId"], [1]).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as a spreadsheet" in refusal(cut).en


def test_a_workbook_with_damaged_contents_is_refused(tmp_path: Path) -> None:
    path = rewrite(write(tmp_path / "in.xlsx", ["keyId"], [1]), lambda xml: xml[: len(xml) // 2] + "<<<")
    refusal(path)


def test_another_zip_archive_called_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("text.xlsx", b"keyId,note\n1,x\n", "is not a spreadsheet"),
        ("page.xlsx", b"<html><table></table></html>", "is not a spreadsheet"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "password"),
        ("empty.xlsx", b"", "is empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "protected by a password, or damaged"),
        ("table.pdf", b"%PDF-1.7", "in no format that can be read"),
        ("table", b"keyId\n1\n", "in no format that can be read"),
    ],
)
def test_what_is_no_workbook_is_refused_whatever_it_is_called(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert told in refusal(path).en


@pytest.mark.parametrize("name", ["folder.xlsx", "folder.csv", "folder"])
def test_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert "is a folder" in refusal(tmp_path / name).en


@pytest.mark.parametrize("name", ["missing.xlsx", "missing.csv", "missing"])
def test_a_file_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    assert "There is no file" in refusal(tmp_path / name).en
