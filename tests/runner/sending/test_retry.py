import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from runner.outcome import Action, Verdict
from runner.sending.budget import RetryBudget
from runner.sending.limits import RetryPolicy
from runner.sending.retry import SLOW_DOWN_SECONDS, persist
from runner.text import Text
from tests.runner.sending.simulated_loop import simulated

FAR_TOO_MANY = 2_000
"""Attempts, more than any policy here allows."""


def verdict(action: Action, wait: float | None = None) -> Verdict:
    return Verdict(action=action, code=action.value, message=Text.verbatim(action.value), wait=wait)


SUCCEED = verdict(Action.SUCCEED)
REFUSED = verdict(Action.FAIL)
BUSY = verdict(Action.BACK_OFF)
EXPIRED = verdict(Action.SIGN_AGAIN)
TOO_MANY = verdict(Action.SLOW_DOWN)


def unbounded(now: Callable[[], float]) -> RetryBudget:
    return RetryBudget(share=0.0, floor=FAR_TOO_MANY, now=now)


@dataclass(frozen=True, slots=True)
class Story:
    """How it went."""

    verdict: Verdict
    times: list[float]
    """When each further attempt was made, in seconds after the first one was answered."""

    @property
    def waits(self) -> list[float]:
        return [later - earlier for earlier, later in zip([0.0, *self.times], self.times, strict=False)]


def persisting(
    answers: Sequence[Verdict],
    policy: RetryPolicy,
    *,
    seed: int = 0,
    attempt_seconds: float = 0.0,
    stop_after: int = FAR_TOO_MANY,
    budget: RetryBudget | None = None,
) -> Story:
    """Persists with a vendor that answers so, the last answer over and over; the run stops after so many answers."""
    times: list[float] = []

    async def attempt() -> Verdict:
        times.append(asyncio.get_running_loop().time())
        assert len(times) < FAR_TOO_MANY, "it would go on for ever"
        await asyncio.sleep(attempt_seconds)
        return answers[min(len(times), len(answers) - 1)]

    async def run() -> Story:
        loop = asyncio.get_running_loop()
        began = loop.time()
        last = await persist(
            answers[0],
            attempt,
            policy=policy,
            budget=budget or unbounded(loop.time),
            may_go_on=lambda: len(times) + 1 < stop_after,
            now=loop.time,
            random=Random(seed),
        )
        return Story(last, [time - began for time in times])

    return simulated(run())


@pytest.mark.parametrize("final", [SUCCEED, REFUSED, verdict(Action.STOP)])
def test_a_final_answer_ends_it(final: Verdict) -> None:
    story = persisting([BUSY, BUSY, final], RetryPolicy())
    assert story.verdict is final
    assert len(story.times) == 2


@pytest.mark.parametrize("final", [SUCCEED, REFUSED, verdict(Action.STOP)])
def test_nothing_is_attempted_again_where_the_first_answer_is_final(final: Verdict) -> None:
    story = persisting([final], RetryPolicy())
    assert (story.verdict, story.times) == (final, [])


@pytest.mark.parametrize("attempts", [1, 2, 6])
@pytest.mark.parametrize("answer", [BUSY, EXPIRED])
def test_attempts_are_bounded_the_first_one_included(attempts: int, answer: Verdict) -> None:
    story = persisting([answer], RetryPolicy(attempts=attempts))
    assert len(story.times) == attempts - 1
    assert story.verdict is answer


def test_each_backoff_may_last_twice_as_long_as_the_one_before_up_to_a_longest() -> None:
    policy = RetryPolicy(attempts=8, backoff=0.5, longest_backoff=10.0)
    bounds = [0.5, 1, 2, 4, 8, 10, 10]
    longest = [0.0] * 7
    for seed in range(300):
        waits = persisting([BUSY], policy, seed=seed).waits
        assert len(waits) == len(bounds)
        longest = [max(pair) for pair in zip(longest, waits, strict=True)]
    for wait, bound in zip(longest, bounds, strict=True):
        assert 0.95 * bound < wait < bound + 1e-6


def test_a_backoff_lasts_anything_between_nothing_and_its_bound_so_that_not_all_come_back_at_once() -> None:
    policy = RetryPolicy(attempts=2, backoff=8.0)
    waits = [persisting([BUSY], policy, seed=seed).waits[0] for seed in range(400)]
    quarters = [sum(quarter * 2 <= wait < quarter * 2 + 2 for wait in waits) for quarter in range(4)]
    assert sum(quarters) == 400
    assert min(quarters) > 60


def test_the_same_randomness_gives_the_same_waits() -> None:
    first, second = (persisting([BUSY], RetryPolicy(), seed=7) for _ in range(2))
    assert first.times == second.times
    assert first.times != persisting([BUSY], RetryPolicy(), seed=8).times


def test_an_expired_timestamp_is_signed_again_at_once() -> None:
    story = persisting([EXPIRED, EXPIRED, SUCCEED], RetryPolicy(backoff=60.0))
    assert story.verdict is SUCCEED
    assert story.waits == pytest.approx([0, 0], abs=1e-3)


@pytest.mark.parametrize("action", [Action.BACK_OFF, Action.SLOW_DOWN])
@pytest.mark.parametrize("seconds", [2.0, 7.5, 120.0])
def test_what_the_answer_says_of_how_long_to_wait_is_obeyed(action: Action, seconds: float) -> None:
    story = persisting([verdict(action, wait=seconds), SUCCEED], RetryPolicy(longest_backoff=1.0))
    assert story.waits == pytest.approx([seconds], abs=1e-3)


def test_who_is_told_to_slow_down_but_not_for_how_long_waits_a_moment() -> None:
    story = persisting([TOO_MANY, SUCCEED], RetryPolicy())
    assert story.waits == pytest.approx([SLOW_DOWN_SECONDS], abs=1e-3)


def test_answers_that_ask_to_slow_down_are_not_counted_as_attempts() -> None:
    story = persisting([BUSY, *[TOO_MANY] * 20, BUSY, *[TOO_MANY] * 20, BUSY, SUCCEED], RetryPolicy(attempts=3))
    assert story.verdict is BUSY
    assert len(story.times) == 42


@pytest.mark.parametrize("attempts", [1, 3])
def test_nor_is_the_very_first_answer_counted_where_it_asks_to_slow_down(attempts: int) -> None:
    story = persisting([TOO_MANY, *[BUSY] * (attempts - 1), SUCCEED], RetryPolicy(attempts=attempts))
    assert story.verdict is SUCCEED


def test_slow_downs_do_not_make_later_backoffs_longer() -> None:
    policy = RetryPolicy(attempts=4, backoff=1.0)
    for seed in range(20):
        without = persisting([BUSY, BUSY, SUCCEED], policy, seed=seed).waits[-1]
        slowed = persisting([BUSY, *[TOO_MANY] * 9, BUSY, SUCCEED], policy, seed=seed).waits[-1]
        assert slowed == pytest.approx(without, abs=1e-6)


@pytest.mark.parametrize("answer", [TOO_MANY, verdict(Action.SLOW_DOWN, wait=7.0), verdict(Action.BACK_OFF, wait=7.0)])
def test_no_attempt_is_made_once_patience_has_ended(answer: Verdict) -> None:
    story = persisting([answer], RetryPolicy(attempts=1_000, patience=100.0))
    assert story.verdict is answer
    assert 80 < story.times[-1] <= 100 + 1e-3


def test_who_is_told_to_wait_for_longer_than_patience_lasts_does_not_attempt_again() -> None:
    story = persisting([verdict(Action.SLOW_DOWN, wait=300.0)], RetryPolicy(patience=100.0))
    assert story.times == []


def test_the_time_that_attempts_take_counts_towards_patience() -> None:
    story = persisting([BUSY], RetryPolicy(attempts=1_000, backoff=0.1, patience=100.0), attempt_seconds=30.0)
    assert len(story.times) <= 4
    assert story.times[-1] <= 100


def test_a_vendor_that_says_slow_down_but_wait_for_no_time_at_all_is_not_asked_over_and_over() -> None:
    story = persisting([verdict(Action.SLOW_DOWN, wait=0.0)], RetryPolicy(patience=100.0))
    assert len(story.times) <= 100 / SLOW_DOWN_SECONDS + 1


@pytest.mark.parametrize("answer", [BUSY, EXPIRED, TOO_MANY])
def test_nothing_is_attempted_again_once_the_run_has_stopped(answer: Verdict) -> None:
    assert persisting([answer], RetryPolicy(), stop_after=1).times == []
    story = persisting([answer], RetryPolicy(), stop_after=3)
    assert (story.verdict, len(story.times)) == (answer, 2)


def test_what_an_attempt_raises_comes_out_as_it_is() -> None:
    async def attempt() -> Verdict:
        raise ZeroDivisionError

    async def run() -> Verdict:
        now = asyncio.get_running_loop().time
        return await persist(
            BUSY,
            attempt,
            policy=RetryPolicy(),
            budget=unbounded(now),
            may_go_on=lambda: True,
            now=now,
            random=Random(0),
        )

    with pytest.raises(ZeroDivisionError):
        simulated(run())


def test_nothing_is_attempted_where_the_run_was_stopped_while_it_waited_for_the_budget() -> None:
    stopped, attempts = False, 0

    async def attempt() -> Verdict:
        nonlocal attempts
        attempts += 1
        return SUCCEED

    def stop() -> None:
        nonlocal stopped
        stopped = True

    async def story() -> Verdict:
        loop = asyncio.get_running_loop()
        budget = RetryBudget(share=0.0, floor=0.1, now=loop.time)
        await budget.retry()
        loop.call_later(5, stop)
        return await persist(
            BUSY,
            attempt,
            policy=RetryPolicy(),
            budget=budget,
            may_go_on=lambda: not stopped,
            now=loop.time,
            random=Random(0),
        )

    assert simulated(story()) is BUSY
    assert attempts == 0


def test_nothing_is_attempted_where_patience_ended_while_it_waited_for_the_budget() -> None:
    async def attempt() -> Verdict:
        raise AssertionError

    async def story() -> Verdict:
        loop = asyncio.get_running_loop()
        budget = RetryBudget(share=0.0, floor=0.1, now=loop.time)
        await budget.retry()
        return await persist(
            BUSY,
            attempt,
            policy=RetryPolicy(patience=5.0),
            budget=budget,
            may_go_on=lambda: True,
            now=loop.time,
            random=Random(0),
        )

    assert simulated(story()) is BUSY
