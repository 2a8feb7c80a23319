"""Every format that spreadsheet programs write: the same cells, and nothing silently lost."""

import shutil
import struct
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook as OpenpyxlWorkbook

from runner.tables.layout import Layout, Merge
from runner.tables.limits import ReadingLimits
from runner.tables.table import Misread, Truth
from runner.tables.workbooks.workbook import Workbook
from tests.runner.tables.reading import code, read, record, wide, xlsb

SOFFICE = shutil.which("soffice")


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A sheet with one of everything, in B2:E6, and a hidden sheet beside it."""
    path = tmp_path / "rich.xlsx"
    workbook = OpenpyxlWorkbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "one"
    sheet["B2"], sheet["C2"], sheet["D2"], sheet["E2"] = "keyId", "rate", "when", "flag"
    sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"] = 299, 1, datetime(2025, 8, 11, 10, 34), True  # noqa: DTZ001
    sheet["C3"].number_format = "0%"
    sheet["B4"], sheet["C4"], sheet["D4"], sheet["E4"] = "#N/A", 0.125, date(2025, 8, 11), "=1/0"
    sheet["C4"].number_format = '0.0"x"%'
    sheet["C5"] = 3
    sheet["C5"].number_format = '0"%"'
    sheet["B6"] = "wide"
    sheet.merge_cells("B6:D7")
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["D"].hidden = True
    workbook.create_sheet("two").sheet_state = "hidden"
    workbook.save(path)
    return path


def converted(path: Path, ending: str) -> Path:
    if not SOFFICE:
        pytest.skip("LibreOffice is not installed")
    profile = (path.parent / "profile").as_uri()
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", ending, path.name],
        cwd=path.parent,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return path.with_suffix(f".{ending}")


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_each_format_gives_the_same_cells_and_layout(rich: Path, ending: str) -> None:
    path = rich if ending == "xlsx" else converted(rich, ending)
    with Workbook(path, ReadingLimits()) as workbook:
        assert workbook.names == ("one", "two")
        assert workbook.hidden == {"two"}
        top, layout = workbook.top("one"), workbook.layout("one")
        rows = [list(row) for row in workbook.rows("one")]
        assert workbook.top("one") == top
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    assert rows == top[: len(rows)]
    if ending == "ods":
        rows[2][4] = Truth(
            str(rows[2][4] not in {Truth.FALSE, 0}).upper()
        )  # LibreOffice itself makes it a number there
    assert rows[:3] == [
        [],
        [None, "keyId", "rate", "when", "flag"],
        [None, 299, "100%", datetime(2025, 8, 11, 10, 34), Truth.TRUE],  # noqa: DTZ001
    ]
    assert code(rows[3][1]) == "error-cell #N/A"
    assert rows[3][2] == "12.5%"
    assert str(rows[3][3]).startswith("2025-08-11")
    assert isinstance(rows[3][4], Misread)
    assert rows[4] == [None, None, 3]
    assert rows[5] == [None, "wide"]
    assert layout.merges == (Merge(6, 7, 1, 3),)
    assert layout.hidden_columns == {3}
    assert layout.hidden_rows == ((5, 5),)


def test_by_which_columns_rows_are_filtered_out_is_known(tmp_path: Path) -> None:
    path = tmp_path / "filtered.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name in ("sheet", "table"):
            sheet = workbook.add_worksheet(name)
            sheet.write_column("B2", ["note", "a", "b"])
            sheet.write_column("C2", ["kind", "x", "y"])
            if name == "sheet":
                sheet.autofilter("B2:C4")
                sheet.filter_column("C", "x == x")
            else:
                sheet.add_table("B2:C4", {"columns": [{"header": "note"}, {"header": "kind"}]})
            sheet.set_row(3, options={"hidden": True})
    with Workbook(path, ReadingLimits()) as reading:
        assert reading.layout("sheet") == Layout(hidden_rows=((4, 4),), filtered_columns=frozenset({2}))
        assert reading.layout("table") == Layout(hidden_rows=((4, 4),))


def test_a_table_in_ods_says_by_which_column_it_is_filtered(tmp_path: Path) -> None:
    path = tmp_path / "filtered.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("my sheet")
        sheet.write_column("B2", ["note", "a", "b"])
        sheet.autofilter("B2:B4")
        sheet.filter_column("B", "x == a")
        sheet.set_row(3, options={"hidden": True})
    with Workbook(converted(path, "ods"), ReadingLimits()) as reading:
        layout = reading.layout("my sheet")
    assert layout.hidden_rows == ((4, 4),)
    assert layout.filtered_columns == {1}


def test_formulas_with_a_value_are_that_value(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_formula("A1", "=1+1", None, 2)
        sheet.write_formula("B1", '="a"', None, "a")
        sheet.write_formula("C1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D1", "=TRUE", None, value=True)
    first = read(path)[0]
    assert first[:2] == [2, "a"]
    assert code(first[2]) == "error-cell #DIV/0!"
    assert first[3] is Truth.TRUE


def row(number: int, flags: int = 0) -> bytes:
    return record(0, struct.pack("<IIHBB", number, 0, 300, 0, flags) + bytes(5))


def at(column: int, style: int = 0) -> bytes:
    return struct.pack("<II", column, style)


def test_xlsb_keeps_errors_percentages_and_layout(tmp_path: Path) -> None:
    styles = b"".join(
        (
            record(278),
            record(615, struct.pack("<I", 1)),
            record(44, struct.pack("<H", 170) + wide("0.0%")),
            record(616),
            record(617, struct.pack("<I", 3)),
            *(record(47, struct.pack("<HHHHHBBHH", 0, form, 0, 0, 0, 0, 0, 0, 0)) for form in (0, 9, 170)),
            record(618),
            record(279),
        )
    )
    sheet = [
        record(148, struct.pack("<IIII", 0, 3, 0, 3)),
        record(390),
        record(60, struct.pack("<IIIIH", 2, 3, 2560, 0, 1)),
        record(391),
        record(145),
        row(0),
        record(6, at(1) + wide("keyId")),
        row(2),
        record(5, at(1) + struct.pack("<d", 299.0)),
        record(3, at(2) + b"\x2a"),
        record(11, at(3) + b"\x07" + bytes(10)),
        row(3, 0x10),
        record(5, at(0, 1) + struct.pack("<d", 1.0)),
        record(2, at(1, 2) + struct.pack("<I", (25 << 2) | 3)),
        record(4, at(2) + b"\x01"),
        record(146),
        record(161, struct.pack("<IIII", 0, 3, 1, 3)),
        record(163, struct.pack("<IH", 1, 0)),
        record(165, bytes(8)),
        record(166),
        record(164),
        record(162),
        record(177, struct.pack("<I", 1)),
        record(176, struct.pack("<IIII", 0, 1, 1, 2)),
        record(178),
    ]
    path = xlsb(tmp_path / "in.xlsb", sheet, styles)
    rows = read(path)
    assert rows[:2] == [[None, "keyId"], []]
    assert rows[2][1] == 299
    assert [code(cell) for cell in rows[2][2:]] == ["error-cell #N/A", "error-cell #DIV/0!"]
    assert rows[3] == ["100%", "25%", Truth.TRUE]
    with Workbook(path, ReadingLimits()) as workbook:
        assert workbook.layout("one") == Layout(
            merges=(Merge(1, 2, 1, 2),),
            hidden_columns=frozenset({2, 3}),
            hidden_rows=((4, 4),),
            filtered_columns=frozenset({2}),
        )


def ods(path: Path, cell: str) -> Path:
    """A workbook of one cell."""
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    sheet = f'<table:table table:name="one"><table:table-row>{cell}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml", f'<?xml version="1.0"?><office:document-content {names}>{body}</office:document-content>'
        )
    return path


def test_white_space_that_ods_spells_out_is_read_as_it_was_typed(tmp_path: Path) -> None:
    words = "a<text:tab/>b<text:s text:c='3'/>c<text:line-break/>d</text:p><text:p>e"
    cell = f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'
    assert read(ods(tmp_path / "in.ods", cell)) == [["a\tb   c\nd\ne"]]


def test_the_note_at_an_error_in_ods_is_no_part_of_it(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>my own remark</text:p></office:annotation>"
    attributes = 'table:formula="of:=#N/A" office:value-type="string" office:string-value=""'
    [[cell]] = read(
        ods(tmp_path / "in.ods", f"<table:table-cell {attributes}>{note}<text:p>#N/A</text:p></table:table-cell>")
    )
    assert isinstance(cell, Misread)
    assert cell.shown == "#N/A"
