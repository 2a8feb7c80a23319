import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import Random

import openpyxl
import pytest

from runner.engine import send
from runner.errors import InputError, JournalError
from runner.events import Event, Loaded, Settled
from runner.exchange import Call
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.journal.tenancy import LeaseTerms
from runner.loading import Source, load
from runner.outcome import RunState, State, Stop
from runner.sending.guards import Guards, MaxFailures
from runner.sending.limits import Limits, RetryPolicy
from runner.sending.pool import NO_GUARDS, Pool
from runner.text import Text
from tests.runner.journal.sample_run import states
from tests.runner.sending.fake_carrier import REFUSED, TOO_LATE, FakeCarrier
from tests.runner.sending.fake_job import Greet

FAR_FUTURE = 4e9
HASTY = RetryPolicy(attempts=2, backoff=0.001)
DESTINATION = Destination(endpoint="https://vendor.example/", account="ab******")
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
GUESTS = "客人,次数\nLi Na,3\nTom,500\n张伟,0\nTom Lee,7\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def csv_file(folder: Path, text: str = GUESTS) -> Source:
    path = folder / "guests.csv"
    path.write_text(text, encoding="utf-8-sig")
    return Source(path=path)


def many(count: int) -> str:
    return "guest,times\n" + "".join(f"guest-{number},1\n" for number in range(1, count + 1))


def loaded(
    source: Source, database: Database, *, destination: Destination | None = DESTINATION, seed: int = 0
) -> tuple[int, list[Event]]:
    events: list[Event] = []
    run = load(Greet(), source, database, destination=destination, observe=events.append, random=Random(seed))
    return run, events


async def sent(
    run: int,
    database: Database,
    carrier: FakeCarrier,
    *,
    control: Callable[[Pool], nullcontext[None]] = lambda _: nullcontext(),
    events: list[Event] | None = None,
    guards: Guards = NO_GUARDS,
) -> Stop | None:
    return await send(
        Greet(),
        run,
        database,
        carrier,
        limits=Limits(concurrency=4),
        retry=HASTY,
        observe=(events if events is not None else []).append,
        random=Random(1),
        control=control,
        guards=guards,
    )


def nothing_is_left(database: Database) -> bool:
    tables = ("runs", "requests", "problems", "attempts")
    return all(not database.execute(f"SELECT * FROM {table}").fetchall() for table in tables)


async def test_a_spreadsheet_is_checked_sent_and_accounted_for(tmp_path: Path, database: Database) -> None:
    source = csv_file(tmp_path)
    run, _ = loaded(source, database)
    carrier = FakeCarrier({"张伟": [TOO_LATE]})
    assert await sent(run, database, carrier) is None
    results = list(Ledger(database).results(run))
    assert [(result.rows, result.key, result.state) for result in results] == [
        ("2", "Li Na", State.SUCCEEDED),
        ("3", "Tom", State.INVALID),
        ("4", "张伟", State.FAILED),
        ("5", "Tom Lee", State.SUCCEEDED),
    ]
    assert sorted(call.body.decode() for call in carrier.calls) == ["hello Li Na 3", "hello Tom Lee 7", "hello 张伟 0"]
    record = Ledger(database).run(run)
    assert (record.state, record.reason, record.rows, record.attempts) == (RunState.DONE, None, 4, 3)


def test_loading_only_checks_and_says_how_it_went(tmp_path: Path, database: Database) -> None:
    source = csv_file(tmp_path)
    run, events = loaded(source, database)
    assert events == [Loaded(rows=4, ready=3, invalid=1, run=Ledger(database).run(run).name)]
    record = Ledger(database).run(run)
    assert (record.state, record.job, record.source, record.key_heading) == (
        RunState.PLANNED,
        "greet",
        str(source.path),
        "客人",
    )
    assert (record.endpoint, record.account) == (DESTINATION.endpoint, DESTINATION.account)
    [problem] = Ledger(database).problems(run)
    assert (problem.cell, problem.heading, problem.value) == ("B3", "次数", "500")


def test_which_file_it_was_can_be_proved_later(tmp_path: Path, database: Database) -> None:
    source = csv_file(tmp_path)
    loaded(source, database)
    sha256 = database.execute("SELECT sha256 FROM runs").fetchone()[0]
    assert sha256 == hashlib.sha256(source.path.read_bytes()).hexdigest()


def test_a_check_goes_nowhere(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path), database, destination=None)
    record = Ledger(database).run(run)
    assert (record.endpoint, record.account) == (None, None)


def test_a_file_that_is_not_there_leaves_nothing_of_the_run(tmp_path: Path, database: Database) -> None:
    with pytest.raises(InputError):
        loaded(Source(path=tmp_path / "gone.csv"), database)
    assert nothing_is_left(database)


@pytest.mark.parametrize("rows", ["", "\n\n", ",\n,\n"])
def test_headings_without_rows_are_told_so_and_leave_nothing_of_the_run(
    tmp_path: Path, database: Database, rows: str
) -> None:
    with pytest.raises(InputError, match="headings but no rows") as told:
        loaded(csv_file(tmp_path, "guest,times\n" + rows), database)
    assert "没有数据行" in told.value.zh
    assert nothing_is_left(database)


@pytest.mark.parametrize("rows", [50, 5_000])
def test_damage_further_down_leaves_nothing_of_the_run(tmp_path: Path, database: Database, rows: int) -> None:
    with pytest.raises(InputError) as told:
        loaded(Source(path=damaged_workbook(tmp_path, rows)), database)
    assert "guests.xlsx" in told.value.en
    assert "guests.xlsx" in told.value.zh
    assert nothing_is_left(database)


def test_damage_leaves_an_earlier_run_as_it_was(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path), database)
    with pytest.raises(InputError):
        loaded(Source(path=damaged_workbook(tmp_path, 50)), database, seed=1)
    assert [record.id for record in Ledger(database).runs()] == [run]
    assert Ledger(database).run(run).requests == 4


async def test_a_run_that_is_stopped_says_why_and_what_it_did_not_get_to(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path, many(100)), database)
    stop = await sent(run, database, FakeCarrier(otherwise=REFUSED))
    record = Ledger(database).run(run)
    assert stop is not None
    assert (record.state, record.reason) == (RunState.STOPPED, stop.reason)
    assert record.counts[State.NOT_SENT] == record.requests == 100
    assert {row["state"] for row in database.execute("SELECT state FROM requests").fetchall()} == {"not_sent"}


async def test_a_guard_that_trips_over_the_last_request_has_stopped_nothing(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path, many(3)), database)
    carrier = FakeCarrier({"guest-3": [TOO_LATE]})
    assert await sent(run, database, carrier, guards=Guards(max_failures=MaxFailures(count=0))) is None
    record = Ledger(database).run(run)
    assert (record.state, record.reason, record.counts[State.FAILED]) == (RunState.DONE, None, 1)


async def test_a_signal_after_the_last_request_is_told_and_leaves_the_run_done(
    tmp_path: Path, database: Database
) -> None:
    run, _ = loaded(csv_file(tmp_path, many(1)), database)
    pools: list[Pool] = []

    def keep(pool: Pool) -> nullcontext[None]:
        pools.append(pool)
        return nullcontext()

    async def interrupt(_: Call) -> None:
        pools[0].stop(CTRL_C)

    assert await sent(run, database, FakeCarrier(before_answering=interrupt), control=keep) is CTRL_C
    assert Ledger(database).run(run).state is RunState.DONE


async def test_whoever_is_given_control_can_stop_the_run(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path, many(100)), database)

    def stop_at_once(pool: Pool) -> nullcontext[None]:
        pool.stop(CTRL_C)
        return nullcontext()

    carrier = FakeCarrier()
    assert await sent(run, database, carrier, control=stop_at_once) is CTRL_C
    assert (carrier.calls, Ledger(database).run(run).reason) == ([], CTRL_C.reason)


async def test_every_settled_request_is_told_to_who_watches(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path, many(100)), database)
    events: list[Event] = []
    await sent(run, database, FakeCarrier(), events=events)
    told = [event for event in events if isinstance(event, Settled)]
    assert sorted(event.ordinal for event in told) == list(range(1, 101))
    assert {event.state for event in told} == {State.SUCCEEDED}


async def test_a_run_that_another_process_is_sending_is_left_to_it(tmp_path: Path, database: Database) -> None:
    run, _ = loaded(csv_file(tmp_path), database)
    carrier = FakeCarrier()
    with other_process(tmp_path, run), pytest.raises(JournalError, match="host:2"):
        await sent(run, database, carrier)
    assert carrier.calls == []
    assert Ledger(database).run(run).state is RunState.PLANNED


async def test_a_run_that_is_taken_over_meanwhile_is_stopped_here_and_left_to_the_other(
    tmp_path: Path, database: Database
) -> None:
    run, _ = loaded(csv_file(tmp_path, many(5)), database)

    async def take_over(_: Call) -> None:
        with Database(tmp_path / "journal.db") as other:
            other.execute("DELETE FROM leases")
            Claims(other, run, LeaseTerms(owner="host:2"), now=FAR_FUTURE)

    stop = await sent(run, database, FakeCarrier(before_answering=take_over))
    assert stop is not None
    assert "lease" in stop.reason.en
    assert "租约" in stop.reason.zh
    assert Ledger(database).run(run).state is RunState.RUNNING
    assert set(states(database, run)) == {"ready"}


async def test_a_journal_that_can_no_longer_be_written_stops_the_run_and_nothing_counts_as_failed(
    tmp_path: Path, database: Database
) -> None:
    run, _ = loaded(csv_file(tmp_path, many(5)), database)

    async def damage(_: Call) -> None:
        with Database(tmp_path / "journal.db") as other:
            other.execute("DROP TABLE IF EXISTS attempts")

    stop = await sent(run, database, FakeCarrier(before_answering=damage))
    record = Ledger(database).run(run)
    assert stop is not None
    assert "journal.db" in stop.reason.en
    assert (record.state, record.reason) == (RunState.STOPPED, stop.reason)
    assert set(states(database, run)) <= {"sending", "unknown", "not_sent"}
    assert record.counts[State.UNKNOWN] >= 1


@contextmanager
def other_process(folder: Path, run: int) -> Iterator[None]:
    """One that holds the lease of the run for longer than any test takes."""
    with Database(folder / "journal.db") as other:
        Claims(other, run, LeaseTerms(owner="host:2"), now=FAR_FUTURE)
        yield


def damaged_workbook(folder: Path, rows: int) -> Path:
    """A workbook whose sheet breaks off two thirds down."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("guests")
    sheet.append(["guest", "times"])
    for number in range(1, rows + 1):
        sheet.append([f"guest-{number}", 1])
    whole, damaged = folder / "whole.xlsx", folder / "guests.xlsx"
    workbook.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) * 2 // 3] if name.startswith("xl/worksheets/") else content)
    return damaged
