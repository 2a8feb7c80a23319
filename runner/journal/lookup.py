"""Looks a run up by what users call it, and says where it stands."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.leases import IsGone, holder
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.way_back import being_undone_by, undone_by
from runner.outcome import RunState

MOST_MEANT = 10
"""Runs that are listed where a name may mean several."""


def find_run(database: Database, name: str | None) -> RunRecord:
    """The run of that name, or the only one whose name begins so; for None, the latest of all.

    Raises:
        InputError: there is none, or several may be meant: an empty name may mean any.
    """
    if name is None:
        row = database.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            raise _none()
        return Ledger(database).run(row["id"])
    name = name.strip()
    found = database.execute(_NAMED, (name, MOST_MEANT)).fetchall()
    if not found and not name:
        raise _none()
    if not found:
        raise InputError(
            f"There is no run {name}. `recallflow runs` lists all.", f"没有运行 {name}。`recallflow runs` 可列出全部。"
        )
    if not name or (len(found) > 1 and found[0]["name"] != name):
        raise _ambiguous(name, found, found[0]["times"])
    return Ledger(database).run(found[0]["id"])


def _none() -> InputError:
    return InputError("There are no runs yet.", "还没有运行记录。")


def _ambiguous(name: str, found: Sequence[sqlite3.Row], times: int) -> InputError:
    en = ", ".join(f"{row['name']} ({row['job']} {PurePath(row['source']).name})" for row in found)
    zh = "、".join(f"{row['name']}（{row['job']} {PurePath(row['source']).name}）" for row in found)
    if (more := times - len(found)) > 0:
        en, zh = f"{en}, and {more:,} more", f"{zh}，另有 {more:,} 个"
    if not name:
        return InputError(
            f"The name of the run is empty. Nothing was started; say which one is meant: {en}.",
            f"运行编号为空。未开始任何操作；请指明是哪一个：{zh}。",
        )
    return InputError(
        f'"{name}" may mean several runs. Nothing was started; write more of the name: {en}.',
        f"“{name}”可能指多个运行。未开始任何操作；请写出更完整的编号：{zh}。",
    )


def run_named(database: Database, name: str) -> RunRecord | None:
    """The run that is called just so."""
    row = database.execute("SELECT id FROM runs WHERE name = ?", (name,)).fetchone()
    return Ledger(database).run(row["id"]) if row else None


def run_to_resume(
    database: Database,
    name: str | None,
    *,
    now: float,
    is_gone: IsGone,
    passed_over: Callable[[RunRecord], bool] = lambda _: False,
) -> RunRecord:
    """The run of that name, or the latest that was stopped or killed; one that can be sent on.

    Args:
        database: the journal.
        name: see `find_run`; None for the latest. A run that was only planned has to be named.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.
        passed_over: whether a run has to be named, as it is not to go on unasked.

    Raises:
        InputError: there is none, or nothing is left of it to send.
    """
    if name is None:
        record = _latest_ended_early(database, passed_over, now=now, is_gone=is_gone)
    else:
        record = find_run(database, name)
    if not record.rows:
        raise InputError(
            f"Run {record.name} ended while its file was read, so nothing of it was sent. Upload the file again.",
            f"运行 {record.name} 在读取文件时中断，未发送任何请求。请重新上传该文件。",
        )
    if record.state is RunState.ABANDONED:
        raise InputError(
            f"Run {record.name} was abandoned, so that it does not go on. Nothing was started; what is still wanted of "
            f"it can be corrected and uploaded from its report: recallflow report {record.name}",
            f"运行 {record.name} 已放弃，不能继续。本次未开始；如仍需其中的内容，请生成报告后更正并上传："
            f"recallflow report {record.name}",
        )
    if record.state is RunState.DONE:
        raise InputError(
            f"Run {record.name} is {record.state}; nothing is left of it to send.",
            f"运行 {record.name} 已无可发送的请求。",
        )
    return record


def overtaken_by(database: Database, run: int) -> str | None:
    """The name of a later run that has compared the same file with the same endpoint, or begun to; None for none.

    What an earlier one has not got to is out of date then: the file may say something else by now. Not so where what is
    wanted follows from rules, or from the run that is taken back: the journal has both.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_OVERTAKEN, (run,)).fetchone()
    return None if row is None else str(row["name"])


def _latest_ended_early(
    database: Database, passed_over: Callable[[RunRecord], bool], *, now: float, is_gone: IsGone
) -> RunRecord:
    for row in database.execute(
        "SELECT id FROM runs WHERE state IN ('stopped', 'running') ORDER BY id DESC"
    ).fetchall():
        run = row["id"]
        out_of_date = (
            overtaken_by(database, run)
            or undone_by(database, run)
            or being_undone_by(database, run, now=now, is_gone=is_gone)
        )
        if out_of_date or holder(database, run, now=now, is_gone=is_gone) is not None:
            continue
        record = Ledger(database, now=lambda: now, is_gone=is_gone).run(run)
        if not passed_over(record):
            return record
    raise InputError(
        "There is no run to go on with: none was stopped or killed. One that was only planned has to be named, "
        "and so has a migration whose changes another run has sent.",
        "没有可继续的运行：没有被停止或中断的运行。仅计划未发送的运行，以及所作更改已由其他运行发送的迁移，需指定编号。",
    )


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
        resumable=lease is None
        and loaded
        and record.state not in {RunState.DONE, RunState.ABANDONED}
        and not record.is_plan
        and undone_by(database, record.id) is None
        and being_undone_by(database, record.id, now=now, is_gone=is_gone) is None,
    )


_NAMED = """
SELECT id, name, job, source, count(*) OVER () AS times FROM runs WHERE substr(name, 1, length(?1)) = ?1
ORDER BY name <> ?1, id DESC LIMIT ?2
"""
# The one that is called just so comes first.

_OVERTAKEN = """
SELECT later.name FROM runs AS mine JOIN runs AS later USING (job, subject, endpoint, source)
WHERE mine.id = ? AND later.id > mine.id AND mine.terms IS NOT NULL
    AND mine.rules IS NULL AND mine.undoes IS NULL
    AND EXISTS (SELECT 1 FROM plans WHERE plans.run = later.id) ORDER BY later.id DESC LIMIT 1
"""
