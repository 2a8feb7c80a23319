import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.report.time_steps import MOST_STEPS, in_words, steps_between
from tests.time_zone import in_time_zone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process has no time zone of its own there")


@pytest.fixture(autouse=True)
def in_kolkata() -> Iterator[None]:
    """Where the clock is half an hour off the others."""
    with in_time_zone("Asia/Kolkata"):
        yield


def at(words: str) -> float:
    """A time of the clock in Greenwich."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp()


def labels(first: str, last: str) -> list[str]:
    return list(steps_between(at(first), at(last)).labels())


def test_a_moment_is_one_step_of_a_second() -> None:
    steps = steps_between(at("2026-03-01 04:00:00.7"), at("2026-03-01 04:00:00.9"))
    assert (steps.width, list(steps.labels())) == (1, ["09:30:00"])


@pytest.mark.parametrize(
    ("until", "width", "first", "last"),
    [
        ("04:00:59", 1, "09:30:00", "09:30:59"),
        ("04:01:00", 2, "09:30:00", "09:31:00"),
        ("04:09:50", 10, "09:30:00", "09:39:50"),
        ("04:20:00", 30, "09:30:00", "09:50:00"),
        ("04:59:00", 60, "09:30", "10:29"),
        ("05:30:00", 120, "09:30", "11:00"),
        ("18:00:00", 900, "09:30", "23:30"),
    ],
)
def test_steps_are_round_and_as_narrow_as_a_screen_takes(until: str, width: int, first: str, last: str) -> None:
    steps = steps_between(at("2026-03-01 04:00:00"), at(f"2026-03-01 {until}"))
    told = list(steps.labels())
    assert (steps.width, told[0], told[-1]) == (width, first, last)


def test_steps_begin_at_round_times_of_the_users_own_clock() -> None:
    assert labels("2026-03-01 04:17:00", "2026-03-01 16:00:00")[:3] == ["09:45", "10:00", "10:15"]
    assert labels("2026-03-01 04:17:00", "2026-03-02 20:00:00")[:2] == ["03-01 09:00", "03-01 10:00"]


def test_a_run_that_was_resumed_days_later_names_the_days() -> None:
    told = labels("2026-03-01 04:00:00", "2026-03-09 04:00:00")
    assert told[0] == "03-01 06:00"
    assert told[-1] == "03-09 06:00"


def test_a_run_that_was_resumed_next_year_names_the_years() -> None:
    assert labels("2025-12-01 04:00:00", "2026-03-01 04:00:00")[0].startswith("2025-1")


@given(first=st.floats(0, 4e9), seconds=st.floats(0, 4e9))
def test_the_steps_hold_everything_and_are_few(first: float, seconds: float) -> None:
    steps = steps_between(first, first + seconds)
    assert 1 <= steps.number <= MOST_STEPS
    assert steps.since <= first
    assert first + seconds < steps.since + steps.number * steps.width


@pytest.mark.parametrize(
    ("width", "en", "zh"),
    [(10, "10 s", "10 秒"), (60, "1 min", "1 分钟"), (7_200, "2 h", "2 小时"), (86_400, "1 d", "1 天")],
)
def test_a_width_is_told_in_the_unit_that_people_would_use(width: int, en: str, zh: str) -> None:
    assert (in_words(width).en, in_words(width).zh) == (en, zh)
