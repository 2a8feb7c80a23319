"""The live bar and the lines: what they show, and that no terminal cuts it off."""

import io
from typing import get_args

import pytest
from rich.cells import cell_len
from rich.console import Console

from jobs.app.bar import Bar
from jobs.app.progress import LINE_SECONDS, MOST_OF_A_KIND, print_by_kind, progress
from jobs.app.tally import Tally
from runner.events import Attempted, Event, LimitChanged, Loaded, Paused, Resumed, Settled, Started, Stopping
from runner.outcome import Action, State, Stop
from runner.problem import Notice
from runner.text import Language, Text

IGNORED = Notice(code="columns-ignored", message=Text("Passed over: 备注 [draft]", "未使用的列：备注 [draft]"))
STARTED = Started("run-1", "upload", "https://vendor/", "key-****", 16)
CAUSES = ("-18", "-18", "-16", "http-429", "http-503", "unclear")
LANGUAGES = get_args(Language)


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def retried(ordinal: int, code: str) -> tuple[Event, ...]:
    return (
        Attempted(ordinal, str(ordinal), 1, Action.BACK_OFF, code, 0.1),
        Attempted(ordinal, str(ordinal), 2, Action.SUCCEED, "0", 0.1),
    )


def shown(*events: Event, language: Language = "en", terminal: bool) -> str:
    out, clock = io.StringIO(), Clock()
    console = Console(file=out, force_terminal=terminal, width=120, color_system=None)
    with progress(console, language, clock=clock) as observe:
        clock.seconds += 60  # reading takes a minute, which is not sending's
        observe(Loaded(rows=4, ready=4, invalid=0, notices=(IGNORED,)))
        observe(STARTED)
        clock.seconds += LINE_SECONDS
        for ordinal, state in enumerate((State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.NOT_SENT), start=1):
            for event in (*retried(ordinal, "-18"), Settled(ordinal, str(ordinal), state)):
                observe(event)
        for event in events:
            observe(event)
    return out.getvalue()


def test_a_line_has_the_states_that_occur_and_the_retries_by_cause() -> None:
    line = shown(terminal=False).splitlines()[-1]
    assert line == (
        "3 of 4 done · 1 succeeded · 1 failed · 1 unknown · 1 not sent · 8 sent · 4 retries (4 system error) · 0.6/s"
        " · 0:02 left"
    )
    assert shown(language="zh", terminal=False).splitlines()[-1] == (
        "已完成 3/4 · 成功 1 · 失败 1 · 结果未知 1 · 未发送 1 · 发送 8 次 · 重试 4 次（系统异常 4） · 0.6 个/秒"
        " · 剩余 0:02"
    )


def test_the_bar_shows_the_same() -> None:
    text = shown(terminal=True)
    assert "75%  3 of 4 done · 0.6/s · 0:02 left" in text
    assert "1 succeeded · 1 failed · 1 unknown · 1 not sent · 8 sent" in text
    assert "4 retries (4 system error)" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_of_the_causes_of_retries_the_most_frequent_three_are_named(*, terminal: bool) -> None:
    events = [event for ordinal, code in enumerate(CAUSES, start=10) for event in retried(ordinal, code)]
    text = shown(*events, *retried(99, "http-429"), terminal=terminal)
    assert "11 retries (6 system error, 2 slow down, 1 timestamp expired, 2 other)" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_a_limit_is_shown_while_it_is_below_the_concurrency(*, terminal: bool) -> None:
    assert "limit 8 of 16" in shown(LimitChanged(8, "-18"), terminal=terminal)
    assert "limit" not in shown(terminal=terminal)
    assert "并发限为 8/16" in shown(LimitChanged(8, "-18"), language="zh", terminal=terminal)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_pause_is_told_and_its_end(*, terminal: bool) -> None:
    cause = Text("The vendor's server answered HTTP 503.", "供应商服务器返回 HTTP 503。")
    down = (Paused(4.0, cause, "http-503"), Resumed())
    text = shown(*down, terminal=terminal)
    assert (
        "The vendor gives no answer (The vendor's server answered HTTP 503): paused for 4 s, then one request to see."
        in text
    )
    assert "The vendor answers again" in text
    text = shown(*down, language="zh", terminal=terminal)
    assert "供应商无应答（供应商服务器返回 HTTP 503）：暂停 4 秒，然后试发一个请求。" in text
    assert "供应商已恢复应答" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_it_is_told_why_the_run_stops(*, terminal: bool) -> None:
    late = Stopping(Stop(reason=Text("It is late.", "太晚了。"), signal=2))
    assert "It is late. Nothing new starts" in shown(late, terminal=terminal)
    assert "太晚了。不再发送新请求" in shown(late, language="zh", terminal=terminal)


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_to_be_said_of_the_whole_input_is_shown_word_for_word(*, terminal: bool) -> None:
    assert "Passed over: 备注 [draft]" in shown(terminal=terminal)
    assert "未使用的列：备注 [draft]" in shown(language="zh", terminal=terminal)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_run_that_sends_nothing_shows_no_progress(*, terminal: bool) -> None:
    out = io.StringIO()
    with progress(Console(file=out, force_terminal=terminal, color_system=None), "en") as observe:
        observe(Loaded(rows=4, ready=4, invalid=0))
    assert "done" not in out.getvalue()
    assert "Sending" not in out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [120, 100, 80, 60, 40])
def test_no_terminal_cuts_anything_off(width: int, language: Language) -> None:
    tally, clock = Tally(), Clock()
    tally.add(Loaded(rows=2_000_000, ready=1_234_567, invalid=0))
    tally.add(STARTED)
    tally.mark(clock())
    for state in State:
        for ordinal in range(3_000):
            tally.add(Settled(ordinal, "1", state))
    for ordinal, code in enumerate(CAUSES * 20_000):
        for event in retried(ordinal, code):
            tally.add(event)
    tally.add(LimitChanged(8, "-18"))
    tally.add(Paused(60.0, Text.verbatim("down")))
    tally.add(Resumed())
    clock.seconds += 3
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        console.print(Bar(tally, language, clock))
    text = captured.get()
    assert "…" not in text
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert len(text.splitlines()) <= (5 if width >= 80 else 9)
    together = text.replace("\n", " ")
    parts = (
        ("of 1234567 done", "3000 succeeded", "3000 failed", "3000 unknown", "240000 sent", "limit 8 of 16", "left")
        if language == "en"
        else ("/1234567", "成功 3000", "失败 3000", "结果未知 3000", "发送 240000 次", "并发限为 8/16", "剩余")
    )
    for part in (*parts, "120000"):
        assert part in together


def test_notices_that_say_the_same_are_one_line_and_no_kind_fills_the_screen() -> None:
    same = [IGNORED] * 1_200
    expired = [Notice(code="expired", message=Text(f"Line {each}", f"第 {each} 行")) for each in range(1_200)]
    out = io.StringIO()
    console = Console(file=out, width=120, color_system=None)
    print_by_kind(console, [*expired[:1], *same, *expired[1:]], "en")
    lines = out.getvalue().splitlines()
    assert lines[0] == "Line 0"
    assert lines[MOST_OF_A_KIND] == f"… and {1_200 - MOST_OF_A_KIND:,} more notices of this kind"
    assert lines[MOST_OF_A_KIND + 1 :] == ["Passed over: 备注 [draft] (1,200 times)"]
