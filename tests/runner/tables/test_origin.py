"""What a report's corrections say of the run that they came from, and how they are read again."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.tables.origin import ORIGIN_SHEET, find_origin, origin_rows
from runner.tables.read import workbook_table
from runner.tables.table import Cell, Origin, Table, WrittenHeading
from tests.runner.tables.test_sheets import HEADINGS, RESULTS, Book

RUN = "20260301-013000-ab12"
OWN_WORDS = (
    WrittenHeading("客户编号", "keyId"),
    WrittenHeading("recallNum", "recallNum"),
    WrittenHeading("", None),
    WrittenHeading("备注", ""),
    WrittenHeading("colour", None),
)
HEADS: list[Cell] = ["客户编号", "recallNum", None, "备注", "colour"]


def blank_at_end_left_out(rows: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """As a reader gives rows: blank cells at the right are not there."""
    short: list[list[Cell]] = []
    for row in rows:
        cells: list[Cell] = [cell or None for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        short.append(cells)
    return short


def report(run: str = RUN, *further: str, sheet: str = "Corrections") -> Book:
    hidden = blank_at_end_left_out(origin_rows(run, "Corrections", OWN_WORDS))
    sheets: dict[str, list[list[Cell]]] = {"Results": RESULTS, sheet: [HEADS, [1, 2, None, "x", "red"]]}
    sheets |= {name: [HEADS, [3, 4]] for name in further}
    return Book(sheets | {ORIGIN_SHEET: hidden}, hidden=[ORIGIN_SHEET])


def table(book: Book, **options: str) -> Table:
    mapping = {heading: field for heading, field in options.items() if heading != "sheet"}
    return workbook_table(book, Path("report.xlsx"), HEADINGS, sheet=options.get("sheet"), mapping=mapping)


def test_corrections_are_read_with_the_mapping_that_the_run_had_and_say_which_run_it_was() -> None:
    found = table(report())
    assert (found.sheet, found.origin and found.origin.run) == ("Corrections", RUN)
    assert {field: column.letter for field, column in found.columns.items()} == {"keyId": "A", "recallNum": "B"}
    assert [row.cells[:2] for row in found.rows] == [(1, 2)]
    assert [notice.value for notice in found.notices if notice.code == "unknown-heading"] == ["colour"]


def test_a_run_that_no_journal_keeps_has_no_name() -> None:
    found = table(report(""))
    assert found.origin is not None
    assert found.origin.run is None


def test_a_sheet_that_its_user_has_renamed_still_says_which_run_it_was() -> None:
    found = table(report(sheet="改好了"))
    assert (found.sheet, found.origin and found.origin.run) == ("改好了", RUN)


def test_another_sheet_of_the_workbook_is_no_corrections() -> None:
    assert table(report(), sheet="Corrections").origin is not None
    book = report()
    with pytest.raises(InputError, match="recallNum"):
        table(book, sheet="Results")


def test_several_sheets_of_corrections_are_asked_about_and_each_can_be_named() -> None:
    book = report(RUN, "Corrections 2")
    with pytest.raises(InputError, match="Corrections, Corrections 2") as refused:
        table(book)
    assert "--sheet" in refused.value.zh
    found = table(book, sheet="Corrections 2")
    assert (found.sheet, found.origin and found.origin.run) == ("Corrections 2", RUN)


def test_what_the_user_says_of_a_heading_counts_before_what_the_run_said() -> None:
    found = table(report(), colour="text")
    assert found.columns["text"].letter == "E"
    book = report()
    with pytest.raises(InputError, match="recallNum"):
        table(book, recallNum="text")


def test_a_column_that_its_user_took_away_is_not_missed() -> None:
    book = report()
    book.top("Corrections")[0][3:] = []
    assert set(table(book).columns) == {"keyId", "recallNum"}


@pytest.mark.parametrize("rows", [[], [[]], [["notes", "x"]], [[1, 2]]])
def test_a_sheet_of_that_name_in_somebody_elses_workbook_says_nothing(rows: list[list[Cell]]) -> None:
    assert find_origin(Book({ORIGIN_SHEET: rows})) is None


def test_a_workbook_without_that_sheet_is_nobodys_corrections() -> None:
    assert find_origin(Book({"Corrections": [HEADS]})) is None


def test_an_origin_without_a_mapping_is_one() -> None:
    book = Book({ORIGIN_SHEET: blank_at_end_left_out(origin_rows(RUN, "Corrections", ()))})
    assert find_origin(book) == Origin(run=RUN, sheet="Corrections", mapping={})
