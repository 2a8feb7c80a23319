"""Which sheet of a workbook is read, and what is said of it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.problem import Notice
from runner.tables.headings import Heading
from runner.tables.layout import Layout, Merge
from runner.tables.limits import ReadingLimits
from runner.tables.read import read_table, workbook_table
from runner.tables.table import Cell, Table

HEADINGS = (
    Heading(field="keyId", labels=("主键",), required=True),
    Heading(field="recallNum", labels=("重呼次数",), required=True),
    Heading(field="text", labels=("文件内容",)),
)
FULL: list[list[Cell]] = [["keyId", "recallNum"], [1, 2]]
REFERENCE: list[list[Cell]] = [["field", "means"], ["keyId", "the flow"], ["recallNum", "how often"]]
RESULTS: list[list[Cell]] = [["keyId", "outcome"], [1, "sent"]]
OTHER: list[list[Cell]] = [["name"], ["x"]]


class Book:
    """A workbook in memory."""

    def __init__(
        self, sheets: dict[str, list[list[Cell]]], hidden: Sequence[str] = (), layout: Layout | None = None
    ) -> None:
        self.names = tuple(sheets)
        self.hidden = frozenset(hidden)
        self._sheets = sheets
        self._layout = layout or Layout()

    def top(self, name: str) -> list[list[Cell]]:
        return self._sheets[name][:20]

    def layout(self, name: str) -> Layout:
        assert name in self.names
        return self._layout

    def rows(self, name: str) -> Iterator[Sequence[Cell]]:
        return iter(self._sheets[name])


def table(book: Book, sheet: str | None = None) -> Table:
    return workbook_table(book, Path("in.xlsx"), HEADINGS, sheet=sheet)


def notice(found: Table, code: str) -> Notice:
    [only] = [each for each in found.notices if each.code == code]
    assert re.search(r"[\u4e00-\u9fff]", only.message.zh)
    return only


def refusal(book: Book, sheet: str | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        table(book, sheet)
    assert "in.xlsx" in caught.value.zh
    return caught.value


@pytest.mark.parametrize(
    ("sheets", "hidden", "taken"),
    [
        ({"说明": OTHER, "流程": FULL}, [], "流程"),
        ({"Fields": REFERENCE, "Flows": FULL}, [], "Flows"),
        ({"Results": RESULTS, "Flows": FULL, "Problems": RESULTS}, [], "Flows"),
        ({"Old": FULL, "Flows": FULL}, ["Old"], "Flows"),
        ({"Other": OTHER, "Flows": FULL}, ["Flows"], "Flows"),
    ],
)
def test_the_sheet_that_can_be_meant_is_read(
    sheets: dict[str, list[list[Cell]]], hidden: list[str], taken: str
) -> None:
    found = table(Book(sheets, hidden))
    assert found.sheet == taken
    assert [row.number for row in found.rows] == [2]


def test_which_sheet_was_taken_is_said_where_others_have_known_headings_too() -> None:
    half: list[list[Cell]] = [["keyId", "text"], [1, "sent"]]
    said = notice(table(Book({"Results": half, "Flows": FULL, "Other": OTHER})), "sheet-chosen")
    assert "Flows" in said.message.en
    assert said.message.en.endswith("not read: Results")


def test_that_a_hidden_sheet_is_read_is_said() -> None:
    assert "Flows" in notice(table(Book({"Other": OTHER, "Flows": FULL}, ["Flows"])), "hidden-sheet").message.zh


@pytest.mark.parametrize("second", [FULL, [["keyId", "recallNum", "text"], [1, 2, "a"]]])
def test_several_sheets_that_can_be_meant_are_listed(second: list[list[Cell]]) -> None:
    error = refusal(Book({"八月": FULL, "九月": second, "Other": OTHER}))
    assert "八月, 九月. Say which one with --sheet" in error.en
    assert table(Book({"八月": FULL, "九月": second}), "九月").sheet == "九月"


@pytest.mark.parametrize("asked", ["Flows", "flows", " FLOWS ", "Ｆｌｏｗｓ"])
def test_a_sheet_is_found_however_its_name_was_typed(asked: str) -> None:
    assert table(Book({"Other": FULL, "Flows": FULL}), asked).sheet == "Flows"


def test_a_sheet_that_there_is_not_is_refused_and_the_sheets_are_listed() -> None:
    many = {f"s{number}": FULL for number in range(30)}
    assert "Its sheets: A, B. Give" in refusal(Book({"A": FULL, "B": FULL}), "C").en
    assert "s19 and 10 more" in refusal(Book(many), "C").en
    assert "另有 10 个" in refusal(Book(many)).zh
    assert "no worksheet" in refusal(Book({})).en


def test_no_known_heading_anywhere_is_one_clear_line() -> None:
    assert "It needs at least: keyId, recallNum" in refusal(Book({"A": OTHER, "B": []})).en
    assert 'sheet "A" of in.xlsx' in refusal(Book({"A": OTHER, "B": FULL}), "a").en


def test_merged_cells_are_read_as_merged_and_blank_rows_stay_blank() -> None:
    rows: list[list[Cell]] = [["keyId", "recallNum", "text"], [1, 2, "a"], [None, None, "b"], [], [None, None, "c"]]
    layout = Layout(
        merges=(
            Merge(first_row=1, last_row=1, first_column=0, last_column=2),
            Merge(first_row=2, last_row=5, first_column=0, last_column=0),
            Merge(first_row=2, last_row=3, first_column=1, last_column=1),
            Merge(first_row=2, last_row=5, first_column=7, last_column=8),
        )
    )
    found = table(Book({"A": rows}, layout=layout))
    said = notice(found, "merged-cells")
    assert said.message.en.endswith("the first: A2:A5, B2:B3")
    assert said.cell == "A2:A5"
    assert [(row.number, row.cells) for row in found.rows] == [(2, (1, 2, "a")), (3, (1, 2, "b")), (5, (1, None, "c"))]


def test_what_is_hidden_or_filtered_is_read_and_said() -> None:
    many: list[list[Cell]] = [[1, None, 2, "x"]] * 30
    rows: list[list[Cell]] = [["title"], ["keyId", None, "recallNum", "备注"], *many]
    runs = ((1, 3), (5, 9), (12, 12), (14, 14), (16, 16), (18, 18), (20, 21))
    layout = Layout(
        hidden_columns=frozenset({2, 3, 90}), filtered_columns=frozenset({0, 3}), hidden_rows=((1, 1), *runs)
    )
    found = table(Book({"A": rows}, layout=layout))
    column, rows_said = notice(found, "hidden-column"), notice(found, "hidden-rows")
    assert column.message.en == "Column C recallNum is hidden; its values count"
    assert (column.cell, column.field, column.heading) == ("C2", "recallNum", "recallNum")
    assert rows_said.message.en == "Rows are hidden (12 in all): 3, 5-9, 12, 14, 16 and 2 more; they are read"
    assert "A, D" in notice(found, "filtered-column").message.en
    assert len(list(found.rows)) == 30


def test_what_is_passed_over_is_said() -> None:
    rows: list[list[Cell]] = [["keyId", "recallNum", "recallNumber of all", "备注", None], [], [1, 2, 3, 4, "x", "y"]]
    found = table(Book({"A": rows}))
    unknown = [each for each in found.notices if each.code == "unknown-heading"]
    assert [each.cell for each in unknown] == ["C1", "D1"]
    assert unknown[0].message.en.endswith("passed over; the nearest field is recallNum")
    assert unknown[1].message.zh == "“备注”不对应任何字段，已忽略"
    values = notice(found, "column-without-heading")
    assert "column E, F" in values.message.en
    assert values.cell == "E3"


def test_headings_without_number_are_counted_and_not_listed() -> None:
    names: list[Cell] = [f"栏{number}" for number in range(100)]
    found = table(Book({"A": [["keyId", "recallNum", *names], [1, 2]]}))
    assert len(found.notices) == 21
    assert "80 more headings, from W1 on" in found.notices[-1].message.en


def test_an_ordinary_table_is_not_spoken_of() -> None:
    assert table(Book({"A": FULL, "B": OTHER})).notices == ()


@pytest.mark.parametrize("count", [3, 4])
def test_more_rows_than_the_limit_are_refused_while_they_are_read(count: int) -> None:
    full: list[list[Cell]] = [[1, 2]] * count
    blank: list[list[Cell]] = [[]] * 100
    rows: list[list[Cell]] = [["keyId", "recallNum"], [], *full, *blank]
    found = workbook_table(Book({"A": rows}), Path("in.xlsx"), HEADINGS, limits=ReadingLimits(file_rows=3))
    if count == 3:
        assert len(list(found.rows)) == 3
    else:
        with pytest.raises(InputError, match=r"more than 3 rows .* file_rows"):
            list(found.rows)


def test_a_file_that_is_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"keyId,recallNum\n" + b"1,2\n" * 2**19)
    with (
        pytest.raises(InputError, match=r"the limit is 1\. .* file_mb"),
        read_table(tmp_path / "in.csv", HEADINGS, limits=ReadingLimits(file_mb=1)),
    ):
        pass


@pytest.mark.parametrize("name", ["in.docx", "in", "in.txt", "in.csv.gz"])
def test_another_format_is_refused_and_the_formats_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"keyId\n1\n")
    with pytest.raises(InputError) as caught, read_table(tmp_path / name, HEADINGS):
        pass
    for told in (caught.value.en, caught.value.zh):
        assert all(ending in told for ending in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv"))
