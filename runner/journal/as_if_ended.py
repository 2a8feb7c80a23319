"""The state of a request that has not ended: what it would be if the program ended now."""

import sqlite3

from runner.outcome import State

AS_IF_ENDED = (
    "CASE WHEN state = 'sending' OR state = 'ready' AND unclear THEN 'unknown'"
    " WHEN state = 'ready' THEN 'not_sent' ELSE state END"
)
"""The same as `as_if_ended`, in SQL."""


def as_if_ended(row: sqlite3.Row) -> State:
    """Waiting is not sent, unless an earlier process may have sent it; claimed may have been, and nobody knows.

    Args:
        row: has the columns `state` and `unclear`.
    """
    state = State(row["state"])
    if state is State.READY:
        return State.UNKNOWN if row["unclear"] else State.NOT_SENT
    return State.UNKNOWN if state is State.SENDING else state
