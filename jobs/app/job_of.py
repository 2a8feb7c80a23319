"""The job whose run it is: to send it, to go on with it, to report on it."""

from jobs.export import Export
from jobs.migrate import Migrate
from jobs.recallflow.client import Client
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.names import EXPORT, MIGRATE, UNDO, UPLOAD
from jobs.recallflow.updates import FlowUpdates
from jobs.reconcile import Reconcile
from jobs.undo import Undo
from jobs.upload import ComparedUpload, Upload
from runner.journal.database import Database
from runner.journal.ledger import RunRecord
from runner.journal.same_rules import kept_rules


def job_of(record: RunRecord, database: Database, client: Client | None = None) -> FlowUpdates:
    """By its name in the journal; without a client, nothing is asked nor sent.

    Raises:
        JournalError: the journal cannot be read.
    """
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
