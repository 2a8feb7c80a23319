"""The phases of a run. Each reads from the journal and writes to it, so that any of them can be killed."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from runner.attachments import MOST_MB, Files
from runner.errors import InputError, JournalError, LeaseLost
from runner.events import Loaded, Observe, Started
from runner.job import Job
from runner.journal.claims import Claims, LeaseTerms
from runner.journal.database import Database
from runner.journal.duplicates import Duplicates
from runner.journal.journal import Destination, Journal, NewRun
from runner.journal.ledger import Ledger
from runner.journal.owner import is_gone, this_process
from runner.outcome import RunState, State, Stop
from runner.request import Draft
from runner.sending.disk import Disk
from runner.sending.guards import Guards
from runner.sending.limits import BreakerTerms, Limits
from runner.sending.line import Carrier
from runner.sending.pool import NO_GUARDS, USUAL_BREAKER, Pool
from runner.sending.retry import RetryPolicy
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS, read_table
from runner.tables.table import Row
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the rows of a run come from."""

    path: Path
    sheet: str | None = None
    """Which sheet; None for the only one that has known headings."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Headings of the file, as written, to fields; "" passes a column over."""
    duplicates: Duplicates = "error"
    """What becomes of several requests with one key."""
    files_root: Path | None = None
    """The folder of the files that cells name; None for that of the source."""
    limits: ReadingLimits = DEFAULT_LIMITS
    attachment_mb: float = MOST_MB
    """Of each file that a cell names, in MiB."""

    @property
    def files(self) -> Files:
        """Those that cells may name."""
        return Files(self.files_root or self.path.parent, most_mb=self.attachment_mb)


def load(
    job: Job,
    source: Source,
    database: Database,
    *,
    destination: Destination | None,
    observe: Observe,
    random: Random,
    now: Callable[[], float] = time.time,
) -> int:
    """Reads the source, checks every request, and writes all of them to the journal: ready, or invalid with problems.

    Returns:
        The journal's number of the run, which is planned from now on.

    Raises:
        InputError: the source is no table that the job knows, or has no rows. Nothing of it stays in the journal.
        JournalError: the journal cannot be written.
    """
    began = now()
    journal = Journal(database)
    with read_table(
        source.path, job.headings, sheet=source.sheet, mapping=source.mapping, limits=source.limits
    ) as table:
        key = table.columns[job.key]
        run, _ = journal.open_run(
            NewRun(
                job=job.name,
                source=str(source.path),
                sha256=_sha256(source.path),
                sheet=table.sheet,
                key_column=key.letter,
                key_heading=key.heading,
                destination=destination,
            ),
            now=began,
            random=random,
        )
        try:
            rows = _Counted(table.rows)
            journal.note(run, table.notices)
            drafts = job.drafts(replace(table, rows=rows, files=source.files))
            journal.fill(run, _bounded(drafts, source), duplicates=source.duplicates)
            journal.mark_loaded(run, rows=rows.count, seconds=now() - began)
        except BaseException:
            journal.discard(run)
            raise
    if not rows.count:
        journal.discard(run)
        raise InputError(
            f"{source.path.name} has headings but no rows below them. Fill in at least one.",
            f"{source.path.name} 只有标题，没有数据行。请至少填写一行。",
        )
    record = Ledger(database).run(run)
    observe(
        Loaded(
            rows=rows.count,
            ready=record.counts[State.NOT_SENT],
            invalid=record.counts[State.INVALID],
            notices=table.notices,
            run=record.name,
        )
    )
    return run


async def send(  # noqa: PLR0913 - where everything is put together
    job: Job,
    run: int,
    database: Database,
    carrier: Carrier,
    *,
    limits: Limits,
    retry: RetryPolicy,
    observe: Observe,
    random: Random,
    control: Callable[[Pool], AbstractContextManager[None]],
    guards: Guards = NO_GUARDS,
    breaker: BreakerTerms = USUAL_BREAKER,
    resumed: Destination | None = None,
    now: Callable[[], float] = time.time,
    disk: Disk | None = None,
) -> Stop | None:
    """Sends what is ready in a run.

    Args:
        job: what is sent, and what the answers mean.
        run: a loaded run.
        database: the journal.
        carrier: carries the calls.
        limits: how much may be under way.
        retry: how patient to be with one request.
        observe: is told what happens.
        random: for the jitter.
        control: is given the pool for as long as it runs, so that somebody may stop it.
        guards: when to stop because too much goes wrong.
        breaker: when the vendor counts as down, and for how long to wait for it.
        resumed: where it goes from now on, for a run that goes on with what an earlier stop kept from being settled.
        now: Unix seconds.
        disk: where the journal's writing is done; None for a thread of its own.

    Returns:
        Why it stopped early, if it did; that the journal could no longer be written is such a reason. What came when
        nothing was left to be sent has stopped nothing, unless it is a signal: whoever sent it hears of it.

    Raises:
        JournalError: another process sends this run, or the journal cannot be written from the start.
    """
    journal = Journal(database)
    began = now()
    claims = Claims(
        database, run, LeaseTerms(owner=this_process()), now=began, is_gone=is_gone, reopen=resumed is not None
    )
    if resumed:
        journal.redirect(run, resumed)
        record = Ledger(database).run(run)
        observe(Loaded(rows=record.rows, ready=record.open, invalid=record.counts[State.INVALID], run=record.name))
    journal.set_state(run, RunState.RUNNING, lease=claims.token)
    started = Ledger(database).run(run)
    observe(
        Started(
            run=started.name,
            job=job.name,
            endpoint=started.endpoint or "",
            account=started.account or "",
            concurrency=limits.concurrency,
        )
    )
    pool = Pool(
        job,
        carrier,
        claims,
        limits=limits,
        retry=retry,
        guards=guards,
        breaker=breaker,
        observe=observe,
        random=random,
        now=now,
        disk=disk,
    )
    try:
        with control(pool):
            stop = await pool.run()
        state = journal.end_run(run, stop=stop, seconds=now() - began, lease=claims.token)
    except LeaseLost as error:
        return Stop(reason=Text.of(error))  # the run is somebody else's by now
    except JournalError as error:
        stop = Stop(reason=Text.of(error))
        with suppress(JournalError):
            journal.end_run(run, stop=stop, seconds=now() - began, lease=claims.token)
        return stop
    return None if stop and state is RunState.DONE and stop.signal is None else stop


def _bounded(drafts: Iterator[Draft], source: Source) -> Iterator[Draft]:
    """The drafts, as long as there are not too many problems."""
    found, most = 0, source.limits.file_problems
    for draft in drafts:
        found += len(draft.problems)
        if found > most:
            first = draft.problems[0]
            raise InputError(
                f"{source.path.name} has more than {most:,} problems, which is the limit; for instance {first.cell}: "
                f"{first.violation.message.en}. Check the headings and that column, or raise the setting "
                "file_problems.",
                f"{source.path.name} 的问题超过上限 {most:,} 个；例如 {first.cell}：{first.violation.message.zh}。"
                "请检查标题和该列，或调高设置 file_problems。",
            )
        yield draft


class _Counted(Iterator[Row]):
    """Rows, counted as they go by."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __next__(self) -> Row:
        row = next(self._rows)
        self.count += 1
        return row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
