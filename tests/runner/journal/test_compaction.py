"""What is as wanted night after night is kept once, and still known."""

from dataclasses import replace
from random import Random

from runner.journal.applied import AppliedBefore
from runner.journal.compaction import forget_superseded, run_before
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.plans import add_plans
from runner.plan import Plan, Planned
from tests.runner.journal.sample_run import NEW_RUN, STARTED, good

AS_WANTED = Planned(plan=Plan.UNCHANGED, before=None)


def night(database: Database, number: int, bodies: dict[str, bytes], *, base: bytes | None = None) -> int:
    """A run that has found all of this as wanted."""
    new = replace(NEW_RUN, terms="{}", job="reconcile")
    run, _ = Journal(database).open_run(new, now=STARTED + number, random=Random(number))
    drafts = [replace(good(key, row), body=body) for row, (key, body) in enumerate(bodies.items(), start=2)]
    Journal(database).fill(run, drafts)
    ordinals = range(1, len(drafts) + 1)
    with database.transaction():
        add_plans(database, run, ((each, replace(AS_WANTED, base=base)) for each in ordinals), now=STARTED + number)
        database.execute("UPDATE requests SET state = 'unchanged', settled = ? WHERE run = ?", (STARTED + number, run))
        if (before := run_before(database, run)) is not None:
            forget_superseded(database, run, before, ordinals)
    return run


def bodies_kept(database: Database, run: int) -> int:
    [count] = database.execute("SELECT count(*) FROM bodies WHERE run = ?", (run,)).fetchone()
    return int(count)


def test_the_same_body_is_kept_by_the_last_night_only_and_counts_as_applied_last() -> None:
    with Database(None) as database:
        first = night(database, 1, {"ann": b"hello ann", "bob": b"hello bob"})
        second = night(database, 2, {"bob": b"hello bob", "ann": b"hello, ann"})
        assert [bodies_kept(database, run) for run in (first, second)] == [1, 2], "what has changed is kept"
        third = night(database, 3, {"ann": b"hello, ann"})
        assert [bodies_kept(database, run) for run in (first, second, third)] == [1, 1, 1]
        fourth = night(database, 4, {"cid": b"hello cid"})
        before = AppliedBefore(database, fourth)
        assert [each.base for each in before.recent("ann")] == [b"hello, ann"]
        assert [each.base for each in before.recent("bob")] == [b"hello bob"]


def test_what_was_compared_in_part_takes_nothing_away() -> None:
    with Database(None) as database:
        first = night(database, 1, {"ann": b"hello ann"})
        second = night(database, 2, {"ann": b"hello ann"}, base=b"")
        assert [bodies_kept(database, run) for run in (first, second)] == [1, 1]


def test_another_file_is_another_story() -> None:
    with Database(None) as database:
        night(database, 1, {"ann": b"hello ann"})
        run, _ = Journal(database).open_run(
            replace(NEW_RUN, terms="{}", job="reconcile", source="others.csv"), now=STARTED, random=Random(9)
        )
        assert run_before(database, run) is None
