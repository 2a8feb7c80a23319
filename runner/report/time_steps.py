"""Steps of time that a person can read on an axis: round ones by the user's clock, and few enough for a screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from math import floor

from runner.text import Text

MOST_STEPS = 60

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WIDTHS = (
    *(1, 2, 5, 10, 15, 30),
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSteps:
    """Steps of one width, without a gap."""

    since: float
    """When the first one begins, in Unix seconds."""
    width: int
    """In seconds."""
    number: int
    """Of them."""

    def labels(self) -> Iterator[str]:
        """When each of them begins, by the user's clock; with the date where they are of several days."""
        times = [datetime.fromtimestamp(self.since + step * self.width) for step in range(self.number)]  # noqa: DTZ006 - by the user's clock
        pattern = "%H:%M:%S" if self.width < _MINUTE else "%H:%M"
        if times[0].date() != times[-1].date():
            date = "%m-%d" if times[0].year == times[-1].year else "%Y-%m-%d"
            pattern = date if self.width >= _DAY else f"{date} {pattern}"
        for time in times:
            yield time.strftime(pattern)


def steps_between(first: float, last: float) -> TimeSteps:
    """The narrowest round steps of which at most `MOST_STEPS` hold both times and all between them (Unix seconds)."""
    east = datetime.fromtimestamp(first).astimezone().utcoffset()
    offset = east.total_seconds() if east else 0.0
    for width in _widths():
        since = floor((first + offset) / width) * width - offset
        number = floor((last - since) / width) + 1
        if number <= MOST_STEPS:
            return TimeSteps(since=since, width=width, number=number)
    raise AssertionError


def in_words(width: int) -> Text:
    """How long so many seconds are, in the largest unit that leaves no rest."""
    for seconds, unit in ((_DAY, _DAYS), (_HOUR, _HOURS), (_MINUTE, _MINUTES)):
        if width % seconds == 0:
            return unit.format(number=width // seconds)
    return _SECONDS.format(number=width)


def _widths() -> Iterator[int]:
    yield from _WIDTHS
    for doubled in count():
        yield _DAY * 2**doubled


_SECONDS = Text("{number} s", "{number} 秒")
_MINUTES = Text("{number} min", "{number} 分钟")
_HOURS = Text("{number} h", "{number} 小时")
_DAYS = Text("{number} d", "{number} 天")
