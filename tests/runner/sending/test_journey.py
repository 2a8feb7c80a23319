"""What becomes of a request whose fate is unclear, where the remote state can be read."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.events import Attempted, ReadBack
from runner.exchange import Call
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.outcome import Finding, State, Stop
from runner.request import Attachment, Draft
from runner.sending.limits import RetryPolicy
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, filled_run, unclear_ordinals
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
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.greet_and_ask import GREETED, NOT_GREETED, PERHAPS, TOO_MANY, GreetAndAsk, said_to
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import OTHERS_LEASE, Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

FIRST = "guest-1"
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
NONSENSE = says("what?")
PATIENT = RetryPolicy(attempts=3, backoff=1.0, longest_backoff=2.0)


@dataclass(slots=True)
class Evening:
    """What came of the first guest."""

    stop: Stop | None
    said: list[str]
    state: State
    code: str | None
    message: Text | None
    attempts: list[str]
    """The codes of the recorded attempts."""


def spend(people: Party, answers: Sequence[Answer], *, job: Greet | None = None, reopen: bool = False) -> Evening:
    """Sends the run; the vendor answers everything that it is asked about the first guest so, one after the other."""
    carrier = FakeCarrier({FIRST: answers})

    async def story() -> Stop | None:
        people.moment = PassingMoment(people.moment.time)
        pool = people.pool(
            carrier, job=job or GreetAndAsk(), concurrency=1, retry=PATIENT, disk=InlineDisk(), reopen=reopen
        )
        return await pool.run()

    stop = simulated(story())
    return evening(people, carrier, stop)


def evening(people: Party, carrier: FakeCarrier, stop: Stop | None) -> Evening:
    result = people.results()[FIRST]
    codes = [code for _, code in people.attempts(FIRST)]
    assert result.attempts == len(codes)
    assert [number for number, _ in people.attempts(FIRST)] == list(range(1, len(codes) + 1))
    return Evening(stop, said_to(carrier, FIRST), result.state, result.code, result.message, codes)


def ask(tmp_path: Path, answers: Sequence[Answer], *, job: Greet | None = None) -> Evening:
    """What comes of a guest about whom the vendor answers so."""
    with party(tmp_path, 2) as people:
        return spend(people, answers, job=job)


AMBIGUOUS = [
    pytest.param(CUT_OFF, id="cut off"),
    pytest.param(BUSY, id="system error"),
    pytest.param(GATEWAY_PAGE, id="gateway's page"),
    pytest.param(NONSENSE, id="nonsense"),
]


@pytest.mark.parametrize("answer", AMBIGUOUS)
def test_what_was_applied_though_nobody_said_so_is_found_out_and_not_sent_again(tmp_path: Path, answer: Answer) -> None:
    seen = ask(tmp_path, [answer, GREETED])
    assert seen.said == ["hello", "ask"]
    assert (seen.state, seen.code) == (State.SUCCEEDED, "read-back")
    assert len(seen.attempts) == 1
    assert seen.stop is None
    assert seen.message is not None
    assert "read back" in seen.message.en
    assert "回读" in seen.message.zh


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(NOT_GREETED, id="otherwise"),
        pytest.param(PERHAPS, id="unclear"),
        pytest.param(CUT_OFF, id="no answer"),
        pytest.param(REFUSED, id="no connection"),
        pytest.param(BUSY, id="system error"),
        pytest.param(NONSENSE, id="nonsense"),
        pytest.param(TOO_LATE, id="refused"),
    ],
)
def test_where_a_look_does_not_show_it_applied_it_is_sent_again(tmp_path: Path, look: Answer) -> None:
    seen = ask(tmp_path, [CUT_OFF, look, WELCOME])
    assert seen.said == ["hello", "ask", "hello"]
    assert (seen.state, seen.code) == (State.SUCCEEDED, "0")
    assert seen.attempts == ["unclear", "0"]


def test_a_look_comes_after_a_backoff(tmp_path: Path) -> None:
    times: list[float] = []

    async def note(call: Call) -> None:
        if guest(call) == FIRST:
            times.append(asyncio.get_running_loop().time())

    with party(tmp_path, 1) as people:
        carrier = FakeCarrier({FIRST: [BUSY, GREETED]}, before_answering=note)

        async def story() -> None:
            await people.pool(carrier, job=GreetAndAsk(wait=7.0), retry=PATIENT, disk=InlineDisk()).run()

        simulated(story())
    assert times == pytest.approx([0, 7], abs=1e-3)


def test_what_is_not_in_doubt_is_not_looked_at(tmp_path: Path) -> None:
    seen = ask(tmp_path, [REFUSED, EXPIRED, TOO_LATE])
    assert seen.said == ["hello"] * 3
    assert (seen.state, seen.code) == (State.FAILED, "-41")


def test_after_a_look_that_showed_it_was_not_applied_a_further_doubt_is_looked_at_again(tmp_path: Path) -> None:
    seen = ask(tmp_path, [CUT_OFF, NOT_GREETED, CUT_OFF, GREETED])
    assert seen.said == ["hello", "ask", "hello", "ask"]
    assert (seen.state, seen.code) == (State.SUCCEEDED, "read-back")
    assert seen.attempts == ["unclear"] * 2


def test_looks_are_told_and_are_no_attempts(tmp_path: Path) -> None:
    with party(tmp_path, 2) as people:
        spend(people, [CUT_OFF, PERHAPS, CUT_OFF, NONSENSE, BUSY, NOT_GREETED])
        of_first = [event for event in people.events if isinstance(event, Attempted) and event.key == FIRST]
        looks = [event for event in people.events if isinstance(event, ReadBack)]
    assert [event.number for event in of_first] == [1, 2, 3]
    assert [(look.key, look.code, look.finding) for look in looks] == [
        (FIRST, "read-back", Finding.UNCLEAR),
        (FIRST, "unreadable", None),
        (FIRST, "read-back", Finding.OTHERWISE),
    ]


REFUSED_LATER: list[Answer] = [CUT_OFF, PERHAPS, TOO_LATE]
"""An unclear attempt, a look that shows nothing, and a refusal."""


def test_a_refusal_after_an_unclear_attempt_that_was_applied_is_a_success(tmp_path: Path) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, GREETED])
    assert seen.said == ["hello", "ask", "hello", "ask"]
    assert (seen.state, seen.code, seen.attempts) == (State.SUCCEEDED, "read-back", ["unclear", "-41"])


def test_a_refusal_after_an_unclear_attempt_that_was_not_applied_is_a_failure_in_the_vendors_words(
    tmp_path: Path,
) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, NOT_GREETED])
    assert (seen.state, seen.code) == (State.FAILED, "-41")
    assert seen.message == Text.verbatim("no longer pending")


@pytest.mark.parametrize("look", [PERHAPS, NONSENSE, CUT_OFF, REFUSED, TOO_LATE])
def test_a_refusal_after_an_unclear_attempt_of_which_nobody_can_tell_is_unknown(tmp_path: Path, look: Answer) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, look])
    assert (seen.state, seen.code) == (State.UNKNOWN, "-41")
    assert seen.attempts == ["unclear", "-41"]
    assert seen.stop is None


def test_a_last_look_that_gets_no_answer_is_made_again_after_a_backoff(tmp_path: Path) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, CUT_OFF, BUSY, GREETED])
    assert seen.said == ["hello", "ask", "hello", "ask", "ask", "ask"]
    assert (seen.state, seen.code) == (State.SUCCEEDED, "read-back")


def test_last_looks_are_bounded_as_attempts_are(tmp_path: Path) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, CUT_OFF])
    assert seen.said == ["hello", "ask", "hello", *["ask"] * PATIENT.attempts]


def test_a_refusal_after_an_unclear_attempt_is_looked_at_again_for_what_may_have_arrived_meanwhile(
    tmp_path: Path,
) -> None:
    seen = ask(tmp_path, [CUT_OFF, NOT_GREETED, TOO_LATE, NOT_GREETED])
    assert seen.said == ["hello", "ask", "hello", "ask"]
    assert (seen.state, seen.code) == (State.FAILED, "-41")


def test_what_arrived_between_a_look_and_a_refusal_has_succeeded(tmp_path: Path) -> None:
    seen = ask(tmp_path, [CUT_OFF, NOT_GREETED, TOO_LATE, GREETED])
    assert (seen.state, seen.code) == (State.SUCCEEDED, "read-back")


EXHAUSTED: list[Answer] = [CUT_OFF, PERHAPS, CUT_OFF, PERHAPS, CUT_OFF]


@pytest.mark.parametrize(
    ("look", "state", "code"),
    [
        (GREETED, State.SUCCEEDED, "read-back"),
        (NOT_GREETED, State.UNKNOWN, "unclear"),  # nobody has refused it, and it may come to be applied yet
        (PERHAPS, State.UNKNOWN, "unclear"),
        (NONSENSE, State.UNKNOWN, "unclear"),
    ],
)
def test_when_attempts_run_out_it_looks_once_more(tmp_path: Path, look: Answer, state: State, code: str) -> None:
    seen = ask(tmp_path, [*EXHAUSTED, look])
    assert (seen.state, seen.code) == (state, code)
    assert seen.attempts == ["unclear"] * 3
    assert seen.said[:6] == ["hello", "ask"] * 3


def test_where_the_job_cannot_look_nobody_does(tmp_path: Path) -> None:
    seen = ask(tmp_path, [CUT_OFF, TOO_LATE], job=Greet())
    assert seen.said == ["hello"] * 2
    assert (seen.state, seen.code) == (State.UNKNOWN, "-41")


def test_who_was_never_heard_is_not_asked_for_a_last_look(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:
        seen = spend(people, [CUT_OFF])
        assert seen.said == ["hello", "ask", "hello", "ask", "hello"]
        assert (seen.state, seen.code) == (State.UNKNOWN, "unclear")
        assert seen.stop is not None
        assert "base URL" in seen.stop.reason.en
        again = spend(people, [GREETED], reopen=True)
        assert again.said == ["ask"]
        assert again.state is State.SUCCEEDED


def left_by_a_dead_process(people: Party) -> None:
    Claims(people.other, people.run, OTHERS_LEASE, now=STARTED).claim(1, now=STARTED)
    people.moment.time = STARTED + 3_600


def test_what_a_dead_process_may_have_sent_is_read_back_before_anything_is_sent(tmp_path: Path) -> None:
    with party(tmp_path, 2) as people:
        left_by_a_dead_process(people)
        seen = spend(people, [GREETED])
        assert seen.said == ["ask"]
        assert (seen.state, seen.code, seen.attempts) == (State.SUCCEEDED, "read-back", [])


@pytest.mark.parametrize("look", [NOT_GREETED, PERHAPS, CUT_OFF])
def test_what_a_dead_process_may_have_sent_is_sent_where_it_is_not_there(tmp_path: Path, look: Answer) -> None:
    with party(tmp_path, 2) as people:
        left_by_a_dead_process(people)
        seen = spend(people, [look, WELCOME])
        assert seen.said == ["ask", "hello"]
        assert (seen.state, seen.attempts) == (State.SUCCEEDED, ["0"])


@pytest.mark.parametrize(
    ("look", "state"), [(GREETED, State.SUCCEEDED), (NOT_GREETED, State.FAILED), (PERHAPS, State.UNKNOWN)]
)
def test_a_refusal_of_what_a_dead_process_may_have_sent_is_looked_at(
    tmp_path: Path, look: Answer, state: State
) -> None:
    with party(tmp_path, 2) as people:
        left_by_a_dead_process(people)
        seen = spend(people, [PERHAPS, TOO_LATE, look])
        assert seen.said == ["ask", "hello", "ask"]
        assert seen.state is state


@pytest.mark.parametrize("later", [[GREETED], [NOT_GREETED, WELCOME]])
def test_a_look_that_is_told_expired_is_signed_again_and_nothing_is_sent_meanwhile(
    tmp_path: Path, later: list[Answer]
) -> None:
    with party(tmp_path, 2) as people:
        left_by_a_dead_process(people)
        seen = spend(people, [EXPIRED, *later])
        assert seen.said == ["ask", "ask", *["hello"] * (len(later) - 1)]
        assert seen.state is State.SUCCEEDED


def test_a_last_look_that_is_told_expired_is_signed_again(tmp_path: Path) -> None:
    seen = ask(tmp_path, [*REFUSED_LATER, EXPIRED, GREETED])
    assert seen.said[-2:] == ["ask", "ask"]
    assert (seen.state, seen.code) == (State.SUCCEEDED, "read-back")


@pytest.mark.parametrize(
    "before", [pytest.param([CUT_OFF], id="between attempts"), pytest.param(REFUSED_LATER, id="at last")]
)
def test_a_look_that_is_told_to_slow_down_waits(tmp_path: Path, before: list[Answer]) -> None:
    times: list[float] = []

    async def note(call: Call) -> None:
        if guest(call) == FIRST:
            times.append(asyncio.get_running_loop().time())

    with party(tmp_path, 1) as people:
        slow = says("busy", status=429, Retry_After="40")
        carrier = FakeCarrier({FIRST: [*before, slow, TOO_MANY, GREETED]}, before_answering=note)

        async def story() -> Stop | None:
            return await people.pool(carrier, job=GreetAndAsk(), retry=PATIENT, disk=InlineDisk()).run()

        stop = simulated(story())
        assert people.states() == {FIRST: State.SUCCEEDED}
    assert stop is None
    assert said_to(carrier, FIRST)[-3:] == ["ask"] * 3
    assert times[-2] - times[-3] == pytest.approx(40, abs=0.01)
    assert times[-1] - times[-2] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "before", [pytest.param([CUT_OFF], id="between attempts"), pytest.param(REFUSED_LATER, id="at last")]
)
def test_a_look_whose_account_is_refused_stops_the_run_and_can_be_made_again_later(
    tmp_path: Path, before: list[Answer]
) -> None:
    with party(tmp_path, 1) as people:
        seen = spend(people, [*before, WHO_ARE_YOU])
        assert seen.stop is not None
        assert "who are you" in seen.stop.reason.en
        assert seen.state is State.UNKNOWN
        assert seen.said[-1] == "ask"
        again = spend(people, [GREETED], reopen=True)
        assert again.said == ["ask"]
        assert (again.state, again.code, again.attempts) == (State.SUCCEEDED, "read-back", seen.attempts)


def stopped_at(people: Party, answers: Sequence[Answer], *, calls: int, later: float) -> Evening:
    """Told to stop so many seconds after this call about the first guest began, which is never answered."""

    async def story() -> Evening:
        people.moment = PassingMoment()

        async def hold(_: Call) -> None:
            if len(carrier.calls) == calls:
                asyncio.get_running_loop().call_later(later, pool.stop, CTRL_C)
                if not later:
                    await asyncio.Event().wait()

        carrier = FakeCarrier({FIRST: answers}, before_answering=hold)
        pool = people.pool(carrier, job=GreetAndAsk(wait=60.0), concurrency=1, retry=PATIENT, disk=InlineDisk())
        assert await pool.run() is CTRL_C
        assert asyncio.get_running_loop().time() < 3_600
        return evening(people, carrier, CTRL_C)

    return simulated(story())


@pytest.mark.parametrize(
    ("answers", "calls", "later"),
    [
        pytest.param([BUSY], 1, 30.0, id="waiting for the backoff before a look"),
        pytest.param([BUSY], 2, 0.0, id="during a look"),
        pytest.param([*REFUSED_LATER[:2], TOO_LATE, CUT_OFF], 4, 0.0, id="during the last look"),
        pytest.param([*REFUSED_LATER[:2], TOO_LATE, BUSY], 4, 30.0, id="waiting to make the last look again"),
    ],
)
def test_a_stop_at_a_look_leaves_it_unknown_and_a_resumed_run_looks_again_first(
    tmp_path: Path, answers: list[Answer], calls: int, later: float
) -> None:
    with party(tmp_path, 1) as people:
        seen = stopped_at(people, answers, calls=calls, later=later)
        assert seen.state is State.UNKNOWN
        assert unclear_ordinals(people.other, people.run) == [1]
        assert len(seen.said) == calls
        again = spend(people, [NOT_GREETED, WELCOME], reopen=True)
        assert again.said == ["ask", "hello"]
        assert (again.state, again.attempts) == (State.SUCCEEDED, [*seen.attempts, "0"])


def test_what_is_unknown_for_good_is_not_reopened(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:
        assert spend(people, [BUSY, PERHAPS, TOO_LATE, PERHAPS]).state is State.UNKNOWN
        again = spend(people, [GREETED], reopen=True)
        assert again.said == []
        assert again.state is State.UNKNOWN


def test_a_refusal_that_came_while_the_run_was_stopping_is_looked_at_when_it_is_resumed(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:
        seen = stopped_while_posting(people, [CUT_OFF, PERHAPS, TOO_LATE], calls=3)
        assert (seen.state, seen.attempts) == (State.UNKNOWN, ["unclear", "-41"])
        assert spend(people, [GREETED], reopen=True).state is State.SUCCEEDED


def stopped_while_posting(people: Party, answers: Sequence[Answer], *, calls: int) -> Evening:
    """Told to stop while this call about the first guest is under way, which is answered a second later."""

    async def story() -> Evening:
        people.moment = PassingMoment()

        async def hold(_: Call) -> None:
            if len(carrier.calls) == calls:
                pool.stop(CTRL_C)
            await asyncio.sleep(1)

        carrier = FakeCarrier({FIRST: answers}, before_answering=hold)
        pool = people.pool(carrier, job=GreetAndAsk(), concurrency=1, retry=PATIENT, disk=InlineDisk())
        await pool.run()
        return evening(people, carrier, CTRL_C)

    return simulated(story())


def test_looks_need_permits_and_give_them_back(tmp_path: Path) -> None:
    async def dawdle(_: Call) -> None:
        await asyncio.sleep(0.1)

    scripts: dict[str, Sequence[Answer]] = {
        f"guest-{number}": [CUT_OFF, PERHAPS, TOO_LATE, CUT_OFF, GREETED] for number in range(2, 41)
    }
    with party(tmp_path, 40) as people:
        carrier = FakeCarrier(scripts, before_answering=dawdle)

        async def story() -> None:
            people.moment = PassingMoment()
            assert await people.pool(carrier, job=GreetAndAsk(), concurrency=3, disk=InlineDisk()).run() is None

        simulated(story())
        assert people.counts() == {State.SUCCEEDED: 40}
    assert carrier.most_in_flight == 3


async def with_a_file(
    folder: Path, *, answers: Sequence[Answer], change_before_call: int | None = None
) -> tuple[Evening, bytes]:
    """The first guest gets a file, which is changed while this call is under way; 0 is before anything is sent.

    In real time: files are read in a thread.
    """
    file = folder / "song.mp3"
    file.write_bytes(b"la la la")
    attachment = Attachment(path=file, size=8, sha256=hashlib.sha256(b"la la la").hexdigest())
    draft = Draft(key=FIRST, rows=(2,), body=f'hello {FIRST} "{attachment.token}"'.encode(), attachments=(attachment,))

    async def change(_: Call) -> None:
        if len(carrier.calls) == change_before_call:
            file.write_bytes(b"tra la la")

    carrier = FakeCarrier({FIRST: answers}, before_answering=change)
    if change_before_call == 0:
        file.write_bytes(b"tra la la")
    with Database(folder / "journal.db") as database, Database(folder / "journal.db") as other:
        people = Party(database, other, filled_run(database, [draft]))
        stop = await people.pool(carrier, job=GreetAndAsk()).run()
        return evening(people, carrier, stop), carrier.calls[0].body if carrier.calls else b""


async def test_a_file_goes_into_the_body_when_it_is_sent(tmp_path: Path) -> None:
    seen, body = await with_a_file(tmp_path, answers=[WELCOME])
    assert body == b'hello guest-1 "' + base64.b64encode(b"la la la") + b'"'
    assert seen.state is State.SUCCEEDED


async def test_a_file_that_was_changed_since_it_was_checked_is_not_sent_and_the_request_is_invalid(
    tmp_path: Path,
) -> None:
    seen, body = await with_a_file(tmp_path, answers=[WELCOME], change_before_call=0)
    assert body == b""
    assert (seen.state, seen.code, seen.attempts, seen.stop) == (State.INVALID, "file-changed", [], None)


@pytest.mark.parametrize(
    ("look", "state"),
    [(GREETED, State.SUCCEEDED), (PERHAPS, State.UNKNOWN)],
)
async def test_a_file_that_changes_after_an_unclear_attempt_leaves_it_to_the_last_look(
    tmp_path: Path, look: Answer, state: State
) -> None:
    seen, _ = await with_a_file(tmp_path, answers=[BUSY, PERHAPS, look], change_before_call=1)
    assert seen.said == ["hello", "ask", "ask"]
    assert seen.state is state
    assert seen.attempts == ["-18"]
