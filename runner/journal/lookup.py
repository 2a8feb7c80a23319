"""Looks a run up by what users call it, and says where it stands."""

from dataclasses import dataclass

from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.leases import IsGone, holder
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import RunState


def find_run(database: Database, name: str | None) -> RunRecord:
    """The run whose name begins so, or the latest of all.

    Raises:
        InputError: there is none.
    """
    row = database.execute(
        "SELECT id FROM runs WHERE substr(name, 1, length(?1)) = ?1 ORDER BY id DESC LIMIT 1", (name or "",)
    ).fetchone()
    if row is None and name:
        raise InputError(
            f"There is no run {name}. `recallflow runs` lists all.", f"没有运行 {name}。`recallflow runs` 可列出全部。"
        )
    if row is None:
        raise InputError("There are no runs yet.", "还没有运行记录。")
    return Ledger(database).run(row["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands at this moment, which its state alone does not say: who ran it may have been killed."""

    holder: str | None
    """Who sends it."""
    resumable: bool
    """Whether something of it can still be sent, and nobody does."""


def standing(database: Database, record: RunRecord, *, now: float, is_gone: IsGone) -> Standing:
    """Where a run stands."""
    lease = holder(database, record.id, now=now, is_gone=is_gone)
    loaded = record.rows > 0  # a file without rows makes no run
    return Standing(
        holder=lease.owner if lease else None,
        resumable=lease is None and loaded and record.state is not RunState.DONE,
    )
