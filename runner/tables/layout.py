"""What a sheet has besides values: what is merged, hidden or filtered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; its value stands in its first cell. Rows count from 1, columns from 0; both ends belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Of one sheet."""

    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    """From 0."""
    hidden_rows: tuple[tuple[int, int], ...] = ()
    """Runs of rows that cannot be seen, first and last, from 1, from top to bottom."""
    filtered_columns: frozenset[int] = frozenset()
    """Those by which rows are filtered out, from 0."""
