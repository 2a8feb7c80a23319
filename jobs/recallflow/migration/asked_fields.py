"""The fields that rules name, and what a value that is written for one means."""

from jobs.recallflow.flows import HEADINGS, to_key
from jobs.recallflow.meanings import as_kind, meanings_of
from jobs.recallflow.reference import KEY, NODE_FIELDS, NODES, SPECS
from jobs.recallflow.violations import wrong_type
from runner.planning.field_names import FieldNames
from runner.problem import Violation
from runner.tables.cells import plain, to_integer
from runner.tables.headings import Heading
from runner.tables.table import Cell

STATUS, NODE_COUNT = "status", "nodes"
"""What rules can ask besides the fields of an update, and not change."""

AUDIO = "baseFile"

Scalar = bool | int | float | str

_NODE_NAMES = frozenset(spec.name for spec in NODE_FIELDS)
_NAMES = FieldNames((*HEADINGS, Heading(field=STATUS, labels=("状态",)), Heading(field=NODE_COUNT, labels=("节点数",))))


def field_named(written: str) -> str | None:
    """The field that is meant by its name or by the vendor's label; None where there is no such single field."""
    field = _NAMES.pattern(written)
    return field if field in {STATUS, NODE_COUNT} or (field in SPECS and field != NODES) else None


def nearest_field(written: str) -> str | None:
    """The one whose name resembles it most, if any does."""
    return _NAMES.nearest(written)


def is_of_node(field: str) -> bool:
    """Whether each node has one."""
    return field in _NODE_NAMES


def is_number(field: str) -> bool:
    """Whether more and less mean something of it."""
    return field in {STATUS, NODE_COUNT} or SPECS[field].kind in {"integer", "number"}


def is_text(field: str) -> bool:
    """Whether it is made of characters."""
    return field in SPECS and SPECS[field].kind in {"name", "text", "digit"}


def compared_value(field: str, given: object) -> Scalar | Violation | None:
    """What a value means that the field is compared with; it may break the vendor's rules, as what is there may.

    Words such as `none` and `-` are themselves: where there is nothing is asked in another way.

    Args:
        field: is not the audio.
        given: of a rule, or the cell of a table: 5, 5.0 and "5" are one number.
    """
    cell = _as_cell(field, given)
    if isinstance(cell, Violation):
        return cell
    if field in {STATUS, NODE_COUNT}:
        return plain(to_integer(cell))
    return plain(to_key(cell) if field == KEY else as_kind(SPECS[field])(cell))


def sent_value(field: str, given: object) -> Scalar | Violation | None:
    """What a value means that the field is to have; the rule that it breaks, where it does."""
    cell = _as_cell(field, given)
    return cell if isinstance(cell, Violation) else plain(meanings_of(SPECS[field])[cell])


def exactly(written: object) -> object:
    """A value of a rule: a whole number has all its digits there, which in a number cell it may have lost."""
    return str(written) if type(written) is int else written


def _as_cell(field: str, given: object) -> Cell | Violation:
    """TOML's truth values are no numbers, though Python holds them to be some."""
    if isinstance(given, bool | list | dict):
        return wrong_type(field if field in SPECS else KEY, str(given).lower() if isinstance(given, bool) else "[…]")
    return given  # type: ignore[return-value]  # all else that TOML or a table has is what a cell may be
