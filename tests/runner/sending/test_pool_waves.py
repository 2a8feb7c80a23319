"""Sending in waves, in a run."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from runner.events import Event, Settled, WaveBegan, WaveEnded
from runner.exchange import Call
from runner.outcome import State, Stop
from runner.sending.guards import Guards
from runner.sending.pool import NO_GUARDS
from runner.sending.waves import Between, Waves
from runner.text import Text
from tests.runner.sending.fake_carrier import BUSY, CUT_OFF, TOO_LATE, Answer, FakeCarrier, guest
from tests.runner.sending.greet_and_ask import GREETED, GreetAndAsk
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

MANY = 200
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
HOURS = 5 * 3_600.0


async def go_on(_: WaveEnded) -> Text | None:
    return None


async def not_further(_: WaveEnded) -> Text | None:
    return Text("That is enough", "到此为止")


def send(
    people: Party,
    carrier: FakeCarrier,
    *sizes: int,
    between: Between = go_on,
    guards: Guards = NO_GUARDS,
    concurrency: int = 4,
    before: int = 0,
    ago: float | None = None,
    stop_after: float | None = None,
) -> Stop | None:
    async def story() -> Stop | None:
        people.moment = PassingMoment()
        pool = people.pool(
            carrier,
            job=GreetAndAsk(),
            guards=guards,
            concurrency=concurrency,
            disk=InlineDisk(),
            waves=Waves(sizes=sizes, total=MANY, before=before, ago=ago),
            between=between,
            reopen=before > 0,
        )
        if stop_after is not None:
            asyncio.get_running_loop().call_later(stop_after, pool.stop, CTRL_C)
        return await pool.run()

    return simulated(story())


def ended(events: Sequence[Event]) -> list[tuple[int, int, int]]:
    """Of each wave that has ended: its number, what of it was settled, what is left."""
    return [(event.number, event.settled, event.left) for event in events if isinstance(event, WaveEnded)]


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_a_wave_is_settled_before_any_of_the_next_is_sent(tmp_path: Path, concurrency: int) -> None:
    with party(tmp_path, MANY) as people:
        settled_before: dict[str, int] = {}

        async def note(call: Call) -> None:
            settled_before.setdefault(guest(call), sum(isinstance(event, Settled) for event in people.events))
            await asyncio.sleep(1)

        assert send(people, FakeCarrier(before_answering=note), 10, 70, concurrency=concurrency) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert ended(people.events) == [(1, 10, 190), (2, 70, 120), (3, 70, 50)]
    for first, last, before in ((11, 80, 10), (81, 150, 80), (151, 200, 150)):
        assert min(settled_before[f"guest-{number}"] for number in range(first, last + 1)) == before
    began = [event for event in people.events if isinstance(event, WaveBegan)]
    assert [(event.number, event.of, event.size) for event in began] == [(1, 4, 10), (2, 4, 70), (3, 4, 70), (4, 4, 50)]


def test_nothing_is_asked_after_the_last_wave(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(), 100, between=go_on) is None
    assert [wave for wave, *_ in ended(people.events)] == [1]


def test_a_wave_whose_last_request_is_retried_for_long_is_waited_for(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-5": [BUSY, CUT_OFF, CUT_OFF, GREETED]})
    with party(tmp_path, MANY) as people:
        assert send(people, carrier, 5, 500) is None
    last = max(number for number, name in enumerate(carrier.guests) if name == "guest-5")
    assert "guest-6" not in carrier.guests[:last]


def test_who_does_not_want_to_go_on_stops_the_run_with_nothing_claimed(tmp_path: Path) -> None:
    carrier = FakeCarrier()
    with party(tmp_path, MANY) as people:
        stop = send(people, carrier, 10, 100, between=not_further)
        assert people.counts() == {State.SUCCEEDED: 10, State.NOT_SENT: MANY - 10}
    assert stop is not None
    assert (stop.code, stop.reason.en) == ("wave", "That is enough")
    assert set(carrier.guests) == {f"guest-{number}" for number in range(1, 11)}


def test_nothing_stays_claimed_and_the_lease_is_kept_while_it_rests_for_hours(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        seen: list[tuple[int, float]] = []

        async def rest(_: WaveEnded) -> Text | None:
            for _hour in range(5):
                await asyncio.sleep(HOURS / 5)
                sending = people.other.execute("SELECT count(*) AS n FROM requests WHERE state = 'sending'").fetchone()
                lease = people.other.execute("SELECT max(expires) AS until FROM leases").fetchone()
                seen.append((sending["n"], lease["until"] - people.moment()))
            return None

        assert send(people, FakeCarrier(), 150, between=rest) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert [number for number, _ in seen] == [0] * 5
    assert min(left for _, left in seen) > 30


def test_a_stop_ends_a_rest_at_once(tmp_path: Path) -> None:
    async def rest(_: WaveEnded) -> Text | None:
        await asyncio.sleep(HOURS)
        return None

    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(), 10, between=rest, stop_after=100.0) is CTRL_C
        assert people.counts() == {State.SUCCEEDED: 10, State.NOT_SENT: MANY - 10}
    assert ended(people.events) == [(1, 10, 190)]


@pytest.mark.parametrize("before", [3, 10, 40, 80])
def test_a_run_that_goes_on_goes_on_in_the_same_waves(tmp_path: Path, before: int) -> None:
    with party(tmp_path, MANY) as people:
        send(people, FakeCarrier(), before, between=not_further)
        people.events.clear()
        assert send(people, FakeCarrier(), 10, 70, before=before) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    ends = [end for end in (10, 80, 150) if end > before]
    assert [MANY - left for _, _, left in ended(people.events)] == ends


@pytest.mark.parametrize("canary", [None, 5])
def test_a_run_that_goes_on_in_a_rest_sends_nothing_before_it_is_over(tmp_path: Path, canary: int | None) -> None:
    with party(tmp_path, MANY) as people:
        send(people, FakeCarrier(), 10, between=not_further)
        people.events.clear()
        carrier = FakeCarrier()
        seen: list[tuple[int, float | None, int]] = []

        async def rest(wave: WaveEnded) -> Text | None:
            await asyncio.sleep(600)
            seen.append((wave.number, wave.ago, len(carrier.guests)))
            return None

        guards = Guards(canary=canary)
        assert send(people, carrier, 10, 100, between=rest, guards=guards, before=10, ago=60.0) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert seen == [(1, 60.0, 0), (2, None, 100)]
    assert [event.number for event in people.events if isinstance(event, WaveBegan)] == [2, 3]


def test_the_canary_goes_first_and_the_waves_count_all(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        settled_before: dict[str, int] = {}

        async def note(call: Call) -> None:
            settled_before.setdefault(guest(call), sum(isinstance(event, Settled) for event in people.events))

        assert send(people, FakeCarrier(before_answering=note), 50, guards=Guards(canary=5)) is None
    assert min(settled_before[f"guest-{number}"] for number in range(6, 51)) == 5
    assert ended(people.events) == [(1, 50, 150), (2, 50, 100), (3, 50, 50)]


@pytest.mark.parametrize("canary", [10, 30])
def test_a_bad_canary_stops_before_a_wave_is_asked_about(tmp_path: Path, canary: int) -> None:
    scripts: Mapping[str, Sequence[Answer]] = {"guest-3": [TOO_LATE]}
    with party(tmp_path, MANY) as people:
        stop = send(people, FakeCarrier(scripts), 30, guards=Guards(canary=canary))
    assert stop is not None
    assert stop.code == "canary"
    assert not ended(people.events)


def test_a_canary_that_is_as_large_as_the_wave_is_looked_at_once(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(), 10, 190, guards=Guards(canary=10)) is None
    assert ended(people.events) == [(1, 10, 190)]


@pytest.mark.parametrize("canary", [11, 45, 1_000])
def test_a_wave_that_is_smaller_than_the_canary_ends_before_it_is_looked_at(tmp_path: Path, canary: int) -> None:
    with party(tmp_path, MANY) as people:
        assert send(people, FakeCarrier(), 10, 30, guards=Guards(canary=canary)) is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert [MANY - left for _, _, left in ended(people.events)] == [10, 40, 70, 100, 130, 160, 190]


def test_how_many_of_a_wave_went_wrong_is_told(tmp_path: Path) -> None:
    scripts: Mapping[str, Sequence[Answer]] = {"guest-3": [TOO_LATE], "guest-4": [BUSY]}
    with party(tmp_path, MANY) as people:
        send(people, FakeCarrier(scripts), 10, between=not_further)
    wave = next(event for event in people.events if isinstance(event, WaveEnded))
    assert wave.states == {State.SUCCEEDED: 8, State.FAILED: 1, State.UNKNOWN: 1}
    assert wave.bad == 2
