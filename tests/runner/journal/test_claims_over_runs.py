"""Runs that share a journal and an endpoint: two requests with one key never overlap in time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from runner.errors import LeaseLost
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.new_run import Destination
from runner.journal.owner import is_gone
from runner.journal.tenancy import LeaseTerms
from runner.outcome import State
from tests.runner.journal.sample_run import STARTED, filled_run, good, guests, states, succeeded, unclear_ordinals

MINE, THEIRS = LeaseTerms(owner="host:1", seconds=60.0), LeaseTerms(owner="host:2", seconds=60.0)
AFTER_EXPIRY = STARTED + 61.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


@pytest.fixture
def other(tmp_path: Path, database: Database) -> Iterator[Database]:
    """Another process' connection to the same file."""
    assert database.path == tmp_path / "journal.db"
    with Database(tmp_path / "journal.db") as other:
        yield other


def run_of(database: Database, *keys: str, endpoint: str | None = None, seed: int = 0) -> int:
    """A run that has a request for each key."""
    run = filled_run(database, [good(key, row) for row, key in enumerate(keys, start=2)], name_seed=seed)
    if endpoint:
        Journal(database).redirect(run, Destination(endpoint=endpoint, account="ab******"))
    return run


def do(work: str, claims: Claims, *, now: float) -> None:
    """One of the three things that a process writes while it sends; request 1 is claimed."""
    match work:
        case "claim":
            claims.claim(1, now=now)
        case "settle":
            claims.settle([succeeded(1)], now=now)
        case _:
            claims.renew(now=now)


def keys(claims: Claims, limit: int, *, now: float = STARTED) -> list[str]:
    return [request.key for request in claims.claim(limit, now=now)]


def test_a_flow_that_another_run_is_sending_waits_while_the_others_go_on_in_input_order(
    database: Database, other: Database
) -> None:
    theirs = Claims(other, run_of(other, "b", "x", "d", seed=2), THEIRS, now=STARTED)
    assert keys(theirs, 3) == ["b", "x", "d"]
    run = run_of(database, "a", "b", "c", "d", "e", seed=1)
    mine = Claims(database, run, MINE, now=STARTED)
    assert (keys(mine, 2), mine.held_back) == (["a", "c"], True)
    assert (keys(mine, 9), mine.held_back) == (["e"], True)
    assert (keys(mine, 9), mine.held_back) == ([], True)
    assert states(other, run) == ["sending", "ready", "sending", "ready", "sending"]


def test_it_is_sent_as_soon_as_the_other_run_has_settled_it(database: Database, other: Database) -> None:
    theirs = Claims(other, run_of(other, "a", "b", seed=2), THEIRS, now=STARTED)
    theirs.claim(2, now=STARTED)
    mine = Claims(database, run_of(database, "a", "b", seed=1), MINE, now=STARTED)
    assert keys(mine, 5) == []
    theirs.settle([succeeded(2)], now=STARTED)
    assert (keys(mine, 5), mine.held_back) == (["b"], True)
    theirs.give_back([1])
    assert (keys(mine, 5), mine.held_back) == (["a"], False)
    assert (keys(theirs, 5), theirs.held_back) == ([], True)


def test_what_comes_after_a_full_batch_is_not_said_to_be_held_back(database: Database, other: Database) -> None:
    Claims(other, run_of(other, "c", seed=2), THEIRS, now=STARTED).claim(1, now=STARTED)
    mine = Claims(database, run_of(database, "a", "b", "c", seed=1), MINE, now=STARTED)
    assert (keys(mine, 2), mine.held_back) == (["a", "b"], False)


@pytest.mark.parametrize("endpoint", ["https://elsewhere.example/greet", SANDBOX])
def test_runs_that_go_to_different_vendors_do_not_wait_for_each_other(
    database: Database, other: Database, endpoint: str
) -> None:
    theirs = run_of(other, "a", endpoint=endpoint, seed=2)
    Claims(other, theirs, THEIRS, now=STARTED).claim(1, now=STARTED)
    own = SANDBOX if endpoint == SANDBOX else None  # two sandboxes are two vendors
    mine = Claims(database, run_of(database, "a", endpoint=own, seed=1), MINE, now=STARTED)
    assert (keys(mine, 1), mine.held_back) == (["a"], False)


def test_what_a_run_without_a_live_lease_was_sending_keeps_nobody_waiting(database: Database, other: Database) -> None:
    Claims(other, run_of(other, "a", "b", seed=2), THEIRS, now=STARTED).claim(2, now=STARTED)
    mine = Claims(database, run_of(database, "a", "b", seed=1), MINE, now=STARTED)
    assert keys(mine, 1) == []
    assert (keys(mine, 1, now=AFTER_EXPIRY), mine.held_back) == (["a"], False)


def test_a_run_that_was_released_keeps_nobody_waiting_whatever_it_left(database: Database, other: Database) -> None:
    theirs = Claims(other, run_of(other, "a", seed=2), THEIRS, now=STARTED)
    theirs.claim(1, now=STARTED)
    theirs.release()
    mine = Claims(database, run_of(database, "a", seed=1), MINE, now=STARTED)
    assert (keys(mine, 1), mine.held_back) == (["a"], False)


@pytest.mark.parametrize("work", ["claim", "settle", "renew"])
def test_who_comes_back_late_sends_nothing_that_another_run_has_begun_to_send_meanwhile(
    database: Database, other: Database, work: str
) -> None:
    run = run_of(other, "a", "b", "c", seed=2)
    away = Claims(other, run, THEIRS, now=STARTED)
    assert keys(away, 2) == ["a", "b"]
    mine = Claims(database, run_of(database, "x", "b", seed=1), MINE, now=AFTER_EXPIRY)
    assert keys(mine, 2, now=AFTER_EXPIRY) == ["x", "b"]
    with pytest.raises(LeaseLost):
        do(work, away, now=AFTER_EXPIRY)
    assert states(other, run) == ["sending", "sending", "ready"]
    heir = Claims(other, run, THEIRS, now=AFTER_EXPIRY)
    assert (keys(heir, 3, now=AFTER_EXPIRY), heir.held_back) == (["a", "c"], True)
    assert unclear_ordinals(other, run) == [1, 2]


def test_who_comes_back_late_goes_on_where_nobody_has_begun_to_send_the_same(
    database: Database, other: Database
) -> None:
    away = Claims(other, run_of(other, "a", "b", seed=2), THEIRS, now=STARTED)
    assert keys(away, 1) == ["a"]
    mine = Claims(database, run_of(database, "b", "a", seed=1), MINE, now=AFTER_EXPIRY)
    assert keys(mine, 1, now=AFTER_EXPIRY) == ["b"]
    away.renew(now=AFTER_EXPIRY)
    assert (keys(mine, 1, now=AFTER_EXPIRY), mine.held_back) == ([], True)
    assert (keys(away, 2, now=AFTER_EXPIRY), away.held_back) == ([], True)


def test_who_has_released_the_lease_can_still_end_the_run_whoever_sends_the_same(
    database: Database, other: Database
) -> None:
    run = run_of(other, "a", seed=2)
    theirs = Claims(other, run, THEIRS, now=STARTED)
    theirs.claim(1, now=STARTED)
    theirs.release()
    mine = Claims(database, run_of(database, "a", seed=1), MINE, now=AFTER_EXPIRY)
    assert keys(mine, 1, now=AFTER_EXPIRY) == ["a"]
    Journal(other).end_run(run, stop=None, seconds=1.0, lease=theirs.token)


def test_whoever_takes_a_run_over_is_waited_for_again(database: Database, other: Database) -> None:
    run = run_of(other, "a", seed=2)
    Claims(other, run, THEIRS, now=STARTED).claim(1, now=STARTED)
    heir = Claims(other, run, THEIRS, now=AFTER_EXPIRY)
    mine = Claims(database, run_of(database, "a", "b", seed=1), MINE, now=AFTER_EXPIRY)
    assert keys(heir, 1, now=AFTER_EXPIRY) == ["a"]
    assert (keys(mine, 2, now=AFTER_EXPIRY), mine.held_back) == (["b"], True)


def test_the_end_of_the_lease_is_known_to_whoever_asks_before_an_attempt(database: Database) -> None:
    claims = Claims(database, filled_run(database, guests(2)), MINE, now=STARTED)
    ends = [claims.until]
    claims.claim(1, now=STARTED + 1)
    ends.append(claims.until)
    claims.settle([succeeded(1)], now=STARTED + 2)
    ends.append(claims.until)
    claims.renew(now=STARTED + 3)
    ends.append(claims.until)
    assert ends == [STARTED + 60.0 + passed for passed in range(4)]


def test_a_claim_is_on_the_disk_and_what_follows_it_need_not_be_waited_for(database: Database) -> None:
    normal, full = 1, 2  # SQLite's numbers
    claims = Claims(database, filled_run(database, guests(2)), MINE, now=STARTED)

    def level() -> int:
        return int(database.execute("PRAGMA synchronous").fetchone()[0])

    claims.claim(2, now=STARTED)
    assert level() == full
    claims.settle([succeeded(1)], now=STARTED)
    assert level() == normal
    claims.give_back([2])
    claims.renew(now=STARTED)
    assert level() == normal
    claims.claim(2, now=STARTED)
    assert level() == full
    claims.release()
    Journal(database).set_report(1, "report.xlsx")
    assert level() == full


@pytest.mark.parametrize("seed", range(20))
def test_no_key_is_ever_sent_by_two_live_runs_at_once_and_all_are_sent_in_the_end(
    database: Database, other: Database, seed: int
) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    names = [f"key-{number}" for number in range(12)]
    running: list[tuple[Database, int, Claims, list[int]]] = []
    for number in range(3):
        connection = random.choice([database, other])
        run = run_of(connection, *random.sample(names, random.randint(1, 12)), seed=number)
        terms = LeaseTerms(owner=f"host:{number}")
        running.append((connection, run, Claims(connection, run, terms, now=STARTED), []))
    for _ in range(10_000):
        _, run, claims, claimed = random.choice(running)
        if claimed and random.random() < 0.5:
            claims.settle([succeeded(claimed.pop(random.randrange(len(claimed))))], now=STARTED)
        else:
            claimed += [request.ordinal for request in claims.claim(random.randint(1, 4), now=STARTED)]
        twice = database.execute(
            "SELECT key FROM requests WHERE state = 'sending' GROUP BY key HAVING count(*) > 1"
        ).fetchall()
        assert [row["key"] for row in twice] == []
        if all(set(states(connection, run)) == {State.SUCCEEDED} for connection, run, *_ in running):
            return
    pytest.fail("not all of it was sent")


@contextmanager
def process_that_claims(journal: Path, run: int) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has claimed all of a run when this begins."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from runner.journal.claims import Claims\n"
        "from runner.journal.tenancy import LeaseTerms\n"
        "from runner.journal.database import Database\n"
        "from runner.journal.owner import this_process\n"
        "now = float(sys.argv[3])\n"
        "with Database(Path(sys.argv[1])) as database:\n"
        "    claims = Claims(database, int(sys.argv[2]), LeaseTerms(owner=this_process()), now=now)\n"
        "    print(len(claims.claim(100, now=now)), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(journal), str(run), str(STARTED)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "2\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_process_that_is_killed_keeps_nobody_waiting_any_longer(database: Database, tmp_path: Path) -> None:
    theirs, mine = run_of(database, "a", "b", seed=2), run_of(database, "a", "b", "c", seed=1)
    claims = Claims(database, mine, MINE, now=STARTED, is_gone=is_gone)
    with process_that_claims(tmp_path / "journal.db", theirs) as process:
        assert (keys(claims, 5), claims.held_back) == (["c"], True)
        process.kill()
        process.wait()
        assert (keys(claims, 5), claims.held_back) == (["a", "b"], False)
