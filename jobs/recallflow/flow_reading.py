"""Reads one flow with care: everything that is wrong with it, and everything that its user might not expect."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, TypeVar

from jobs.recallflow.audio import AUDIO, names_a_file
from jobs.recallflow.fields import PUSHES, FlowUpdate
from jobs.recallflow.meanings import Meanings
from jobs.recallflow.reference import FLOW_FIELDS, KEY, NODE_FIELDS, NODES, FieldSpec
from jobs.recallflow.rules import FieldViolation, broken_together, check_flow, notices_on
from jobs.recallflow.violations import NO_PUSH
from runner.problem import Notice, Problem, Violation
from runner.request import Attachment, Draft
from runner.tables.cells import Understood, is_blank
from runner.tables.table import Cell, Row, Table
from runner.text import Text

Found = TypeVar("Found", Problem, Notice)


class FlowColumns:
    """The columns of a table that hold a flow's own fields, and its nodes'."""

    def __init__(self, table: Table, meanings: Mapping[str, Meanings]) -> None:
        self.of_flow, self.of_node = (
            tuple(
                (spec, table.columns[spec.name].index, meanings[spec.name])
                for spec in specs
                if spec.name in meanings and spec.name != NODES
            )
            for specs in (FLOW_FIELDS, NODE_FIELDS)
        )
        self.node_names = frozenset(spec.name for spec, _, _ in self.of_node)


class FlowReading:
    """What is found out about the rows of one flow."""

    def __init__(self, table: Table, rows: list[Row], columns: FlowColumns) -> None:
        self._table = table
        self._rows = rows
        self._columns = columns
        self._problems: list[Problem] = []
        self._notices: list[Notice] = []
        self._attachments: dict[str, Attachment] = {}
        self._faulty: set[tuple[int, str]] = set()
        self._nodes_in_json = False

    def draft(self, key: str, *, too_long: bool) -> Draft:
        """The flow, or all its problems.

        Args:
            key: of the rows.
            too_long: whether there are more rows than any flow has.
        """
        numbers = tuple(row.number for row in self._rows)
        if too_long:
            self._problem(self._rows[0], KEY, _TOO_MANY_NODES)
            return Draft(key=key, rows=numbers, body=None, problems=tuple(self._problems))
        values = self._flow_values()
        values[NODES] = self._nodes([self._values(row, self._columns.of_node) for row in self._rows])
        flow = None
        broken = [] if self._nodes_in_json else broken_together(values)
        if self._nodes_in_json or not (broken or self._problems):
            checked = check_flow(values)
            if isinstance(checked, FlowUpdate):
                flow = checked
            else:
                broken = checked
        for violation in broken:
            self._broken_rule(violation)
        if flow is None or self._problems:
            problems, notices = self._in_order(self._problems), self._in_order(self._notices)
            return Draft(key=key, rows=numbers, body=None, problems=problems, notices=notices)
        self._notice_what_may_not_be_meant(values[NODES])
        return Draft(
            key=key,
            rows=numbers,
            body=flow.body(),
            notices=self._in_order(self._notices),
            attachments=tuple(self._attachments.values()),
        )

    def _flow_values(self) -> dict[str, object]:
        first, *others = self._rows
        flow = self._values(first, self._columns.of_flow)
        for row in others:
            below = self._values(row, self._columns.of_flow)
            for field, value in below.items():
                if field == KEY:
                    if value is None and (row.number, KEY) not in self._faulty:
                        self._problem(row, KEY, _KEY_MISSING)
                elif value is not None and value != flow[field]:
                    self._problem(row, field, _disagrees(field, first.number))
        return flow

    def _values(self, row: Row, fields: tuple[tuple[FieldSpec, int, Meanings], ...]) -> dict[str, object]:
        """The values of some of a row's cells; None for a blank one, and for one that cannot be read."""
        values: dict[str, object] = {}
        cells = row.cells
        for spec, index, meanings in fields:
            name = spec.name
            reading = meanings[cells[index]] if index < len(cells) else None
            value = reading.value if isinstance(reading, Understood) else reading
            if spec.kind == "file" and isinstance(value, str):
                value = self._file(value)
            if isinstance(value, Violation):
                self._problem(row, name, value)
                value = None
            elif isinstance(reading, Understood):
                self._notices.append(self._table.notice(row, name, reading.code, reading.message))
            values[name] = value
        return values

    def _file(self, words: str) -> str | Violation:
        """The token of the file that a cell names, or the base64 that it holds."""
        files = self._table.files
        if files is None or not names_a_file(words):
            return words
        attachment = files.attach(words, AUDIO)
        if isinstance(attachment, Violation):
            return attachment
        self._attachments[attachment.token] = attachment
        return attachment.token

    def _nodes(self, nodes: list[dict[str, object]]) -> object:
        filled = any(value is not None for node in nodes for value in node.values()) or self._has_faulty_nodes()
        json_cell = self._table.cell(self._rows[0], NODES)
        for row in self._rows[1:]:
            if not is_blank(self._table.cell(row, NODES)):
                self._problem(row, NODES, _NODES_BELOW_FIRST)
        if not is_blank(json_cell):
            if filled or len(nodes) > 1:
                self._problem(self._rows[0], NODES, _NODES_TWICE)
            return self._nodes_from_json(json_cell)
        return nodes if filled or len(nodes) > 1 else None

    def _has_faulty_nodes(self) -> bool:
        return any(name in self._columns.node_names for _, name in self._faulty)

    def _nodes_from_json(self, cell: Cell) -> object:
        """The nodes that the `nodeList` cell spells out."""
        self._nodes_in_json = True
        try:
            nodes: Any = (
                json.loads(cell, object_pairs_hook=_object, parse_constant=_no_constant)
                if isinstance(cell, str)
                else None
            )
        except (ValueError, RecursionError):
            nodes = None
        if not isinstance(nodes, list) or not all(isinstance(node, Mapping) for node in nodes):
            self._problem(self._rows[0], NODES, _NOT_JSON)
            return None
        if not nodes:
            self._notices.append(self._table.notice(self._rows[0], NODES, "no-nodes", _NO_NODES))
        return nodes

    def _notice_what_may_not_be_meant(self, nodes: object) -> None:
        for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
            for found in notices_on(node):
                if self._nodes_in_json:
                    message = Text(
                        f"nodeList[{index}].{found.field}: {found.message.en}",
                        f"nodeList[{index}].{found.field}：{found.message.zh}",
                    )
                    notice = self._table.notice(self._rows[0], NODES, found.code, message)
                else:
                    notice = self._table.notice(self._rows[index], found.field, found.code, found.message)
                self._notices.append(notice)

    def _problem(self, row: Row, field: str, violation: Violation) -> None:
        """Notes a problem at a cell."""
        self._faulty.add((row.number, field))
        self._problems.append(self._table.problem(row, field, violation, key=KEY))

    def _broken_rule(self, broken: FieldViolation) -> None:
        """Notes a rule that is broken, at the cell it is about; not for a cell that could not be read at all."""
        if self._nodes_in_json and (broken.node is not None or broken.field == NODES):
            self._problem(self._rows[0], NODES, _inside(broken))
            return
        row = self._rows[broken.node or 0]
        related = PUSHES if broken.violation is NO_PUSH else (broken.field,)
        if any((row.number, field) in self._faulty for field in related):
            return
        violation = broken.violation if broken.field in self._table.columns else _no_column(broken)
        self._problem(row, broken.field, violation)

    def _in_order(self, found: list[Found]) -> tuple[Found, ...]:
        """From top to bottom and from left to right."""
        if len(found) < 2:
            return tuple(found)
        columns = self._table.columns
        at_end = count(max(column.index for column in columns.values()) + 1)
        return tuple(
            sorted(
                found,
                key=lambda each: (each.row, columns[each.field].index if each.field in columns else next(at_end)),
            )
        )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; which of two values of one name is meant, nobody can tell."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


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
    message = Text(f"{broken.path}: {violation.message.en}", f"{broken.path}：{violation.message.zh}")
    return Violation(violation.code, message, violation.remedy)


_NO_NODES = Text("The list is empty, so the flow will have no nodes", "列表为空，流程将没有任何节点")

_KEY_MISSING = Violation(
    "required",
    Text(
        f"{KEY} is blank, so it is not certain whether this row belongs to the flow above",
        f"{KEY} 为空，无法确定本行是否属于上一个流程",
    ),
    Text(f"Repeat the {KEY} of its flow in every row.", f"请在每一行都填写所属流程的 {KEY}。"),
)

_TOO_MANY_NODES = Violation(
    "too-many-nodes",
    Text("More rows than any flow has nodes share this keyId", "该 keyId 的行数超过任何流程的节点数"),
    Text(f"Check the column {KEY}; each flow has its own.", f"请检查 {KEY} 列；每个流程应有各自的编号。"),
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
