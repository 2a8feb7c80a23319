"""Merged cells are read as they look."""

from time import process_time

import pytest

from runner.tables.layout import Merge
from runner.tables.merges import address, fill_merged, merges_below
from runner.tables.table import Cell, Row


def merge(range_: tuple[int, int, int, int]) -> Merge:
    """First and last row, first and last column."""
    return Merge(first_row=range_[0], last_row=range_[1], first_column=range_[2], last_column=range_[3])


def filled(rows: dict[int, list[Cell]], *ranges: tuple[int, int, int, int]) -> dict[int, list[Cell]]:
    columns = (0, 1, 3)  # column C stands for no field
    merges = merges_below([merge(range_) for range_ in ranges], 1, columns)
    own = (Row(number, tuple(cells)) for number, cells in rows.items())
    return {row.number: list(row.cells) for row in fill_merged(own, merges, columns)}


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(2, 4, 0, 0)], {2: [1, "a"], 3: [1, "b"], 4: [1, "c"], 5: [None, "d"]}),
        ([(2, 3, 0, 1)], {2: [1, 1], 3: [1, 1], 4: [None, "c"], 5: [None, "d"]}),
        ([(3, 3, 1, 3)], {2: [1, "a"], 3: [None, "b", None, "b"], 4: [None, "c"], 5: [None, "d"]}),
        ([(4, 5, 1, 1), (2, 3, 0, 0)], {2: [1, "a"], 3: [1, "b"], 4: [None, "c"], 5: [None, "c"]}),
        ([(1, 3, 0, 0)], {2: [1, "a"], 3: [None, "b"], 4: [None, "c"], 5: [None, "d"]}),
        ([(2, 5, 2, 2)], {2: [1, "a"], 3: [None, "b"], 4: [None, "c"], 5: [None, "d"]}),
        ([(5, 9, 1, 1)], {2: [1, "a"], 3: [None, "b"], 4: [None, "c"], 5: [None, "d"]}),
    ],
    ids=["down", "block", "across", "two", "headings", "unknown-column", "past-the-end"],
)
def test_every_cell_of_a_merged_range_has_the_value_of_its_first(
    ranges: list[tuple[int, int, int, int]], expected: dict[int, list[Cell]]
) -> None:
    rows: dict[int, list[Cell]] = {2: [1, "a"], 3: [None, "b"], 4: [None, "c"], 5: [None, "d"]}
    assert filled(rows, *ranges) == expected


def test_a_range_whose_first_row_is_blank_has_no_value() -> None:
    assert filled({4: [7, "x"]}, (3, 5, 0, 0)) == {4: [None, "x"]}


def test_a_value_that_lies_hidden_under_a_merged_range_does_not_count() -> None:
    assert filled({2: [1, "a"], 3: [2, "b"]}, (2, 3, 0, 0)) == {2: [1, "a"], 3: [1, "b"]}


@pytest.mark.parametrize("count", [1, 50_000])
def test_many_or_long_ranges_cost_little(count: int) -> None:
    height = 200_000 // count
    merges = [merge((first, first + height - 1, 0, 0)) for first in range(2, 200_002, height)] * 2
    began = process_time()
    rows = (Row(number, (number, "a")) for number in range(2, 200_002))
    own = fill_merged(rows, merges_below(merges, 1, range(40)), range(40))
    assert sum(row.cells[0] == row.number for row in own) == count
    assert process_time() - began < 10


def test_a_range_is_written_as_spreadsheet_programs_write_it() -> None:
    assert address(merge((3, 5, 0, 26))) == "A3:AA5"
