"""Cells of a list of options: by value, by meaning, by both, and what is none of them."""

import re

import pytest

from runner.problem import Violation
from runner.tables.cells import Reading, Understood
from runner.tables.options import not_an_option, to_option
from runner.tables.table import Cell, Misread, Truth
from runner.text import Text

FLAG = {0: Text("no", "否"), 1: Text("yes", "是")}
SOURCE = {1: Text("a file uploaded before", "已上传文件"), 3: Text("text to speech", "文本转语音")}
ERROR = Violation("error-cell", Text("The cell holds the error #N/A", "单元格为错误值 #N/A"), Text("Mend", "修正"))


def outcome(reading: Reading) -> object:
    """A value, or the code of what is wrong with it."""
    assert not isinstance(reading, Understood)
    return reading.code if isinstance(reading, Violation) else reading


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1, 1),
        (0, 0),
        (1.0, 1),
        ("1", 1),
        (" 0 ", 0),
        ("１", 1),
        ("1.0", 1),
        ("是", 1),
        ("否", 0),
        (" 是\u3000", 1),
        ("yes", 1),
        ("No", 0),
        ("ＹＥＳ", 1),
        ("y", 1),
        ("N", 0),
        ("true", 1),
        ("FALSE", 0),
        ("on", 1),
        ("off", 0),
        ("对", 1),
        ("不是", 0),
        (Truth.TRUE, 1),
        (Truth.FALSE, 0),
        ("1-是", 1),
        ("0-否", 0),
        ("1 - 是", 1),
        ("1：是", 1),
        ("1、是", 1),
        ("1.是", 1),
        ("1)是", 1),
        ("1）是", 1),
        ("１－是", 1),
        ("1是", 1),
        ("1-yes", 1),
        ("0 - No", 0),
        (None, None),
        ("", None),
        ("  ", None),
    ],
)
def test_a_yes_or_no_is_read_however_people_say_it(cell: Cell, expected: int | None) -> None:
    assert outcome(to_option(FLAG)(cell)) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("已上传文件", 1),
        ("3-文本转语音", 3),
        ("3 文本转语音", 3),
        ("3—文本转语音", 3),
        ("03-文本转语音", 3),
        ("A file uploaded before", 1),
        ("3 - Text To Speech", 3),
        (7, 7),
        ("7", 7),
        (-1, -1),
        ("-1", -1),
        ("10", 10),
    ],
)
def test_an_option_is_read_by_its_meaning_and_another_number_as_it_is(cell: Cell, expected: int) -> None:
    assert outcome(to_option(SOURCE)(cell)) == expected


@pytest.mark.parametrize("cell", ["1-否", "0-是", "1-no", "2-是", "10-是", "1-false"])
def test_a_number_beside_another_options_meaning_is_a_contradiction(cell: str) -> None:
    assert outcome(to_option(FLAG)(cell)) == "contradiction"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("maybe", "not-an-option"),
        ("1-", "not-an-option"),
        ("是的吧", "not-an-option"),
        ("1-2", "not-an-option"),
        ("1月2日", "not-an-option"),
        ("1.5", "not-a-whole-number"),
        (1.5, "not-a-whole-number"),
        ("100%", "percentage"),
        (10**15, "digits-lost"),
        (Misread("#N/A", ERROR), "error-cell"),
    ],
)
def test_what_is_no_option_is_refused(cell: Cell, code: str) -> None:
    assert outcome(to_option(FLAG)(cell)) == code


@pytest.mark.parametrize("cell", ["yes", "是", "true", Truth.TRUE, "on"])
def test_yes_and_no_mean_nothing_where_the_options_are_others(cell: Cell) -> None:
    assert outcome(to_option(SOURCE)(cell)) in {"not-an-option", "not-a-number"}


def test_what_is_understood_all_the_same_is_said() -> None:
    found = to_option(FLAG)("1\u200b")
    assert isinstance(found, Understood)
    assert (found.value, found.code) == (1, "invisible-characters")


@pytest.mark.parametrize("options", [FLAG, SOURCE, {1: Text("proportional dialling", "比例式外呼")}])
def test_a_refusal_names_every_option_in_both_languages(options: dict[int, Text]) -> None:
    found = not_an_option("7", options)
    for value, meaning in options.items():
        for words in (found.message, found.remedy):
            assert f"{value} ({meaning.en})" in words.en
            assert f"{value}（{meaning.zh}）" in words.zh
    assert not re.search(r"[\u4e00-\u9fff]", found.message.en)
    assert "7" in found.message.zh


def test_the_only_option_is_not_called_one_of_several() -> None:
    found = not_an_option("2", {1: Text("proportional dialling", "比例式外呼")})
    assert "the only option" in found.message.en
    assert "one of" not in found.remedy.en
    assert "以下之一" not in found.remedy.zh
