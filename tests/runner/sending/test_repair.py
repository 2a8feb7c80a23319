"""A request that was planned is sent only while the vendor has what it was planned for, and is read back afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.exchange import Call
from runner.journal.claims import Claims
from runner.journal.journal import Journal
from runner.journal.reopening import has_more_to_send
from runner.outcome import State, Stop
from runner.sending.limits import RetryPolicy
from runner.sending.pool import Pool
from runner.sending.repair import Repair
from runner.text import Text
from tests.runner.journal.sample_run import STARTED
from tests.runner.sending.fake_carrier import (
    BUSY,
    CUT_OFF,
    EXPIRED,
    GATEWAY_PAGE,
    REFUSED,
    TOO_LATE,
    WELCOME,
    WHO_ARE_YOU,
    Answer,
    FakeCarrier,
    guest,
    says,
)
from tests.runner.sending.greet_and_ask import said_to
from tests.runner.sending.greet_as_listed import (
    GARBLED,
    NO_SUCH_GUEST,
    NOBODY,
    SECRET,
    GreetAsListed,
    guests_as_listed,
    listed,
)
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import OTHERS_LEASE, Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

FIRST = "guest-1"
OTHER = "guest-2"
BEFORE, WANTED = "times=2", "times=3"
AS_BEFORE, AS_WANTED, OTHERWISE = says("0 times=2"), says("0 times=3"), says("0 times=7")
AS_BEFORE_BUT_LOCKED, AS_WANTED_BUT_LOCKED = says("0 locked times=2"), says("0 locked times=3")
PATIENT = RetryPolicy(attempts=3, backoff=1.0, longest_backoff=2.0)
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
WELL: list[Answer] = [AS_BEFORE, WELCOME, AS_WANTED]
"""What the vendor says of a guest of whom all goes well."""


@dataclass(slots=True)
class Night:
    """What came of the first guest."""

    stop: Stop | None
    said: list[str]
    state: State
    code: str | None
    attempts: list[str]
    """The codes of the recorded attempts."""
    goes_on: bool
    """Whether a resumed run would send anything."""


def spend(
    people: Party,
    answers: Sequence[Answer],
    *,
    reopen: bool = False,
    stop_at: int | None = None,
    leave: bool = False,
) -> Night:
    """Sends the run; the vendor answers all that it is asked or told about the first guest so, one after the other.

    Args:
        people: the run.
        answers: to the first guest's calls.
        reopen: whether it goes on with what was stopped.
        stop_at: the run is stopped while that call about the first guest is under way, from 1.
        leave: whether it is given up as well.
    """
    carrier = FakeCarrier({FIRST: answers, OTHER: WELL})
    pools: list[Pool] = []

    async def interrupt(call: Call) -> None:
        if guest(call) == FIRST and len(said_to(carrier, FIRST)) == stop_at:
            asyncio.get_running_loop().call_soon(pools[0].stop, CTRL_C)
            if leave:
                asyncio.get_running_loop().call_soon(pools[0].leave)
            await asyncio.sleep(0.01)

    async def story() -> Stop | None:
        people.moment = PassingMoment(people.moment.time)
        pool = people.pool(
            carrier,
            job=GreetAsListed(),
            concurrency=1,
            retry=PATIENT,
            disk=InlineDisk(),
            reopen=reopen,
            way=Repair,
        )
        pools.append(pool)
        return await pool.run()

    carrier.before_answering = interrupt
    stop = simulated(story())
    Journal(people.database).end_run(people.run, stop=stop, seconds=0.0)
    result = people.results()[FIRST]
    attempts = [code for _, code in people.attempts(FIRST)]
    assert result.attempts == len(attempts)
    more = has_more_to_send(people.other, people.run)
    return Night(stop, said_to(carrier, FIRST), result.state, result.code, attempts, more)


def repair(folder: Path, answers: Sequence[Answer], *, wanted: Sequence[str] = (WANTED,)) -> Night:
    """What comes of a guest about whom the vendor answers so; of another one all goes well."""
    with party(folder, guests_as_listed(2, *wanted), planned_for=[BEFORE]) as people:
        night = spend(people, answers)
        if night.stop is None:
            assert people.states()[OTHER] is State.SUCCEEDED
    return night


def test_it_is_looked_at_sent_and_read_back(tmp_path: Path) -> None:
    night = repair(tmp_path, WELL)
    assert night.said == ["ask", "hello", "ask"]
    assert (night.state, night.code, night.attempts) == (State.SUCCEEDED, "0", ["0"])
    assert not night.goes_on


@pytest.mark.parametrize(
    ("look", "code"),
    [
        pytest.param(OTHERWISE, "stale", id="changed since"),
        pytest.param(NO_SUCH_GUEST, "missing", id="gone, by its code"),
        pytest.param(NOBODY, "missing", id="gone, by its answer"),
        pytest.param(AS_BEFORE_BUT_LOCKED, "locked", id="locked meanwhile"),
        pytest.param(TOO_LATE, "-41", id="refused to tell"),
        pytest.param(GARBLED, "unreadable-state", id="garbled"),
    ],
)
def test_what_is_not_as_it_was_planned_for_is_not_sent_and_not_by_a_resumed_run_either(
    tmp_path: Path, look: Answer, code: str
) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, [look])
        assert (night.said, night.state, night.code) == (["ask"], State.NOT_SENT, code)
        assert night.attempts == []
        assert night.stop is None
        assert not night.goes_on
        again = spend(people, WELL, reopen=True)
    assert (again.said, again.state, again.code) == ([], State.NOT_SENT, code)


@pytest.mark.parametrize("look", [AS_WANTED, AS_WANTED_BUT_LOCKED])
def test_what_is_as_wanted_by_then_is_unchanged(tmp_path: Path, look: Answer) -> None:
    night = repair(tmp_path, [look])
    assert (night.said, night.state, night.code) == (["ask"], State.UNCHANGED, "already")
    assert not night.goes_on


@pytest.mark.parametrize("look", [CUT_OFF, BUSY, GATEWAY_PAGE])
def test_one_that_cannot_be_looked_at_is_not_sent_and_keeps_nobody_else_waiting(tmp_path: Path, look: Answer) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, [look])
        assert night.said == ["ask"] * 3
        assert (night.state, night.attempts) == (State.NOT_SENT, [])
        assert night.stop is None
        assert people.states()[OTHER] is State.SUCCEEDED
        assert not night.goes_on, "the next comparison sees to it"
        again = spend(people, WELL, reopen=True)
    assert (again.said, again.state) == ([], State.NOT_SENT)


def test_a_look_that_fails_once_is_made_again(tmp_path: Path) -> None:
    night = repair(tmp_path, [CUT_OFF, *WELL])
    assert night.said == ["ask", "ask", "hello", "ask"]
    assert (night.state, night.attempts) == (State.SUCCEEDED, ["0"])


def test_a_vendor_that_cannot_be_reached_stops_the_run_with_nothing_sent(tmp_path: Path) -> None:
    night = repair(tmp_path, [REFUSED])
    assert night.stop is not None
    assert (night.state, night.attempts) == (State.NOT_SENT, [])
    assert night.goes_on


def test_what_was_taken_and_is_not_there_as_it_was_sent_is_unknown(tmp_path: Path) -> None:
    night = repair(tmp_path, [AS_BEFORE, WELCOME, OTHERWISE])
    assert night.said == ["ask", "hello", "ask", "ask", "ask"]
    assert (night.state, night.code, night.attempts) == (State.UNKNOWN, "not-as-sent", ["0"])
    assert night.stop is None
    assert not night.goes_on


def test_what_was_taken_and_is_there_a_little_later_succeeded(tmp_path: Path) -> None:
    night = repair(tmp_path, [AS_BEFORE, WELCOME, AS_BEFORE, AS_WANTED])
    assert night.said == ["ask", "hello", "ask", "ask"]
    assert (night.state, night.code) == (State.SUCCEEDED, "0")


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([OTHERWISE, CUT_OFF], id="no answer"),
        pytest.param([OTHERWISE, TOO_LATE], id="refused"),
        pytest.param([OTHERWISE, NOBODY], id="gone"),
    ],
)
def test_what_was_seen_not_to_be_as_sent_stays_unknown_though_a_later_look_tells_nothing(
    tmp_path: Path, looks: list[Answer]
) -> None:
    night = repair(tmp_path, [AS_BEFORE, WELCOME, *looks])
    assert night.said.count("hello") == 1
    assert (night.state, night.code) == (State.UNKNOWN, "not-as-sent")


@pytest.mark.parametrize("look", [CUT_OFF, BUSY, REFUSED, GATEWAY_PAGE, TOO_LATE, GARBLED, NO_SUCH_GUEST])
def test_what_the_vendor_has_taken_succeeded_though_it_cannot_be_read_back(tmp_path: Path, look: Answer) -> None:
    night = repair(tmp_path, [AS_BEFORE, WELCOME, look])
    assert night.said[:3] == ["ask", "hello", "ask"]
    assert night.said.count("hello") == 1
    assert (night.state, night.code, night.attempts) == (State.SUCCEEDED, "0", ["0"])
    assert night.stop is None


AMBIGUOUS = [CUT_OFF, BUSY, GATEWAY_PAGE]


@pytest.mark.parametrize("answer", AMBIGUOUS)
def test_what_was_applied_though_nobody_said_so_is_found_and_not_sent_again(tmp_path: Path, answer: Answer) -> None:
    night = repair(tmp_path, [AS_BEFORE, answer, AS_WANTED])
    assert night.said == ["ask", "hello", "ask"]
    assert (night.state, night.code) == (State.SUCCEEDED, "read-back")


@pytest.mark.parametrize("answer", [*AMBIGUOUS, EXPIRED, REFUSED])
def test_what_was_not_applied_is_sent_again_after_another_look(tmp_path: Path, answer: Answer) -> None:
    night = repair(tmp_path, [AS_BEFORE, answer, *WELL])
    assert night.said == ["ask", "hello", "ask", "hello", "ask"]
    assert (night.state, night.code) == (State.SUCCEEDED, "0")


@pytest.mark.parametrize(
    ("look", "code"), [(OTHERWISE, "stale"), (AS_BEFORE_BUT_LOCKED, "locked"), (NO_SUCH_GUEST, "missing")]
)
def test_after_an_unclear_update_what_is_otherwise_by_now_is_unknown_and_not_sent_again(
    tmp_path: Path, look: Answer, code: str
) -> None:
    night = repair(tmp_path, [AS_BEFORE, CUT_OFF, look])
    assert night.said == ["ask", "hello", "ask"]
    assert (night.state, night.code) == (State.UNKNOWN, code)
    assert not night.goes_on


@pytest.mark.parametrize(
    ("last", "state"),
    [
        pytest.param(AS_WANTED, State.SUCCEEDED, id="there"),
        pytest.param(AS_BEFORE, State.FAILED, id="as before"),
        pytest.param(OTHERWISE, State.UNKNOWN, id="otherwise"),
        pytest.param(CUT_OFF, State.UNKNOWN, id="no answer"),
    ],
)
def test_a_refusal_after_an_unclear_update_is_read_back(tmp_path: Path, last: Answer, state: State) -> None:
    night = repair(tmp_path, [AS_BEFORE, CUT_OFF, AS_BEFORE, TOO_LATE, last])
    assert night.said[:5] == ["ask", "hello", "ask", "hello", "ask"]
    assert night.said.count("hello") == 2
    assert (night.state, night.attempts) == (state, ["unclear", "-41"])
    assert not night.goes_on


def test_a_refusal_is_a_failure_in_the_vendors_words_and_not_looked_at_any_more(tmp_path: Path) -> None:
    night = repair(tmp_path, [AS_BEFORE, TOO_LATE])
    assert night.said == ["ask", "hello"]
    assert (night.state, night.code) == (State.FAILED, "-41")


def test_what_the_vendor_never_tells_is_nothing_that_a_look_could_disprove(tmp_path: Path) -> None:
    """The secret may have been applied by the update that was cut off: the refusal does not say that it was not."""
    before = says("0 times=3")
    with party(tmp_path, guests_as_listed(2, WANTED, f"{SECRET}=1"), planned_for=[WANTED]) as people:
        night = spend(people, [before, CUT_OFF, before, TOO_LATE, before])
    assert (night.state, night.attempts) == (State.UNKNOWN, ["unclear", "-41"])


def test_a_secret_is_sent_and_taken_to_be_there(tmp_path: Path) -> None:
    before = says("0 times=3")
    with party(tmp_path, guests_as_listed(2, WANTED, f"{SECRET}=1"), planned_for=[WANTED]) as people:
        night = spend(people, [before, WELCOME, before])
    assert (night.said, night.state) == (["ask", "hello", "ask"], State.SUCCEEDED)


@pytest.mark.parametrize(
    ("first", "state"),
    [
        pytest.param([], State.NOT_SENT, id="at once"),
        pytest.param([AS_BEFORE, EXPIRED], State.NOT_SENT, id="after an update that was not taken"),
        pytest.param([AS_BEFORE, CUT_OFF], State.UNKNOWN, id="after an unclear one"),
        pytest.param(
            [AS_BEFORE, CUT_OFF, AS_BEFORE, EXPIRED], State.UNKNOWN, id="after an unclear one that was not there"
        ),
    ],
)
def test_an_account_that_is_refused_at_a_look_stops_the_run_which_goes_on_later(
    tmp_path: Path, first: list[Answer], state: State
) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, [*first, WHO_ARE_YOU])
        assert night.stop is not None
        assert night.stop.code == "-1"
        assert (night.state, night.code) == (state, "-1")
        assert night.goes_on
        again = spend(people, WELL, reopen=True)
    assert (again.said, again.state) == (["ask", "hello", "ask"], State.SUCCEEDED)


def test_an_account_that_is_refused_at_an_update_stops_the_run_which_goes_on_later(tmp_path: Path) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, [AS_BEFORE, WHO_ARE_YOU])
        assert night.stop is not None
        assert (night.state, night.goes_on) == (State.FAILED, True)
        again = spend(people, WELL, reopen=True)
    assert again.state is State.SUCCEEDED


def test_an_account_that_is_refused_when_it_is_read_back_stops_the_run_and_undoes_nothing(tmp_path: Path) -> None:
    night = repair(tmp_path, [AS_BEFORE, WELCOME, WHO_ARE_YOU])
    assert night.stop is not None
    assert (night.state, night.code) == (State.SUCCEEDED, "0")


@pytest.mark.parametrize(
    ("answers", "stop_at", "state"),
    [
        pytest.param(WELL, 1, State.NOT_SENT, id="at the look"),
        pytest.param(WELL, 2, State.SUCCEEDED, id="at the update, which may finish"),
        pytest.param(WELL, 3, State.SUCCEEDED, id="when it is read back"),
        pytest.param([AS_BEFORE, CUT_OFF, *WELL], 3, State.UNKNOWN, id="at the look after an unclear update"),
        pytest.param([AS_BEFORE, EXPIRED, *WELL], 3, State.NOT_SENT, id="at the look after one that was not taken"),
        pytest.param([AS_BEFORE, WELCOME, OTHERWISE], 4, State.UNKNOWN, id="when it is read back again"),
    ],
)
def test_a_stop_leaves_each_as_it_truly_is_and_a_resumed_run_ends_it(
    tmp_path: Path, answers: list[Answer], stop_at: int, state: State
) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, answers, stop_at=stop_at)
        assert night.stop == CTRL_C
        assert len(night.said) == (3 if state is State.SUCCEEDED else stop_at)
        assert night.state is state
        again = spend(people, [AS_WANTED], reopen=True)
        done = {State.NOT_SENT: State.UNCHANGED, State.UNKNOWN: State.SUCCEEDED, State.SUCCEEDED: State.SUCCEEDED}
    assert again.state is done[state]
    assert again.said == ([] if state is State.SUCCEEDED else ["ask"])


def test_an_update_that_is_given_up_is_unknown_until_a_resumed_run_has_looked(tmp_path: Path) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        night = spend(people, WELL, stop_at=2, leave=True)
        assert (night.state, night.attempts, night.goes_on) == (State.UNKNOWN, ["interrupted"], True)
        again = spend(people, WELL, reopen=True)
    assert again.said == ["ask", "hello", "ask"]
    assert (again.state, again.attempts) == (State.SUCCEEDED, ["interrupted", "0"])


@pytest.mark.parametrize(
    ("look", "state", "code"),
    [
        pytest.param(AS_WANTED, State.SUCCEEDED, "read-back", id="there"),
        pytest.param(OTHERWISE, State.UNKNOWN, "stale", id="otherwise"),
    ],
)
def test_what_a_process_that_died_was_sending_is_looked_at_first(
    tmp_path: Path, look: Answer, state: State, code: str
) -> None:
    with party(tmp_path, guests_as_listed(2, WANTED), planned_for=[BEFORE]) as people:
        died = Claims(people.other, people.run, OTHERS_LEASE, now=STARTED - OTHERS_LEASE.seconds)
        assert [request.before for request in died.claim(1, now=STARTED - OTHERS_LEASE.seconds)] == [
            listed(FIRST, BEFORE)
        ]
        night = spend(people, [look])
    assert (night.said, night.state, night.code) == (["ask"], state, code)
