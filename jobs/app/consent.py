"""Before anything is sent to a real vendor: what is going to happen, in numbers, and a question to whoever is there.

A script is asked nothing; neither is whoever has said `--yes`, nor a run that goes to a sandbox of its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from rich.console import Console

from jobs.app.asking import forget_typed_ahead, print_question, says_yes, somebody_is_there
from jobs.app.between_waves import typed
from jobs.app.consent_words import (
    ALL_JUST_SO,
    AS_ANSWERED,
    C_COMPARES,
    CAN_BE_UNDONE,
    CANNOT_BE_UNDONE,
    CANNOT_BE_UNDONE_RESUMED,
    GO_ON,
    NOTHING_SENT,
    SEND,
    SOME_INVALID,
    SOME_JUST_SO,
    STILL_TO_READ,
    STILL_TO_SEND,
    what_is_sent,
)
from jobs.app.deadline import Control
from jobs.app.exit_codes import ExitCode
from jobs.app.printing import print_line
from jobs.app.settings import Settings
from jobs.app.summary import print_json, run_json
from jobs.app.target import Target
from runner.errors import InputError
from runner.events import Asking, Observe
from runner.journal.applied import AppliedBefore
from runner.journal.database import Database
from runner.journal.leases import release_reserved
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.new_run import Destination
from runner.journal.owner import this_process
from runner.journal.reopening import count_left
from runner.outcome import State, Stop
from runner.planning.terms import decode_terms
from runner.sending.agreement import Agree
from runner.text import Language, Text

_COMPARE = {"c", "compare", "比对"}
_OR_COMPARE = Text.verbatim("{question} [y/N/c] ")


class Answer(Enum):
    """What is to be done with a loaded upload."""

    SEND = "send"
    COMPARE = "compare"
    """Forget it, and load it anew as one that compares."""


@dataclass(slots=True, kw_only=True)
class Question:
    """Whether something is to be sent, for one command."""

    language: Language
    yes: bool
    """Whether it was answered beforehand."""
    json: bool
    """Whether a program reads our answer."""
    real: bool
    """Whether the run goes to a real vendor."""
    target: Target
    """Where the commands lead that are printed."""
    declined: bool = False
    """Whether somebody was asked, and did not agree."""

    @property
    def reaches_somebody(self) -> bool:
        """Whether it is asked at all."""
        return self.real and not self.yes and somebody_is_there(json=self.json)

    def tell(self, words: Text) -> None:
        """Print a line on stderr."""
        print_line(Console(stderr=True), words, self.language)

    def ask(self, words: Text, *, or_compare: bool = False) -> str:
        """Ask, and give the line that is typed; an empty one where the keyboard has gone."""
        forget_typed_ahead()
        if or_compare:
            print_line(Console(stderr=True), _OR_COMPARE.format(question=words), self.language, end="")
        else:
            self.print(words)
        try:
            return input()
        except EOFError:
            return ""

    def how_to_undo(self, record: RunRecord) -> Text:
        """Say how a run that keeps before-images is undone."""
        return CAN_BE_UNDONE.format(command=self.target.to(record.endpoint).command("undo", record.name))

    def print(self, words: Text) -> None:
        """Print the question, for the answer to be typed behind it."""
        print_question(Console(stderr=True), words, self.language)


def agree_to_upload(run: int, database: Database, question: Question, check: Callable[[], bool]) -> Answer:
    """Let a plain upload be sent that somebody agrees to, or compared first.

    Args:
        run: a loaded one of which nothing was sent.
        database: the journal.
        question: asks.
        check: asks what else there is to be asked, and gives whether somebody said yes to it: that is a yes to sending.

    Raises:
        InputError: the run is not to be sent.
    """
    record = Ledger(database).run(run)
    asks = question.reaches_somebody and record.open > 0
    if asks:
        question.tell(what_is_sent(record))
        question.tell(CANNOT_BE_UNDONE)
        _tell_of_just_so(record, database, question)
    said_yes = check()
    if not asks and question.real:
        _tell_of_just_so(record, database, question)
    if said_yes or not asks:
        return Answer.SEND
    question.tell(C_COMPARES)
    answer = question.ask(SEND, or_compare=True)
    if answer.strip().lower() in _COMPARE:
        return Answer.COMPARE
    if says_yes(answer):
        check()  # while somebody thought, others may have begun
        return Answer.SEND
    raise InputError(AS_ANSWERED.en, AS_ANSWERED.zh)


def _tell_of_just_so(record: RunRecord, database: Database, question: Question) -> None:
    """Say how many requests the journal knows to have been sent exactly as they are now."""
    alike = AppliedBefore(database, record.id).last_just_so() if record.open else 0
    if alike:
        words = ALL_JUST_SO if alike == record.open else SOME_JUST_SO
        question.tell(words.format(alike=f"{alike:,}", open=f"{record.open:,}"))


def agree_to_resume(
    record: RunRecord,
    database: Database,
    destination: Destination,
    question: Question,
    *,
    said_yes: bool = False,
    left_out: int = 0,
) -> None:
    """Let a run go on with sending that somebody agrees to.

    Args:
        record: the run, of which nothing was begun now.
        database: the journal.
        destination: where it goes.
        question: asks.
        said_yes: whether somebody was asked something else before, and said yes: that is a yes to going on.
        left_out: requests that are not sent, as later runs have sent newer values for them.

    Raises:
        InputError: the run is not to go on; a lease that was reserved for it is given back.
    """
    if not question.reaches_somebody or not _sends(record):
        return
    words = STILL_TO_READ if record.unread else STILL_TO_SEND
    left = record.unread or count_left(database, record.id) - left_out
    question.tell(
        words.format(left=f"{left:,}", endpoint=destination.endpoint, account=destination.account, run=record.name)
    )
    question.tell(CANNOT_BE_UNDONE_RESUMED if record.terms is None else question.how_to_undo(record))
    if said_yes:
        return
    try:
        agreed = says_yes(question.ask(GO_ON))
    except BaseException:
        release_reserved(database, record.id, owner=this_process())
        raise
    if not agreed:
        release_reserved(database, record.id, owner=this_process())
        raise InputError(AS_ANSWERED.en, AS_ANSWERED.zh)


def agree_after_reading(
    run: int,
    database: Database,
    question: Question | None,
    observe: Observe,
    control: Control,
    *,
    strict: bool,
    resumed: bool,
) -> Agree | None:
    """Give who is to agree to what a comparison came to; None where nobody is.

    Args:
        run: one that is compared, and sent after that.
        database: the journal.
        question: asks; None where somebody has agreed already.
        observe: is told that somebody is asked.
        control: may stop the question.
        strict: whether nothing is sent if anything is invalid.
        resumed: whether some of it may have been sent already, so that it is no plan any more.
    """
    if not strict and (question is None or not question.reaches_somebody):
        return None

    async def agree() -> Stop | Text | None:
        record = Ledger(database).run(run)
        if strict and record.counts[State.INVALID]:
            return Stop(reason=some_invalid(record), code="strict") if resumed else some_invalid(record)
        if question is None or not question.reaches_somebody:
            return None
        observe(Asking())
        forget_typed_ahead()
        question.tell(what_is_sent(record))
        question.tell(question.how_to_undo(record))
        question.print(SEND)
        answer = await _typed_unless_stopped(control)
        question.declined = isinstance(answer, Stop) or not says_yes(answer)
        if isinstance(answer, Stop):
            return answer
        return NOTHING_SENT if question.declined else None

    return agree


class _Waiting:
    """A question that waits for its answer, for whoever may stop it."""

    def __init__(self) -> None:
        self.stopped: Stop | None = None
        self.over = asyncio.Event()

    def stop(self, stop: Stop) -> None:
        self.stopped = self.stopped or stop
        self.over.set()

    def leave(self) -> None:
        """There is nothing else under way."""


async def _typed_unless_stopped(control: Control) -> Stop | str:
    waiting = _Waiting()
    with control(waiting):
        answer, stopped = asyncio.ensure_future(typed()), asyncio.ensure_future(waiting.over.wait())
        try:
            await asyncio.wait({answer, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.stopped or answer.result()
        finally:
            answer.cancel()
            stopped.cancel()


def some_invalid(record: RunRecord) -> Text:
    """Why nothing is sent of a run with `--strict`."""
    return SOME_INVALID.format(invalid=f"{record.counts[State.INVALID]:,}", requests=f"{record.requests:,}")


def is_refused_strictly(record: RunRecord, settings: Settings) -> bool:
    """Whether a run is not gone on with, as some of it is invalid."""
    return settings.strict and _sends(record) and record.counts[State.INVALID] > 0


def _sends(record: RunRecord) -> bool:
    return record.terms is None or decode_terms(record.terms).apply


def refuse_strictly(record: RunRecord, language: Language, *, json: bool) -> int:
    """Say why a run is not gone on with, and give the exit code."""
    reason = some_invalid(record)
    print_line(Console(stderr=True), reason, language)
    if json:
        print_json(run_json(replace(record, reason=reason), ExitCode.SOME_NOT, language))
    return ExitCode.SOME_NOT
