"""Which run is meant, and where it stands."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from runner.errors import InputError
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.lookup import Standing, find_run, run_to_resume, standing
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, Stop
from runner.text import Text
from tests.runner.journal.sample_run import NEW_RUN, STARTED, filled_run, guests, succeeded

STOP = Stop(reason=Text("Interrupted", "已中断"))
ME = LeaseTerms(owner="host:1")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def loaded_run(database: Database, *, seed: int = 0) -> int:
    run = filled_run(database, guests(2), name_seed=seed)
    Journal(database).mark_loaded(run, rows=2, seconds=0.5)
    return run


def send_all(database: Database, run: int) -> None:
    claims = Claims(database, run, ME, now=STARTED)
    claims.settle([succeeded(request.ordinal) for request in claims.claim(9, now=STARTED)], now=STARTED)
    claims.release()
    Journal(database).end_run(run, stop=None, seconds=1.0)


def stands(database: Database, run: int, *, now: float = STARTED) -> Standing:
    return standing(database, Ledger(database).run(run), now=now, is_gone=lambda owner: owner == "gone")


def opened(database: Database, count: int) -> list[tuple[int, str]]:
    """So many runs, a day apart; their numbers and names."""
    return [Journal(database).open_run(NEW_RUN, now=STARTED + day * 86_400, random=Random(day)) for day in range(count)]


def test_a_run_is_found_by_its_name_or_a_beginning_that_is_its_alone_and_the_latest_without_one(
    database: Database,
) -> None:
    runs = opened(database, 3)
    for run, name in runs:
        for words in (name, name[:8], f" {name} "):
            assert find_run(database, words).id == run
    assert find_run(database, None).id == runs[-1][0]


@pytest.mark.parametrize("name", ["", " ", "2", "2025", "202506"])
def test_a_name_that_may_mean_several_runs_is_refused_with_their_names(database: Database, name: str) -> None:
    runs = opened(database, 3)
    for refuse in (find_run, to_resume):
        with pytest.raises(InputError, match="Nothing was started") as told:
            refuse(database, name)
        for _, each in runs:
            assert f"{each} (greet guests.csv)" in told.value.en
            assert f"{each}（greet guests.csv）" in told.value.zh


def test_of_many_runs_ten_are_named_the_latest_first_and_the_others_counted(database: Database) -> None:
    names = [name for _, name in opened(database, 13)]
    with pytest.raises(InputError, match="and 3 more") as told:
        find_run(database, "2025")
    assert "另有 3 个" in told.value.zh
    shown = [name for name in reversed(names) if name in told.value.en]
    assert shown == names[:2:-1]
    assert [told.value.en.index(name) for name in shown] == sorted(told.value.en.index(name) for name in shown)


def test_a_name_in_full_means_its_run_though_another_begins_so(database: Database) -> None:
    (run, name), (other, _) = opened(database, 2)
    database.execute("UPDATE runs SET name = ? WHERE id = ?", (f"{name}0", other))
    assert find_run(database, name).id == run


def test_an_empty_name_in_an_empty_journal_means_no_run(database: Database) -> None:
    with pytest.raises(InputError, match="no runs yet"):
        find_run(database, "")


@pytest.mark.parametrize("name", ["1999", "%", "2025%", "2025_", "20250615-150640-ffff0"])
def test_a_name_that_no_run_has_is_told(database: Database, name: str) -> None:
    filled_run(database, guests(1))
    with pytest.raises(InputError, match="There is no run") as told:
        find_run(database, name)
    assert f"没有运行 {name}" in told.value.zh


def test_a_journal_without_runs_has_no_latest_one(database: Database) -> None:
    with pytest.raises(InputError, match="no runs yet"):
        find_run(database, None)


def test_a_run_that_was_killed_can_be_resumed_as_soon_as_its_lease_is_over(database: Database) -> None:
    run = loaded_run(database)
    assert stands(database, run) == Standing(holder=None, resumable=True)
    Claims(database, run, ME, now=STARTED)
    Journal(database).set_state(run, RunState.RUNNING)
    assert stands(database, run) == Standing(holder="host:1", resumable=False)
    assert stands(database, run, now=STARTED + 61.0) == Standing(holder=None, resumable=True)


def test_a_run_whose_process_is_gone_can_be_resumed_at_once(database: Database) -> None:
    run = loaded_run(database)
    Claims(database, run, LeaseTerms(owner="gone"), now=STARTED)
    assert stands(database, run) == Standing(holder=None, resumable=True)


def test_neither_what_is_done_nor_what_was_never_loaded_can_be_resumed(database: Database) -> None:
    done, unread = loaded_run(database), filled_run(database, guests(1), name_seed=1)
    send_all(database, done)
    assert not stands(database, done).resumable
    assert not stands(database, unread).resumable


def to_resume(database: Database, name: str | None = None, *, now: float = STARTED) -> int:
    return run_to_resume(database, name, now=now, is_gone=lambda owner: owner == "gone").id


def test_without_a_name_the_latest_run_is_resumed_that_was_stopped_or_killed(database: Database) -> None:
    journal = Journal(database)
    stopped, killed, held, done, _ = (loaded_run(database, seed=seed) for seed in range(5))
    with pytest.raises(InputError, match="no run to go on with"):
        to_resume(database)
    journal.end_run(stopped, stop=STOP, seconds=1.0)
    send_all(database, done)
    Claims(database, held, ME, now=STARTED)
    journal.set_state(held, RunState.RUNNING)
    assert to_resume(database) == stopped
    Claims(database, killed, LeaseTerms(owner="gone"), now=STARTED)
    journal.set_state(killed, RunState.RUNNING)
    assert to_resume(database) == killed
    assert to_resume(database, now=STARTED + 61.0) == held


def test_a_run_that_was_only_planned_is_resumed_by_its_name(database: Database) -> None:
    planned = loaded_run(database)
    assert to_resume(database, Ledger(database).run(planned).name) == planned


def test_a_named_run_of_which_nothing_can_be_sent_is_told(database: Database) -> None:
    done, unread = loaded_run(database), filled_run(database, guests(1), name_seed=1)
    send_all(database, done)
    for run, words in ((done, "nothing is left"), (unread, "while its file was read")):
        with pytest.raises(InputError, match=words):
            to_resume(database, Ledger(database).run(run).name)
    with pytest.raises(InputError, match="There is no run"):
        to_resume(database, "2025_")
