"""Runs to put into a journal: a few requests, good and bad."""

from collections.abc import Iterable
from random import Random

from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.new_run import Destination, NewRun
from runner.outcome import Action, Attempt, Outcome, State
from runner.problem import Problem, Violation
from runner.request import Draft
from runner.text import Text

STARTED = 1_750_000_000.0

DESTINATION = Destination(endpoint="https://vendor.example/greet", account="ab******")
NEW_RUN = NewRun(
    job="greet",
    source="guests.csv",
    sha256="0" * 64,
    sheet=None,
    key_column="A",
    key_heading="Guest",
    destination=DESTINATION,
)

OUT_OF_RANGE = Violation(
    "out-of-range", Text("500 is more than 100", "500 大于 100"), Text("Write 1 to 100.", "请填写 1 到 100。")
)


def good(key: str, *rows: int) -> Draft:
    """A draft that passed every check."""
    return Draft(key=key, rows=rows, body=f"hello {key}".encode())


def bad(key: str, row: int, violation: Violation = OUT_OF_RANGE, *, value: str = "500") -> Draft:
    """A draft with a problem in column B of its row."""
    problem = Problem(row=row, field="times", heading="Times", cell=f"B{row}", value=value, violation=violation)
    return Draft(key=key, rows=(row,), body=None, problems=(problem,))


def guests(count: int) -> list[Draft]:
    """So many good drafts, a row each, below a heading row."""
    return [good(f"guest-{number}", number + 1) for number in range(1, count + 1)]


def filled_run(database: Database, drafts: Iterable[Draft], *, name_seed: int = 0) -> int:
    """The journal's number of a new run that has these requests."""
    journal = Journal(database)
    run, _ = journal.open_run(NEW_RUN, now=STARTED, random=Random(name_seed))
    journal.fill(run, drafts)
    return run


def attempt(number: int = 1, *, action: Action = Action.SUCCEED, code: str = "0") -> Attempt:
    """An attempt that took a quarter of a second."""
    return Attempt(number=number, started=STARTED + number, seconds=0.25, code=code, action=action)


def succeeded(ordinal: int) -> Outcome:
    """The outcome of a request that the vendor took at the first attempt."""
    return Outcome(
        ordinal=ordinal,
        key="guest",
        state=State.SUCCEEDED,
        code="0",
        message=Text.verbatim("ok"),
        attempts=(attempt(),),
        unclear=False,
    )


def states(database: Database, run: int) -> list[str]:
    """The states of a run's requests as the journal has them, in input order."""
    rows = database.execute("SELECT state FROM requests WHERE run = ? ORDER BY ordinal", (run,)).fetchall()
    return [str(row["state"]) for row in rows]


def unclear_ordinals(database: Database, run: int) -> list[int]:
    """The requests that may have been applied without anybody knowing."""
    rows = database.execute("SELECT ordinal FROM requests WHERE run = ? AND unclear ORDER BY ordinal", (run,))
    return [int(row["ordinal"]) for row in rows.fetchall()]
