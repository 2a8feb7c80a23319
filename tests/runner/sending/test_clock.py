from email.utils import formatdate

import pytest

from runner.events import ClockLearned, Event
from runner.exchange import Response
from runner.sending.clock import WITNESSES, VendorClock

NOW = 1_750_000_000.7


def expired(date: str | None) -> Response:
    return Response(200, {} if date is None else {"Date": date}, b"timestamp expired")


def dated(offset: float) -> Response:
    return expired(formatdate(NOW + offset, usegmt=True))


def now() -> float:
    return NOW


def signed(clock: VendorClock) -> int:
    return clock.timestamp(clock.offset)


def told_expired(clock: VendorClock, offset: float) -> None:
    """An attempt that was signed with what is known now is called expired, under a date that is so far off."""
    clock.learn(dated(offset), clock.offset)


def proven(offset: float) -> VendorClock:
    """A clock whose offset has worked."""
    clock = VendorClock(now)
    told_expired(clock, offset)
    clock.taken(clock.offset)
    return clock


def test_a_timestamp_is_whole_seconds_by_this_machines_clock_while_nothing_else_is_known() -> None:
    assert signed(VendorClock(now)) == 1_750_000_000


@pytest.mark.parametrize("offset", [-86_400, -90, -2, 2, 90, 86_400])
def test_the_vendors_clock_is_learned_from_the_date_of_an_expired_answer(offset: int) -> None:
    clock = VendorClock(now)
    told_expired(clock, offset)
    assert signed(clock) == 1_750_000_000 + offset


def test_whoever_watches_is_told_what_was_learned() -> None:
    events: list[Event] = []
    told_expired(VendorClock(now, events.append), 600)
    (learned,) = events
    assert isinstance(learned, ClockLearned)
    assert learned.offset == pytest.approx(600, abs=1)


def test_a_learned_offset_keeps_up_with_the_time() -> None:
    times = [NOW]
    clock = VendorClock(lambda: times[-1])
    told_expired(clock, 600)
    times.append(NOW + 30)
    assert signed(clock) == 1_750_000_630


def test_an_offset_below_what_a_date_can_tell_is_none() -> None:
    clock = VendorClock(now)
    told_expired(clock, 0)
    assert clock.offset is None


def test_an_offset_that_never_worked_is_learned_anew_at_once() -> None:
    clock = VendorClock(now)
    told_expired(clock, 600)
    told_expired(clock, -20)
    assert signed(clock) == 1_750_000_000 - 20


@pytest.mark.parametrize("offset", [0, 600])
def test_one_odd_answer_moves_no_clock_that_works(offset: int) -> None:
    clock = proven(offset)
    for odd in (86_400, -3_600, 40_000):
        told_expired(clock, odd)
        assert signed(clock) == 1_750_000_000 + offset


def test_answers_that_agree_move_a_clock_that_worked_once() -> None:
    clock = proven(600)
    for _ in range(WITNESSES):
        assert signed(clock) == 1_750_000_600
        told_expired(clock, -20)
    assert signed(clock) == 1_750_000_000 - 20


def test_odd_answers_that_lie_between_good_ones_never_add_up() -> None:
    clock = proven(600)
    for _ in range(2 * WITNESSES):
        told_expired(clock, -20)
        clock.taken(clock.offset)
    assert signed(clock) == 1_750_000_600


def test_an_attempt_that_was_signed_before_the_offset_was_learned_teaches_nothing_new() -> None:
    clock = VendorClock(now)
    before = clock.offset
    told_expired(clock, 600)
    clock.learn(dated(86_400), before)
    assert signed(clock) == 1_750_000_600


def test_an_answer_to_an_earlier_snapshot_does_not_prove_the_present_one() -> None:
    clock = VendorClock(now)
    before = clock.offset
    told_expired(clock, 600)
    clock.taken(before)
    told_expired(clock, -20)
    assert signed(clock) == 1_750_000_000 - 20


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"])
def test_an_answer_without_a_date_that_makes_sense_teaches_nothing(date: str | None) -> None:
    clock = VendorClock(now)
    clock.learn(expired(date), clock.offset)
    assert clock.offset is None
