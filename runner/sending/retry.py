"""Whether and when an attempt is made again. The owner of tenacity."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

from tenacity import AsyncRetrying, RetryCallState

from runner.outcome import RETRIED, Action, Verdict
from runner.sending.budget import RetryBudget
from runner.sending.limits import RetryPolicy

SLOW_DOWN_SECONDS = 1.0
"""How long to wait at least where the vendor asks to slow down."""


def slow_down_seconds(verdict: Verdict) -> float:
    """How long to wait after an answer that asks to slow down."""
    return max(SLOW_DOWN_SECONDS, verdict.wait or 0.0)


async def persist(
    first: Verdict,
    attempt: Callable[[], Awaitable[Verdict]],
    *,
    policy: RetryPolicy,
    budget: RetryBudget,
    may_go_on: Callable[[], bool],
    now: Callable[[], float],
    random: Random,
) -> Verdict:
    """Attempts again until the verdict is final, patience ends, or the run does. Gives the last verdict.

    Waits are exponential with full jitter (each drawn evenly between nothing and its bound), unless the answer says
    how long to wait; a timestamp that was too old is signed again at once.

    Args:
        first: of the attempt that was made already. It is what tenacity is given as the first call's result, so that
            a request which succeeds at once never pays for it.
        attempt: makes one more.
        policy: how often, and how long.
        budget: what every attempt after a backoff is taken from.
        may_go_on: whether further attempts may start.
        now: seconds of a clock that never goes back.
        random: for the jitter.
    """
    began = now()
    counted = int(first.action is not Action.SLOW_DOWN)
    last: Verdict | None = None
    too_late = False

    async def again() -> Verdict:
        nonlocal last, counted, too_late
        if last is None:
            last = first
            return last
        if last.action is Action.BACK_OFF:
            with suppress(TimeoutError):
                async with asyncio.timeout(began + policy.patience - now()):
                    await budget.retry()
        too_late = now() - began >= policy.patience
        if not too_late and may_go_on():
            last = await attempt()
            counted += last.action is not Action.SLOW_DOWN
        return last

    def wait(state: RetryCallState) -> float:
        verdict = _verdict(state)
        if verdict.action is Action.SIGN_AGAIN:
            return 0.0
        if verdict.action is Action.SLOW_DOWN:
            return slow_down_seconds(verdict)
        if verdict.wait is not None:
            return verdict.wait
        return random.uniform(0.0, min(policy.longest_backoff, policy.backoff * 2.0 ** (counted - 1)))

    retrying = AsyncRetrying(
        retry=lambda state: _verdict(state).action in RETRIED and not too_late and may_go_on(),
        stop=lambda state: counted >= policy.attempts or now() - began + state.upcoming_sleep > policy.patience,
        wait=wait,
        sleep=asyncio.sleep,
        retry_error_callback=_verdict,
    )
    return await retrying(again)


def _verdict(state: RetryCallState) -> Verdict:
    assert state.outcome is not None
    verdict: Verdict = state.outcome.result()  # re-raises what the attempt raised
    return verdict
