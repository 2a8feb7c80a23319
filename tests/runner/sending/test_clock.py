from email.utils import formatdate

import pytest

from runner.exchange import Response
from runner.sending.clock import VendorClock

NOW = 1_750_000_000.7


def expired(date: str | None) -> Response:
    return Response(200, {} if date is None else {"Date": date}, b"timestamp expired")


def now() -> float:
    return NOW


def test_a_timestamp_is_whole_seconds_by_this_machines_clock_while_nothing_else_is_known() -> None:
    assert VendorClock(now).timestamp() == 1_750_000_000


@pytest.mark.parametrize("offset", [-86_400, -90, -2, 2, 90, 86_400])
def test_the_vendors_clock_is_learned_from_the_date_of_an_expired_answer(offset: int) -> None:
    clock = VendorClock(now)
    clock.learn(expired(formatdate(NOW + offset, usegmt=True)))
    assert clock.timestamp() == 1_750_000_000 + offset


def test_a_learned_offset_keeps_up_with_the_time() -> None:
    times = [NOW]
    clock = VendorClock(lambda: times[-1])
    clock.learn(expired(formatdate(NOW + 600, usegmt=True)))
    times.append(NOW + 30)
    assert clock.timestamp() == 1_750_000_630


def test_an_offset_below_what_a_date_can_tell_is_none() -> None:
    clock = VendorClock(now)
    clock.learn(expired(formatdate(NOW, usegmt=True)))
    assert clock.offset is None


def test_the_offset_is_learned_anew_where_it_has_changed() -> None:
    clock = VendorClock(now)
    clock.learn(expired(formatdate(NOW + 600, usegmt=True)))
    clock.learn(expired(formatdate(NOW - 20, usegmt=True)))
    assert clock.timestamp() == 1_750_000_000 - 20


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"])
def test_an_answer_without_a_date_that_makes_sense_teaches_nothing(date: str | None) -> None:
    clock = VendorClock(now)
    clock.learn(expired(date))
    assert clock.offset is None
