"""A list of keys in a spreadsheet: found in its column, each once, and what is no key is told with its cell."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from jobs.recallflow.flows import HEADINGS, to_key
from runner.errors import InputError
from runner.key_list import TWICE, read_keys
from runner.listing import Listing
from tests.jobs.recallflow.written_tables import Value, write_csv, write_xlsx

WRITERS: dict[str, Callable[[Path, Sequence[Sequence[Value]]], None]] = {".csv": write_csv, ".xlsx": write_xlsx}


def listing(folder: Path, rows: list[list[Value]], *, ending: str = ".csv", sheet: str | None = None) -> Listing:
    path = folder / f"keys{ending}"
    WRITERS[ending](path, rows)
    return read_keys(path, HEADINGS[0], to_key, sheet=sheet)


def keys(found: Listing) -> list[tuple[str, int]]:
    return [(each.key, each.row) for each in found.keys]


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("heading", ["keyId", "KEYID", "自动重呼任务流程唯一主键"])
def test_keys_are_read_by_either_name_of_their_column_in_order_and_blank_rows_are_passed_over(
    tmp_path: Path, ending: str, heading: str
) -> None:
    rows: list[list[Value]] = [[heading], [8], [7], [None], ["299"], [" 0300 "]]
    found = listing(tmp_path, rows, ending=ending)
    assert keys(found) == [("8", 2), ("7", 3), ("299", 5), ("300", 6)]
    assert (found.key_column, found.key_heading) == ("A", heading)
    assert not any(each.problems for each in found.keys)


def test_other_columns_are_passed_over_without_a_word(tmp_path: Path) -> None:
    found = listing(
        tmp_path, [["客户", "keyId", "keyID2", "备注"], ["A", 7, 9, "x"], ["B", 8, 9, None]], ending=".xlsx"
    )
    assert keys(found) == [("7", 2), ("8", 3)]
    assert found.key_column == "B"
    assert found.notices == ()


def test_a_spreadsheet_in_the_upload_format_is_a_list_of_keys_as_well(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["keyId", "recallNum", "source"], [7, 3, 3], [7, None, 1], [8, 3, 3]]
    found = listing(tmp_path, rows)
    assert keys(found) == [("7", 2), ("8", 4)]


def test_of_a_key_that_comes_twice_the_first_counts_which_is_said_once(tmp_path: Path) -> None:
    found = listing(tmp_path, [["keyId"], [7], [8], ["7"], ["7.0"], [9], [8]])
    assert keys(found) == [("7", 2), ("8", 3), ("9", 6)]
    [notice] = found.notices
    assert (notice.code, notice.cell, notice.row, notice.value) == (TWICE, "A4", 4, "7")
    assert "2 more" in notice.message.en


@pytest.mark.parametrize("cell", ["abc", "7.5", "1.23457E+11", "99999999999999999999"])
def test_a_cell_that_is_no_key_is_a_problem_with_its_address(tmp_path: Path, cell: str) -> None:
    found = listing(tmp_path, [["note", "keyId"], ["x", cell], ["y", 8]])
    bad, good = found.keys
    [problem] = bad.problems
    assert (problem.cell, problem.row, problem.value, problem.heading) == ("B2", 2, cell, "keyId")
    assert problem.violation.remedy.en
    assert (good.key, good.problems) == ("8", ())


def test_a_row_that_has_something_else_but_no_key_is_a_problem(tmp_path: Path) -> None:
    found = listing(tmp_path, [["note", "keyId"], ["x", None], ["y", 8], ["z", None]])
    assert [[problem.cell for problem in each.problems] for each in found.keys] == [["B2"], [], ["B4"]]


def test_a_file_without_such_a_column_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"keys\.csv .*A list of keys has a column keyId"):
        listing(tmp_path, [["客户", "备注"], ["A", "x"]])


def test_a_file_without_keys_lists_nothing(tmp_path: Path) -> None:
    assert listing(tmp_path, [["keyId"]]).keys == []
