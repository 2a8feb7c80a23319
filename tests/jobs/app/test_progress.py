"""The live bar and the lines: what they count."""

import io

from rich.console import Console

from jobs.app.progress import LINE_SECONDS, progress
from runner.events import Attempted, Loaded, Settled, Stopping
from runner.outcome import Action, State, Stop
from runner.problem import Notice
from runner.text import Language, Text

IGNORED = Notice(code="columns-ignored", message=Text("Passed over: 备注 [draft]", "未使用的列：备注 [draft]"))


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def shown(language: Language = "en", *, terminal: bool) -> str:
    out, clock = io.StringIO(), Clock()
    console = Console(file=out, force_terminal=terminal, width=120, color_system=None)
    with progress(console, language, clock=clock) as observe:
        clock.seconds += 60  # reading takes a minute, which is not sending's
        observe(Loaded(rows=4, ready=4, invalid=0, notices=(IGNORED,)))
        clock.seconds += LINE_SECONDS
        for ordinal, state in enumerate((State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.NOT_SENT), start=1):
            observe(Attempted(ordinal, str(ordinal), 1, Action.BACK_OFF, "-18", 0.1))
            observe(Attempted(ordinal, str(ordinal), 2, Action.SUCCEED, "0", 0.1))
            observe(Settled(ordinal, str(ordinal), state))
        observe(Stopping(Stop(reason=Text("It is late.", "太晚了。"), signal=2)))
    return out.getvalue()


def test_lines_count_each_state_for_itself_and_a_retry_once() -> None:
    assert "3 of 4 done · 1 failed · 1 unknown · 4 retries · 1/s" in shown(terminal=False)


def test_the_bar_counts_the_same_from_when_everything_is_loaded() -> None:
    assert "3 of 4 done · 1 failed · 1 unknown · 4 retries · 1/s" in shown(terminal=True)


def test_it_is_told_why_the_run_stops() -> None:
    for terminal in (True, False):
        assert "It is late. Nothing new starts" in shown(terminal=terminal)
        assert "太晚了。不再发送新请求" in shown("zh", terminal=terminal)


def test_what_is_to_be_said_of_the_whole_input_is_shown_word_for_word() -> None:
    for terminal in (True, False):
        assert "Passed over: 备注 [draft]" in shown(terminal=terminal)
        assert "未使用的列：备注 [draft]" in shown("zh", terminal=terminal)
