from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.journal.source_rows import decode_cells, encode_cells
from runner.problem import Violation
from runner.tables.table import Cell, HeldBack, Misread, Truth
from runner.text import Text

BROKEN = Violation("error", Text("It holds an error", "错误"), Text("Correct it.", "请更正。"))

CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(Truth),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(min_value=timedelta(days=-999), max_value=timedelta(days=999)).map(
        lambda delta: timedelta(seconds=delta.total_seconds())
    ),
)


@given(st.lists(CELLS))
def test_cells_come_back_as_they_went_in(cells: list[Cell]) -> None:
    back = decode_cells(encode_cells(cells))
    assert back == tuple(cells)
    assert [type(cell) for cell in back] == [type(cell) for cell in cells]


@pytest.mark.parametrize(
    "cell", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=8)))]
)
def test_a_time_with_a_zone_comes_back_with_it(cell: datetime) -> None:
    assert decode_cells(encode_cells([cell])) == (cell,)


def test_a_cell_that_could_not_be_read_comes_back_as_one_with_what_it_showed() -> None:
    (back,) = decode_cells(encode_cells([Misread("#N/A", BROKEN)]))
    assert isinstance(back, Misread)
    assert back.shown == "#N/A"


@pytest.mark.parametrize("cell", [None, "202", 202.0, date(2026, 3, 1), Truth.TRUE])
def test_a_key_that_was_held_back_comes_back_with_what_it_holds(cell: Cell) -> None:
    (back,) = decode_cells(encode_cells([HeldBack("shown", BROKEN, cell)]))
    assert isinstance(back, HeldBack)
    assert back.cell == cell


def test_a_key_that_was_held_back_and_is_an_error_comes_back_as_one() -> None:
    (back,) = decode_cells(encode_cells([HeldBack("#N/A", BROKEN, Misread("#N/A", BROKEN))]))
    assert isinstance(back, HeldBack)
    assert isinstance(back.cell, Misread)
    assert back.shown == "#N/A"


def test_half_a_character_does_not_keep_a_row_from_being_written_down() -> None:
    assert decode_cells(encode_cells(["a\ud800b\0"])) == ("a\ud800b\0",)


def test_what_no_cell_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        encode_cells([b"1"])  # type: ignore[list-item]
