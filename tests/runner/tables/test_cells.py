"""What a cell means, or which rule it breaks."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from runner.problem import Violation
from runner.tables.cells import (
    Reading,
    Understood,
    is_blank,
    narrow,
    optional,
    plain,
    to_digit,
    to_integer,
    to_name,
    to_number,
    to_text,
)
from runner.tables.table import Cell, Misread, Truth
from runner.text import Text

ERROR_CELL = Violation("error-cell", Text("The cell holds the error #N/A", "单元格为错误值 #N/A"), Text("Mend", "修正"))
BROKEN = Misread("#N/A", ERROR_CELL)
LONG_DIGITS = 12_345_678_901_234_567_890
A_DATE = datetime(2025, 8, 11, 10, 34, tzinfo=UTC)


def outcome(value: Reading) -> object:
    """A violation by its code, and anything else as it is, told apart from its equals of another type."""
    assert not isinstance(value, Understood), "something is said about it"
    return value.code if isinstance(value, Violation) else (type(value), value)


def understood(reading: Reading) -> tuple[object, str]:
    """A value that looks different in the cell, and what is said about that, in both languages."""
    assert isinstance(reading, Understood)
    assert reading.message.en
    assert re.search(r"[\u4e00-\u9fff]", reading.message.zh)
    return reading.value, reading.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, True),
        ("", True),
        ("   ", True),
        ("\t\r\n", True),
        ("\u3000", True),
        ("\u00a0", True),
        ("0", False),
        (" x ", False),
        (0, False),
        (0.0, False),
        (Truth.FALSE, False),
        ("\u200b", True),
        (A_DATE, False),
        (BROKEN, False),
    ],
)
def test_only_nothing_and_white_space_are_blank(cell: Cell, *, expected: bool) -> None:
    assert is_blank(cell) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (30, 30),
        (0, 0),
        (-1, -1),
        (30.0, 30),
        ("30", 30),
        (" 30 ", 30),
        ("\t30\n", 30),
        ("+30", 30),
        ("-30", -30),
        ("007", 7),
        ("30.0", 30),
        ("30.", 30),
        ("30.000", 30),
        ("３０", 30),
        ("－３０", -30),
        ("\u300030\u3000", 30),
        ("30\u00a0", 30),
        (10**15 - 1, 10**15 - 1),
        (1 - 10**15, 1 - 10**15),
        ("9007199254740993", 2**53 + 1),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775807", 1 - 2**63),
        ("0.0", 0),
        (-0.0, 0),
    ],
)
def test_a_whole_number_is_read_however_it_was_typed(cell: Cell, expected: int) -> None:
    assert outcome(to_integer(cell)) == (int, expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (30.5, "not-a-whole-number"),
        ("30.5", "not-a-whole-number"),
        ("3.5E+0", "not-a-whole-number"),
        ("1,440.5", "not-a-whole-number"),
        ("50%", "percentage"),
        ("50 %", "percentage"),
        ("３％", "percentage"),
        ("9223372036854775808", "out-of-range"),
        ("12345678901234567890", "out-of-range"),
        ("9" * 5000, "out-of-range"),
        ("1.23457E+11", "digits-lost"),
        ("-1E+11", "digits-lost"),
        ("1E+999", "digits-lost"),
        ("1-2", "date-instead"),
        ("3/4", "date-instead"),
        ("2025-08-11", "date-instead"),
        ("2025/8/11 10:34", "date-instead"),
        ("1月2日", "date-instead"),
        ("2025年8月", "date-instead"),
        ("2-Jan", "date-instead"),
        ("Jan-25", "date-instead"),
        ("三十", "not-a-number"),
        ("30分钟", "not-a-number"),
        ("30 min", "not-a-number"),
        ("14,40", "not-a-number"),
        ("0,440", "not-a-number"),
        ("1,44", "not-a-number"),
        ("3 0", "not-a-number"),
        ("0x1E", "not-a-number"),
        ("1_000", "not-a-number"),
        ("--1", "not-a-number"),
        (".", "not-a-number"),
        ("nan", "not-a-number"),
        ("inf", "not-a-number"),
        (float("nan"), "not-a-number"),
        (float("inf"), "not-a-number"),
        (Truth.TRUE, "not-a-number"),
        (Truth.FALSE, "not-a-number"),
        (A_DATE, "date-instead"),
        (date(2025, 8, 11), "date-instead"),
        (time(10, 34), "date-instead"),
        (timedelta(hours=30), "date-instead"),
        (LONG_DIGITS, "digits-lost"),
        (float(LONG_DIGITS), "digits-lost"),
        (10**15, "digits-lost"),
        (BROKEN, "error-cell"),
    ],
)
def test_what_is_certainly_no_whole_number_is_refused(cell: Cell, code: str) -> None:
    assert outcome(to_integer(cell)) == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,440", (1440, "thousands-separator")),
        ("-1,234,567", (-1_234_567, "thousands-separator")),
        ("1,440.00", (1440, "thousands-separator")),
        ("１，４４０", (1440, "thousands-separator")),
        ("3E+2", (300, "exponent")),
        ("1e3", (1000, "exponent")),
        ("2.5E1", (25, "exponent")),
        ("9.9999E+10", (99_999_000_000, "exponent")),
        ("299\u200b", (299, "invisible-characters")),
        ("\ufeff299", (299, "invisible-characters")),
        ("\u202d299\u202c", (299, "invisible-characters")),
    ],
)
def test_a_whole_number_that_looks_different_is_read_and_said(cell: str, expected: tuple[int, str]) -> None:
    found = to_integer(cell)
    assert understood(found) == expected
    assert type(plain(found)) is int


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1, 1.0),
        (0.25, 0.25),
        ("0.25", 0.25),
        (".5", 0.5),
        ("4.", 4.0),
        (10**15 - 1, 999_999_999_999_999.0),
        ("１．５", 1.5),
        (" 1.25 ", 1.25),
        ("-0.5", -0.5),
    ],
)
def test_a_number_is_read_however_it_was_typed(cell: Cell, expected: float) -> None:
    assert outcome(to_number(cell)) == (float, expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1e-1", (0.1, "exponent")),
        ("50%", (0.5, "percentage")),
        ("150%", (1.5, "percentage")),
        ("12.5 %", (0.125, "percentage")),
        ("1,440.5", (1440.5, "thousands-separator")),
        ("1.5\u2060", (1.5, "invisible-characters")),
    ],
)
def test_a_number_that_looks_different_is_read_and_said(cell: str, expected: tuple[float, str]) -> None:
    found = to_number(cell)
    assert understood(found) == expected
    assert type(plain(found)) is float


def test_what_a_number_was_read_as_is_told_with_the_cell() -> None:
    found = to_integer(" 1,440 ")
    assert isinstance(found, Understood)
    assert found.message == Text("1,440 was read as 1440", "1,440 读作 1440")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("fast", "not-a-number"),
        ("5E+11", "digits-lost"),
        ("1月", "date-instead"),
        ("1.25x", "not-a-number"),
        ("1,25", "not-a-number"),
        ("1/2", "date-instead"),
        (Truth.TRUE, "not-a-number"),
        (A_DATE, "date-instead"),
        (float("-inf"), "not-a-number"),
        (LONG_DIGITS, "digits-lost"),
        (BROKEN, "error-cell"),
    ],
)
def test_what_is_certainly_no_number_is_refused(cell: Cell, code: str) -> None:
    assert outcome(to_number(cell)) == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Hello", "Hello"),
        (" Hello ", " Hello "),
        ("007", "007"),
        ("你好\n再见", "你好\n再见"),
        ("#N/A", "#N/A"),
        (5, "5"),
        (5.0, "5"),
        (0, "0"),
        (1.5, "1.5"),
        (10**15 - 1, "999999999999999"),
    ],
)
def test_text_stands_as_it_was_typed_and_a_whole_number_as_its_digits(cell: Cell, expected: str) -> None:
    assert outcome(to_text(cell)) == (str, expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (Truth.TRUE, "not-text"),
        (Truth.FALSE, "not-text"),
        (A_DATE, "date-instead"),
        (date(2025, 8, 11), "date-instead"),
        (time(10, 34), "date-instead"),
        (timedelta(hours=30), "date-instead"),
        (float("nan"), "not-a-number"),
        (LONG_DIGITS, "digits-lost"),
        (BROKEN, "error-cell"),
    ],
)
def test_what_a_spreadsheet_made_of_the_typed_text_is_refused(cell: Cell, code: str) -> None:
    assert [outcome(to_text(cell)), outcome(to_name(cell)), outcome(to_digit(cell))] == [code, code, code]


@pytest.mark.parametrize(
    ("cell", "code", "told"),
    [
        ("Hi\u200b", "invisible-characters", "U+200B"),
        ("\ufeffHi", "invisible-characters", "U+FEFF"),
        ("Hi 😀", "rare-character", "😀"),
        ("𠮷野家", "rare-character", "𠮷"),
    ],
)
def test_text_with_what_may_be_lost_on_the_way_is_kept_and_said(cell: str, code: str, told: str) -> None:
    found = to_text(cell)
    assert understood(found) == (cell, code)
    assert isinstance(found, Understood)
    assert told in found.message.en
    assert told in found.message.zh


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("EN", "EN"),
        (" EN ", "EN"),
        ("EN\u00a0", "EN"),
        ("\u3000EN\n", "EN"),
        ("a b", "a b"),
        ("Ｅ", "Ｅ"),
        ("007", "007"),
        (5, "5"),
        (5.0, "5"),
        ("5.0", "5.0"),
    ],
)
def test_a_name_stands_without_blanks_at_its_ends(cell: Cell, expected: str) -> None:
    assert outcome(to_name(cell)) == (str, expected)


@pytest.mark.parametrize("cell", ["E\u200bN", "\ufeffEN", "EN\u200e", "\u00adEN "])
def test_what_cannot_be_seen_is_left_out_of_a_name_and_that_is_said(cell: str) -> None:
    assert understood(to_name(cell)) == ("EN", "invisible-characters")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("5", "5"),
        (" 5 ", "5"),
        ("５", "5"),
        (5, "5"),
        (5.0, "5"),
        ("5.0", "5"),
        ("0", "0"),
        (0, "0"),
        ("0.0", "0"),
        ("10", "10"),
        ("#", "#"),
        ("＊", "*"),
        ("5.5", "5.5"),
    ],
)
def test_a_key_of_a_telephone_is_text_however_it_was_typed(cell: Cell, expected: str) -> None:
    assert outcome(to_digit(cell)) == (str, expected)


@pytest.mark.parametrize(
    "cell", ["NULL", "null", "None", "nil", "N/A", "ｎ／ａ", "-", "--", "－", "—", "——", "无", " 空 "]
)
def test_a_word_for_nothing_is_blank_where_nothing_is_possible_and_that_is_said(cell: str) -> None:
    for convert in (to_integer, to_number, to_name, to_text, to_digit):
        assert understood(optional(convert)(cell)) == (None, "read-as-blank")


@pytest.mark.parametrize("cell", ["Nullify", "- 5 -", "无论", "n.a.", "0"])
def test_a_word_that_only_begins_like_nothing_is_kept(cell: str) -> None:
    assert outcome(optional(to_text)(cell)) == (str, cell)


def test_full_width_letters_digits_and_signs_are_their_usual_forms() -> None:
    assert narrow("\u3000ＡＢｃ１２３！～（）\u00a0") == "ABc123!~()"
    assert narrow("语音，abc") == "语音,abc"


@pytest.mark.parametrize("reading", [5, 0.25, "5", None, ERROR_CELL])
def test_a_reading_about_which_nothing_is_said_is_plain(reading: Reading) -> None:
    assert plain(reading) is reading


@pytest.mark.parametrize("cell", [None, "", "   ", "\u3000", "\u00a0", "\t\r\n"])
def test_a_blank_cell_is_no_value_whatever_is_wanted(cell: Cell) -> None:
    assert [to_integer(cell), to_number(cell), to_text(cell), to_name(cell), to_digit(cell)] == [None] * 5


@pytest.mark.parametrize("cell", [LONG_DIGITS, "三十", 30.5, A_DATE, "50%", "1-2", "1.23457E+11", Truth.TRUE])
def test_a_violation_shows_the_cell_in_both_languages(cell: Cell) -> None:
    for found in (to_integer(cell), to_text(cell)):
        if isinstance(found, Violation):
            assert str(cell) in found.message.en
            assert str(cell) in found.message.zh
            assert found.remedy.en
            assert found.remedy.zh
            assert found.remedy.en != found.remedy.zh


def test_a_long_cell_is_shown_cut() -> None:
    found = to_integer("many words " * 1000)
    assert isinstance(found, Violation)
    assert len(found.message.en) < 300
    assert "…" in found.message.en
