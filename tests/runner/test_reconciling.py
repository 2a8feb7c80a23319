"""A run is compared with the remote state, and what its terms say is sent, by a vendor who remembers."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from runner.allowance import Allowance
from runner.events import Compared, Event, Started
from runner.exchange import Call
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.new_run import NewRun
from runner.journal.plans import planned_requests
from runner.outcome import RunState, State, Stop
from runner.plan import MovedBy, Plan
from runner.planning.terms import PlanTerms, encode_terms
from runner.reconciling import reconcile
from runner.request import Draft
from runner.sending.limits import Limits, RetryPolicy
from runner.sending.pool import Pool
from runner.text import Text
from tests.runner.journal.sample_run import DESTINATION, STARTED
from tests.runner.sending.greet_as_listed import GreetAsListed, listed
from tests.runner.sending.guest_book import Entry, GuestBook
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import QUICK
from tests.runner.sending.simulated_loop import simulated

PATIENT = RetryPolicy(attempts=8, backoff=0.1, longest_backoff=0.2, budget_floor=1_000.0)
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
DEADLINE = Stop(reason=Text("Too long", "超时"), code="deadline")
APPLY = PlanTerms(apply=True)

List = Mapping[str, Entry]
"""What each guest is to have, or has."""


@dataclass(slots=True)
class House:
    """A journal, over many nights."""

    database: Database
    events: list[Event] = field(default_factory=list)
    day: int = 0

    def load(self, wanted: List, terms: PlanTerms | None = None) -> int:
        """A run that is to be compared; or sent as it is, without terms."""
        self.day += 1
        journal = Journal(self.database)
        new = NewRun(
            job="greet",
            source="guests.csv",
            sha256="0" * 64,
            sheet=None,
            key_column="A",
            key_heading="Guest",
            destination=DESTINATION,
            terms=None if terms is None else encode_terms(terms),
        )
        run, _ = journal.open_run(new, now=STARTED + self.day * 86_400, random=Random(self.day))
        drafts = [
            Draft(key=name, rows=(row,), body=listed(name, *(f"{name_}={value}" for name_, value in entry.items())))
            for row, (name, entry) in enumerate(wanted.items(), start=2)
        ]
        journal.fill(run, drafts)
        journal.mark_loaded(run, rows=len(drafts), seconds=0.0)
        return run

    def reconcile(
        self,
        run: int,
        vendor: GuestBook,
        *,
        resumed: bool = False,
        control: Callable[[Pool], None] = lambda _: None,
        seed: int = 1,
    ) -> Stop | None:
        """Has it done, in simulated time; `control` is given each pool."""

        @contextmanager
        def controlled(pool: Pool) -> Iterator[None]:
            control(pool)
            yield

        async def story() -> Stop | None:
            loop = asyncio.get_running_loop()
            return await reconcile(
                GreetAsListed(),
                run,
                self.database,
                vendor,
                limits=Limits(concurrency=4),
                retry=PATIENT,
                breaker=QUICK,
                observe=self.events.append,
                random=Random(seed),
                control=controlled,
                resumed=DESTINATION if resumed else None,
                now=lambda: STARTED + self.day * 86_400 + loop.time(),
                disk=InlineDisk,
            )

        return simulated(story())

    def night(self, wanted: List, vendor: GuestBook, terms: PlanTerms = APPLY) -> RunRecord:
        """Loads it and has it done, to the end."""
        run = self.load(wanted, terms)
        assert self.reconcile(run, vendor) is None
        return self.record(run)

    def record(self, run: int) -> RunRecord:
        record = Ledger(self.database).run(run)
        assert sum(record.counts.values()) == record.requests
        return record

    def movers(self, run: int) -> dict[str, dict[str, MovedBy | None]]:
        """Who moved what, by guest."""
        return {
            each.key: {found.field: found.moved_by for found in each.differences}
            for each in planned_requests(self.database, run)
        }


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Database(tmp_path / "journal.db") as database:
        yield House(database)


def plans(record: RunRecord) -> dict[str, int]:
    assert record.plan is not None
    return {plan.value: count for plan, count in record.plan.items() if count}


def counts(record: RunRecord) -> dict[State, int]:
    return {state: count for state, count in record.counts.items() if count}


WANTED: List = {"ann": {"times": "3"}, "bob": {"times": "3"}, "cat": {"times": "3"}, "dan": {"times": "3"}}


def as_wanted() -> GuestBook:
    return GuestBook({name: dict(entry) for name, entry in WANTED.items()})


def test_a_night_without_drift_sends_nothing_and_asks_once_a_guest(house: House) -> None:
    vendor = as_wanted()
    record = house.night(WANTED, vendor)
    assert sorted(vendor.said("ask")) == sorted(WANTED)
    assert vendor.said("hello") == []
    assert (record.state, record.left, plans(record)) == (RunState.DONE, 0, {"unchanged": 4})


def test_a_plan_that_is_not_to_be_applied_is_kept_and_nothing_is_sent(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"]["times"] = "7"
    del vendor.book["cat"]
    record = house.night(WANTED, vendor, PlanTerms())
    assert vendor.said("hello") == []
    assert (record.state, record.left) == (RunState.PLANNED, 2)
    assert plans(record) == {"unchanged": 2, "drifted": 1, "missing": 1}
    assert counts(record) == {State.UNCHANGED: 2, State.NOT_SENT: 2}


def test_what_is_drifted_is_put_right_and_nothing_else_is_sent(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"] = {"times": "7", "words": "hi"}
    vendor.book["dan"]["times"] = "9"
    vendor.locked = {"dan", "ann"}
    record = house.night(WANTED, vendor)
    assert vendor.said("hello") == ["bob"]
    assert vendor.book["bob"] == WANTED["bob"]
    assert (record.state, record.left) == (RunState.DONE, 1)
    assert plans(record) == {"unchanged": 2, "drifted": 1, "locked": 1}
    assert counts(record) == {State.SUCCEEDED: 1, State.UNCHANGED: 2, State.NOT_SENT: 1}


def test_whoever_watches_hears_of_the_reading_the_plan_and_the_sending(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"]["times"] = "7"
    house.night(WANTED, vendor)
    assert [event.only_reads for event in house.events if isinstance(event, Started)] == [True, False]
    [compared] = [event for event in house.events if isinstance(event, Compared)]
    assert (compared.plan[Plan.DRIFTED], compared.to_send) == (1, 1)


def test_what_is_too_much_is_not_begun(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"]["times"] = vendor.book["ann"]["times"] = "7"
    record = house.night(WANTED, vendor, PlanTerms(apply=True, max_changes=Allowance(share=0.3)))
    assert vendor.said("hello") == []
    assert (record.state, record.left) == (RunState.PLANNED, 2)
    assert record.reason is not None
    assert "2 of 4" in record.reason.en
    assert "30%" in record.reason.zh


def test_what_is_just_not_too_much_is_sent(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"]["times"] = "7"
    record = house.night(WANTED, vendor, PlanTerms(apply=True, max_changes=Allowance(share=0.25)))
    assert (record.state, vendor.said("hello")) == (RunState.DONE, ["bob"])


def a_conflict(house: House) -> GuestBook:
    """Greeted 3 times as it was applied last; the vendor has 7, and 5 is wanted."""
    vendor = as_wanted()
    house.night(WANTED, vendor)
    vendor.book["bob"]["times"] = "7"
    vendor.book["cat"]["times"] = "7"
    return vendor


def test_a_conflict_is_held_back_and_the_rest_is_sent(house: House) -> None:
    vendor = a_conflict(house)
    record = house.night({**WANTED, "bob": {"times": "5"}}, vendor)
    assert (vendor.said("hello"), vendor.book["bob"]["times"]) == (["cat"], "7")
    assert (record.state, record.left) == (RunState.DONE, 1)
    assert plans(record) == {"unchanged": 2, "drifted": 1, "conflict": 1}
    assert house.movers(record.id) == {"bob": {"times": MovedBy.BOTH}, "cat": {"times": MovedBy.REMOTE}}


def test_a_conflict_is_sent_where_that_is_asked_for(house: House) -> None:
    vendor = a_conflict(house)
    record = house.night({**WANTED, "bob": {"times": "5"}}, vendor, PlanTerms(apply=True, conflicts_ours=True))
    assert sorted(vendor.said("hello")) == ["bob", "cat"]
    assert (vendor.book["bob"]["times"], record.left) == ("5", 0)


def test_what_a_run_that_only_planned_has_found_as_wanted_is_what_was_applied_last(house: House) -> None:
    vendor = a_conflict(house)
    both = {**WANTED, "bob": {"times": "7"}}
    planned = house.night(both, vendor, PlanTerms())  # which cat keeps from being done
    assert planned.state is RunState.PLANNED
    vendor.book["bob"]["times"] = "9"
    record = house.night(both, vendor, PlanTerms())
    assert house.movers(record.id)["bob"] == {"times": MovedBy.REMOTE}


def test_a_run_that_is_stopped_while_it_reads_is_resumed_by_the_same_process(house: House) -> None:
    vendor = as_wanted()
    vendor.book["bob"]["times"] = "7"
    run = house.load(WANTED, APPLY)
    assert house.reconcile(run, vendor, control=lambda pool: pool.stop(CTRL_C)) == CTRL_C
    assert house.record(run).state is RunState.STOPPED
    leases = house.database.execute("SELECT expires FROM leases WHERE run = ?", (run,)).fetchall()
    assert [lease["expires"] for lease in leases] == [0]
    assert house.reconcile(run, vendor, resumed=True) is None
    assert (house.record(run).state, vendor.book["bob"]["times"]) == (RunState.DONE, "3")


def test_a_stop_that_came_with_the_last_answer_has_stopped_nothing(house: House) -> None:
    vendor = as_wanted()
    run = house.load(WANTED, APPLY)
    pools: list[Pool] = []

    async def at_the_last(_: Call) -> None:
        if len(vendor.calls) == len(WANTED):
            await asyncio.sleep(1.0)
            asyncio.get_running_loop().call_later(0.01, pools[0].stop, DEADLINE)

    vendor.before_answering = at_the_last
    stop = house.reconcile(run, vendor, control=pools.append)
    assert stop is None
    assert house.record(run).state is RunState.DONE


@dataclass(slots=True)
class Troubled:
    """Guests of whom some have drifted, and what must be planned for each."""

    wanted: dict[str, Entry]
    vendor: GuestBook
    before: dict[str, Entry]
    """What the vendor had."""
    truth: dict[str, Plan]


def troubled(house: House, random: Random) -> Troubled:
    """Greets all, and has some moved, on either side or on both."""
    wanted = {f"guest-{number}": {"times": "3", "words": "hi"} for number in range(1, 31)}
    applied = {name: {"times": random.choice("23"), "words": "hi"} for name in wanted}
    vendor = GuestBook({name: dict(entry) for name, entry in applied.items()})
    house.night(applied, vendor)
    for name in wanted:
        match random.randrange(8):
            case 0 | 1:
                vendor.book[name]["times"] = random.choice("2379")
            case 2 | 3:
                vendor.book[name]["words"] = "ho"
            case 4:
                del vendor.book[name]
            case 5:
                vendor.locked.add(name)
    truth = {
        name: word_for(entry, vendor.book.get(name), applied[name], locked=name in vendor.locked)
        for name, entry in wanted.items()
    }
    return Troubled(wanted, vendor, {name: dict(entry) for name, entry in vendor.book.items()}, truth)


def word_for(wanted: Entry, remote: Entry | None, applied: Entry, *, locked: bool) -> Plan:
    """What the plan of a guest must be."""
    if remote is None:
        return Plan.MISSING
    differing = [name for name in wanted if wanted[name] != remote[name]]
    if not differing:
        return Plan.UNCHANGED
    if locked:
        return Plan.LOCKED
    both = any(len({wanted[name], remote[name], applied[name]}) == 3 for name in differing)
    return Plan.CONFLICT if both else Plan.DRIFTED


def interrupted(house: House, run: int, vendor: GuestBook, random: Random) -> int:
    """Has it done through stops, crashes, and calls that come to nothing; gives how many times it took."""
    pools: list[Pool] = []

    async def interrupt(_: Call) -> None:
        record = house.record(run)
        if all(event.only_reads for event in house.events if isinstance(event, Started)):
            assert record.counts[State.UNKNOWN] == 0, "what was only read is never unknown"
        if random.random() < 0.02:
            asyncio.get_running_loop().call_soon(pools[-1].stop, CTRL_C)
            await asyncio.sleep(random.choice((0.0, 0.01)))
        elif random.random() < 0.01:
            raise KeyboardInterrupt  # the process dies

    vendor.before_answering, vendor.troubles = interrupt, random
    house.events.clear()
    vendor.calls.clear()
    times = 0
    while house.record(run).state is not RunState.DONE:
        with suppress(KeyboardInterrupt):
            house.reconcile(run, vendor, resumed=times > 0, control=pools.append)
        times += 1
        assert times < 100
    return times


@pytest.mark.parametrize("seed", range(12))
def test_whatever_interrupts_it_the_counts_add_up_and_each_ends_as_it_is(house: House, seed: int) -> None:
    random = Random(seed)
    case = troubled(house, random)
    run = house.load(case.wanted, APPLY)
    times = interrupted(house, run, case.vendor, random)
    print(f"seed {seed}: done after {times} times")
    found = {each.key: each.plan for each in planned_requests(house.database, run, unchanged=True)}
    assert found == case.truth
    assert set(case.vendor.said("hello")) <= {name for name, plan in case.truth.items() if plan is Plan.DRIFTED}
    for result in Ledger(house.database).results(run):
        now, name = case.vendor.book.get(result.key), result.key
        if result.state in {State.SUCCEEDED, State.UNCHANGED}:
            assert now == case.wanted[name]
        elif result.state is State.NOT_SENT:
            assert case.truth[name] is not Plan.DRIFTED
            assert now == case.before.get(name)
        else:
            assert (result.state, result.attempts > 0) == (State.UNKNOWN, True)
    record = house.record(run)
    as_wanted = record.counts[State.SUCCEEDED] + record.counts[State.UNCHANGED]
    assert as_wanted + record.left + record.counts[State.UNKNOWN] == len(case.wanted)
