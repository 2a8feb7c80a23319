"""What the cells of a field mean, by its kind and its rules; remembered, as the cells of a column are often alike."""

from jobs.recallflow.audio import names_a_file
from jobs.recallflow.reference import FieldSpec
from jobs.recallflow.rules import broken_by
from jobs.recallflow.violations import violation_of
from runner.problem import Violation
from runner.request import PLACEHOLDER
from runner.tables.cells import (
    Convert,
    Reading,
    Understood,
    is_blank,
    optional,
    plain,
    to_digit,
    to_integer,
    to_name,
    to_number,
    to_text,
)
from runner.tables.options import to_option
from runner.tables.table import Cell
from runner.text import Text

REMEMBERED = 4096
"""Cells of one column. Past it they are forgotten, so that a column of different texts takes no more memory."""


LONGEST_REMEMBERED = 256
"""Characters."""


class Meanings(dict[Cell, Reading]):
    """Cells of one field to what they mean, filled as they are asked for."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Cell) -> Reading:
        reading = self._convert(cell)
        if not isinstance(cell, str) or len(cell) <= LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[cell] = reading
        return reading

    def value(self, cell: Cell) -> object:
        """The meaning without what is to be said about it."""
        return plain(self[cell])


def as_kind(spec: FieldSpec) -> Convert:
    """How the field's cells are read, whatever rule of it they break."""
    return to_option(spec.options) if spec.options else _BY_KIND[spec.kind]


def meanings_of(spec: FieldSpec) -> Meanings:
    """The meanings of a field's cells, which nothing has been asked of yet."""
    convert = as_kind(spec)
    possible = convert if spec.required or spec.kind == "nodes" else optional(convert)

    def meaning(cell: Cell) -> Reading:
        reading = possible(cell)
        value = plain(reading)
        if value is None or isinstance(value, Violation):
            return reading
        if spec.kind == "file" and names_a_file(str(value)):
            return Understood(value, "file-named", _FILE_NAMED)
        if spec.kind == "file" and str(value).startswith(
            PLACEHOLDER
        ):  # which stands for a file that was never looked at
            return violation_of("not-base64", spec.name, str(value))
        return broken_by(spec.name, value) or reading

    unbounded = spec.kind == "integer" and spec.low is None and spec.high is None
    return Meanings(possible if unbounded or spec.kind == "nodes" else meaning)


def _to_nodes(cell: Cell) -> Reading:
    """JSON is read by whoever reads the flow."""
    return None if is_blank(cell) else Understood(None, "nodes-in-json", _NODES_IN_JSON)


_FILE_NAMED = Text("Its content is sent in its place", "将发送该文件的内容")
_NODES_IN_JSON = Text("The nodes are given as JSON", "节点以 JSON 给出")

_BY_KIND: dict[str, Convert] = {
    "integer": to_integer,
    "number": to_number,
    "digit": to_digit,
    "name": to_name,
    "file": to_name,
    "text": to_text,
    "nodes": _to_nodes,
}
