"""Whatever is in a table: nothing is lost on the way, both ways of reading it agree, and nothing breaks a check."""

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.flows import HEADINGS, _FlowReader, flow_drafts
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS
from jobs.recallflow.rules import check_flow
from runner.problem import Violation
from runner.request import Draft
from runner.tables.table import Cell, Misread, Truth
from runner.text import Text
from tests.jobs.recallflow.valid_flows import Values, flows, several_flows
from tests.jobs.recallflow.written_tables import Value, table_of, write_csv, write_xlsx
from tests.runner.tables.reading import table_here

NAMES = tuple(spec.name for spec in ALL_FIELDS)
COLUMNS = tuple(name for name in NAMES if name != "nodeList")
FLOW_NAMES = tuple(spec.name for spec in FLOW_FIELDS if spec.name != "nodeList")

HARMLESS = {"invisible-characters", "rare-character", "no-effect", "unknown-language"}
"""What may be said about a flow that keeps every rule."""

thoroughly = settings(deadline=timedelta(seconds=10), print_blob=True)


def rows_of(flow: Values) -> list[list[Cell]]:
    """A row for each node."""
    own = {name: flow[name] for name in FLOW_NAMES}
    return [[(own | node).get(name) for name in COLUMNS] for node in flow.get("nodeList") or [{}]]


def read(path: Path) -> list[Draft]:
    with table_here(path, HEADINGS) as table:
        return list(flow_drafts(table))


@pytest.mark.parametrize(("ending", "write"), [(".xlsx", write_xlsx), (".csv", write_csv)])
@settings(thoroughly, max_examples=15)
@given(wanted=several_flows)
def test_a_flow_that_is_written_down_and_read_again_is_the_same_flow(
    ending: str, write: Callable[[Path, Sequence[Sequence[Value]]], None], wanted: list[Values]
) -> None:
    rows: list[list[Any]] = [list(COLUMNS), *(row for flow in wanted for row in rows_of(flow))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "flows").with_suffix(ending)
        write(path, rows)
        drafts = read(path)
    assert [draft.problems for draft in drafts] == [()] * len(wanted)
    assert {notice.code for draft in drafts for notice in draft.notices} <= HARMLESS
    assert [draft.body for draft in drafts] == [FlowUpdate(**flow).body() for flow in wanted]


@settings(thoroughly, max_examples=100)
@given(flow=flows())
def test_what_is_sent_says_what_the_cells_say_and_no_more(flow: Values) -> None:
    [draft] = flow_drafts(table_of(COLUMNS, rows_of(flow)))
    assert draft.body is not None, draft.problems
    sent = json.loads(draft.body)
    given_nodes = sent.pop("nodeList", None)
    assert sent == {name: flow[name] for name in FLOW_NAMES}
    assert (given_nodes is None) is ("nodeList" not in flow)
    for node, wanted in zip(given_nodes or (), flow.get("nodeList", ()), strict=True):
        assert {name: value for name, value in node.items() if value is not None} == wanted
        assert {name: type(value) for name, value in wanted.items()} == {name: type(node[name]) for name in wanted}


MISREAD = Misread("#N/A", Violation("error-cell", Text("error", "错误"), Text("mend", "修正")))

messy_cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.integers(-1, 11),
    st.integers(),
    st.floats(),
    st.sampled_from([0.25, 4.0, 1440, 1441, 10**15 - 1, 10**15, 2**53 + 1]),
    st.sampled_from(list(Truth)),
    st.sampled_from(
        ["是", "否", "yes", "NO", "1-是", "0-否", "1-否", "3-文本转语音", "2根据按键反馈转接", "男", "TRUE"]
    ),
    st.sampled_from(["299", " 299 ", "２９９", "1,440", "3E+2", "299.5", "50%", "1.23457E+11", "1-2", "1月2日", "5.0"]),
    st.sampled_from(
        ["NULL", "-", "无", "N/A", " ", "\u3000", "\u00a0EN", "EN\u200b", "a\nb", "x\x00", "\u200b!", "😀"]
    ),
    st.sampled_from(["${text1}", "${text11}", "${name", "UklGRg==", "hello.wav", "..\\hello.wav", "#", "XX", "EN"]),
    st.sampled_from([datetime(2025, 1, 2, tzinfo=UTC), date(2025, 1, 2), time(10), timedelta(hours=30), MISREAD]),
    st.text(max_size=40),
)


@st.composite
def messy_tables(draw: st.DrawFn) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """Right rows in which some cells are not; columns in any order, and some of them missing."""
    rows = [row for flow in draw(st.lists(flows(), min_size=1, max_size=2)) for row in rows_of(flow)]
    for _ in range(draw(st.integers(0, 3))):
        row, column = draw(st.sampled_from(rows)), draw(st.integers(1, len(COLUMNS) - 1))
        row[column] = draw(messy_cells.filter(lambda cell: not _unseen(cell)))
    order = draw(st.permutations(range(len(COLUMNS))))
    kept = order[: draw(st.integers(len(COLUMNS) // 2, len(COLUMNS)))]
    columns = (*(COLUMNS[index] for index in kept if index), COLUMNS[0])
    shortened = draw(st.booleans())
    table = [[row[COLUMNS.index(name)] for name in columns] for row in rows]
    return columns, [_without_blanks_at_its_end(row) for row in table] if shortened else table


def _unseen(cell: Cell) -> bool:
    """Whether there is something in the cell of which nothing can be seen."""
    return isinstance(cell, str) and bool(cell.strip()) and not any(map(str.isprintable, cell))


def _without_blanks_at_its_end(row: list[Cell]) -> list[Cell]:
    return _without_blanks_at_its_end(row[:-1]) if row and row[-1] is None else row


@settings(thoroughly, max_examples=300)
@given(table=messy_tables())
def test_the_quick_and_the_careful_way_of_reading_agree(table: tuple[tuple[str, ...], list[list[Cell]]]) -> None:
    reader = _FlowReader(table_of(*table))
    for rows in reader.groups():
        quick, careful = reader._quick(rows), reader._careful(rows)  # noqa: SLF001 - which way is taken cannot be seen
        assert (careful.body is None) is bool(careful.problems)
        if quick is None:
            continue
        assert quick == careful
        assert (quick.problems, quick.notices, quick.attachments) == ((), (), ())


@settings(thoroughly, max_examples=200)
@given(flow=flows())
def test_most_flows_go_the_quick_way(flow: Values) -> None:
    reader = _FlowReader(table_of(COLUMNS, rows_of(flow)))
    for rows in reader.groups():
        careful = reader._careful(rows)  # noqa: SLF001
        assert (reader._quick(rows) is None) is bool(careful.notices)  # noqa: SLF001


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(0, 11) | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(st.characters(), max_size=5), inner, max_size=8)
    ),
    max_leaves=20,
)


@st.composite
def distorted_flows(draw: st.DrawFn) -> Values:
    """Right flows of which one thing is replaced by anything that JSON can hold but null."""
    flow: Values = draw(flows())
    inside = draw(st.sampled_from([flow, *flow.get("nodeList", ())]))
    inside[draw(st.sampled_from(NAMES))] = draw(json_values.filter(lambda value: value is not None))
    return flow


def assert_judged(values: Values) -> None:
    """That there is a verdict, in words that can be written down."""
    checked = check_flow(values)
    if isinstance(checked, FlowUpdate):
        assert isinstance(json.loads(checked.body()), dict)
        return
    assert checked, "neither a flow nor a violation"
    for each in checked:
        assert each.violation.code
        for text in (each.violation.message, each.violation.remedy):
            assert text.en
            assert text.zh
            assert text.en.encode()


@settings(thoroughly, max_examples=300)
@given(values=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), json_values, min_size=1, max_size=10))
def test_whatever_json_there_is_instead_of_a_flow_is_judged(values: Values) -> None:
    assert_judged(values)


@settings(thoroughly, max_examples=300)
@given(values=distorted_flows())
def test_whatever_json_there_is_within_a_flow_is_judged(values: Values) -> None:
    assert_judged(values)
