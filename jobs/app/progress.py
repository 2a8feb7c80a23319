"""What the user sees while requests are sent: a live bar on a terminal, a line now and then elsewhere. On stderr."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text as RichText

from runner.events import Attempted, Event, Loaded, Observe, Settled, Stopping
from runner.outcome import State, Stop
from runner.text import Language, Text

LINE_SECONDS = 5.0
"""Between two lines, where there is no terminal."""


class Tally:
    """What has happened so far."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.failed = 0
        self.unknown = 0
        self.retries = 0

    def add(self, event: Event) -> None:
        """Counts an event."""
        match event:
            case Loaded(ready=ready):
                self.total = ready
            case Settled(state=state):
                self.done += state is not State.NOT_SENT
                self.failed += state is State.FAILED
                self.unknown += state is State.UNKNOWN
            case Attempted(number=number):
                self.retries += number > 1

    def words(self, seconds: float, language: Language) -> str:
        """All of it in one line."""
        rate = self.done / seconds if seconds > 0 else 0.0
        return _LINE.format(
            done=self.done,
            total=self.total,
            failed=self.failed,
            unknown=self.unknown,
            retries=self.retries,
            rate=f"{rate:.0f}",
        ).in_language(language)


_LINE = Text(
    "{done} of {total} done · {failed} failed · {unknown} unknown · {retries} retries · {rate}/s",
    "已完成 {done}/{total} · 失败 {failed} · 未知 {unknown} · 重试 {retries} · {rate} 个/秒",
)


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
        clock: seconds.
    """
    tally = Tally()
    if console.is_terminal if live is None else live:
        with _bar(console, tally, language, clock) as observe:
            yield observe
    else:
        with _lines(console, tally, language, clock) as observe:
            yield observe


@contextmanager
def _lines(console: Console, tally: Tally, language: Language, clock: Callable[[], float]) -> Iterator[Observe]:
    began = last = clock()

    def show() -> None:
        console.print(tally.words(clock() - began, language), highlight=False, soft_wrap=True)

    def observe(event: Event) -> None:
        nonlocal last, began
        tally.add(event)
        if isinstance(event, Loaded):
            began = last = clock()
            print_file_notices(console, event, language)
        elif isinstance(event, Stopping):
            console.print(_stopping(event.stop, language), highlight=False, markup=False, soft_wrap=True)
        elif clock() - last >= LINE_SECONDS:
            last = clock()
            show()

    yield observe
    if tally.total:
        show()


@contextmanager
def _bar(console: Console, tally: Tally, language: Language, clock: Callable[[], float]) -> Iterator[Observe]:
    words = _TallyColumn(tally, language, clock, table_column=Column(no_wrap=True))
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        words,
        TextColumn(_LEFT.in_language(language)),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=False,
    )
    shown = clock()
    task = bar.add_task(_SENDING.in_language(language), total=None, start=False)

    def observe(event: Event) -> None:
        nonlocal shown
        tally.add(event)
        if isinstance(event, Loaded):
            print_file_notices(bar.console, event, language)
            words.begin()
            bar.update(task, total=event.ready)
            bar.start_task(task)
        elif isinstance(event, Stopping):
            bar.update(task, description=_STOPPING.in_language(language))
            bar.console.print(_stopping(event.stop, language), highlight=False, markup=False, soft_wrap=True)
        elif clock() - shown >= 0.1 or tally.done == tally.total:
            shown = clock()
            bar.update(task, completed=tally.done)

    with bar:
        yield observe
        bar.update(task, completed=tally.done)


class _TallyColumn(ProgressColumn):
    """The line's words beside the bar, drawn anew at each refresh."""

    def __init__(
        self, tally: Tally, language: Language, clock: Callable[[], float], *, table_column: Column | None = None
    ) -> None:
        super().__init__(table_column)
        self._tally = tally
        self._language = language
        self._clock = clock
        self._began = clock()

    def begin(self) -> None:
        """Counts the seconds from now on."""
        self._began = self._clock()

    def render(self, task: Task) -> RichText:  # noqa: ARG002 - rich's signature
        return RichText(self._tally.words(self._clock() - self._began, self._language))


def print_file_notices(console: Console, event: Event, language: Language) -> None:
    """Tells what is to be known of the input as a whole."""
    if isinstance(event, Loaded):
        for notice in event.notices:
            console.print(notice.message.in_language(language), highlight=False, markup=False, soft_wrap=True)


def _stopping(stop: Stop, language: Language) -> str:
    words = _WORDS_OF_STOPPING.format(reason=stop.reason).in_language(language)
    return f"{words} {_AGAIN.in_language(language)}" if stop.signal else words


_WORDS_OF_STOPPING = Text(
    "{reason} Nothing new starts, what is in flight may finish.", "{reason}不再发送新请求，等待已发出的请求完成。"
)
_AGAIN = Text("Once more to leave at once.", "再按一次立即退出。")
_LEFT = Text("· left:", "· 剩余")
_SENDING = Text("Sending", "发送中")
_STOPPING = Text("Stopping", "停止中")
