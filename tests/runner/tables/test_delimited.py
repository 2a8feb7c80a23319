"""CSV files to rows: any of the encodings and delimiters that spreadsheet programs write."""

import re
import struct
from pathlib import Path

import pytest
from openpyxl import Workbook

from runner.errors import InputError
from runner.tables.headings import Heading
from runner.tables.read import read_table
from runner.tables.table import Cell

HEADINGS = (
    Heading(field="keyId", labels=("主键",), required=True),
    Heading(field="recallInterval", labels=("重呼间隔", "重呼间隔,单位分钟,可输入1-1440分钟")),
    Heading(field="text", labels=("文件内容",)),
)
PICTURE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(64)


def file(folder: Path, content: bytes | str, name: str = "in.csv") -> Path:
    """A file with this content, text as UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path) -> list[tuple[int, list[Cell]]]:
    """Row numbers, and the cells of the known columns in the order of `HEADINGS`."""
    table = read_table(path, HEADINGS)
    return [(row.number, [table.cell(row, heading.field) for heading in HEADINGS]) for row in table.rows]


def refusal(path: Path) -> InputError:
    """What the user is told; always in both languages, and always which file it is about."""
    with pytest.raises(InputError) as caught:
        rows(path)
    assert path.name in caught.value.en
    assert path.name in caught.value.zh
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_file_is_read_in_whatever_encoding_excel_wrote_it(tmp_path: Path, encoding: str) -> None:
    content = "主键,重呼间隔,文件内容\r\n299,30,尊敬的用户，您好\r\n"
    assert rows(file(tmp_path, content.encode(encoding))) == [(2, ["299", "30", "尊敬的用户，您好"])]


def test_characters_that_only_the_full_chinese_encoding_has_are_read(tmp_path: Path) -> None:
    content = "主键,文件内容\n1,𠀀 สวัสดี\n".encode("gb18030")
    assert rows(file(tmp_path, content)) == [(2, ["1", None, "𠀀 สวัสดี"])]


def test_a_character_that_lies_across_a_block_of_the_file_is_read(tmp_path: Path) -> None:
    words = "你好" * 400_000
    [(number, cells)] = rows(file(tmp_path, f"keyId,text\n1,a{words}\n"))
    assert number == 2
    assert cells == ["1", None, f"a{words}"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_line_end_is_found_out(tmp_path: Path, delimiter: str, line_end: str) -> None:
    lines = [["keyId", "recallInterval", "text"], ["299", "30", "a"], ["300", "", "b"]]
    path = file(tmp_path, "".join(delimiter.join(line) + line_end for line in lines))
    assert rows(path) == [(2, ["299", "30", "a"]), (3, ["300", None, "b"])]


def test_commas_within_quoted_headings_do_not_hide_the_real_delimiter(tmp_path: Path) -> None:
    content = '主键;"重呼间隔,单位分钟,可输入1-1440分钟";文件内容\n299;30;"a,b"\n'
    assert rows(file(tmp_path, content)) == [(2, ["299", "30", "a,b"])]


@pytest.mark.parametrize("top", ["八月流程更新\n", "\n", "Flows, August, all of them\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_title_above_the_headings_does_not_hide_the_delimiter(tmp_path: Path, top: str, delimiter: str) -> None:
    lines = [["keyId", "recallInterval", "text"], ["299", "30", "a"]]
    path = file(tmp_path, top + "".join(delimiter.join(line) + "\n" for line in lines))
    assert rows(path) == [(3, ["299", "30", "a"])]


def test_a_line_break_within_a_quoted_cell_does_not_shift_the_rows_below(tmp_path: Path) -> None:
    content = 'keyId,text\r\n1,"one\r\ntwo\nthree"\r\n2,"say ""hi"", please"\r\n'
    assert rows(file(tmp_path, content)) == [
        (2, ["1", None, "one\r\ntwo\nthree"]),
        (3, ["2", None, 'say "hi", please']),
    ]


def test_blank_lines_and_lines_of_delimiters_are_passed_over_and_counted(tmp_path: Path) -> None:
    content = "keyId,text\n1,a\n\n,\n , \n2,b\n"
    assert [number for number, _ in rows(file(tmp_path, content))] == [2, 6]


def test_cells_keep_their_columns_behind_leading_blank_ones(tmp_path: Path) -> None:
    path = file(tmp_path, ",,,\n,,keyId,text\n,,299,a\n")
    table = read_table(path, HEADINGS)
    assert {field: column.letter for field, column in table.columns.items()} == {"keyId": "C", "text": "D"}
    assert rows(path) == [(3, ["299", None, "a"])]


def test_a_line_that_is_shorter_or_longer_than_the_headings_is_read(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,recallInterval,text\n1\n2,30,b,more\n")) == [
        (2, ["1", None, None]),
        (3, ["2", "30", "b"]),
    ]


def test_a_last_line_without_its_end_is_read(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,text\n1,a")) == [(2, ["1", None, "a"])]


def test_white_space_within_a_cell_is_kept(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,text\n1,  a b  \n")) == [(2, ["1", None, "  a b  "])]


def test_a_cell_as_long_as_an_audio_file_is_read(tmp_path: Path) -> None:
    sound = "UklG" * 250_000
    assert rows(file(tmp_path, f"keyId,text\n1,{sound}\n")) == [(2, ["1", None, sound])]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_below(tmp_path: Path) -> None:
    refusal(file(tmp_path, 'keyId,text\n1,"hello\n2,b\n3,c\n'))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("picture.csv", PICTURE, "binary data"),
        ("utf16.csv", "keyId,text\n1,a\n".encode("utf-16"), "binary data"),
        ("late.csv", b"keyId,text\n1,a\n" * 100_000 + b"\0", "binary data"),
        ("bytes.csv", b"keyId,text\n1,\xff\xff\n", "neither UTF-8 nor GB18030"),
        ("cut.csv", "主键,文件内容\n1,你好".encode("gb18030")[:-1], "neither UTF-8 nor GB18030"),
        ("zip.csv", b"PK\x03\x04" + bytes(64), "is a workbook that is called .csv"),
        ("old.csv", b"\xd0\xcf\x11\xe0" + bytes(64), "is a workbook that is called .csv"),
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\r\n\r\n", "no known heading"),
        ("others.csv", b"name,phone\nA,1\n", "no known heading"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    assert told in refusal(file(tmp_path, content, name)).en


def test_the_place_of_the_first_byte_that_fits_no_encoding_is_told(tmp_path: Path) -> None:
    content = b"keyId,text\n" + b"1,a\n" * 400_000 + b"\xff\xff\n"
    assert f"byte {content.index(0xFF)}" in refusal(file(tmp_path, content)).en


def test_a_real_workbook_called_csv_is_refused(tmp_path: Path) -> None:
    workbook = Workbook(write_only=True)
    workbook.create_sheet("Sheet").append(["keyId"])
    workbook.save(tmp_path / "in.csv")
    assert ".xlsx" in refusal(tmp_path / "in.csv").en


def test_headings_without_rows_are_a_table_without_rows(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,text\n")) == []


def test_a_csv_file_has_no_sheet(tmp_path: Path) -> None:
    assert read_table(file(tmp_path, "keyId\n1\n"), HEADINGS).sheet is None
