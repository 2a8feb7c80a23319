"""The live bar: drawn anew a few times a second, by a thread of its own, from the tally."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text as RichText

from jobs.app.progress_words import BETWEEN, how_far, retries, what_became
from jobs.app.tally import Tally
from runner.text import Language, Text

REDRAWN = 5
"""Times a second."""

WIDEST, NARROWEST = 40, 8
"""Columns of the bar itself; where not even the fewest are left beside the words, there is none."""


@contextmanager
def live_bar(console: Console, tally: Tally, language: Language, clock: Callable[[], float]) -> Iterator["Shown"]:
    """Shows the bar while it lasts."""
    shown = Shown(console, Bar(tally, language, clock))
    try:
        yield shown
    finally:
        shown.end(leave=tally.is_sending)  # else nothing was sent, so that there is nothing to show of it


class Shown:
    """The bar on the terminal. It can be left as it stands while somebody types an answer below it."""

    def __init__(self, console: Console, bar: "Bar") -> None:
        self._console = console
        self._bar = bar
        self._live: Live | None = None
        self.draw()

    def draw(self) -> None:
        """Draws it from here on, where it is not drawn already."""
        if self._live is None:
            self._live = Live(self._bar, console=self._console, refresh_per_second=REDRAWN)
            self._live.start(refresh=True)

    def end(self, *, leave: bool = True) -> None:
        """Draws it no more; `leave` says whether it stays there."""
        if self._live is None:
            return
        if not leave:
            self._live.update("")
            self._live.transient = True
        self._live.stop()
        self._live = None


class Bar:
    """Three lines and no more than the terminal is wide: the bar and how far it is, what became of it, retries."""

    def __init__(self, tally: Tally, language: Language, clock: Callable[[], float]) -> None:
        self._tally = tally
        self._language: Language = language
        self._clock = clock

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        tally, width = self._tally, options.max_width
        now = self._clock()
        if not tally.is_sending:
            yield _beside(_READING.in_language(self._language), ProgressBar(total=None, pulse=True, width=WIDEST), "")
            return
        tally.mark(now)
        yield from self._first_line(now, width)
        for words in (what_became(tally, self._language), retries(tally, self._language)):
            yield from _lines(words, width)

    def _first_line(self, now: float, width: int) -> RenderResult:
        tally = self._tally
        doing = self._doing().in_language(self._language)
        percent = 100 * tally.done // tally.total if tally.total else 100
        words = how_far(tally, now, self._language)
        beside = f"{percent:3}%  {BETWEEN.join(words)}"
        room = width - cell_len(doing) - cell_len(beside) - 2
        if room < NARROWEST:
            yield from _lines([doing, f"{percent}%", *words], width)
            return
        bar = ProgressBar(total=max(tally.total, 1), completed=tally.done, width=min(room, WIDEST))
        yield _beside(doing, bar, beside)

    def _doing(self) -> Text:
        if self._tally.done >= self._tally.total:
            return _DONE
        if self._tally.stopping:
            return _STOPPING
        if self._tally.paused:
            return _PAUSED
        if self._tally.between_waves:
            return _BETWEEN_WAVES
        return _COMPARING if self._tally.reading else _SENDING


def _beside(doing: str, bar: ProgressBar, words: str) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(RichText(doing), bar, RichText(words, no_wrap=True))
    return table


def _lines(words: list[str], width: int) -> Iterator[RichText]:
    """The words in as few lines as hold them."""
    line = ""
    for each in words:
        longer = f"{line}{BETWEEN}{each}" if line else each
        if line and cell_len(longer) > width:
            yield RichText(line)
            longer = each
        line = longer
    if line:
        yield RichText(line)


_READING = Text("Checking", "检查中")
_COMPARING = Text("Comparing", "比对中")
_SENDING = Text("Sending", "发送中")
_PAUSED = Text("Paused", "已暂停")
_BETWEEN_WAVES = Text("Between two waves", "两批之间")
_STOPPING = Text("Stopping", "停止中")
_DONE = Text("Done", "已完成")
