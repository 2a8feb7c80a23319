"""Whatever valid flow is written into a spreadsheet comes out as the same flow."""

import base64
import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from jobs.recallflow.fields import FLOW_FIELDS, NODE_FIELDS, FlowUpdate
from jobs.recallflow.rules import check_flow
from jobs.upload import Upload
from runner.tables.read import read_table

LABELS = {spec.name: spec.label for spec in (*FLOW_FIELDS, *NODE_FIELDS)}
NAMES = tuple(LABELS)
FLOW_NAMES = tuple(spec.name for spec in FLOW_FIELDS if spec.name != "nodeList")
EXACT = 10**15 - 1

Values = dict[str, Any]
Value = str | int | float | None


def text(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    """Text that a cell can hold: no control characters but line breaks, and not only white space."""
    characters = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), include_characters="\n\t")
    return st.text(characters, min_size=shortest, max_size=longest).filter(str.strip)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Values]:
    """Any of these fields, or none."""
    return st.fixed_dictionaries({}, optional=fields)


def merged(*parts: st.SearchStrategy[Values]) -> st.SearchStrategy[Values]:
    """All these parts of a node."""
    return st.tuples(*parts).map(lambda values: {name: value for part in values for name, value in part.items()})


flags = st.integers(0, 1)
rates = st.floats(0.25, 4).map(lambda rate: round(rate, 12))
"""A workbook keeps 15 digits of a number."""
whole = st.integers(-EXACT, EXACT)

sounds = st.one_of(
    st.fixed_dictionaries({"source": st.just(1), "voiceFileId": text(60)}),
    st.fixed_dictionaries(
        {
            "source": st.just(2),
            "uploadName": text(32, shortest=5),
            "baseFile": st.binary(min_size=1, max_size=40).map(lambda content: base64.b64encode(content).decode()),
        }
    ),
    merged(
        st.fixed_dictionaries({"source": st.just(3), "text": text(200), "lan": st.sampled_from(["EN", "VN", "IDN"])}),
        some(speakingRate=rates, ssmlGender=st.integers(1, 2), accent=whole),
    ),
)

messages = st.one_of(
    st.just({"hangUpSms": 0}),
    merged(
        st.fixed_dictionaries({"hangUpSms": st.just(1), "smsContent": text(80)}),
        some(senderId=text(32)),
        st.one_of(
            st.fixed_dictionaries({"feedbackPush": st.just(1), "feedbackValue": st.sampled_from("0123456789")}),
            st.fixed_dictionaries({"successPush": st.just(1), "successPushTime": st.integers(1, 9999)}),
            st.fixed_dictionaries({"failedPush": st.just(1), "feedbackPush": st.just(0)}),
            st.fixed_dictionaries({"ringPush": st.just(1), "failedPush": flags}),
        ),
    ),
)

seats = st.one_of(
    st.just({"toSeat": 0}),
    merged(
        st.fixed_dictionaries(
            {
                "toSeat": st.just(1),
                "sipGroupId": whole,
                "outboundControl": st.just(1),
                "calloutRate": st.integers(1, 100),
            }
        ),
        st.one_of(
            st.just({"toSeatType": 1}),
            st.fixed_dictionaries({"toSeatType": st.just(2), "toSeatKey": text(3), "delayTransfer": whole}),
        ),
    ),
)

nodes = merged(sounds, messages, seats)


@st.composite
def flows(draw: st.DrawFn) -> Values:
    """A flow that keeps every rule."""
    flow = {
        "keyId": draw(st.integers(1, EXACT)),
        "recallInterval": draw(st.integers(1, 1440)),
        "recallNum": draw(st.integers(1, 10)),
        "recallType": draw(flags),
    }
    node_list = draw(st.none() | st.lists(nodes, min_size=1, max_size=3))
    return flow if node_list is None else flow | {"nodeList": node_list}


@dataclass(frozen=True)
class Layout:
    """How somebody happens to lay out a spreadsheet."""

    order: Sequence[str]
    spelling: Literal["name", "short", "page"]
    rows_above: int
    columns_before: int
    repeat: bool
    """Whether a flow's own fields are repeated in each of its rows."""
    as_json: bool
    """Whether nodes are given in one cell."""

    def headings(self) -> list[str]:
        return [name if self.spelling == "name" else getattr(LABELS[name], self.spelling) for name in self.order]

    def table(self, wanted: Sequence[Values]) -> list[list[Value]]:
        """All rows of the sheet."""
        rows: list[list[Value]] = [["八月流程更新"]] * self.rows_above
        rows.append([*[None] * self.columns_before, *self.headings()])
        for flow in wanted:
            for values in self._rows_of(flow):
                cells = [values.get(name) for name in self.order]
                rows.append([*[None] * self.columns_before, *cells])
        return rows

    def _rows_of(self, flow: Values) -> list[Values]:
        own = {name: flow[name] for name in FLOW_NAMES}
        given = flow.get("nodeList")
        if given is None:
            return [own]
        if self.as_json:
            return [own | {"nodeList": json.dumps(given)}]
        below = own if self.repeat else {"keyId": own["keyId"]}
        return [(below if index else own) | node for index, node in enumerate(given)]


layouts = st.builds(
    Layout,
    order=st.permutations(NAMES),
    spelling=st.sampled_from(["name", "short", "page"]),
    rows_above=st.integers(0, 3),
    columns_before=st.integers(0, 3),
    repeat=st.booleans(),
    as_json=st.booleans(),
)
several_flows = st.lists(flows(), min_size=1, max_size=3, unique_by=lambda flow: flow["keyId"])
quickly = settings(max_examples=60, deadline=timedelta(seconds=5), print_blob=True)


def write_xlsx(path: Path, rows: Sequence[Sequence[Value]], *, with_formula: bool) -> None:
    """A workbook as a person fills it in: what looks like a formula or an error within a text is text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("流程")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    workbook.create_sheet("说明").append(["=1+1" if with_formula else 2])
    workbook.save(path)


def write_csv(path: Path, rows: Sequence[Sequence[Value]], *, encoding: str, delimiter: str) -> None:
    """A file as a spreadsheet program saves it: each line as wide as the widest."""
    width = max(map(len, rows))
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([*row, *[None] * (width - len(row))] for row in rows)


def assert_same(path: Path, wanted: Sequence[Values]) -> None:
    """That a file has these flows, and is wrong in nothing."""
    upload = Upload(None)
    drafts = list(upload.drafts(read_table(path, upload.headings)))
    assert [draft.problems for draft in drafts] == [()] * len(wanted)
    assert [draft.key for draft in drafts] == [str(flow["keyId"]) for flow in wanted]
    for draft, flow in zip(drafts, wanted, strict=True):
        checked = check_flow(flow)
        assert isinstance(checked, FlowUpdate), checked
        assert draft.body == checked.body()
        sent = json.loads(draft.body)
        kept = {name: value for name, value in sent.items() if name != "nodeList"}
        assert kept == {name: flow[name] for name in FLOW_NAMES}
        assert [_set(node) for node in sent.get("nodeList", [])] == flow.get("nodeList", [])


def _set(node: Values) -> Values:
    return {name: value for name, value in node.items() if value is not None}


@quickly
@given(wanted=several_flows, layout=layouts, with_formula=st.booleans())
def test_any_flow_in_a_workbook_comes_out_as_it_went_in(
    wanted: list[Values], layout: Layout, *, with_formula: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.xlsx"
        write_xlsx(path, layout.table(wanted), with_formula=with_formula)
        assert_same(path, wanted)


@quickly
@given(wanted=several_flows, layout=layouts, encoding=st.sampled_from(["utf-8", "utf-8-sig"]))
def test_any_flow_in_a_csv_file_comes_out_as_it_went_in(wanted: list[Values], layout: Layout, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.csv"
        write_csv(path, layout.table(wanted), encoding=encoding, delimiter=",")
        assert_same(path, wanted)


@quickly
@given(wanted=several_flows, order=st.permutations(NAMES), delimiter=st.sampled_from(",;\t"))
def test_any_flow_in_a_csv_file_of_chinese_excel_comes_out_as_it_went_in(
    wanted: list[Values], order: list[str], delimiter: str
) -> None:
    layout = Layout(order, "short", rows_above=0, columns_before=0, repeat=False, as_json=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.csv"
        write_csv(path, layout.table(wanted), encoding="gb18030", delimiter=delimiter)
        assert_same(path, wanted)
