"""Rows to flows: consecutive rows with one `keyId` are the nodes of one flow, in order.

If one row of a flow has a problem, the whole flow is held back: an update overwrites, so half a node list would delete
the other half. Most rows have nothing to be said about; they go a quick way, and all others a careful one, which has
the same rules and says what is wrong.
"""

from collections.abc import Iterator, Mapping
from operator import getitem, itemgetter

from pydantic_core import to_json

from jobs.recallflow.flow_reading import FlowColumns, FlowReading
from jobs.recallflow.meanings import meanings_of
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, KEY, NODE_FIELDS, NODES, FieldSpec
from jobs.recallflow.rules import is_complete
from runner.problem import Violation
from runner.request import Draft
from runner.tables.cells import Reading, Understood, is_blank
from runner.tables.headings import Heading
from runner.tables.table import Cell, HeldBack, Row, Table, shown

MOST_NODES = 10_000
"""Rows of one flow. No flow has nearly as many; a column filled with one number has, and must not fill the memory."""


def _heading(spec: FieldSpec, group: str | None) -> Heading:
    return Heading(field=spec.name, labels=(spec.label.short, spec.label.page), required=spec.required, group=group)


HEADINGS = (*(_heading(spec, None) for spec in FLOW_FIELDS), *(_heading(spec, "node") for spec in NODE_FIELDS))
"""Field names, or the labels of the vendor's page; the columns of a node may be missing all together."""


_KEY_SPEC = next(spec for spec in FLOW_FIELDS if spec.name == KEY)


def to_key(cell: Cell) -> Reading:
    """The key that a cell says, wherever one is written: `299`, `299.0` and `" 299 "` are the same one."""
    return meanings_of(_KEY_SPEC)[cell]


_FLOW_NAMES = tuple(spec.name for spec in FLOW_FIELDS)
_NODE_NAMES = tuple(spec.name for spec in NODE_FIELDS)
_REQUIRED_HEAD = sum(spec.required for spec in FLOW_FIELDS)
"""The fields of a flow that are required come first."""
_HEAD = len(_FLOW_NAMES)
_KEY_AT = _FLOW_NAMES.index(KEY)
_NO_NODE = [None] * len(_NODE_NAMES)
_BLANK = (None,)
_NO_COLUMN: Mapping[Cell, Reading] = {None: None}
_NOT_PLAIN = frozenset({Violation, Understood})


def flow_drafts(table: Table) -> Iterator[Draft]:
    """The flows of a table, in order: checked, or with all their problems."""
    reader = _FlowReader(table)
    for rows in reader.groups():
        yield reader.draft(rows)


class _FlowReader:
    """Reads the flows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        columns = table.columns
        self._meanings = {spec.name: meanings_of(spec) for spec in ALL_FIELDS if spec.name in columns}
        self._columns = FlowColumns(table, self._meanings)
        self._in_order = [self._meanings.get(name, _NO_COLUMN) for name in (*_FLOW_NAMES, *_NODE_NAMES)]
        self._width = max(column.index for column in columns.values()) + 1
        self._pick = itemgetter(
            *(columns[name].index if name in columns else -1 for name in (*_FLOW_NAMES, *_NODE_NAMES))
        )

    def groups(self) -> Iterator[list[Row]]:
        """Rows of one flow. One whose `keyId` is blank, or cannot be read, may be a node of the flow above it.

        So it holds that flow back: half of the nodes would delete the other half. One that is held back holds the rows
        of its own flow back as well, which are below it.
        """
        meanings, index = self._meanings[KEY], self._table.columns[KEY].index
        group: list[Row] = []
        key: object = None
        held_back: object = None
        for row in self._table.rows:
            own: object = meanings[row.cells[index]] if index < len(row.cells) else None
            if own.__class__ is not int:
                own = self._key(row)
            belongs = own in (key, held_back, "") or (isinstance(key, int) and not isinstance(own, int))
            if group and (not belongs or len(group) == MOST_NODES):
                yield group
                group = []
            if not group:
                key, held_back = own, None
            if own.__class__ is not int:
                held_back = self._held_back_key(row) or held_back
            group.append(row)
        if group:
            yield group

    def draft(self, rows: list[Row]) -> Draft:
        """The flow that these rows make."""
        return self._quick(rows) or self._careful(rows)

    def _quick(self, rows: list[Row]) -> Draft | None:
        """The flow, where there is nothing to be said about it; None where there may be."""
        if len(rows) == MOST_NODES:
            return None
        first, *below = map(self._readings, rows)
        flow, own = first[:_HEAD], first[_HEAD:]
        if not _NOT_PLAIN.isdisjoint(map(type, first)) or None in flow[:_REQUIRED_HEAD]:
            return None
        values: dict[str, object] = dict(zip(_FLOW_NAMES, flow, strict=True))
        if not below and own == _NO_NODE:
            del values[NODES]
            return Draft(key=str(values[KEY]), rows=(rows[0].number,), body=to_json(values))
        nodes = [dict(zip(_NODE_NAMES, own, strict=True))]
        for each in below:
            if not _NOT_PLAIN.isdisjoint(map(type, each)) or not _agrees(each, flow):
                return None
            nodes.append(dict(zip(_NODE_NAMES, each[_HEAD:], strict=True)))
        if not all(map(is_complete, nodes)):
            return None
        values[NODES] = nodes
        return Draft(key=str(values[KEY]), rows=tuple([row.number for row in rows]), body=to_json(values))

    def _careful(self, rows: list[Row]) -> Draft:
        reading = FlowReading(self._table, rows, self._columns)
        key = self._held_back_key(rows[0]) or self._key(rows[0])
        return reading.draft(str(key), too_long=len(rows) == MOST_NODES)

    def _readings(self, row: Row) -> list[Reading]:
        """What the row says of every field, in the order of the page; a field without a column is blank."""
        cells = row.cells
        blanks = (None,) * (self._width - len(cells) + 1) if len(cells) < self._width else _BLANK
        return list(map(getitem, self._in_order, self._pick(cells + blanks)))

    def _held_back_key(self, row: Row) -> int | str | None:
        """The key of a row that is held back, though what it has may be of another column; None of any other row."""
        cell = self._table.cell(row, KEY)
        return self._key_of(cell.cell) if isinstance(cell, HeldBack) else None

    def _key(self, row: Row) -> int | str:
        """What tells two flows apart: `299`, `299.0` and `" 299 "` are the same one."""
        return self._key_of(self._table.cell(row, KEY))

    def _key_of(self, cell: Cell) -> int | str:
        number = self._meanings[KEY].value(cell)
        if isinstance(number, int):
            return number
        return "" if is_blank(cell) else shown(cell).strip()


def _agrees(below: list[Reading], flow: list[Reading]) -> bool:
    """Whether a row further down has the flow's key, and says of it what the first one says, or nothing."""
    if below[_KEY_AT] is None:
        return False
    return below[:_HEAD] == flow or all(own in (None, above) for own, above in zip(below, flow, strict=False))
