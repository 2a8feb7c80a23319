import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from runner.errors import JournalError, LeaseLost
from runner.events import Event, Settled
from runner.exchange import Call, Response
from runner.journal.claims import Claims
from runner.outcome import State, Verdict
from runner.request import Request
from runner.sending.limits import Limits
from runner.sending.pool import Pool
from tests.runner.journal.sample_run import states, unclear_ordinals
from tests.runner.sending.fake_carrier import WELCOME, FakeCarrier, guest, says
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.party import HASTY, LEASE, OTHERS_LEASE, Party, party

ONE_BATCH = Limits(concurrency=1).claimed
MANY = 200


class FirstIsSettled(list[Event]):
    """Lets a carrier wait until the first request's outcome is in the journal."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = asyncio.Event()

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, Settled) and event.ordinal == 1:
            self.seen.set()


@dataclass(frozen=True, slots=True)
class BreaksWhenAsked(Greet):
    """A job with a mistake in it that shows with the second guest, before anything is sent or after."""

    before_sending: bool = False

    def call(self, request: Request, timestamp: int) -> Call:
        if self.before_sending and request.key == "guest-2":
            raise ZeroDivisionError
        return super(BreaksWhenAsked, self).call(request, timestamp)

    def verdict(self, response: Response) -> Verdict:
        if response.body == b"break":
            raise ZeroDivisionError
        return super(BreaksWhenAsked, self).verdict(response)


def take_over_with_the_second(people: Party, settled: FirstIsSettled) -> FakeCarrier:
    """A carrier during whose second call another process finds the lease expired and takes it."""

    async def take_over(call: Call) -> None:
        if guest(call) == "guest-2":
            await settled.seen.wait()
            people.moment.time += 61
            Claims(people.other, people.run, OTHERS_LEASE, now=people.moment())

    return FakeCarrier(before_answering=take_over)


async def test_a_process_whose_run_was_taken_over_ends_with_lease_lost_and_writes_nothing_more(tmp_path: Path) -> None:
    with party(tmp_path, ONE_BATCH) as people:
        people.events = settled = FirstIsSettled()
        with pytest.raises(LeaseLost):
            await people.pool(take_over_with_the_second(people, settled), concurrency=1).run()
        assert states(people.other, people.run) == ["succeeded", *["ready"] * (ONE_BATCH - 1)]
        assert unclear_ordinals(people.other, people.run) == list(range(2, ONE_BATCH + 1))
        assert people.attempts("guest-2") == []


async def test_who_took_the_run_over_can_send_the_rest(tmp_path: Path) -> None:
    with party(tmp_path, ONE_BATCH) as people:
        people.events = settled = FirstIsSettled()
        with pytest.raises(LeaseLost):
            await people.pool(take_over_with_the_second(people, settled), concurrency=1).run()
        people.moment.time += 61
        await people.pool(FakeCarrier()).run()
        assert people.counts() == {State.SUCCEEDED: ONE_BATCH}


async def test_a_journal_that_cannot_be_written_ends_the_run_as_a_journal_error(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:

        async def damage(_: Call) -> None:
            people.other.execute("DROP TABLE IF EXISTS attempts")

        with pytest.raises(JournalError) as told:
            await people.pool(FakeCarrier(before_answering=damage)).run()
        assert str(people.database.path) in told.value.en
        counts = people.counts()
        assert set(counts) <= {State.UNKNOWN, State.NOT_SENT}
        assert people.states()["guest-1"] is State.UNKNOWN


@pytest.mark.parametrize("before_sending", [True, False])
async def test_a_mistake_in_the_job_comes_out_as_it_is_and_calls_no_request_failed(
    tmp_path: Path, *, before_sending: bool
) -> None:
    carrier = FakeCarrier({"guest-2": [says("break")]})
    with party(tmp_path, MANY) as people:
        with pytest.raises(ZeroDivisionError):
            await people.pool(carrier, job=BreaksWhenAsked(before_sending=before_sending), concurrency=1).run()
        counts = people.counts()
        assert people.states()["guest-2"] is State.UNKNOWN
        assert State.FAILED not in counts
        assert sum(counts.values()) == MANY


async def test_after_a_mistake_in_the_job_what_was_never_begun_is_still_ready_to_be_sent(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-2": [says("break")]})
    with party(tmp_path, MANY) as people:
        with pytest.raises(ZeroDivisionError):
            await people.pool(carrier, job=BreaksWhenAsked(), concurrency=1).run()
        assert states(people.other, people.run)[10:] == ["ready"] * (MANY - 10)


async def test_what_the_vendor_said_before_the_job_broke_is_written_down(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-1": [WELCOME], "guest-2": [says("break")]})
    with party(tmp_path, 2) as people:
        with pytest.raises(ZeroDivisionError):
            await people.pool(carrier, job=BreaksWhenAsked(), concurrency=1).run()
        assert people.states() == {"guest-1": State.SUCCEEDED, "guest-2": State.UNKNOWN}


async def test_what_the_vendor_said_before_the_program_was_cancelled_is_written_down(tmp_path: Path) -> None:
    arrived = asyncio.Event()

    async def hold_the_second(call: Call) -> None:
        if guest(call) == "guest-2":
            arrived.set()
            await asyncio.Event().wait()

    with party(tmp_path, 2) as people:
        running = asyncio.ensure_future(people.pool(FakeCarrier(before_answering=hold_the_second), concurrency=1).run())
        await arrived.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert people.states() == {"guest-1": State.SUCCEEDED, "guest-2": State.UNKNOWN}


async def test_a_mistake_in_what_watches_the_run_comes_out_as_it_is(tmp_path: Path) -> None:
    class Clumsy(list[Event]):
        def append(self, event: Event) -> None:
            if isinstance(event, Settled):
                raise ZeroDivisionError

    with party(tmp_path, 3) as people:
        people.events = Clumsy()
        with pytest.raises(ZeroDivisionError):
            await people.pool(FakeCarrier()).run()
        assert State.FAILED not in people.counts()


class ClaimsOnASlowDisk(Claims):
    """Whose further claims take until they are let go."""

    claimed_before = False
    under_way = False
    let_go = threading.Event()

    def claim(self, limit: int, *, now: float) -> list[Request]:
        self.under_way = True
        if self.claimed_before:
            self.let_go.wait()
        self.claimed_before = True
        try:
            return super().claim(limit, now=now)
        finally:
            self.under_way = False


async def test_when_the_run_has_ended_by_cancellation_nothing_is_written_behind_anybodys_back(tmp_path: Path) -> None:
    with party(tmp_path, ONE_BATCH) as people:
        people.events = settled = FirstIsSettled()
        claims = ClaimsOnASlowDisk(people.database, people.run, LEASE, now=people.moment())
        carrier = FakeCarrier()
        pool = Pool(
            Greet(),
            carrier,
            claims,
            limits=Limits(concurrency=1),
            retry=HASTY,
            observe=settled.append,
            now=people.moment,
            random=Random(1),
        )
        running = asyncio.ensure_future(pool.run())
        while len(carrier.calls) < ONE_BATCH or not claims.under_way:  # noqa: ASYNC110 - a thread sets no asyncio.Event
            await asyncio.sleep(0)
        running.cancel()
        disk = threading.Timer(0.05, claims.let_go.set)
        disk.start()
        with pytest.raises(asyncio.CancelledError):
            await running
        under_way = claims.under_way
        disk.join()
        for thread in threading.enumerate():
            if thread.name.startswith("journal"):
                thread.join()
        assert not under_way
