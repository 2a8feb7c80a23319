"""Which heading stands for which field, as a user says it: with an option, or in a file."""

import re
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.tables.headings import Heading
from runner.tables.mapping import parse_mapping, read_mapping
from runner.tables.read import read_table

EXPECTED = {"客户编号": "keyId", "备注": "", "a, b": "text"}


def file(folder: Path, content: bytes | str, name: str = "map.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(*options: str) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_mapping(*options)
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    return caught.value


@pytest.mark.parametrize(
    ("option", "heading", "field"),
    [
        ("客户编号=keyId", "客户编号", "keyId"),
        ("客户编号＝keyId", "客户编号", "keyId"),
        ("a=b=keyId", "a=b", "keyId"),
        ("备注=", "备注", ""),
        ("备注 = ", "备注 ", ""),
    ],
)
def test_an_option_maps_a_heading_to_a_field_or_to_nothing(option: str, heading: str, field: str) -> None:
    assert parse_mapping(option) == {heading: field}


def test_options_add_up() -> None:
    assert parse_mapping("a=keyId", "b=", "a=keyId") == {"a": "keyId", "b": ""}
    assert parse_mapping() == {}


@pytest.mark.parametrize("option", ["客户编号", "=keyId", " =keyId", ""])
def test_an_option_that_is_no_mapping_is_refused(option: str) -> None:
    assert "is no mapping" in refusal(option).en


def test_a_heading_that_is_mapped_twice_is_refused() -> None:
    assert "keyId and text" in refusal("a=keyId", "A =text").en
    assert "（忽略）" in refusal("a=keyId", "A =").zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("title", ["", "heading,field\n", "标题,字段\n"])
def test_a_csv_file_has_a_heading_and_a_field_per_line(
    tmp_path: Path, encoding: str, delimiter: str, title: str
) -> None:
    lines = title.replace(",", delimiter) + f'客户编号{delimiter}keyId\n\n备注{delimiter}\n"a, b"{delimiter} text \n'
    assert read_mapping(file(tmp_path, lines.encode(encoding))) == EXPECTED


def test_a_toml_file_is_a_table_of_texts(tmp_path: Path) -> None:
    content = '"客户编号" = "keyId"\n"备注" = ""\n"a, b" = "text"\n'
    assert read_mapping(file(tmp_path, content, "map.toml")) == EXPECTED


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("map.csv", "a,keyId\nb\n", "row 2 is no mapping"),
        ("map.csv", "a,keyId\nb,text,c\n", "row 2 is no mapping"),
        ("map.csv", "a,keyId\na,text\n", "keyId and text"),
        ("map.csv", b"a,\xff\xff\n", "neither UTF-8"),
        ("map.csv", '"a,keyId\n', "never closed"),
        ("map.toml", "a = ", "no TOML file"),
        ("map.toml", b"\xff\xff", "no TOML file"),
        ("map.toml", "a = 5", "something that is no text"),
        ("map.toml", "[a]\nb = 'keyId'", "something that is no text"),
        ("map.xlsx", "a", "a mapping is a .csv or .toml file"),
        ("map.csv", b" " * (2**20 + 1), "at most 1 MiB"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, name: str, content: bytes | str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(file(tmp_path, content, name))
    assert told in caught.value.en
    assert name in caught.value.zh


def test_a_mapping_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="is no mapping"):
        read_mapping(tmp_path)


def test_a_table_is_read_with_its_mapping(tmp_path: Path) -> None:
    headings = [Heading(field="keyId", required=True), Heading(field="text")]
    path = file(tmp_path, "客户编号;备注,话术\n1;你好\n".replace(",", ";"), "in.csv")
    with read_table(path, headings, mapping={"客户编号": "keyId", "话术": "text", "备注": ""}) as table:
        assert {field: column.letter for field, column in table.columns.items()} == {"keyId": "A", "text": "C"}
        assert table.notices == ()
    with pytest.raises(InputError, match="names a field"), read_table(path, headings, mapping={"客户编号": "nothing"}):
        pass
