"""What happens between two waves: a pause, a question, or the end for now."""

import asyncio
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

from rich.console import Console

from jobs.app.asking import forget_typed_ahead, print_question, says_yes, somebody_is_there
from runner.errors import SettingsError
from runner.events import Asking, Observe, Resting, WaveEnded
from runner.planning.terms import PlanTerms
from runner.sending.waves import Between
from runner.text import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How the user agrees to the next wave."""

    language: Language
    yes: bool = False
    """Whether it was given beforehand."""
    json: bool = False
    """Whether a program reads our answer, so that nobody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveOptions:
    """What the command line says."""

    waves: str | None = None
    pause: float | None = None
    """Seconds."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many are in each wave; the last number goes on to count.

        Raises:
            SettingsError: the options cannot be used.
        """
        if self.waves is None:
            if self.pause is not None:
                raise SettingsError(
                    "--pause is between two waves. Add --waves 10,100,1000, or leave it out.",
                    "--pause 是两批之间的间隔。请加上 --waves 10,100,1000，或去掉此选项。",
                )
            return ()
        sizes = [words.strip() for words in self.waves.replace("，", ",").split(",")]
        if not all(words.isascii() and words.isdecimal() and int(words) for words in sizes):
            raise SettingsError(
                f'--waves is "{self.waves}". Write how many are sent in each wave, like 10,100,1000.',
                f"--waves 的值“{self.waves}”无效。请写每批发送的数量，如 10,100,1000。",
            )
        if self.pause is not None and self.pause < 0:
            raise SettingsError("--pause cannot be less than nothing. Write 10m.", "--pause 不能为负。请写成 10m。")
        return tuple(map(int, sizes))


def between_waves(terms: PlanTerms, consent: Consent, observe: Observe) -> Between:
    """What is done between two waves of a run."""

    async def between(wave: WaveEnded) -> Text | None:
        if terms.pause is not None or consent.yes:
            if wave.bad and wave.ago is None:  # of a wave that ended before, whoever resumes has seen the report
                return _WENT_WRONG.format(number=wave.number, bad=wave.bad, settled=wave.settled)
            if (rest := (terms.pause or 0.0) - (wave.ago or 0.0)) > 0:
                observe(Resting(rest))
                await asyncio.sleep(rest)
            return None
        if not somebody_is_there(json=consent.json):
            return _ENDS.format(number=wave.number, of=wave.of, next=f"{wave.next:,}", left=f"{wave.left:,}")
        observe(Asking())
        question = (_GO_ON_THOUGH if wave.bad else _GO_ON).format(
            bad=wave.bad, next=f"{wave.next:,}", left=f"{wave.left:,}"
        )
        forget_typed_ahead()
        print_question(Console(stderr=True), question, consent.language)
        return None if says_yes(await typed()) else _AS_ANSWERED.format(number=wave.number, of=wave.of)

    return between


async def typed() -> str:
    """The next line that is typed; empty where the keyboard has gone.

    It is read by a thread that nobody waits for, and below Python's buffers: their lock, held at the program's end by a
    thread that still waits for a key, would abort it.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    keyboard = sys.stdin.fileno()

    def read() -> None:
        try:
            got = os.read(keyboard, 1024)
        except OSError:
            got = b""
        with suppress(RuntimeError):  # the run has ended meanwhile, and its loop with it
            loop.call_soon_threadsafe(take, got)

    def take(got: bytes) -> None:
        if not line.done():
            line.set_result(got.decode(os.device_encoding(keyboard) or "utf-8", errors="replace"))

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    return await line


_GO_ON = Text("Go on with the next {next} of {left}?", "是否继续发送下一批 {next} 个（共剩 {left} 个）？")
_GO_ON_THOUGH = Text(
    "{bad} of this wave have failed or are unknown. Go on with the next {next} of {left} all the same?",
    "本批有 {bad} 个失败或未知。是否仍继续发送下一批 {next} 个（共剩 {left} 个）？",
)
_ENDS = Text(
    "Wave {number} of {of} is done, and nobody is here to ask. Resumed, the run sends the next {next} of {left}.",
    "第 {number}/{of} 批已完成，此处无人可确认。继续运行时发送下一批 {next} 个（共剩 {left} 个）。",
)
_AS_ANSWERED = Text(
    "Wave {number} of {of} is done, and the next one was not wanted yet. Resumed, the run sends it.",
    "第 {number}/{of} 批已完成，按您的选择暂不发送下一批；继续运行时发送。",
)
_WENT_WRONG = Text(
    "Of the {settled} requests of wave {number}, {bad} have failed or are unknown, so that the next one was not begun. "
    "Look at the report; then resume.",
    "第 {number} 批的 {settled} 个请求中有 {bad} 个失败或未知，因此未开始下一批。请查看报告后继续。",
)
