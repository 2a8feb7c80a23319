"""Rows to flows: consecutive rows with one `keyId` are the nodes of one flow, in order.

If one row of a flow has a problem, the whole flow is held back: an update overwrites, so half a node list would delete
the other half.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from jobs.recallflow.fields import FLOW_FIELDS, NODE_FIELDS, FieldSpec
from jobs.recallflow.rules import FieldViolation, check_flow
from runner.problem import Problem, Violation
from runner.request import Draft
from runner.tables.cells import is_blank, to_integer, to_number, to_text
from runner.tables.headings import Heading
from runner.tables.table import Cell, Row, Table, shown
from runner.text import Text

KEY = "keyId"
NODES = "nodeList"


def _heading(spec: FieldSpec, group: str | None) -> Heading:
    return Heading(field=spec.name, labels=(spec.label.short, spec.label.page), required=spec.required, group=group)


HEADINGS = (*(_heading(spec, None) for spec in FLOW_FIELDS), *(_heading(spec, "node") for spec in NODE_FIELDS))
"""Field names, or the labels of the vendor's page; the columns of a node may be missing all together."""

_CONVERTERS: dict[str, Callable[[Cell], object]] = {
    "integer": to_integer,
    "number": to_number,
    "text": to_text,
    "nodes": to_text,
}


def flow_drafts(table: Table) -> Iterator[Draft]:
    """The flows of a table, in order: checked, or with all their problems."""
    reader = _FlowReader(table)
    for rows in _groups(table):
        yield reader.draft(rows)


def _groups(table: Table) -> Iterator[list[Row]]:
    """Rows of one flow. A row without a `keyId` may be a node of the flow above it, so it holds that one back."""
    group: list[Row] = []
    key: str | None = None
    for row in table.rows:
        own = _key_text(table.cell(row, KEY))
        if group and own not in {key, ""}:
            yield group
            group = []
        if not group:
            key = own
        group.append(row)
    if group:
        yield group


def _key_text(cell: Cell) -> str:
    """What tells two flows apart: `299`, `299.0` and `" 299 "` are the same one."""
    number = to_integer(cell)
    if isinstance(number, int):
        return str(number)
    return "" if is_blank(cell) else shown(cell).strip()


class _FlowReader:
    """Reads the flows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._flow_fields = self._present(FLOW_FIELDS, without=NODES)
        self._node_fields = self._present(NODE_FIELDS)

    def _present(
        self, specs: Iterable[FieldSpec], without: str | None = None
    ) -> list[tuple[str, int, Callable[[Cell], object]]]:
        columns = self._table.columns
        return [
            (spec.name, columns[spec.name].index, _CONVERTERS[spec.kind])
            for spec in specs
            if spec.name in columns and spec.name != without
        ]

    def draft(self, rows: list[Row]) -> Draft:
        """The flow that these rows make."""
        reading = _Reading(self._table, rows)
        flow = self._flow_values(reading)
        nodes = [reading.values(row, self._node_fields) for row in rows]
        flow[NODES] = self._nodes(reading, nodes)
        checked = check_flow(flow)
        if isinstance(checked, list):
            for violation in checked:
                reading.broken_rule(violation)
        key = _key_text(self._table.cell(rows[0], KEY))
        numbers = tuple(row.number for row in rows)
        if isinstance(checked, list) or reading.problems:
            return Draft(key=key, rows=numbers, body=None, problems=reading.in_order())
        return Draft(key=key, rows=numbers, body=checked.body())

    def _flow_values(self, reading: "_Reading") -> dict[str, object]:
        first, *others = reading.rows
        flow = reading.values(first, self._flow_fields)
        for row in others:
            below = reading.values(row, self._flow_fields)
            for field, value in below.items():
                if field == KEY:
                    if value is None:
                        reading.problem(row, KEY, _KEY_MISSING)
                elif value is not None and value != flow[field]:
                    reading.problem(row, field, _disagrees(field, first.number))
        return flow

    def _nodes(self, reading: "_Reading", nodes: list[dict[str, object]]) -> object:
        filled = any(
            not is_blank(self._table.cell(row, name)) for row in reading.rows for name, _, _ in self._node_fields
        )
        json_cell = self._table.cell(reading.rows[0], NODES)
        for row in reading.rows[1:]:
            if not is_blank(self._table.cell(row, NODES)):
                reading.problem(row, NODES, _NODES_BELOW_FIRST)
        if not is_blank(json_cell):
            if filled or len(nodes) > 1:
                reading.problem(reading.rows[0], NODES, _NODES_TWICE)
            return reading.nodes_from_json(json_cell)
        return nodes if filled or len(nodes) > 1 else None


class _Reading:
    """What is found out about the rows of one flow."""

    def __init__(self, table: Table, rows: list[Row]) -> None:
        self.rows = rows
        self.problems: list[Problem] = []
        self._table = table
        self._faulty: set[tuple[int, str]] = set()
        self._nodes_in_json = False

    def values(self, row: Row, fields: Iterable[tuple[str, int, Callable[[Cell], object]]]) -> dict[str, object]:
        """The values of some of a row's cells; None for a blank one, and for one that cannot be read."""
        values: dict[str, object] = {}
        cells = row.cells
        width = len(cells)
        for name, index, convert in fields:
            cell = cells[index] if index < width else None
            value = None if cell is None else convert(cell)
            if isinstance(value, Violation):
                self.problem(row, name, value)
                value = None
            values[name] = value
        return values

    def nodes_from_json(self, cell: Cell) -> object:
        """The nodes that the `nodeList` cell spells out."""
        self._nodes_in_json = True
        try:
            nodes: Any = json.loads(cell) if isinstance(cell, str) else None
        except (ValueError, RecursionError):
            nodes = None
        if not isinstance(nodes, list) or not all(isinstance(node, Mapping) for node in nodes):
            self.problem(self.rows[0], NODES, _NOT_JSON)
            return None
        return nodes

    def problem(self, row: Row, field: str, violation: Violation) -> None:
        """Notes a problem at a cell."""
        self._faulty.add((row.number, field))
        self.problems.append(self._table.problem(row, field, violation, key=KEY))

    def broken_rule(self, broken: FieldViolation) -> None:
        """Notes a rule that is broken, at the cell it is about; not for a cell that could not be read at all."""
        if self._nodes_in_json and (broken.node is not None or broken.field == NODES):
            self.problem(self.rows[0], NODES, _inside(broken))
            return
        row = self.rows[broken.node or 0]
        if (row.number, broken.field) in self._faulty:
            return
        violation = broken.violation if broken.field in self._table.columns else _no_column(broken)
        self.problem(row, broken.field, violation)

    def in_order(self) -> tuple[Problem, ...]:
        """All problems, from top to bottom and from left to right."""
        columns = self._table.columns
        at_end = count(max(column.index for column in columns.values()) + 1)
        return tuple(
            sorted(
                self.problems,
                key=lambda found: (
                    found.row,
                    columns[found.field].index if found.field in columns else next(at_end),
                ),
            )
        )


def _disagrees(field: str, first_row: int) -> Violation:
    return Violation(
        "rows-disagree",
        Text(
            f"The rows of one flow disagree on {field}: row {first_row} has another value",
            f"同一流程各行的 {field} 不一致：与第 {first_row} 行的值不同",
        ),
        Text("Give both the same value, or leave this one blank.", "请填写相同的值，或将本单元格留空。"),
    )


def _no_column(broken: FieldViolation) -> Violation:
    violation = broken.violation
    return Violation(
        violation.code,
        Text(f"{violation.message.en}, and there is no such column", f"{violation.message.zh}，但表中没有该列"),
        Text(f"Add a column {broken.field}. {violation.remedy.en}", f"请添加 {broken.field} 列。{violation.remedy.zh}"),
    )


def _inside(broken: FieldViolation) -> Violation:
    violation = broken.violation
    message = Text(f"{broken.path}: {violation.message.en}", f"{broken.path}:{violation.message.zh}")
    return Violation(violation.code, message, violation.remedy)


_KEY_MISSING = Violation(
    "required",
    Text(
        f"{KEY} is blank, so it is not certain whether this row belongs to the flow above",
        f"{KEY} 为空，无法确定本行是否属于上一个流程",
    ),
    Text(f"Repeat the {KEY} of its flow in every row.", f"请在每一行都填写所属流程的 {KEY}。"),
)

_NODES_TWICE = Violation(
    "nodes-twice",
    Text(
        f"The nodes are given both in {NODES} and in columns or rows of their own",
        f"{NODES} 与节点列（或多行）同时填写",
    ),
    Text("Keep one of the two.", "请只保留一种写法。"),
)

_NODES_BELOW_FIRST = Violation(
    "nodes-below-first",
    Text(f"{NODES} belongs into the first row of a flow", f"{NODES} 只能写在流程的第一行"),
    Text("Move it there.", "请移到第一行。"),
)

_NOT_JSON = Violation(
    "not-json",
    Text("It is not a JSON list of nodes", "不是 JSON 格式的节点列表"),
    Text('Write a list of objects: [{"source": 1, …}].', '请写成对象列表：[{"source": 1, …}]。'),
)
