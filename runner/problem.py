"""What is wrong with a row, or worth a look: values, not exceptions, so that all of them are told at once."""

from dataclasses import dataclass

from runner.text import Text


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a value breaks, before it is known which cell the value came from."""

    code: str
    """Stable, for machines: `out-of-range`."""
    message: Text
    """What is wrong."""
    remedy: Text
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A violation at its place in the user's file."""

    row: int
    """As the user's program numbers it, from 1."""
    field: str
    """The job's name of the field."""
    heading: str | None
    """As the user wrote it; None where the file has no such column."""
    cell: str
    """The address: `F12`. Where the file has no such column, that of the row's key."""
    value: str
    """As found; empty where the cell is blank."""
    violation: Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a user might not expect, though nothing is wrong: a value was understood, and here is as what."""

    code: str
    """Stable, for machines: `thousands-separator`."""
    message: Text
    row: int | None = None
    """As the user's program numbers it, from 1; None where the notice is about the whole file."""
    field: str = ""
    """The job's name of the field; empty where it is about no single one."""
    heading: str | None = None
    """As the user wrote it."""
    cell: str = ""
    """The address: `F12`, or `C1:C9`."""
    value: str = ""
    """As found."""
