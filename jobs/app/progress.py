"""What the user sees while requests are sent: a live bar on a terminal, a line now and then elsewhere. On stderr."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from rich.console import Console

from jobs.app.bar import Shown, live_bar
from jobs.app.printing import print_line
from jobs.app.progress_words import (
    ANSWERS_AGAIN,
    BETWEEN,
    compared,
    going_on,
    how_far,
    pausing,
    resting,
    retries,
    stopping,
    waiting,
    wave_ended,
    what_became,
)
from jobs.app.tally import Tally
from runner.events import (
    AskedToWait,
    Asking,
    Attempted,
    Compared,
    Event,
    GoingOn,
    Loaded,
    Observe,
    Paused,
    Read,
    Resting,
    Resumed,
    Settled,
    Started,
    Stopping,
    WaveBegan,
    WaveEnded,
)
from runner.problem import Notice
from runner.text import Language, Text

MOST_OF_A_KIND = 25
"""Notices of one code that are printed."""

LINE_SECONDS = 5.0
"""Between two lines, where there is no terminal."""

_FREQUENT = frozenset({Attempted, Read, Settled})


@contextmanager
def progress(
    console: Console,
    language: Language,
    *,
    live: bool | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Observe]:
    """Shows progress while it lasts; gives what is to be told of every event.

    Args:
        console: where it is shown.
        language: the user's.
        live: whether as a bar; None for where there is a terminal.
        clock: seconds of a clock that never goes back.
    """
    tally = Tally()
    if console.is_terminal if live is None else live:
        with live_bar(console, tally, language, clock) as bar:
            yield _making_room(_observe(console, tally, language, clock), bar)
    else:
        with _lines(console, tally, language, clock) as observe:
            yield observe


def _observe(console: Console, tally: Tally, language: Language, clock: Callable[[], float]) -> Observe:
    """Counts, and tells at once what is to be told at once."""

    def observe(event: Event) -> None:
        tally.add(event)
        if type(event) in _FREQUENT:
            return
        if isinstance(event, Started | WaveBegan):
            tally.mark(clock())
        print_file_notices(console, event, language)
        if words := _told(event):
            print_line(console, words, language)

    return observe


def _making_room(observe: Observe, bar: Shown) -> Observe:
    """Stops drawing while the user is asked something."""

    def make_room(event: Event) -> None:
        if isinstance(event, Asking):
            bar.end()
        elif type(event) in {Started, WaveBegan, Stopping}:
            bar.draw()
        observe(event)

    return make_room


@contextmanager
def _lines(console: Console, tally: Tally, language: Language, clock: Callable[[], float]) -> Iterator[Observe]:
    count = _observe(console, tally, language, clock)
    last = clock()

    def show() -> None:
        now = clock()
        done, *speed = how_far(tally, now, language)
        words = [done, *what_became(tally, language), *retries(tally, language), *speed]
        print_line(console, Text.verbatim(BETWEEN.join(words)), language)
        tally.mark(now)

    def observe(event: Event) -> None:
        nonlocal last
        count(event)
        if isinstance(event, Started):
            last = clock()
        elif clock() - last >= LINE_SECONDS and tally.is_sending:
            last = clock()
            show()

    yield observe
    if tally.is_sending and tally.total:  # where all is as wanted, there is nothing to be shown of sending
        show()


def print_file_notices(console: Console, event: Event, language: Language) -> None:
    """Tells what is to be known of the input as a whole."""
    if isinstance(event, Loaded):
        print_by_kind(console, event.notices, language)


def print_by_kind(console: Console, notices: Iterable[Notice], language: Language) -> None:
    """Print the first few notices of each code, the same words once with their number, and the number of the others."""
    kinds: dict[str, Counter[Text]] = {}
    for notice in notices:
        kinds.setdefault(notice.code, Counter())[notice.message] += 1
    for words in kinds.values():
        for message, count in islice(words.items(), MOST_OF_A_KIND):
            times = _TIMES.format(message=message, count=f"{count:,}")
            print_line(console, message if count == 1 else times, language)
        more = sum(islice(words.values(), MOST_OF_A_KIND, None))
        if more:
            print_line(console, _MORE.format(count=f"{more:,}"), language)


def _told(event: Event) -> Text | None:
    """What is to be known at once: of pauses, of the end."""
    match event:
        case GoingOn():
            return going_on(event)
        case Paused():
            return pausing(event)
        case AskedToWait():
            return waiting(event)
        case Resumed():
            return ANSWERS_AGAIN
        case Stopping(stop=stop):
            return stopping(stop)
        case Compared():
            return compared(event)
        case WaveEnded():
            return wave_ended(event)
        case Resting():
            return resting(event)
    return None


_TIMES = Text("{message} ({count} times)", "{message}（共 {count} 处）")
_MORE = Text("… and {count} more notices of this kind", "……另有 {count} 条类似提示")
