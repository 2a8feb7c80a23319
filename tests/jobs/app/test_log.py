"""The log: a line for what happened, and nothing that anybody may not see."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import get_args

import pytest

from jobs.app.log import log
from jobs.app.log_terms import LogFormat, LogLevel, LogTerms
from runner.errors import SettingsError
from runner.events import (
    AskedToWait,
    Asking,
    Attempted,
    ClockLearned,
    Compared,
    Event,
    GoingOn,
    LimitChanged,
    Loaded,
    PageRead,
    Paused,
    Read,
    ReadBack,
    Resting,
    Resumed,
    Settled,
    Started,
    Stopping,
    WaveBegan,
    WaveEnded,
)
from runner.outcome import Action, Finding, RunState, State, Stop
from runner.plan import Plan
from runner.problem import Notice
from runner.text import Text

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
NOW = 1_700_000_000.25
WORDS = Text("words of the vendor's", "供应商的话")
HEADING = Notice(code="columns-ignored", message=Text("Passed over: words of the sheet's", "未使用的列"))
STORY: tuple[Event, ...] = (
    Loaded(rows=3, ready=2, invalid=1, notices=(HEADING,), run="run-1"),
    Started("run-1", "reconcile", "https://vendor/", "key-****", 16, only_reads=True),
    Read(1, "7", Plan.DRIFTED),
    Read(2, "8", Plan.UNCHANGED),
    Compared(dict.fromkeys(Plan, 1), to_send=2),
    Started("run-1", "upload", "https://vendor/", "key-****", 16),
    Attempted(1, "7", 1, Action.BACK_OFF, "-18", 0.12345),
    LimitChanged(8, "-18"),
    ReadBack(1, "7", "0", Finding.OTHERWISE, 0.2),
    ReadBack(1, "7", "unclear", None, 0.2),
    ClockLearned(-600.04),
    Paused(4.0, WORDS, "http-503"),
    Resumed(),
    AskedToWait(60.0, "http-429"),
    LimitChanged(9, ""),
    Settled(1, "7", State.FAILED, "-22"),
    Settled(2, "8", State.NOT_SENT),
    WaveBegan(number=1, of=3, size=10),
    WaveEnded(number=1, of=3, states={State.SUCCEEDED: 9, State.FAILED: 1}, next=100, left=200),
    Asking(),
    Resting(600.0),
    PageRead(1, 3, "0", 0.2),
    GoingOn(run="run-1", state=RunState.STOPPED, left=2, requests=3, guards="--canary 10"),
    Stopping(Stop(reason=WORDS, signal=2, code="SIGINT")),
)


def written(
    path: Path,
    *events: Event,
    level: LogLevel = "debug",
    format: LogFormat = "json",  # noqa: A002 - as in the terms
) -> list[str]:
    told: list[Text] = []
    with log(LogTerms(level=level, format=format, file=path), told.append, now=lambda: NOW) as observe:
        for event in events:
            observe(event)
    assert not told
    return path.read_text(encoding="utf-8").splitlines()


def test_every_field_of_a_line_is_in_the_readme(tmp_path: Path) -> None:
    (list_of_them,) = re.findall(r"each line is an object with (.+?)\. No log", README.replace("\n", " "))
    names = {name for line in written(tmp_path / "log", *STORY) for name in json.loads(line)}
    assert set(re.findall(r"`(\w+)`", list_of_them)) == names


def test_every_event_has_a_line_with_its_name_its_time_and_its_run(tmp_path: Path) -> None:
    assert {type(event) for event in STORY} == set(get_args(Event))
    lines = [json.loads(line) for line in written(tmp_path / "log", *STORY)]
    assert [line["event"] for line in lines] == [
        "loaded", "reading", "read", "read", "compared",
        "started", "attempted", "limit_lowered", "read_back", "read_back", "clock_learned", "paused", "resumed",
        "asked_to_wait", "limit_raised", "settled", "settled",
        "wave_began", "wave_ended", "asking", "resting", "page_read", "going_on", "stopping",
    ]  # fmt: skip
    for line in lines:
        time = datetime.fromisoformat(line["time"])
        assert time.tzinfo is not None
        assert time.timestamp() == NOW
        assert line["run"] == "run-1"
        assert list(line)[:4] == ["time", "level", "event", "run"]
    attempted, settled = lines[6], lines[15]
    assert {name: attempted[name] for name in ("key", "ordinal", "attempt", "action", "code", "seconds")} == {
        "key": "7", "ordinal": 1, "attempt": 1, "action": "back_off", "code": "-18", "seconds": 0.123
    }  # fmt: skip
    assert (settled["state"], settled["code"]) == ("failed", "-22")


def test_a_level_has_a_line_an_attempt_a_line_a_change_or_only_what_a_person_should_see(tmp_path: Path) -> None:
    def events(level: LogLevel) -> list[str]:
        return [json.loads(line)["event"] for line in written(tmp_path / level, *STORY, level=level)]

    assert events("info") == [
        "loaded", "reading", "read", "compared",
        "started", "limit_lowered", "clock_learned", "paused", "resumed", "asked_to_wait",
        "settled", "settled", "wave_began", "wave_ended", "asking", "resting", "going_on", "stopping",
    ]  # fmt: skip
    assert events("warning") == ["limit_lowered", "clock_learned", "paused", "asked_to_wait", "wave_ended", "stopping"]


@pytest.mark.parametrize("format", get_args(LogFormat))
def test_no_words_of_the_vendors_or_the_sheets_are_in_it(tmp_path: Path, format: LogFormat) -> None:  # noqa: A002
    text = "\n".join(written(tmp_path / "log", *STORY, format=format))
    assert "words" not in text
    assert "话" not in text
    assert "key-****" in text


@pytest.mark.parametrize("format", get_args(LogFormat))
@pytest.mark.parametrize("word", ["1\n2", "1\r2", "1\u20282", "1\x1b[2J2", 'a="b" c', "\ud800", "x" * 10_000])
def test_no_key_and_no_code_can_break_out_of_its_line(tmp_path: Path, word: str, format: LogFormat) -> None:  # noqa: A002
    (line,) = written(tmp_path / "log", Settled(1, word, State.FAILED, word), format=format)
    assert len(line) < 500
    assert "\x1b" not in line


def test_a_line_of_text_is_pairs_of_names_and_values(tmp_path: Path) -> None:
    (line,) = written(tmp_path / "log", Settled(1, "7", State.SUCCEEDED, "0"), format="text")
    assert line.startswith("time=2023-11-1")
    assert line.endswith(" level=info event=settled key=7 ordinal=1 state=succeeded code=0")


def test_a_second_run_adds_to_the_file(tmp_path: Path) -> None:
    written(tmp_path / "log", Resumed())
    assert len(written(tmp_path / "log", Resumed())) == 2


@pytest.mark.parametrize("place", [lambda folder: folder, lambda folder: folder / "none" / "log"])
def test_a_file_that_cannot_be_written_is_explained(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    with pytest.raises(SettingsError, match="--log-file"):
        written(place(tmp_path), Resumed())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_disk_that_fills_up_is_told_once_and_fails_nothing() -> None:
    told: list[Text] = []
    terms = LogTerms(level="debug", format="json", file=Path("/dev/full"))
    with log(terms, told.append, now=lambda: NOW) as observe:
        for event in STORY:
            observe(event)
    assert [os.strerror(28) in words.en for words in told] == [True]


def test_it_is_known_of_every_field_of_an_event_whether_it_may_be_logged() -> None:
    counts = {(Compared, "plan"), (Started, "settled"), (WaveEnded, "states")}
    withheld = {(Loaded, "notices"), (Paused, "cause"), (Stopping, "stop"), *counts}
    texts = {
        (type(event), field.name)
        for event in STORY
        for field in fields(event)
        if not isinstance(getattr(event, field.name), str | int | float | None | State | Action | Finding)
    }
    assert texts == withheld
