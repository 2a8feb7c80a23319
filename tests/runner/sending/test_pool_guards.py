"""The canary and the blast guard, in a run."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from runner.events import Settled, Stopping
from runner.exchange import Call
from runner.outcome import State, Stop
from runner.sending.guards import Guards, MaxFailures
from runner.sending.limits import Limits, RetryPolicy
from runner.text import Text
from tests.runner.sending.fake_carrier import BUSY, CUT_OFF, TOO_LATE, WELCOME, WHO_ARE_YOU, Answer, FakeCarrier, guest
from tests.runner.sending.greet_and_ask import GREETED, GreetAndAsk
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

MANY = 200
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)


def send(people: Party, carrier: FakeCarrier, guards: Guards, *, concurrency: int = 4) -> Stop | None:
    async def story() -> Stop | None:
        people.moment = PassingMoment()
        pool = people.pool(carrier, job=GreetAndAsk(), guards=guards, concurrency=concurrency, disk=InlineDisk())
        return await pool.run()

    return simulated(story())


@pytest.mark.parametrize("concurrency", [1, 4, 16])
@pytest.mark.parametrize("canary", [1, 10, 150])
def test_so_many_are_sent_and_settled_before_any_other(tmp_path: Path, canary: int, concurrency: int) -> None:
    with party(tmp_path, MANY) as people:
        settled_before: dict[str, int] = {}

        async def note(call: Call) -> None:
            settled_before.setdefault(guest(call), sum(isinstance(event, Settled) for event in people.events))
            await asyncio.sleep(1)

        stop = send(people, FakeCarrier(before_answering=note), Guards(canary=canary), concurrency=concurrency)
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert stop is None
    assert list(settled_before)[:canary] == [f"guest-{number}" for number in range(1, canary + 1)]
    assert min(settled_before[f"guest-{number}"] for number in range(canary + 1, MANY + 1)) == canary


@pytest.mark.parametrize(
    ("scripts", "state"),
    [
        pytest.param({"guest-3": [TOO_LATE]}, State.FAILED, id="one failed"),
        pytest.param({"guest-3": [BUSY]}, State.UNKNOWN, id="one is unknown"),
    ],
)
def test_a_canary_of_which_one_went_wrong_stops_the_run(
    tmp_path: Path, scripts: Mapping[str, Sequence[Answer]], state: State
) -> None:
    carrier = FakeCarrier(scripts)
    with party(tmp_path, MANY) as people:
        stop = send(people, carrier, Guards(canary=5))
        assert people.counts() == {State.SUCCEEDED: 4, state: 1, State.NOT_SENT: MANY - 5}
    assert stop is not None
    assert people.events.count(Stopping(stop)) == 1
    assert "--canary" in stop.reason.en
    assert set(carrier.guests) == {f"guest-{number}" for number in range(1, 6)}


def test_a_canary_whose_last_request_is_retried_for_long_is_waited_for(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-5": [BUSY, CUT_OFF, CUT_OFF, GREETED]})
    with party(tmp_path, MANY) as people:
        assert send(people, carrier, Guards(canary=5)) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    last = max(number for number, name in enumerate(carrier.guests) if name == "guest-5")
    assert "guest-6" not in carrier.guests[:last]


def test_a_canary_that_is_larger_than_the_run_changes_nothing(tmp_path: Path) -> None:
    with party(tmp_path, 5) as people:
        assert send(people, FakeCarrier({"guest-3": [TOO_LATE]}), Guards(canary=10)) is None
        assert people.counts() == {State.SUCCEEDED: 4, State.FAILED: 1}


def test_a_canary_that_is_as_large_as_the_run_is_looked_at_too(tmp_path: Path) -> None:
    with party(tmp_path, 5) as people:
        assert send(people, FakeCarrier(), Guards(canary=5)) is None
        assert people.counts() == {State.SUCCEEDED: 5}


def test_a_canary_whose_account_is_refused_stops_for_that_reason(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        stop = send(people, FakeCarrier(otherwise=WHO_ARE_YOU), Guards(canary=5), concurrency=1)
        assert people.counts() == {State.FAILED: 1, State.NOT_SENT: MANY - 1}
    assert stop is not None
    assert "who are you" in stop.reason.en


def test_a_stop_while_the_canary_is_under_way_ends_the_run(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-2": [BUSY]})
    with party(tmp_path, MANY) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            patient = RetryPolicy(attempts=100, backoff=3_600.0, longest_backoff=3_600.0)
            pool = people.pool(carrier, guards=Guards(canary=5), retry=patient, disk=InlineDisk())
            asyncio.get_running_loop().call_later(10, pool.stop, CTRL_C)
            assert await pool.run() is CTRL_C
            assert asyncio.get_running_loop().time() < 20

        simulated(story())
        assert people.counts() == {State.SUCCEEDED: 4, State.UNKNOWN: 1, State.NOT_SENT: MANY - 5}


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_more_failures_than_are_allowed_stop_the_run(tmp_path: Path, concurrency: int) -> None:
    carrier = FakeCarrier(otherwise=TOO_LATE)
    with party(tmp_path, MANY) as people:
        stop = send(people, carrier, Guards(max_failures=MaxFailures(count=7)), concurrency=concurrency)
        assert stop is not None
        counts = people.counts()
        assert sum(counts.values()) == MANY
        assert counts[State.FAILED] == len(carrier.calls) >= 8
        assert counts[State.NOT_SENT] == MANY - len(carrier.calls)
        assert "--max-failures 7" in stop.reason.en


def test_how_far_a_run_goes_on_after_too_many_failures_is_bounded_by_what_was_open(tmp_path: Path) -> None:
    async def dawdle(_: Call) -> None:
        await asyncio.sleep(0.5)

    carrier = FakeCarrier(otherwise=TOO_LATE, before_answering=dawdle)
    with party(tmp_path, MANY) as people:
        send(people, carrier, Guards(max_failures=MaxFailures(count=7)), concurrency=4)
    assert 8 <= len(carrier.calls) <= 8 + 4


def test_a_share_of_failures_that_is_allowed_stops_nothing(tmp_path: Path) -> None:
    scripts = {f"guest-{number}": [TOO_LATE] for number in range(10, MANY, 10)}
    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(scripts), Guards(max_failures=MaxFailures(share=0.2))) is None
        assert people.counts() == {State.SUCCEEDED: MANY - 19, State.FAILED: 19}


def test_failures_that_were_known_before_do_not_count_in_a_run_that_goes_on(tmp_path: Path) -> None:
    scripts = {f"guest-{number}": [TOO_LATE] for number in range(1, 6)}
    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(scripts), Guards(max_failures=MaxFailures(count=3)), concurrency=1)

        async def story() -> Stop | None:
            people.moment = PassingMoment()
            guards = Guards(max_failures=MaxFailures(count=3))
            return await people.pool(FakeCarrier({}, WELCOME), guards=guards, reopen=True, disk=InlineDisk()).run()

        assert simulated(story()) is None
        assert people.counts().keys() == {State.SUCCEEDED, State.FAILED}


def test_the_guard_counts_what_is_in_the_journal_and_stops_with_the_reason_that_is_true_then(tmp_path: Path) -> None:
    limits = Limits(concurrency=1)
    with party(tmp_path, MANY) as people:

        async def story() -> Stop | None:
            people.moment = PassingMoment()
            guards = Guards(max_failures=MaxFailures(share=0.5, minimum=10))
            return await people.pool(
                FakeCarrier(otherwise=TOO_LATE), guards=guards, limits=limits, disk=InlineDisk()
            ).run()

        stop = simulated(story())
    assert stop is not None
    assert stop.reason.en.startswith("10 of 10 requests")


def test_a_stop_just_before_the_last_of_the_canary_is_started_is_what_ends_the_run(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:

        async def story() -> None:
            people.moment = PassingMoment()

            async def stop(_: Call) -> None:
                pool.stop(CTRL_C)

            carrier = FakeCarrier({}, TOO_LATE, before_answering=stop)
            pool = people.pool(carrier, guards=Guards(canary=2), concurrency=1, disk=InlineDisk())
            assert await pool.run() is CTRL_C

        simulated(story())
        assert people.counts() == {State.FAILED: 1, State.NOT_SENT: MANY - 1}
