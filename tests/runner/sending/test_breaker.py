import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from runner.events import Event, Paused, Resumed
from runner.outcome import Action, Verdict
from runner.sending.breaker import UNHEARD_PATIENCE, Breaker
from runner.sending.limits import BreakerTerms
from runner.text import Text
from tests.runner.sending.simulated_loop import simulated

TERMS = BreakerTerms(failures=3, pause=1.0, longest_pause=8.0, patience=100.0)
CLOSE = 1e-3


def verdict(action: Action, *, ambiguous: bool = False) -> Verdict:
    return Verdict(action=action, code="code", message=Text(f"told {action.value}", "答复"), ambiguous=ambiguous)


YES = verdict(Action.SUCCEED)
NO_CONNECTION = verdict(Action.BACK_OFF)
CUT_OFF = verdict(Action.BACK_OFF, ambiguous=True)
ANSWERS = [action for action in Action if action is not Action.BACK_OFF]


class Vendor:
    """Answers calls that pass the breaker, as a test says."""

    def __init__(self, terms: BreakerTerms = TERMS, *, heard: bool = True) -> None:
        self.events: list[Event] = []
        self.given_up: list[Text] = []
        self.time = asyncio.get_running_loop().time
        self.breaker = Breaker(terms, self.events.append, self.given_up.append, now=self.time)
        if heard:
            self.answers(YES, readable=True)

    def answers(self, answer: Verdict, count: int = 1, *, readable: bool = False, probe: bool = False) -> None:
        for _ in range(count):
            self.breaker.answered(answer, readable=readable, probe=probe)

    def goes_down(self) -> None:
        self.answers(NO_CONNECTION, TERMS.failures)

    async def probe(self, answer: Verdict) -> float:
        """Waits for the gate, makes the probe, and gives when that was."""
        assert await self.breaker.gate()
        at = self.time()
        self.answers(answer, probe=True)
        self.breaker.probe_is_over()
        return at

    def is_open(self) -> bool:
        return self.breaker.is_open

    @property
    def pauses(self) -> list[float]:
        return [event.seconds for event in self.events if isinstance(event, Paused)]


class Caller:
    """Somebody who waits at the gate."""

    def __init__(self, vendor: Vendor) -> None:
        self.passed: float | None = None
        self.is_probe: bool | None = None
        self._vendor = vendor
        self.task = asyncio.ensure_future(self._come())

    async def _come(self) -> None:
        self.is_probe = await self._vendor.breaker.gate()
        self.passed = self._vendor.time()


async def first_of(callers: set[Caller]) -> Caller:
    """Takes out whoever of them passes first."""
    await asyncio.wait([caller.task for caller in callers], return_when=asyncio.FIRST_COMPLETED)
    (first,) = [caller for caller in callers if caller.task.done()]
    callers.remove(first)
    return first


def simulation(story: Coroutine[Any, Any, None]) -> None:
    simulated(story)


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.answers(NO_CONNECTION, 2)
        assert not vendor.is_open()
        assert not await vendor.breaker.gate()
        vendor.answers(CUT_OFF)
        assert vendor.is_open()
        assert vendor.events == [Paused(1.0, CUT_OFF.message, CUT_OFF.code)]

    simulation(story())


@pytest.mark.parametrize("action", ANSWERS)
def test_any_answer_between_failures_makes_them_none_in_a_row(action: Action) -> None:
    async def story() -> None:
        vendor = Vendor()
        for _ in range(20):
            vendor.answers(NO_CONNECTION, 2)
            vendor.answers(verdict(action))
        assert not vendor.is_open()
        assert vendor.events == []

    simulation(story())


def test_while_it_is_open_nothing_passes_and_after_the_pause_one_call_does() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        callers = [Caller(vendor) for _ in range(5)]
        await asyncio.sleep(0.99)
        assert not any(caller.passed for caller in callers)
        await asyncio.sleep(50)
        (probe,) = [caller for caller in callers if caller.task.done()]
        assert probe.is_probe
        assert probe.passed == pytest.approx(1, abs=CLOSE)

    simulation(story())


def test_who_comes_while_the_probe_is_under_way_waits_for_what_comes_of_it() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        assert await vendor.breaker.gate()
        late = Caller(vendor)
        await asyncio.sleep(30)
        assert late.passed is None
        vendor.answers(YES, probe=True)
        vendor.breaker.probe_is_over()
        await late.task
        assert late.is_probe is False

    simulation(story())


@pytest.mark.parametrize("action", ANSWERS)
def test_any_answer_to_the_probe_closes_it_and_lets_everyone_pass(action: Action) -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        callers = [Caller(vendor) for _ in range(5)]
        await asyncio.sleep(1.5)
        vendor.answers(verdict(action), probe=True)
        vendor.breaker.probe_is_over()
        await asyncio.gather(*(caller.task for caller in callers))
        assert sum(bool(caller.is_probe) for caller in callers) == 1
        assert not vendor.is_open()
        assert vendor.events[-1] == Resumed()
        assert vendor.events.count(Resumed()) == 1
        assert not await vendor.breaker.gate()

    simulation(story())


def test_each_pause_lasts_twice_as_long_as_the_one_before_up_to_a_longest() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        probes = [await vendor.probe(NO_CONNECTION) for _ in range(6)]
        assert vendor.pauses == pytest.approx([1, 2, 4, 8, 8, 8, 8])
        assert probes == pytest.approx([1, 3, 7, 15, 23, 31], abs=CLOSE)

    simulation(story())


def test_of_those_who_wait_one_at_a_time_is_the_probe() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        under_way = most = 0
        passed: list[float] = []

        async def call() -> None:
            nonlocal under_way, most
            while True:
                probe = await vendor.breaker.gate()
                assert probe
                under_way += 1
                most = max(most, under_way)
                passed.append(vendor.time())
                await asyncio.sleep(0.5)
                under_way -= 1
                vendor.answers(NO_CONNECTION, probe=True)
                vendor.breaker.probe_is_over()

        calling = [asyncio.ensure_future(call()) for _ in range(7)]
        await asyncio.sleep(30)
        assert most == 1
        assert passed == pytest.approx([1, 3.5, 8, 16.5, 25], abs=CLOSE)
        for task in calling:
            task.cancel()

    simulation(story())


def test_a_vendor_that_came_back_and_goes_down_again_is_paused_from_the_beginning() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        await vendor.probe(NO_CONNECTION)
        await vendor.probe(YES)
        vendor.answers(NO_CONNECTION, 2)
        assert not vendor.is_open()
        vendor.answers(NO_CONNECTION)
        assert vendor.pauses == [1, 2, 1]
        await asyncio.sleep(0.5)
        vendor.answers(YES)
        assert vendor.events.count(Resumed()) == 2

    simulation(story())


def test_patience_begins_anew_when_a_vendor_came_back() -> None:
    async def story() -> None:
        vendor = Vendor(BreakerTerms(failures=3, pause=30.0, longest_pause=30.0, patience=100.0))
        for _ in range(5):
            vendor.goes_down()
            await vendor.probe(NO_CONNECTION)
            await vendor.probe(NO_CONNECTION)
            await vendor.probe(YES)
        assert vendor.given_up == []

    simulation(story())


def test_when_patience_ends_it_probes_once_more_and_gives_up() -> None:
    async def story() -> None:
        vendor = Vendor(BreakerTerms(failures=3, pause=1.0, longest_pause=8.0, patience=20.0))
        vendor.goes_down()
        times = []
        while not vendor.given_up:
            times.append(await vendor.probe(CUT_OFF))
        assert times == pytest.approx([1, 3, 7, 15, 20], abs=CLOSE)
        (reason,) = vendor.given_up
        assert "down" in reason.en
        assert "told back off" in reason.en
        assert "答复" in reason.zh

    simulation(story())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(NO_CONNECTION, ("cannot be reached", "base URL", "told back off"), id="no connection"),
        pytest.param(CUT_OFF, ("Not one answer", "base URL", "told back off"), id="no answer that can be read"),
    ],
)
def test_a_vendor_that_was_never_heard_gets_less_time_and_the_reason_names_the_base_url(
    answer: Verdict, words: tuple[str, ...]
) -> None:
    async def story() -> None:
        vendor = Vendor(heard=False)
        vendor.answers(answer, TERMS.failures)
        while not vendor.given_up:
            await vendor.probe(answer)
        assert vendor.time() == pytest.approx(UNHEARD_PATIENCE, abs=CLOSE)
        (reason,) = vendor.given_up
        assert all(word in reason.en for word in words)

    simulation(story())


def test_who_has_less_patience_than_that_gives_up_earlier_still() -> None:
    async def story() -> None:
        vendor = Vendor(BreakerTerms(failures=3, patience=5.0), heard=False)
        vendor.goes_down()
        while not vendor.given_up:
            await vendor.probe(NO_CONNECTION)
        assert vendor.time() == pytest.approx(5, abs=CLOSE)

    simulation(story())


def test_an_answer_that_nobody_can_read_is_not_the_vendors() -> None:
    async def story() -> None:
        vendor = Vendor(heard=False)
        vendor.answers(CUT_OFF)
        vendor.answers(verdict(Action.SLOW_DOWN))
        assert not vendor.breaker.heard
        vendor.answers(CUT_OFF, readable=True)
        assert vendor.breaker.heard

    simulation(story())


def test_when_the_probe_was_never_made_another_may_follow_at_once() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        callers = {Caller(vendor) for _ in range(3)}
        await first_of(callers)
        vendor.breaker.probe_is_over()
        second = await first_of(callers)
        assert second.is_probe
        assert second.passed == pytest.approx(1, abs=CLOSE)

    simulation(story())


def test_who_goes_away_from_the_gate_keeps_nobody_waiting() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        callers = [Caller(vendor) for _ in range(3)]
        await asyncio.sleep(0.5)
        callers[0].task.cancel()
        first = await first_of(set(callers[1:]))
        assert first.passed == pytest.approx(1, abs=CLOSE)
        assert first.is_probe

    simulation(story())


def test_failures_of_calls_that_were_begun_before_it_opened_make_no_pause_longer() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        vendor.answers(NO_CONNECTION, 10)
        assert vendor.pauses == [1]
        assert await vendor.breaker.gate()
        assert vendor.time() == pytest.approx(1, abs=CLOSE)

    simulation(story())


def test_an_answer_to_a_call_that_was_begun_before_it_opened_closes_it() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        callers = [Caller(vendor) for _ in range(3)]
        await asyncio.sleep(0.25)
        vendor.answers(YES)
        await asyncio.gather(*(caller.task for caller in callers))
        assert [caller.is_probe for caller in callers] == [False] * 3
        assert vendor.time() == pytest.approx(0.25, abs=CLOSE)

    simulation(story())


def test_a_probe_that_fails_after_another_answer_came_does_not_open_it_again() -> None:
    async def story() -> None:
        vendor = Vendor()
        vendor.goes_down()
        assert await vendor.breaker.gate()
        vendor.answers(YES)
        vendor.answers(NO_CONNECTION, probe=True)
        vendor.breaker.probe_is_over()
        assert not vendor.is_open()
        assert vendor.pauses == [1]

    simulation(story())
