"""Reading the remote state: one call a request, again where there was no answer, and nothing invented."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.errors import JournalError
from runner.events import Read, ReadBack
from runner.exchange import Call
from runner.journal.journal import Journal
from runner.journal.plans import planned_requests
from runner.outcome import Finding, State, Stop
from runner.sending.limits import RetryPolicy
from runner.sending.pool import Pool
from runner.text import Text
from tests.runner.sending.fake_carrier import (
    BUSY,
    CUT_OFF,
    EXPIRED,
    GATEWAY_PAGE,
    REFUSED,
    TOO_LATE,
    WHO_ARE_YOU,
    Answer,
    FakeCarrier,
    guest,
    says,
)
from tests.runner.sending.greet_and_ask import said_to
from tests.runner.sending.greet_as_listed import GARBLED, NO_SUCH_GUEST, NOBODY, guests_as_listed
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import LEASE, OTHERS_LEASE, Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

FIRST = "guest-1"
MANY = 40
AS_WANTED, OTHERWISE = says("0 times=3"), says("0 times=7")
PATIENT = RetryPolicy(attempts=3, backoff=1.0, longest_backoff=2.0)
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)


def read(people: Party, carrier: FakeCarrier, *, reopen: bool = False, stop_at: int | None = None) -> Stop | None:
    """Reads the run, and ends it where it was stopped; which it is while the call of that number is under way."""
    pools: list[Pool] = []

    async def interrupt(call: Call) -> None:
        if stop_at is not None and carrier.calls.index(call) == stop_at - 1:
            asyncio.get_running_loop().call_soon(pools[0].stop, CTRL_C)
        await asyncio.sleep(0.01)

    async def story() -> Stop | None:
        people.moment = PassingMoment(people.moment.time)
        pools.append(people.reading_pool(carrier, retry=PATIENT, reopen=reopen, disk=InlineDisk()))
        return await pools[0].run()

    if stop_at is not None:
        carrier.before_answering = interrupt
    stop = simulated(story())
    if stop:
        Journal(people.database).end_run(people.run, stop=stop, seconds=0.0)
    return stop


def test_each_request_takes_one_call(tmp_path: Path) -> None:
    carrier = FakeCarrier(otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:
        assert read(people, carrier) is None
        assert sorted(carrier.guests) == sorted(people.plans())
        assert {call.body.split()[0] for call in carrier.calls} == {b"ask"}
        assert people.counts() == {State.UNCHANGED: MANY}
        assert set(people.plans().values()) == {"unchanged"}
        events = [event for event in people.events if isinstance(event, Read)]
    assert {(event.key, event.plan) for event in events} == {(name, "unchanged") for name in carrier.guests}


@pytest.mark.parametrize(
    ("answers", "plan", "calls"),
    [
        pytest.param([AS_WANTED], "unchanged", 1, id="as wanted"),
        pytest.param([says("0 locked times=3")], "unchanged", 1, id="as wanted, and locked"),
        pytest.param([OTHERWISE], "drifted", 1, id="otherwise"),
        pytest.param([says("0 locked times=7")], "locked", 1, id="otherwise, and locked"),
        pytest.param([NO_SUCH_GUEST], "missing", 1, id="missing, by its code"),
        pytest.param([NOBODY], "missing", 1, id="missing, by its answer"),
        pytest.param([GARBLED], "unreadable", 1, id="garbled"),
        pytest.param([TOO_LATE], "unreadable", 1, id="refused"),
        pytest.param([BUSY, AS_WANTED], "unchanged", 2, id="system error, then as wanted"),
        pytest.param([CUT_OFF, GATEWAY_PAGE, AS_WANTED], "unchanged", 3, id="time-out, gateway's page, then as wanted"),
        pytest.param([EXPIRED, OTHERWISE], "drifted", 2, id="timestamp expired, then otherwise"),
        pytest.param([BUSY, NO_SUCH_GUEST], "missing", 2, id="system error, then missing"),
        pytest.param([BUSY], "unreadable", 3, id="system errors to the last"),
        pytest.param([CUT_OFF], "unreadable", 3, id="cut off to the last"),
    ],
)
def test_what_an_answer_comes_to(tmp_path: Path, answers: Sequence[Answer], plan: str, calls: int) -> None:
    carrier = FakeCarrier({FIRST: answers}, otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:
        assert read(people, carrier) is None
        assert people.plans()[FIRST] == plan
        assert said_to(carrier, FIRST) == ["ask"] * calls
        result = people.results()[FIRST]
        assert result.state is (State.UNCHANGED if plan == "unchanged" else State.NOT_SENT)
        assert (result.settled is None) is (plan == "drifted")
        assert result.attempts == 0


@pytest.mark.parametrize(
    ("answer", "code", "says_why"),
    [
        pytest.param(OTHERWISE, "drifted", "Not as wanted: times", id="drifted"),
        pytest.param(TOO_LATE, "-41", "no longer pending", id="refused, in the vendor's words"),
        pytest.param(BUSY, "-18", "system error", id="system error, in the vendor's words"),
        pytest.param(GARBLED, "unreadable-state", "garbled", id="garbled"),
        pytest.param(NO_SUCH_GUEST, "missing", "parameter error", id="missing"),
    ],
)
def test_a_request_says_why_it_is_not_as_wanted(tmp_path: Path, answer: Answer, code: str, says_why: str) -> None:
    carrier = FakeCarrier({FIRST: [answer]}, otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:
        read(people, carrier)
        result = people.results()[FIRST]
    assert result.code == code
    assert result.message is not None
    assert says_why in result.message.en


def test_each_look_is_told(tmp_path: Path) -> None:
    carrier = FakeCarrier({FIRST: [BUSY, OTHERWISE], "guest-2": [TOO_LATE]}, otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(3, "times=3")) as people:
        read(people, carrier)
        looks = {(event.key, event.code, event.finding) for event in people.events if isinstance(event, ReadBack)}
    assert looks == {
        (FIRST, "-18", None),
        (FIRST, "0", Finding.OTHERWISE),
        ("guest-2", "-41", Finding.UNCLEAR),
        ("guest-3", "0", Finding.AS_WANTED),
    }


def test_what_differs_is_in_the_plan_with_the_remote_state(tmp_path: Path) -> None:
    carrier = FakeCarrier(otherwise=says("0 times=7 words=hi"))
    with party(tmp_path, guests_as_listed(1, "times=3")) as people:
        read(people, carrier)
        [found] = planned_requests(people.other, people.run)
    assert found.before == b"hello guest-1 times=7 words=hi"
    assert [(each.field, each.old, each.new, each.moved_by) for each in found.differences] == [
        ("times", "7", "3", None),
        ("words", "hi", None, None),
    ]


@pytest.mark.parametrize(
    "answer", [pytest.param(WHO_ARE_YOU, id="account refused"), pytest.param(REFUSED, id="vendor down")]
)
def test_where_no_other_would_fare_better_the_run_stops_and_nothing_is_made_up(tmp_path: Path, answer: Answer) -> None:
    scripts = {f"guest-{number}": [answer] for number in range(10, MANY + 1)}
    carrier = FakeCarrier(scripts, otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:
        stop = read(people, carrier)
        assert stop is not None
        assert set(people.plans().values()) == {"unchanged"}
        read_already = len(people.plans())
        assert read_already < 10
        assert people.counts() == {State.UNCHANGED: read_already, State.NOT_SENT: MANY - read_already}
        again = FakeCarrier(otherwise=AS_WANTED)
        assert read(people, again, reopen=True) is None
        assert people.counts() == {State.UNCHANGED: MANY}
    assert len(again.calls) == MANY - read_already


@pytest.mark.parametrize("stop_at", [1, 5, 17, MANY])
def test_a_stop_in_the_middle_leaves_nothing_unknown_and_only_the_rest_is_read_later(
    tmp_path: Path, stop_at: int
) -> None:
    carrier = FakeCarrier({FIRST: [OTHERWISE]}, otherwise=AS_WANTED)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:
        assert read(people, carrier, stop_at=stop_at) == CTRL_C
        read_first = people.plans()
        assert len(read_first) < MANY
        assert set(people.counts()) <= {State.UNCHANGED, State.NOT_SENT}
        again = FakeCarrier({FIRST: [OTHERWISE]}, otherwise=AS_WANTED)
        read(people, again, reopen=True)
        assert sorted({*again.guests, *read_first}) == sorted(people.plans())
        assert not {*again.guests} & {*read_first}
        assert people.counts() == {State.UNCHANGED: MANY - 1, State.NOT_SENT: 1}


def test_a_run_that_is_read_by_one_process_cannot_be_read_by_another(tmp_path: Path) -> None:
    with party(tmp_path, guests_as_listed(2, "times=3")) as people:

        async def both() -> None:
            people.reading_pool(FakeCarrier(), lease=OTHERS_LEASE)
            with pytest.raises(JournalError, match="host:2"):
                people.reading_pool(FakeCarrier(), lease=LEASE)

        asyncio.run(both())


def test_after_a_crash_only_the_rest_is_read(tmp_path: Path) -> None:
    async def break_off(call: Call) -> None:
        if guest(call) == "guest-20":
            raise KeyboardInterrupt  # the process is gone, and has written what was read until then

    carrier = FakeCarrier(otherwise=AS_WANTED, before_answering=break_off)
    with party(tmp_path, guests_as_listed(MANY, "times=3")) as people:

        async def die() -> None:
            await people.reading_pool(carrier, concurrency=1, lease=OTHERS_LEASE).run()

        with pytest.raises(KeyboardInterrupt):
            asyncio.run(die())
        read_before = people.plans()
        assert 0 < len(read_before) < MANY
        assert people.counts() == {State.UNCHANGED: len(read_before), State.NOT_SENT: MANY - len(read_before)}
        again = FakeCarrier(otherwise=AS_WANTED)

        async def go_on() -> None:
            await people.reading_pool(again, reopen=True, is_gone=lambda owner: owner == OTHERS_LEASE.owner).run()

        asyncio.run(go_on())
        assert people.counts() == {State.UNCHANGED: MANY}
    assert not {*again.guests} & {*read_before}
    assert len(again.calls) == MANY - len(read_before)
