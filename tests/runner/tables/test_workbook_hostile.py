"""Files made to hurt, or merely unlucky: one clear message in time, and no process is left behind."""

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.errors import InputError
from runner.tables.limits import ReadingLimits
from runner.tables.workbooks.workbook import Workbook
from tests.runner.tables.reading import code, read

SMALL = ReadingLimits(reading_memory_mb=300, reading_seconds=5)


def plain(path: Path, rows: int = 3) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("one")
        for row in range(rows):
            sheet.write_row(row, 0, [row, "text", 0.5])
    return path


def with_sheet(path: Path, change: Callable[[str], str]) -> Path:
    """A plain workbook whose sheet's XML is changed."""
    original = io.BytesIO(plain(path).read_bytes())
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content.decode()) if "sheet1.xml" in name else content)
    return path


def refusal(path: Path, limits: ReadingLimits = SMALL) -> str:
    with pytest.raises(InputError) as caught:
        read(path, limits)
    assert path.name in caught.value.en
    assert path.name in caught.value.zh
    assert "\n" not in caught.value.en + caught.value.zh
    return caught.value.en


def large(path: Path) -> Path:
    """A workbook that takes a second or two, and some hundred MiB."""
    row = "<row>" + "<c><v>1</v></c>" * 16 + "</row>"
    return with_sheet(path, lambda xml: xml.replace("</sheetData>", f"{row * 200_000}</sheetData>"))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("page.xls", b"<html><body><table></table></body></html>", "a web page"),
        ("text.xlsx", b"keyId,note\n1,x\n", "plain text"),
        ("text.xls", "keyId\t备注".encode("utf-16"), "UTF-16"),
        ("photo.ods", b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        ("locked.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(64), "protected by a password"),
        ("letter.xls", OLE + "WordDocument".encode("utf-16-le") + bytes(64), "a Word document"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), "cannot be read as a spreadsheet"),
        ("cut.xls", OLE + "Workbook".encode("utf-16-le") + bytes(64), "cannot be read as a spreadsheet"),
        ("noise.xlsx", b"\x00\x01\x02", "is not a spreadsheet"),
    ],
)
def test_it_is_said_what_a_file_really_is(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert told in refusal(tmp_path / name)


def test_a_workbook_under_another_kinds_name_is_told_its_right_one(tmp_path: Path) -> None:
    path = plain(tmp_path / "in.xlsx").rename(tmp_path / "in.xls")
    assert "Rename it to in.xlsx" in refusal(path)


def test_a_zip_bomb_is_refused_by_its_unpacked_size(tmp_path: Path) -> None:
    path = plain(tmp_path / "in.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(30 << 20))
    told = refusal(path, ReadingLimits(unpacked_mb=20))
    assert "its unpacked size is 30 MiB, and unpacked_mb is 20; raise that setting" in told


def test_a_cell_in_the_last_corner_ends_in_a_message(tmp_path: Path) -> None:
    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write("A1", "keyId")
        sheet.write("XFD1048576", 1)
    assert "reading_memory_mb" in refusal(path)


def test_a_dimension_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "in.xlsx", lambda xml: xml.replace('ref="A1:C3"', 'ref="A1:XFD1048576"'))
    assert len(read(path, SMALL)) == 3


def test_fifty_thousand_merges_are_read(tmp_path: Path) -> None:
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 50_001))
    path = with_sheet(
        tmp_path / "in.xlsx", lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    )
    with Workbook(path, SMALL) as workbook:
        assert len(workbook.layout("one").merges) == 50_000


def test_many_blank_rows_are_read(tmp_path: Path) -> None:
    blank = "".join(f'<row r="{n}" hidden="1"/>' for n in range(4, 200_001))
    path = with_sheet(tmp_path / "in.xlsx", lambda xml: xml.replace("</sheetData>", f"{blank}</sheetData>"))
    limits = ReadingLimits()
    with Workbook(path, limits) as workbook:
        assert workbook.layout("one").hidden_rows == ((4, 200_000),)
        assert sum(1 for cells in workbook.rows("one") if cells) == 3


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    lines = ['<!ENTITY a "aaaaaaaaaa">']
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f'<!ENTITY {name} "{f"&{before};" * 10}">')
    path = with_sheet(
        tmp_path / "in.xlsx",
        lambda xml: xml.replace("<worksheet", f"<!DOCTYPE worksheet [{''.join(lines)}]><worksheet", 1).replace(
            "<v>0</v>", "<f>&i;</f>"
        ),
    )
    refusal(path)


def test_rows_and_cells_without_an_address_follow_the_one_before(tmp_path: Path) -> None:
    import re

    path = with_sheet(
        tmp_path / "in.xlsx",
        lambda xml: re.sub(r' (?:r|spans)="[^"]*"', "", xml).replace("<v>0.5</v>", "<f>B1</f>"),
    )
    assert [code(cells[2]) for cells in read(path)] == ["formula-without-value =B1"] * 3


def test_too_much_processor_time_is_told_with_its_setting(tmp_path: Path) -> None:
    told = refusal(large(tmp_path / "in.xlsx"), ReadingLimits(reading_seconds=0.1))
    assert "reading_seconds" in told


def test_too_much_memory_is_told_with_its_setting(tmp_path: Path) -> None:
    told = refusal(large(tmp_path / "in.xlsx"), ReadingLimits(reading_memory_mb=40))
    assert "reading_memory_mb is 40" in told or "reading_memory_mb, which is 40" in told


@pytest.mark.parametrize("state", ["starting", "opened", "reading"])
def test_leaving_ends_the_process_whatever_state_it_is_in(tmp_path: Path, state: str) -> None:
    before = {process.pid for process in psutil.Process().children()}
    with Workbook(plain(tmp_path / "in.xlsx", rows=20_000), ReadingLimits()) as workbook:
        if state != "starting":
            assert workbook.names == ("one",)
        if state == "reading":
            next(workbook.rows("one"))
        assert {process.pid for process in psutil.Process().children()} > before
    assert {process.pid for process in psutil.Process().children()} == before


def test_the_death_of_the_process_is_told(tmp_path: Path) -> None:
    with Workbook(plain(tmp_path / "in.xlsx"), ReadingLimits()) as workbook:
        assert workbook.names
        for child in psutil.Process().children():
            child.terminate()
            child.wait()
        with pytest.raises(InputError, match="cannot be read as a spreadsheet"):
            workbook.top("one")


def attempt(path: Path) -> None:
    started = time.monotonic()
    with suppress(InputError):
        read(path, SMALL)
    assert time.monotonic() - started < 15


FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("name", "magic"), [("a.xlsx", b"PK\x03\x04"), ("a.xls", OLE), ("b.xls", b"\x09\x08\x10\x00\x00\x06\x05\x00")]
)
@FEW
@given(noise=st.binary(max_size=2000))
def test_noise_after_a_magic_is_rows_or_a_message(tmp_path: Path, name: str, magic: bytes, noise: bytes) -> None:
    (tmp_path / name).write_bytes(magic + noise)
    attempt(tmp_path / name)


@FEW
@given(data=st.data())
def test_a_changed_byte_in_a_sheet_is_rows_or_a_message(tmp_path: Path, data: st.DataObject) -> None:
    def change(xml: str) -> str:
        where = data.draw(st.integers(0, len(xml) - 1))
        return xml[:where] + data.draw(st.sampled_from("<>&\"'/0x\x00 =")) + xml[where + 1 :]

    attempt(with_sheet(tmp_path / "in.xlsx", change))
