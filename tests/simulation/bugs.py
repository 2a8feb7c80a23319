"""Deliberate bugs, each in one part of the program, to see whether the oracle would notice it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from runner.exchange import Call
from runner.job import Job
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.superseded import Later
from runner.outcome import Action, Attempt, Outcome, State
from runner.request import Request
from runner.text import Text
from tests.simulation.errand import Errand, ReadableErrand
from tests.simulation.process import Parts


class SettlesBeforeSending(Claims):
    """Writes each request down as succeeded when it is claimed: nearly always it will be."""

    def claim(self, limit: int, *, now: float) -> list[Request]:
        claimed = super().claim(limit, now=now)
        if claimed:
            super().settle([_success(request, now) for request in claimed], now=now)
        return claimed

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:  # noqa: ARG002 - see `Claims`
        """It is written already."""
        return outcomes

    def give_back(self, ordinals: Any) -> None:
        """It is settled already."""


class ClaimsAfterSending(Claims):
    """Hands requests out first, and marks them as being sent when the first of them is settled."""

    def claim(self, limit: int, *, now: float) -> list[Request]:
        claimed = super().claim(limit, now=now)
        self.give_back([request.ordinal for request in claimed])
        return claimed


class CallsUnknownFailed(Claims):
    """Has no word for not knowing."""

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:
        return super().settle(
            [replace(each, state=State.FAILED) if each.state is State.UNKNOWN else each for each in outcomes], now=now
        )


class CallsUnknownNotSent(Claims):
    """Forgets, when it takes a run over, that what was claimed may have been sent."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        with self._database.transaction():
            self._database.execute("UPDATE requests SET unclear = 0 WHERE run = ? AND state = 'ready'", (self._run,))


class SendsAllAgain(Claims):
    """Begins from the start when it is resumed."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if named.get("reopen"):
            with self._database.transaction():
                self._database.execute(
                    "UPDATE requests SET state = 'ready' WHERE run = ? AND state = 'succeeded'", (self._run,)
                )


class IgnoresItsLease(Claims):
    """Goes on when another process has taken the run over."""

    def _renew(self, now: float) -> None:
        """Never looks."""


class SendsOlderOverNewer(Claims):
    """Does not look what later runs have sent."""

    def _later(self) -> Later:
        return Later((), ())


class SettlesUnfenced(IgnoresItsLease):
    """Writes outcomes over whatever is there."""

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:
        for outcome in outcomes:
            with self._database.transaction():
                self._database.execute(
                    "UPDATE requests SET lease = ? WHERE run = ? AND ordinal = ?",
                    (self.token, self._run, outcome.ordinal),
                )
        return super().settle(outcomes, now=now)


class ClaimsInTheAir(Claims):
    """Hands requests out that are marked as being sent with the operating system, and not on the disk."""

    def claim(self, limit: int, *, now: float) -> list[Request]:
        database, self._database = self._database, NeverDurable(self._database)
        try:
            return super().claim(limit, now=now)
        finally:
            self._database = database


class NeverDurable(Database):
    """A journal that never waits for the disk."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.execute = real.execute  # type: ignore[method-assign]
        self.execute_many = real.execute_many  # type: ignore[method-assign]

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:  # noqa: ARG002 - it does not care
        with self._real.transaction(durable=False):
            yield


@dataclass(frozen=True, slots=True)
class SignsOnce(ReadableErrand):
    """Signs a request when it is first seen, and sends that signature with each attempt."""

    signed: dict[str, int] = field(default_factory=dict)

    def call(self, request: Request, timestamp: int) -> Call:
        return ReadableErrand.call(self, request, self.signed.setdefault(request.key, timestamp))


def _signs_when_claimed() -> Parts:
    """Signs before there is a permit: when the request is claimed."""
    signed: dict[str, int] = {}

    class SigningClaims(Claims):
        def claim(self, limit: int, *, now: float) -> list[Request]:
            claimed = super().claim(limit, now=now)
            signed.update((request.key, int(now)) for request in claimed)
            return claimed

    class Signed(ReadableErrand):
        def call(self, request: Request, timestamp: int) -> Call:
            return super().call(request, signed.pop(request.key, timestamp))

    return Parts(claims=SigningClaims, job=lambda _: Signed())


def _made_of(claims: type[Claims]) -> Callable[[], Parts]:
    return lambda: Parts(claims=claims)


def _doing(job: Callable[[], Job]) -> Callable[[], Parts]:
    return lambda: Parts(job=lambda _: job())


BUGS: dict[str, Callable[[], Parts]] = {
    "it settles before it sends": _made_of(SettlesBeforeSending),
    "it claims after it has sent": _made_of(ClaimsAfterSending),
    "it sends before its claim is on the disk": _made_of(ClaimsInTheAir),
    "it calls failed what is unknown": _made_of(CallsUnknownFailed),
    "it forgets that what was claimed may have been sent": _made_of(CallsUnknownNotSent),
    "it sends again what has succeeded": _made_of(SendsAllAgain),
    "it does not look whether it has lost its lease": _made_of(IgnoresItsLease),
    "it writes outcomes over those of others": _made_of(SettlesUnfenced),
    "it takes the timestamp before the permit": _signs_when_claimed,
    "it keeps the timestamp of the first attempt": _doing(SignsOnce),
    "it sends more at once than it may": lambda: Parts(
        limits=lambda limits: replace(limits, concurrency=limits.concurrency + 1)
    ),
    "it sends faster than it may": lambda: Parts(limits=lambda limits: replace(limits, rate=None)),
    "it attempts more often than it may": lambda: Parts(
        retry=lambda retry: replace(retry, attempts=retry.attempts + 1)
    ),
    "it does not read back what it resumes": _doing(Errand),
    "it does not look what later runs have sent": _made_of(SendsOlderOverNewer),
}


def _success(request: Request, now: float) -> Outcome:
    return Outcome(
        ordinal=request.ordinal,
        key=request.key,
        state=State.SUCCEEDED,
        code="0",
        message=Text.verbatim("welcome"),
        attempts=(Attempt(number=request.attempts + 1, started=now, seconds=0.0, code="0", action=Action.SUCCEED),),
        unclear=False,
    )
