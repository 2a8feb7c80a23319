"""CSV files to rows: any of the encodings and delimiters that spreadsheet programs write."""

import csv
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from runner.errors import InputError
from runner.tables.headings import Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS, read_table
from runner.tables.table import Cell, Misread

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


def rows(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> list[tuple[int, list[Cell]]]:
    """Row numbers, and the cells of the known columns in the order of `HEADINGS`."""
    with read_table(path, HEADINGS, limits=limits) as table:
        return [(row.number, [table.cell(row, heading.field) for heading in HEADINGS]) for row in table.rows]


def refusal(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> InputError:
    """What the user is told; always in both languages, and always which file it is about."""
    with pytest.raises(InputError) as caught:
        rows(path, limits)
    assert path.name in caught.value.en
    assert path.name in caught.value.zh
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
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
    with read_table(path, HEADINGS) as table:
        assert {field: column.letter for field, column in table.columns.items()} == {"keyId": "C", "text": "D"}
    assert rows(path) == [(3, ["299", None, "a"])]


def test_a_line_that_is_shorter_than_the_headings_or_ends_in_commas_is_read(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,recallInterval,text\n1\n2,30,b,, ,\n")) == [
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
        ("utf16.csv", "keyId,text\n1,a\n".encode("utf-16-le"), "binary data"),
        ("utf32.csv", "keyId,text\n1,a\n".encode("utf-32"), "binary data"),
        ("nul.csv", "keyId,text\n1,\0\n".encode("utf-16"), "binary data"),
        ("half.csv", "keyId,text\n1,a\n".encode("utf-16")[:-1], "byte 30 does not fit"),
        ("mark.csv", b"\xef\xbb\xbfkeyId,text\n1,\xff\n", "byte 16 does not fit"),
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
    with read_table(file(tmp_path, "keyId\n1\n"), HEADINGS) as table:
        assert table.sheet is None


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_first_line_that_states_the_delimiter_is_no_row(tmp_path: Path, delimiter: str) -> None:
    lines = [["keyId", "text"], ["1", "a,b;c"]]
    body = "".join(delimiter.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)
    assert rows(file(tmp_path, f"sep={delimiter}\r\n{body}")) == [(2, ["1", None, "a,b;c"])]


def test_a_tsv_file_is_read(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId\ttext\n1\ta, b\n", "in.TSV")) == [(2, ["1", None, "a, b"])]


@pytest.mark.parametrize("line", ["2,30,hello, world", "2,30,hello,,world"])
def test_a_comma_in_a_text_without_quotes_holds_its_row_back(tmp_path: Path, line: str) -> None:
    path = file(tmp_path, f"title\nkeyId,recallInterval,text,\n1,30,a\n{line}\n3,30,b\n")
    first, second, third = rows(path)
    assert (first, third) == ((3, ["1", "30", "a"]), (5, ["3", "30", "b"]))
    key = second[1][0]
    assert isinstance(key, Misread)
    assert key.shown == "2"
    assert key.violation.code == "too-many-cells"
    assert f"Row 4 has {line.count(',') + 1} cells, the headings in row 2 only 3" in key.violation.message.en
    assert "第 4 行" in key.violation.message.zh
    assert "quotation marks" in key.violation.remedy.en


def test_a_row_that_cannot_be_read_is_named_by_its_number(tmp_path: Path) -> None:
    assert "row 4" in refusal(file(tmp_path, 'keyId,text\n1,"a\nb"\n2,c\n3,"d" e\n4,f\n')).en
    assert "row 3: a quotation mark is opened" in refusal(file(tmp_path, 'keyId,text\n1,a\n2,"b\n3,c\n')).en


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"keyId,text\n" + b"," * 5_000_000, "too long"),
        (b"keyId,text\n" + b"," * 20_000 + b"\n", "row 2 has 20,001 cells"),
        (b"keyId,text\n" + b"1,a\n" * 1_001, "more than 1,000 rows"),
        (b"keyId,text\n" + b"\n" * 1_100_000, "more than 1,000 rows"),
        (b'keyId,text\n1,"' + b"a,b\n" * 5_000_000, "never closed"),
    ],
    ids=["commas", "columns", "rows", "blank-rows", "quote"],
)
def test_a_file_that_would_take_for_ever_is_one_clear_line(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refusal(file(tmp_path, content), ReadingLimits(file_rows=1_000)).en


def test_a_line_of_five_megabytes_is_read(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "keyId,text\n1," + "a" * 5_000_000)) == [(2, ["1", None, "a" * 5_000_000])]


CHARACTERS = st.text(
    st.characters(codec="gb18030", exclude_characters="\0\ufeff", exclude_categories=["Cs", "Co", "Cn"]), max_size=8
)


@settings(deadline=None)
@given(
    table=st.lists(st.tuples(st.integers(1, 999), CHARACTERS, CHARACTERS), min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_a_table_that_is_written_as_csv_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[int, str, str]], encoding: str, delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("round") / "in.csv"
    with path.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target, delimiter=delimiter)
        writer.writerow(["主键", "重呼间隔", "文件内容"])
        writer.writerows(table)
    assert rows(path) == [
        (number, [str(key), interval or None, text or None]) for number, (key, interval, text) in enumerate(table, 2)
    ]


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(), st.binary().map(b"keyId,text\n1,".__add__), st.binary().map("主键,a\n".encode("gbk").__add__)
    )
)
def test_any_bytes_at_all_give_rows_or_one_clear_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = file(tmp_path_factory.mktemp("bytes"), content)
    told = ""
    try:
        rows(path)
    except InputError as error:
        told = error.zh
    assert not told or re.search(r"[\u4e00-\u9fff]", told)
