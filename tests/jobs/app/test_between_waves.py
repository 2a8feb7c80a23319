"""What happens between two waves, where somebody is there and where nobody is."""

import asyncio
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from jobs.app.between_waves import Consent, WaveOptions, between_waves, typed
from runner.errors import SettingsError
from runner.events import Asking, Event, Resting, WaveEnded
from runner.outcome import State
from runner.planning.terms import PlanTerms
from runner.text import Text
from tests.runner.sending.simulated_loop import simulated

GOOD = WaveEnded(number=1, of=3, states={State.SUCCEEDED: 10}, next=100, left=1_100)
BAD = WaveEnded(number=2, of=3, states={State.SUCCEEDED: 7, State.FAILED: 2, State.UNKNOWN: 1}, next=100, left=1_100)
TEN_MINUTES = PlanTerms(pause=600.0)
NO_PAUSE = PlanTerms()
NOBODY = Consent(language="en", json=True)
SOMEBODY = Consent(language="en")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where somebody types, and the program reads from the terminal."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    typing, terminal = pty.openpty()
    with os.fdopen(terminal, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield typing
    os.close(typing)


class Told:
    """What was observed, and how long it took; somebody types an answer to the question."""

    def __init__(self, keyboard: int | None = None, answer: str = "") -> None:
        self.events: list[Event] = []
        self.seconds = 0.0
        self._keyboard = keyboard
        self._answer = answer

    def after(self, wave: WaveEnded, terms: PlanTerms, consent: Consent) -> Text | None:
        """In simulated time."""

        async def story() -> Text | None:
            loop = asyncio.get_running_loop()
            began = loop.time()
            reason = await between_waves(terms, consent, self.events.append)(wave)
            self.seconds = loop.time() - began
            return reason

        return simulated(story())

    async def asked(self, wave: WaveEnded) -> Text | None:
        """At a terminal, where the answer is typed once there is a question."""
        question = asyncio.Event()

        def observe(event: Event) -> None:
            self.events.append(event)
            question.set()

        going = asyncio.ensure_future(between_waves(NO_PAUSE, SOMEBODY, observe)(wave))
        await question.wait()
        assert self._keyboard is not None
        os.write(self._keyboard, self._answer.encode())
        return await going


def test_it_rests_for_as_long_as_was_asked_for() -> None:
    told = Told()
    assert told.after(GOOD, TEN_MINUTES, NOBODY) is None
    assert told.events == [Resting(600.0)]
    assert round(told.seconds, 3) == 600


@pytest.mark.parametrize("wave", [GOOD, BAD])
def test_of_a_wave_that_an_earlier_process_ended_it_rests_for_what_is_left(wave: WaveEnded) -> None:
    told = Told()
    assert told.after(replace(wave, ago=100.0), TEN_MINUTES, NOBODY) is None
    assert told.events == [Resting(500.0)]
    assert round(told.seconds, 3) == 500
    assert told.after(replace(wave, ago=700.0), TEN_MINUTES, NOBODY) is None
    assert len(told.events) == 1


def test_it_goes_straight_on_where_that_was_agreed_to() -> None:
    told = Told()
    assert told.after(GOOD, NO_PAUSE, Consent(language="en", yes=True)) is None
    assert (told.events, told.seconds) == ([], 0.0)


@pytest.mark.parametrize(("terms", "yes"), [(TEN_MINUTES, False), (NO_PAUSE, True), (TEN_MINUTES, True)])
def test_nothing_agreed_to_beforehand_counts_where_something_went_wrong(terms: PlanTerms, *, yes: bool) -> None:
    told = Told()
    reason = told.after(BAD, terms, Consent(language="en", yes=yes, json=True))
    assert reason is not None
    assert reason.en.startswith("Of the 10 requests of wave 2, 3 have failed or are unknown")
    assert (told.events, told.seconds) == ([], 0.0)


@pytest.mark.parametrize("wave", [GOOD, BAD])
def test_where_nobody_is_there_the_run_ends_for_now(monkeypatch: pytest.MonkeyPatch, wave: WaveEnded) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    told = Told()
    for consent in (SOMEBODY, NOBODY):
        reason = told.after(wave, NO_PAUSE, consent)
        assert reason is not None
        assert "Resumed, the run sends the next 100 of 1,100" in reason.en
    assert told.events == []


@pytest.mark.parametrize("answer", ["y\n", "YES\n", "是\n"])
async def test_who_says_yes_goes_on(keyboard: int, answer: str) -> None:
    told = Told(keyboard, answer)
    assert await told.asked(GOOD) is None
    assert told.events == [Asking()]


@pytest.mark.parametrize("answer", ["\n", "n\n", "yy\n", "\x04"])
async def test_anything_but_a_clear_yes_ends_the_run_for_now(keyboard: int, answer: str) -> None:
    reason = await Told(keyboard, answer).asked(GOOD)
    assert reason is not None
    assert reason.en == "Wave 1 of 3 is done, and the next one was not wanted yet. Resumed, the run sends it."


async def test_who_is_asked_is_told_what_went_wrong(keyboard: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert await Told(keyboard, "y\n").asked(BAD) is None
    words = " ".join(capsys.readouterr().err.split())
    assert words == "3 of this wave have failed or are unknown. Go on with the next 100 of 1,100 all the same? [y/N]"


@pytest.mark.parametrize("ahead", ["y\n", "y\ny\ny\n", "y"])
async def test_what_was_typed_before_the_question_does_not_answer_it(keyboard: int, ahead: str) -> None:
    os.write(keyboard, ahead.encode())
    assert await Told(keyboard, "n\n").asked(GOOD) is not None


async def test_a_keyboard_that_has_gone_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdin", gone)
        assert await typed() == ""


@pytest.mark.parametrize(
    ("waves", "sizes"), [(None, ()), ("10", (10,)), ("10, 100,1000", (10, 100, 1_000)), ("10，20", (10, 20))]
)
def test_how_many_are_in_each_wave(waves: str | None, sizes: tuple[int, ...]) -> None:
    assert WaveOptions(waves=waves).sizes == sizes


@pytest.mark.parametrize(
    "options",
    [
        WaveOptions(waves="10,,20"),
        WaveOptions(waves="0"),
        WaveOptions(waves="-5"),
        WaveOptions(waves="٣"),
        WaveOptions(waves=""),
        WaveOptions(pause=60.0),
        WaveOptions(waves="10", pause=-1.0),
    ],
)
def test_waves_that_cannot_be_are_refused(options: WaveOptions) -> None:
    with pytest.raises(SettingsError):
        _ = options.sizes
