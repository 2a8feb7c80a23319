"""Whatever valid flow is written into a spreadsheet comes out as the same flow."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS
from jobs.recallflow.rules import check_flow
from jobs.upload import Upload
from tests.jobs.recallflow.valid_flows import Values, several_flows
from tests.jobs.recallflow.written_tables import Value, write_csv, write_xlsx
from tests.runner.tables.reading import table_here

LABELS = {spec.name: spec.label for spec in ALL_FIELDS}
NAMES = tuple(LABELS)
FLOW_NAMES = tuple(spec.name for spec in FLOW_FIELDS if spec.name != "nodeList")


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
quickly = settings(max_examples=20, deadline=timedelta(seconds=5), print_blob=True)


def assert_same(path: Path, wanted: Sequence[Values]) -> None:
    """That a file has these flows, and is wrong in nothing."""
    upload = Upload(None)
    with table_here(path, upload.headings) as table:
        drafts = list(upload.drafts(table))
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
