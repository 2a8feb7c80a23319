"""The trend: what the comparisons of the last days found, night by night; grouped by SQLite, however many there are."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.journal.database import Database
from runner.journal.leases import SANDBOX, IsGone, state_of
from runner.journal.owner import is_gone as surely_gone
from runner.outcome import RunState
from runner.plan import MovedBy, Plan

_DAY = 86_400.0
_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyRun:
    """A run that compared."""

    run: str
    """Its name."""
    started: float
    """Unix seconds."""
    source: str
    """The file, as it was named."""
    state: RunState
    requests: int
    applied: int
    """Requests that were sent, and of which the vendor said yes."""
    plan: Mapping[Plan, int]
    """How many requests have which plan; every word is there."""

    @property
    def drifted(self) -> int:
        """Requests that could be put right, those that both sides had changed among them."""
        return self.plan[Plan.DRIFTED] + self.plan[Plan.CONFLICT]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedField:
    """How often a field was not as wanted, in requests that could be put right; what is ignored is not counted."""

    field: str
    """Its bare name: places in lists do not tell it apart."""
    count: int
    """Of differences; a list may have several of one request."""
    moved_by: Mapping[MovedBy | None, int]
    """Who has moved it how often; every word is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """What was not as wanted again and again, and could be put right."""

    key: str
    endpoint: str | None
    """Where; the same key is another thing elsewhere."""
    nights: int
    """Local days on which it was found so."""
    first: float
    """Unix seconds; when the first of the runs was started that found it so."""
    last: float
    fields: tuple[str, ...]
    """By their bare names."""


class Drift:
    """What the runs of a job found in the last days."""

    def __init__(self, database: Database, job: str, *, days: int, now: float, is_gone: IsGone = surely_gone) -> None:
        """Takes what to look at. What was tried with the simulated vendor is left out.

        Args:
            database: the journal.
            job: whose runs; those of them that plan.
            days: how far back.
            now: Unix seconds.
            is_gone: whether the owner of a lease has surely ended.
        """
        self._database = database
        self._now = now
        self._is_gone = is_gone
        self._which = (job, now - days * _DAY)

    def nights(self) -> Iterator[NightlyRun]:
        """Every run, the earliest first. Streams.

        Raises:
            JournalError: the journal cannot be read.
        """
        for row in self._database.stream(_NIGHTS, self._which):
            yield NightlyRun(
                run=row["name"],
                started=row["started"],
                source=row["source"],
                state=state_of(self._database, row["id"], row["state"], now=self._now, is_gone=self._is_gone),
                requests=row["requests"],
                applied=row["applied"],
                plan={plan: row[plan.value] for plan in Plan},
            )

    def fields(self) -> list[DriftedField]:
        """Every field that was not as wanted, the most frequent first.

        Raises:
            JournalError: the journal cannot be read.
        """
        found: dict[str, dict[MovedBy | None, int]] = {}
        for row in self._database.stream(_FIELDS, self._which):  # as many as a job has fields and lists have places
            counts = found.setdefault(_bare(row["field"]), dict.fromkeys((*MovedBy, None), 0))
            counts[MovedBy(row["moved_by"]) if row["moved_by"] else None] += row["times"]
        fields = [DriftedField(field=name, count=sum(by.values()), moved_by=by) for name, by in found.items()]
        return sorted(fields, key=lambda each: (-each.count, each.field))

    def returning(self) -> Iterator[Returning]:
        """What was found on two days or more, that of the most days first, the latest of those first. Streams.

        Raises:
            JournalError: the journal cannot be read.
        """
        for row in self._database.stream(_RETURNING, self._which):
            yield Returning(
                key=row["key"],
                endpoint=row["endpoint"],
                nights=row["nights"],
                first=row["first"],
                last=row["last"],
                fields=tuple(sorted({_bare(field) for field in json.loads(row["fields"])})),
            )


def _bare(field: str) -> str:
    return _PLACE.sub("", field)


_THOSE = f"job = ?1 AND started >= ?2 AND terms IS NOT NULL AND endpoint IS NOT '{SANDBOX}'"

_COUNTS = ", ".join(f"coalesce(sum(plan = '{plan}'), 0) AS {plan}" for plan in Plan)
_NIGHTS = f"""
SELECT runs.id, name, started, source, state, {_COUNTS},
    (SELECT count(*) FROM requests WHERE run = runs.id) AS requests,
    (SELECT count(*) FROM plans AS sent JOIN requests USING (run, ordinal)
        WHERE run = runs.id AND sent.plan IN ('drifted', 'conflict') AND requests.state = 'succeeded') AS applied
FROM runs LEFT JOIN plans ON plans.run = runs.id WHERE {_THOSE} GROUP BY runs.id ORDER BY runs.id
"""  # noqa: S608 - our own words

# A cross join is carried out in the order in which it is written: from the few differences to what they are of.
_DRIFTED = f"""
FROM (SELECT *, date(started, 'unixepoch', 'localtime') AS day FROM runs WHERE {_THOSE}) AS night
CROSS JOIN differences ON differences.run = night.id
CROSS JOIN plans ON plans.run = night.id AND plans.ordinal = differences.ordinal
    AND plans.plan IN ('drifted', 'conflict') AND differences.ignored IS NULL
"""  # noqa: S608

_FIELDS = f"SELECT field, moved_by, count(*) AS times {_DRIFTED} GROUP BY field, moved_by"

_RETURNING = f"""
SELECT requests.key, night.endpoint, count(DISTINCT day) AS nights, min(night.started) AS first,
    max(night.started) AS last, json_group_array(DISTINCT field) AS fields
{_DRIFTED} CROSS JOIN requests ON requests.run = night.id AND requests.ordinal = plans.ordinal
GROUP BY night.endpoint, requests.key HAVING nights > 1 ORDER BY nights DESC, last DESC, requests.key
"""
