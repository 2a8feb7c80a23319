"""The first phase of a run: rows to checked requests, in the journal."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from runner.attachments import MOST_MB, Files
from runner.errors import InputError
from runner.events import Loaded, Observe
from runner.job import Job, Reconciles
from runner.journal.corrections import find_origin_run, settle_meanwhile, subject_of
from runner.journal.database import Database
from runner.journal.duplicates import Duplicates
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination, NewRun
from runner.outcome import State
from runner.problem import Notice
from runner.request import Draft
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS, read_table
from runner.tables.table import Row, Table
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
    """The folder of the files that cells name; None for that of the source, or of what the source corrects."""
    limits: ReadingLimits = DEFAULT_LIMITS
    attachment_mb: float = MOST_MB
    """Of each file that a cell names, in MiB."""
    keep_rows: bool = True
    """Whether a report may give rows back to be corrected."""


def load(  # noqa: PLR0913 - all that is known of a run when it begins
    job: Job,
    source: Source,
    database: Database,
    *,
    destination: Destination | None,
    observe: Observe,
    random: Random,
    now: Callable[[], float] = time.time,
    asked: str | None = None,
    terms: str | None = None,
    notices: tuple[Notice, ...] = (),
) -> int:
    """Reads the source, checks every request, and writes all of them to the journal: ready, or invalid with problems.

    Where the source is the corrections of an earlier run, what has been applied since just as it is is `unchanged`.

    Args:
        job: whose fields the source has.
        source: what is read.
        database: the journal.
        destination: where it is going to be sent; None where nothing is.
        observe: is told what was found.
        random: for the run's name.
        now: Unix seconds.
        asked: the command, as it could be typed, for the report.
        terms: how it compares with the remote state, if it is to; see `runner.planning.terms`.
        notices: what there is to be said beside what is found out here.

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
        origin = _origin_run(table, database, job)
        files_root = _files_root(source, database, origin)
        corrects = terms is None or source.keep_rows  # what is compared only need not be guessed
        on_origin = _on_origin(table, known=origin is not None, sent=destination is not None) if corrects else ()
        notices = (*on_origin, *table.notices, *notices)
        new = NewRun(
            job=job.name,
            source=str(source.path),
            sha256=_sha256(source.path),
            sheet=table.sheet,
            key_column=key.letter,
            key_heading=key.heading,
            destination=destination,
            asked=asked,
            headings=table.headings if source.keep_rows else (),
            files_root=str(files_root),
            origin=origin if corrects else None,
            subject=_subject(job),
            terms=terms,
        )
        with journal.loading(new, now=began, random=random) as run:
            rows = _Counted(table.rows, keep=source.keep_rows)
            journal.note(run, notices)
            files = Files(files_root, most_mb=source.attachment_mb)
            drafts = job.drafts(replace(table, rows=rows, files=files))
            journal.fill(
                run,
                _bounded(drafts, source),
                duplicates=source.duplicates,
                rows_of=rows.taken_by if source.keep_rows else None,
            )
            settle_meanwhile(database, run, now=now())
            journal.mark_loaded(run, rows=rows.count, seconds=now() - began)
    if not rows.count:
        journal.discard(run)
        if table.origin:
            raise InputError(
                f"{source.path.name} is a report with nothing left to correct. Upload the file with new rows.",
                f"{source.path.name} 是一份报告，没有需要更正的内容。请上传含有新数据的文件。",
            )
        name, sheet = source.path.name, table.sheet
        raise InputError(
            (f'The sheet "{sheet}" of {name}' if sheet else name)
            + " has headings but no rows below them. Fill in at least one.",
            (f"{name} 的工作表“{sheet}”" if sheet else f"{name} ") + "只有标题，没有数据行。请至少填写一行。",
        )
    record = Ledger(database).run(run)
    observe(
        Loaded(
            rows=rows.count,
            ready=record.open,
            invalid=record.counts[State.INVALID],
            notices=notices,
            run=record.name,
        )
    )
    return run


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
    """Rows, counted as they go by, and kept until a draft has taken them."""

    def __init__(self, rows: Iterator[Row], *, keep: bool) -> None:
        self._rows = rows
        self._keep = keep
        self._kept: dict[int, Row] = {}
        self.count = 0

    def __next__(self) -> Row:
        row = next(self._rows)
        self.count += 1
        if self._keep:
            self._kept[row.number] = row
        return row

    def taken_by(self, draft: Draft) -> Iterator[Row]:
        """The rows that a draft came from."""
        return (self._kept.pop(number) for number in draft.rows)


def _origin_run(table: Table, database: Database, job: Job) -> int | None:
    if table.origin is None or table.origin.run is None:
        return None
    origin = find_origin_run(database, table.origin.run)
    if origin is not None and (other := subject_of(database, origin)) != (_subject(job) or job.name):
        raise InputError(
            f'This is the report of run {table.origin.run}, of the job "{other}". What it gives back is not for '
            f'"{job.name}": go on with what started that run.',
            f"这是运行 {table.origin.run}（任务“{other}”）的报告，其内容不能用于“{job.name}”。"
            "请用启动该运行的程序继续。",
        )
    return origin


def _subject(job: Job) -> str | None:
    return job.subject if isinstance(job, Reconciles) else None


def _files_root(source: Source, database: Database, origin: int | None) -> Path:
    """Corrections lie anywhere; the files that their cells name are where they were."""
    known = None if origin is None else Ledger(database).run(origin).files_root
    return source.files_root or (Path(known) if known else source.path.parent.absolute())


def _on_origin(table: Table, *, known: bool, sent: bool) -> Iterator[Notice]:
    """Which run is corrected, where the table says so."""
    if table.origin and table.origin.run:
        message = _CHECKED if not sent else _CORRECTS if known else _ORIGIN_UNKNOWN
        yield Notice(code="corrections", message=message.format(run=table.origin.run), value=table.origin.run)


_CHECKED = Text("These are the corrections of run {run}", "这是运行 {run} 的更正内容")
_CORRECTS = Text(
    "These are the corrections of run {run}; what was applied since, just as it stands here, is not sent again",
    "这是运行 {run} 的更正内容；此后已按相同内容生效的请求不会重复发送",
)
_ORIGIN_UNKNOWN = Text(
    "These are the corrections of run {run}, which this journal does not have; what was applied since cannot be told, "
    "and all of them are sent",
    "这是运行 {run} 的更正内容，但本机运行记录中没有该运行；无法判断此后哪些已生效，将全部发送",
)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
