"""A journal with runs in it, as the program finds it in a folder."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.new_run import Destination, NewRun
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, RunState, State, Stop
from runner.problem import Problem, Violation
from runner.request import Draft
from runner.text import Text

VENDOR = Destination(endpoint="https://vendor.example/v3/voice/", account="bDqJ****")
STOP = Stop(reason=Text("The vendor refused the API key.", "供应商拒绝了 API 密钥。"))
TOO_MANY = Violation(
    "out-of-range", Text("11 is more than 10", "11 大于 10"), Text("Write 1 to 10.", "请填写 1 到 10。")
)


def journal_in(folder: Path) -> Path:
    """Where the program looks for it."""
    return folder / "home" / "journal.sqlite3"


def draft(key: str, row: int) -> Draft:
    """A flow that is right."""
    return Draft(key=key, rows=(row,), body=b'{"keyId": %s}' % key.encode())


def wrong(key: str, *rows: int) -> Draft:
    """A flow of these rows, each with one problem."""
    problems = tuple(
        Problem(row=row, field="recallNum", heading="重呼次数", cell=f"C{row}", value="11", violation=TOO_MANY)
        for row in rows
    )
    return Draft(key=key, rows=rows, body=None, problems=problems)


def outcome(ordinal: int, state: State, code: str, message: str) -> Outcome:
    """What one attempt came to."""
    action = Action.SUCCEED if state is State.SUCCEEDED else Action.FAIL
    made = Attempt(number=1, started=1_750_000_000.0, seconds=0.1, code=code, action=action)
    return Outcome(
        ordinal=ordinal,
        key="",
        state=state,
        code=code,
        message=Text.verbatim(message),
        attempts=(made,),
        unclear=state is State.UNKNOWN,
    )


def recorded(
    folder: Path,
    drafts: Sequence[Draft],
    outcomes: Sequence[Outcome] = (),
    *,
    started: float = 1_750_000_000.0,
    stop: Stop | None = None,
    ended: bool = True,
    claimed: int | None = None,
    job: str = "upload",
) -> str:
    """A run in the journal of the folder; gives its name. One that did not end was killed."""
    with Database(journal_in(folder)) as database:
        journal = Journal(database)
        new = NewRun(
            job=job,
            source="flows.csv",
            sha256="0" * 64,
            sheet=None,
            key_column="A",
            key_heading="keyId",
            destination=VENDOR,
        )
        run, name = journal.open_run(new, now=started, random=Random(started))
        journal.fill(run, drafts)
        journal.mark_loaded(run, rows=len(drafts), seconds=1.5)
        claims = Claims(database, run, LeaseTerms(owner="elsewhere/1"), now=started)
        claims.claim(len(outcomes) if claimed is None else claimed, now=started)
        claims.settle(outcomes, now=started)
        claims.release()
        journal.set_state(run, RunState.RUNNING)
        if ended:
            journal.end_run(run, stop=stop, seconds=2.0)
    return name
