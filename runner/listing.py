"""Requests that come from a list of keys, not from rows: what is wanted of them follows from the remote state."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from runner.errors import InputError
from runner.events import Loaded, Observe
from runner.job import Facts, Job, Reconciles
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.listed_from import KeysFile
from runner.journal.new_run import Destination, NewRun
from runner.outcome import State
from runner.problem import Notice, Problem
from runner.request import Draft
from runner.tables.table import Row
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A key, and where it stands."""

    key: str
    row: int
    """Of the file that lists them; without one, its place in the list, from 1."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be a key."""
    facts: Facts = ()
    """What the list tells of the key besides; kept with the run, see `runner.journal.images`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The keys of a run, and what is to be said of them."""

    keys: Sequence[ListedKey]
    """No two with the same key."""
    key_column: str = ""
    """The letter of their column, where a file lists them."""
    key_heading: str
    sheet: str | None = None
    notices: tuple[Notice, ...] = ()
    file: KeysFile | None = None
    """None where none lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a run of listed keys comes from."""

    source: str
    """The file that says what is to be done, as the user named it; or what was asked for, where no file does."""
    sha256: str
    """Of the file; empty without one."""
    terms: str
    """See `runner.planning.terms`."""
    rules: str | None = None
    """See `NewRun.rules`."""
    deeds: str | None = None
    """See `NewRun.deeds`."""
    asked: str | None = None
    """The command, as it could be typed."""


def load_keys(
    job: Job,
    listing: Listing,
    origin: Origin,
    database: Database,
    *,
    destination: Destination,
    observe: Observe,
    random: Random,
    now: Callable[[], float] = time.time,
) -> int:
    """Writes a run of listed keys to the journal: each is to be read, and none has a body before that.

    Args:
        job: derives what it wants; see `runner.job.Derives`.
        listing: the keys.
        origin: what the run comes from.
        database: the journal.
        destination: where it goes.
        observe: is told what was found.
        random: for the run's name.
        now: Unix seconds.

    Returns:
        The journal's number of the run.

    Raises:
        InputError: nothing is listed. Nothing of it stays in the journal.
        JournalError: the journal cannot be written.
    """
    if not listing.keys:
        raise InputError(_NOTHING.en, _NOTHING.zh)
    began = now()
    journal = Journal(database)
    new = NewRun(
        job=job.name,
        source=origin.source,
        sha256=origin.sha256,
        sheet=listing.sheet,
        key_column=listing.key_column,
        key_heading=listing.key_heading,
        destination=destination,
        asked=origin.asked,
        subject=job.subject if isinstance(job, Reconciles) else None,
        terms=origin.terms,
        rules=origin.rules,
        deeds=origin.deeds,
    )
    with journal.loading(new, now=began, random=random) as run:
        journal.note(run, listing.notices)
        if listing.file is not None:
            journal.note(run, [listing.file.notice()])
        facts = {each.row: each.facts for each in listing.keys if each.facts}
        journal.fill(
            run,
            (_draft(each) for each in listing.keys),
            rows_of=lambda draft: [Row(row, facts[row]) for row in draft.rows if row in facts],
        )
        journal.mark_loaded(run, rows=len(listing.keys), seconds=now() - began)
    record = Ledger(database).run(run)
    invalid = record.counts[State.INVALID]
    observe(Loaded(rows=record.rows, ready=record.open, invalid=invalid, notices=listing.notices, run=record.name))
    return run


def _draft(listed: ListedKey) -> Draft:
    body = None if listed.problems else b""
    return Draft(key=listed.key, rows=(listed.row,), body=body, problems=listed.problems)


_NOTHING = Text(
    "Nothing is listed: nothing is in the range, or the list of keys is empty. Look at what selects them.",
    "没有选出任何内容：所选范围为空，或编号列表为空。请检查选择条件。",
)
