"""What a cell means, or which rule it breaks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from runner.problem import Violation
from runner.tables.cells import is_blank, to_integer, to_number, to_text
from runner.tables.table import Cell, Misread
from runner.text import Text

ERROR_CELL = Violation("error-cell", Text("The cell holds the error #N/A", "单元格为错误值 #N/A"), Text("Mend", "修正"))
BROKEN = Misread("#N/A", ERROR_CELL)
LONG_DIGITS = 12_345_678_901_234_567_890
A_DATE = datetime(2025, 8, 11, 10, 34, tzinfo=UTC)


def outcome(value: object) -> object:
    """A violation by its code, and anything else as it is, told apart from its equals of another type."""
    return value.code if isinstance(value, Violation) else (type(value), value)


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
        (False, False),
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
        ("12345678901234567890", LONG_DIGITS),
    ],
)
def test_a_whole_number_is_read_however_it_was_typed(cell: Cell, expected: int) -> None:
    assert outcome(to_integer(cell)) == (int, expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (30.5, "not-a-whole-number"),
        ("30.5", "not-a-whole-number"),
        ("1e3", "not-a-whole-number"),
        ("三十", "not-a-number"),
        ("30分钟", "not-a-number"),
        ("30 min", "not-a-number"),
        ("1,000", "not-a-number"),
        ("3 0", "not-a-number"),
        ("0x1E", "not-a-number"),
        ("1_000", "not-a-number"),
        ("--1", "not-a-number"),
        (".", "not-a-number"),
        ("nan", "not-a-number"),
        ("inf", "not-a-number"),
        (float("nan"), "not-a-number"),
        (float("inf"), "not-a-number"),
        (True, "not-a-number"),
        (False, "not-a-number"),
        (A_DATE, "not-a-number"),
        (date(2025, 8, 11), "not-a-number"),
        (time(10, 34), "not-a-number"),
        (timedelta(hours=30), "not-a-number"),
        (LONG_DIGITS, "digits-lost"),
        (float(LONG_DIGITS), "digits-lost"),
        (10**15, "digits-lost"),
        (BROKEN, "error-cell"),
    ],
)
def test_what_is_certainly_no_whole_number_is_refused(cell: Cell, code: str) -> None:
    assert outcome(to_integer(cell)) == code


def test_a_cell_full_of_digits_is_refused_and_does_not_break_the_run() -> None:
    found = to_integer("9" * 5000)
    assert isinstance(found, int | Violation)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1, 1.0),
        (0.25, 0.25),
        ("0.25", 0.25),
        (".5", 0.5),
        ("4.", 4.0),
        ("1e-1", 0.1),
        ("１．５", 1.5),
        (" 1.25 ", 1.25),
        ("-0.5", -0.5),
    ],
)
def test_a_number_is_read_however_it_was_typed(cell: Cell, expected: float) -> None:
    assert outcome(to_number(cell)) == (float, expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("fast", "not-a-number"),
        ("1.25x", "not-a-number"),
        ("1,25", "not-a-number"),
        ("1/2", "not-a-number"),
        (True, "not-a-number"),
        (A_DATE, "not-a-number"),
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
        (True, "not-text"),
        (A_DATE, "not-text"),
        (date(2025, 8, 11), "not-text"),
        (time(10, 34), "not-text"),
        (LONG_DIGITS, "digits-lost"),
        (BROKEN, "error-cell"),
    ],
)
def test_what_a_spreadsheet_made_of_the_typed_text_is_refused(cell: Cell, code: str) -> None:
    assert outcome(to_text(cell)) == code


@pytest.mark.parametrize("cell", [None, "", "   ", "\u3000"])
def test_a_blank_cell_is_no_value_whatever_is_wanted(cell: Cell) -> None:
    assert [to_integer(cell), to_number(cell), to_text(cell)] == [None, None, None]


@pytest.mark.parametrize("cell", [LONG_DIGITS, "三十", 30.5, A_DATE])
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
