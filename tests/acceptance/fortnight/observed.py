"""What can be observed of a night: what came to the vendor, what it has, and what the journal says."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.recallflow.client import QUERY_DETAIL, UPDATE
from jobs.recallflow.sandbox.vendor import Reply, SimulatedVendor
from runner.journal.database import Database
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.plans import planned_requests
from tests.acceptance.fortnight.truth import Moved


@dataclass(slots=True)
class Observed:
    """What came to the vendor."""

    applied: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """The updates that it has carried out: key and body."""
    updates: Counter[int] = field(default_factory=Counter)
    """All that came, by their keys."""
    looks: Counter[int] = field(default_factory=Counter)
    """Those that were answered."""
    others: set[str] = field(default_factory=set)
    """Calls of any other kind."""
    faults: Counter[str] = field(default_factory=Counter)


class Watch:
    """Stands beside the vendor, and writes down what comes."""

    def __init__(self, vendor: SimulatedVendor, log: Path) -> None:
        self._log = log
        self._read = 0
        self._bodies: list[tuple[int, Mapping[str, Any]]] = []
        carry_out = vendor.carry_out

        def watched(path: str, body: bytes) -> Reply:
            reply = carry_out(path, body)
            if reply.applied:
                values = json.loads(body)
                self._bodies.append((values["keyId"], values))
            return reply

        vendor.carry_out = watched  # type: ignore[method-assign]  # it is the vendor's own side of the wire

    def since(self) -> Observed:
        """What came since it was asked last."""
        seen = Observed(applied=self._bodies[:])
        self._bodies.clear()
        lines = self._log.read_text(encoding="utf-8").splitlines()
        for line in map(json.loads, lines[self._read :]):
            key, fault = line["keyId"], line["fault"]
            if fault:
                seen.faults[fault] += 1
            if line["path"] == UPDATE:
                seen.updates[key] += 1
            elif line["path"] != QUERY_DETAIL:
                seen.others.add(line["path"])
            elif not fault:
                seen.looks[key] += 1
        self._read = len(lines)
        return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the journal says of a run."""

    record: RunRecord
    plans: Mapping[int, str]
    moved: Mapping[int, Mapping[str, Moved]]
    states: Mapping[int, str]
    codes: Mapping[int, str | None]


def told(journal: Path, run: int) -> Told:
    """All of it."""
    with _reading(journal) as database:
        planned = list(planned_requests(database, run, unchanged=True))
        results = list(Ledger(database).results(run))
        return Told(
            record=Ledger(database).run(run),
            plans={int(each.key): each.plan.value for each in planned},
            moved={
                int(each.key): {
                    one.field: Moved(one.old, one.new, one.moved_by and one.moved_by.value, one.ignored)
                    for one in each.differences
                }
                for each in planned
            },
            states={int(each.key): each.state.value for each in results},
            codes={int(each.key): each.code for each in results},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wreck:
    """What a process has left that died."""

    run: int
    read: frozenset[int]
    """What it has a plan for."""
    sending: frozenset[int]
    settled: int
    """Updates of which the journal knows the end."""


def wreck(journal: Path) -> Wreck:
    """The latest run, as it lies there."""
    with _reading(journal) as database:
        [run] = database.execute("SELECT max(id) FROM runs").fetchone()
        rows = database.execute("SELECT key, state FROM requests WHERE run = ?", (run,)).fetchall()
        plans = database.execute("SELECT key FROM plans JOIN requests USING (run, ordinal) WHERE run = ?", (run,))
        return Wreck(
            run=run,
            read=frozenset(int(row["key"]) for row in plans.fetchall()),
            sending=frozenset(int(row["key"]) for row in rows if row["state"] == "sending"),
            settled=sum(row["state"] == "succeeded" for row in rows),
        )


@contextmanager
def _reading(journal: Path) -> Iterator[Database]:
    with Database(journal, to_read=True) as database:
        yield database
