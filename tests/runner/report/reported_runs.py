"""Runs to report on: with an earlier one before them, or with attempts at given times."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runner.change import Change
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, State, Stop
from runner.request import Draft
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, filled_run, guests
from tests.runner.sending.fake_job import Greet


@dataclass(frozen=True, slots=True)
class GreetAndCompare(Greet):
    """The fake job, where bodies `name=value name=value` can be compared as well."""

    def changes(self, old: bytes, new: bytes) -> Iterator[Change]:
        before, after = (dict(word.split("=") for word in body.decode().split()) for body in (old, new))
        for name in {**before, **after}:
            if before.get(name) != after.get(name):
                yield Change(field=name, old=before.get(name), new=after.get(name))


def outcome(
    ordinal: int,
    state: State = State.SUCCEEDED,
    *,
    code: str = "0",
    message: str = "ok",
    at: tuple[float, ...] = (STARTED,),
) -> Outcome:
    """With attempts at these times."""
    attempts = tuple(
        Attempt(number=number, started=each, seconds=0.1, code=code, action=Action.FAIL)
        for number, each in enumerate(at, start=1)
    )
    return Outcome(
        ordinal=ordinal,
        key="guest",
        state=state,
        code=code,
        message=Text.verbatim(message),
        attempts=attempts,
        unclear=False,
    )


def settle(
    database: Database,
    run: int,
    outcomes: Iterable[Outcome],
    *,
    now: float,
    stop: Stop | None = None,
    over: Sequence[int] = (),
) -> None:
    """Sends as many of the run's requests as there are outcomes, over the values of those later runs, and ends it."""
    settled = list(outcomes)
    claims = Claims(database, run, LeaseTerms(owner="me"), now=now, reopen=True, overwrites=over)
    claims.claim(len(settled), now=now)
    claims.settle(settled, now=now)
    claims.release()
    Journal(database).end_run(run, stop=stop, seconds=1.0)


def run_of_attempts(database: Database, times: Iterable[tuple[float, ...]]) -> int:
    """A run in which each request was tried at these times."""
    outcomes = [outcome(number, at=each) for number, each in enumerate(times, start=1)]
    run = filled_run(database, guests(len(outcomes)))
    settle(database, run, outcomes, now=STARTED)
    return run


def greetings(**bodies: str) -> list[Draft]:
    """A draft for each guest, with its body."""
    return [Draft(key=key, rows=(row,), body=body.encode()) for row, (key, body) in enumerate(bodies.items(), start=2)]
