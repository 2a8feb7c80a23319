"""Puts a run aside that can never go on, or that nobody wants any more."""

from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.leases import IsGone, holder
from runner.journal.ledger import RunRecord
from runner.outcome import RunState, State


def abandon(database: Database, record: RunRecord, *, now: float, is_gone: IsGone) -> None:
    """Writes down that a run is not to go on. What became of its requests stays as it is.

    Whoever had the run, and was only away, finds its lease gone: nothing more is sent under it.

    Args:
        database: the journal.
        record: the run.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Raises:
        InputError: somebody sends it at this moment, or it has not begun, or it has ended for good.
        JournalError: the journal cannot be written.
    """
    name = record.name
    with database.transaction():
        if lease := holder(database, record.id, now=now, is_gone=is_gone):
            raise InputError(
                f"Run {name} is under way ({lease.owner}). Stop it first (Ctrl-C there), then abandon it.",
                f"运行 {name} 正在进行（{lease.owner}）。请先将其停止（在该处按 Ctrl-C），再放弃。",
            )
        kept = database.execute("SELECT state FROM runs WHERE id = ?", (record.id,)).fetchone()
        if kept is None or kept["state"] not in _CAN_BE:
            raise _refused(name, RunState(kept["state"]) if kept else RunState.DONE)
        database.execute(_CLAIMED, (State.UNKNOWN, record.id, State.SENDING))
        database.execute(_WAITING, (State.UNKNOWN, State.NOT_SENT, record.id, State.READY))
        database.execute("DELETE FROM leases WHERE run = ?", (record.id,))
        database.execute("UPDATE runs SET state = ? WHERE id = ?", (RunState.ABANDONED, record.id))


def _refused(name: str, state: RunState) -> InputError:
    if state is RunState.PLANNED:
        return InputError(
            f"Run {name} was only planned: nothing of it was sent, and it goes on only where it is named. "
            "`recallflow runs --prune` deletes it once it is old.",
            f"运行 {name} 仅为计划：未发送任何请求，也只有指定编号时才会继续。"
            "过期后可用 `recallflow runs --prune` 删除。",
        )
    if state is RunState.ABANDONED:
        return InputError(f"Run {name} was abandoned already.", f"运行 {name} 此前已放弃。")
    return InputError(f"Run {name} is done; nothing is left of it to abandon.", f"运行 {name} 已完成，无需放弃。")


_CAN_BE = frozenset({RunState.RUNNING, RunState.STOPPED})
"""The states as the journal keeps them: one that is kept as running and that nobody holds was interrupted."""

_CLAIMED = "UPDATE requests SET state = ?, unclear = 1, lease = NULL WHERE run = ? AND state = ?"
_WAITING = "UPDATE requests SET state = iif(unclear, ?, ?) WHERE run = ? AND state = ?"
# As they were counted before; see `runner.journal.as_if_ended`.
