"""Many rows in one statement.

A statement for each row would take Python's global lock from the event loop, and give it back, for each of them.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

Row = tuple[object, ...]

_ROWS_AT_ONCE = 500
"""SQLite takes at least 32,766 parameters in a statement (SQLITE_MAX_VARIABLE_NUMBER)."""


def batches(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """For each batch, in SQL, `VALUES (?, ?), (?, ?)`, whose columns are `column1` and so on; and its parameters."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        batch = rows[start : start + _ROWS_AT_ONCE]
        row = f"({', '.join('?' * len(batch[0]))})"
        yield f"VALUES {', '.join([row] * len(batch))}", tuple(chain(*batch))
