"""The job whose run it is: to send it, to go on with it, to report on it."""

from collections.abc import Iterator

from jobs.export import Export
from jobs.migrate import Migrate
from jobs.recallflow.client import Client
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.names import COMPARING, EXPORT, MIGRATE, UNDO, UPLOAD
from jobs.recallflow.updates import FlowUpdates
from jobs.reconcile import Reconcile
from jobs.undo import Undo
from jobs.upload import ComparedUpload, Upload
from runner.errors import InputError
from runner.exchange import Call, Response
from runner.job import Job
from runner.journal.database import Database
from runner.journal.ledger import RunRecord
from runner.journal.same_rules import kept_rules
from runner.outcome import Verdict
from runner.request import Draft, Request
from runner.tables.headings import Heading
from runner.tables.table import Table
from runner.text import Text

_KNOWN = frozenset({UPLOAD, *COMPARING})


def is_known(record: RunRecord) -> bool:
    """Whether a run is of a job of this program, and not of a script's own."""
    return record.job in _KNOWN


def check_known(record: RunRecord) -> None:
    """Refuses a run of a job that this program does not know: what it would send is not what the job sends.

    Raises:
        InputError: it is one.
    """
    if not is_known(record):
        reason = unknown_job(record)
        raise InputError(reason.en, reason.zh)


def unknown_job(record: RunRecord) -> Text:
    """Why a run of an unknown job is refused, and what to do about it."""
    return _UNKNOWN.format(run=record.name, job=record.job)


def job_to_report(record: RunRecord) -> Job:
    """The job that a report of a run is written by. Nothing is asked nor sent."""
    return Upload(None) if is_known(record) else UnknownJob(record)


def job_of(record: RunRecord, database: Database, client: Client | None = None) -> FlowUpdates:
    """By its name in the journal; without a client, nothing is asked nor sent.

    Raises:
        InputError: it is a job that this program does not know.
        JournalError: the journal cannot be read.
    """
    check_known(record)
    if record.job == EXPORT:
        return Export(client)
    if record.terms is None:
        return Upload(client)
    if record.job == UPLOAD:
        return ComparedUpload(client)
    if record.job == UNDO:
        return Undo(client)
    if record.job == MIGRATE and (rules := kept_rules(database, record.id)) is not None:
        return Migrate(client, Rules.decode(rules))
    return Reconcile(client, record.job)


class UnknownJob:
    """A job of a script's own, as far as the journal tells: enough for a report, and for nothing to be sent."""

    headings: tuple[Heading, ...] = ()

    def __init__(self, record: RunRecord) -> None:
        """Takes a run of it."""
        self._record = record
        self.name = record.job
        self.key = next((each.field for each in record.headings if each.text == record.key_heading), None) or (
            record.key_heading
        )

    def drafts(self, table: Table) -> Iterator[Draft]:  # noqa: ARG002 - of a job
        """Refused."""
        raise self._refused()

    def call(self, request: Request, timestamp: int) -> Call:  # noqa: ARG002 - of a job
        """Refused."""
        raise self._refused()

    def verdict(self, response: Response) -> Verdict:  # noqa: ARG002 - of a job
        """Refused."""
        raise self._refused()

    def advice(self, code: str) -> Text | None:  # noqa: ARG002 - of a job
        """Nothing is known of its codes."""
        return None

    def _refused(self) -> InputError:
        reason = unknown_job(self._record)
        return InputError(reason.en, reason.zh)


_UNKNOWN = Text(
    'Run {run} is of the job "{job}", which this program does not know. Nothing was started; go on with the script '
    "that started it. If nobody wants it any more: recallflow runs --abandon {run}",
    "运行 {run} 的任务“{job}”不属于本程序。未开始任何操作；请用启动它的脚本继续。"
    "如不再需要：recallflow runs --abandon {run}",
)
