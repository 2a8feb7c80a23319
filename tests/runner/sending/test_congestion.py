from dataclasses import dataclass, field

import pytest

from runner.events import Event, LimitChanged
from runner.outcome import Action, Verdict
from runner.sending.congestion import SLOW, Congestion
from runner.sending.limits import Limits
from runner.sending.permits import Permits
from runner.text import Text

WINDOW = 5.0
LIMITS = Limits(concurrency=16, window=WINDOW, error_share=0.25, latency_factor=3.0)


def verdict(action: Action, code: str) -> Verdict:
    return Verdict(action=action, code=code, message=Text.verbatim(code))


GOOD = verdict(Action.SUCCEED, "0")
REFUSED = verdict(Action.FAIL, "-22")
BUSY = verdict(Action.BACK_OFF, "-18")
TIMED_OUT = verdict(Action.BACK_OFF, "unclear")
TOO_MANY = verdict(Action.SLOW_DOWN, "http-429")
UNAVAILABLE = verdict(Action.BACK_OFF, "http-503")


@dataclass(slots=True)
class Vendor:
    """Answers as it is told, at times that it is told."""

    limits: Limits = LIMITS
    time: float = 0.0
    events: list[Event] = field(default_factory=list)
    permits: Permits = field(init=False)
    congestion: Congestion = field(init=False)

    def __post_init__(self) -> None:
        self.permits = Permits(self.limits.concurrency)
        self.congestion = Congestion(self.permits, self.limits, self.events.append, now=lambda: self.time)

    def answers(self, answer: Verdict, count: int = 1, *, seconds: float = 0.1) -> None:
        for _ in range(count):
            self.congestion.answered(answer, seconds)

    def window(self, *, good: int = 0, bad: int = 0, seconds: float = 0.1) -> None:
        """Answers within a window, which ends then."""
        self.answers(BUSY, bad)
        self.answers(GOOD, good, seconds=seconds)
        self.time += WINDOW

    @property
    def limit(self) -> int:
        return self.permits.limit

    @property
    def halvings(self) -> list[tuple[int, str]]:
        return [(event.limit, event.cause) for event in self.events if isinstance(event, LimitChanged) and event.cause]


def halved() -> Vendor:
    """A vendor that asked to slow down once, a window ago."""
    vendor = Vendor()
    vendor.answers(TOO_MANY)
    vendor.time += WINDOW
    vendor.events.clear()
    return vendor


@pytest.mark.parametrize("answer", [TOO_MANY, UNAVAILABLE])
def test_a_vendor_that_has_too_many_requests_gets_half_as_many_at_once(answer: Verdict) -> None:
    vendor = Vendor()
    vendor.answers(answer)
    assert vendor.limit == 8
    assert vendor.events == [LimitChanged(8, answer.code)]


def test_many_such_answers_halve_it_only_once_a_window() -> None:
    vendor = Vendor()
    for _ in range(3):
        for _tenth in range(10):
            vendor.answers(TOO_MANY, 3)
            vendor.answers(UNAVAILABLE, 3)
            vendor.time += WINDOW / 10
    assert [limit for limit, _ in vendor.halvings] == [8, 4, 2]


def test_a_window_begins_with_the_halving() -> None:
    vendor = Vendor()
    vendor.time = WINDOW - 1
    vendor.answers(TOO_MANY)
    vendor.time = 2 * WINDOW - 1.5
    vendor.answers(TOO_MANY)
    assert vendor.limit == 8
    vendor.time = 2 * WINDOW - 1
    vendor.answers(TOO_MANY)
    assert vendor.limit == 4


def test_one_request_may_always_be_in_flight() -> None:
    vendor = Vendor()
    for _ in range(10):
        vendor.answers(TOO_MANY)
        vendor.time += WINDOW
    assert vendor.limit == 1
    assert [limit for limit, _ in vendor.halvings] == [8, 4, 2, 1]


def test_a_window_with_too_many_system_errors_halves_it() -> None:
    vendor = Vendor()
    vendor.window(good=14, bad=6)
    assert vendor.limit == 16
    vendor.answers(GOOD)
    assert vendor.halvings == [(8, "-18")]


def test_the_cause_is_the_last_error_of_the_window() -> None:
    vendor = Vendor()
    vendor.window(good=0, bad=20)
    vendor.answers(BUSY, 10)
    vendor.answers(TIMED_OUT, 10)
    vendor.time += WINDOW
    vendor.answers(GOOD)
    assert vendor.halvings == [(8, "-18"), (4, "unclear")]


def test_a_share_of_errors_that_is_allowed_changes_nothing() -> None:
    vendor = Vendor()
    for _ in range(10):
        vendor.window(good=15, bad=5)
    assert vendor.events == []


def test_a_few_errors_among_few_answers_say_nothing() -> None:
    vendor = Vendor()
    for _ in range(10):
        vendor.window(bad=9)
    assert vendor.events == []


def test_refusals_are_answers_like_any_other() -> None:
    vendor = Vendor()
    for _ in range(5):
        vendor.answers(REFUSED, 50)
        vendor.time += WINDOW
    assert vendor.events == []


def test_errors_and_a_slow_down_in_one_window_halve_it_once() -> None:
    vendor = Vendor()
    vendor.time = WINDOW - 0.1
    vendor.answers(TOO_MANY)
    vendor.answers(BUSY, 30)
    vendor.time = WINDOW + 0.1
    vendor.answers(BUSY)
    assert vendor.halvings == [(8, "http-429")]


def test_after_each_round_of_good_answers_one_more_may_be_in_flight() -> None:
    vendor = halved()
    vendor.answers(GOOD, 7)
    assert vendor.events == []
    vendor.answers(GOOD)
    assert vendor.events == [LimitChanged(9, "")]
    vendor.answers(GOOD, 8)
    assert vendor.limit == 9
    vendor.answers(GOOD, 2)
    assert vendor.limit == 10


def test_errors_add_nothing_to_a_round() -> None:
    vendor = halved()
    vendor.answers(BUSY, 8)
    vendor.answers(GOOD, 7)
    assert vendor.limit == 8


def test_a_halving_begins_a_new_round() -> None:
    vendor = halved()
    vendor.answers(GOOD, 7)
    vendor.answers(TOO_MANY)
    assert vendor.limit == 4
    vendor.answers(GOOD, 3)
    assert vendor.limit == 4
    vendor.answers(GOOD)
    assert vendor.limit == 5


def test_it_grows_back_to_the_concurrency_and_no_further() -> None:
    vendor = halved()
    vendor.answers(GOOD, 1_000)
    assert vendor.limit == 16
    assert [event.limit for event in vendor.events if isinstance(event, LimitChanged)] == list(range(9, 17))


def test_who_has_only_one_request_in_flight_grows_from_there() -> None:
    vendor = Vendor()
    for _ in range(5):
        vendor.answers(TOO_MANY)
        vendor.time += WINDOW
    vendor.answers(GOOD)
    assert vendor.limit == 2
    vendor.answers(GOOD, 2)
    assert vendor.limit == 3


def test_answers_that_take_several_times_as_long_as_they_did_halve_it() -> None:
    vendor = Vendor()
    for _ in range(3):
        vendor.window(good=20, seconds=0.3)
    vendor.window(good=20, seconds=1.2)
    vendor.answers(GOOD)
    assert vendor.halvings == [(8, SLOW)]


@pytest.mark.parametrize(("usual", "later"), [(0.01, 0.2), (1.0, 2.9)])
def test_answers_that_take_somewhat_longer_change_nothing(usual: float, later: float) -> None:
    vendor = Vendor()
    for _ in range(3):
        vendor.window(good=20, seconds=usual)
    for _ in range(10):
        vendor.window(good=20, seconds=later)
    assert vendor.events == []


def test_a_few_slow_answers_say_nothing() -> None:
    vendor = Vendor()
    vendor.window(good=20, seconds=0.3)
    for _ in range(10):
        vendor.window(good=9, seconds=30.0)
    assert vendor.events == []


def test_the_first_window_is_slow_compared_to_nothing() -> None:
    vendor = Vendor()
    for _ in range(5):
        vendor.window(good=20, seconds=30.0)
    assert vendor.events == []


def test_a_vendor_that_is_both_slow_and_full_of_errors_is_halved_once() -> None:
    vendor = Vendor()
    vendor.window(good=20, seconds=0.3)
    vendor.window(good=20, bad=20, seconds=3.0)
    vendor.answers(BUSY)
    assert vendor.halvings == [(8, "-18")]


def test_one_lucky_window_does_not_count_for_ever() -> None:
    vendor = Vendor()
    vendor.window(good=20, seconds=0.1)
    for _ in range(40):
        vendor.window(good=200, seconds=0.5)
    assert vendor.limit == 16
    slowed = len(vendor.halvings)
    assert 0 < slowed < 10
    for _ in range(40):
        vendor.window(good=200, seconds=0.5)
    assert len(vendor.halvings) == slowed


def test_a_quiet_hour_changes_nothing() -> None:
    vendor = halved()
    vendor.window(good=4)
    vendor.time += 3_600
    vendor.answers(GOOD, 3)
    assert vendor.events == []
    vendor.answers(GOOD)
    assert vendor.events == [LimitChanged(9, "")]


def test_answers_before_and_after_a_quiet_hour_are_not_of_one_window() -> None:
    vendor = Vendor()
    vendor.answers(BUSY, 9)
    vendor.time += 3_600
    vendor.window(bad=9)
    vendor.answers(BUSY)
    assert vendor.events == []
