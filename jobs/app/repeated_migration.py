"""A migration whose rules were sent before: twice may not be the same as once."""

import time

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.target import Target
from jobs.app.times import local_time
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.names import MIGRATE
from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import standing
from runner.journal.owner import is_gone
from runner.journal.same_rules import kept_rules, sent_by_same_rules
from runner.text import Language, Text


def sent_before(rules: Rules, endpoint: str, database: Database, *, but: int | None = None) -> RunRecord | None:
    """The run that has sent by rules that do the same and was not taken back, if there is one.

    Raises:
        JournalError: the journal cannot be read.
    """
    if endpoint == SANDBOX:  # whose vendor is gone by now
        return None
    found = sent_by_same_rules(database, rules.deeds, endpoint, but=but)
    return None if found is None else Ledger(database).run(found)


def check_first_time(
    rules: Rules, endpoint: str, database: Database, target: Target, *, but: int | None = None
) -> None:
    """Lets rules be sent that were not sent before, or of which twice is the same as once.

    Raises:
        InputError: they are not to be sent.
    """
    before = None if rules.repeats_safely else sent_before(rules, endpoint, database, but=but)
    if before is None:
        return
    left = standing(database, before, now=time.time(), is_gone=is_gone).resumable
    words = _GO_ON if left else _SEND_ANYWAY
    command = target.to(before.endpoint).command("resume" if left else "undo", before.name)
    reason = words.format(run=before.name, date=local_time(before.started), command=command)
    raise InputError(reason.en, reason.zh)


def check_unread(record: RunRecord, database: Database, target: Target) -> None:
    """Lets a run go on with reading only where what it reads was not changed by the same rules meanwhile.

    What it has read already is compared once more before it is sent, and needs no such care.

    Raises:
        InputError: another run has sent by them, and twice may not be the same as once.
    """
    if record.job != MIGRATE or not record.unread or record.endpoint is None:
        return
    if (kept := kept_rules(database, record.id)) is not None:
        check_first_time(Rules.decode(kept), record.endpoint, database, target, but=record.id)


def would_repeat(record: RunRecord, database: Database) -> bool:
    """Whether a run is not to go on unasked; see `check_unread`."""
    try:
        check_unread(record, database, Target())
    except InputError:
        return True
    return False


def tell_of_repetition(rules: Rules, endpoint: str, database: Database, console: Console, language: Language) -> None:
    """Says that the rules were sent before, where it stops nothing.

    Raises:
        JournalError: the journal cannot be read.
    """
    before = sent_before(rules, endpoint, database)
    if before is not None:
        words = _SAFE if rules.repeats_safely else _ONCE_MORE
        print_line(console, words.format(run=before.name, date=local_time(before.started)), language)


_NOT_SAFE = Text(
    "Run {run} of {date} has sent by these rules already, and what they change, they change once more (a shift, say).",
    "运行 {run}（{date}）已按这些规则发送过，其中有些规则每次都会再次更改流程（如数值平移）。",
)
_GO_ON = Text(
    f"{_NOT_SAFE.en} Nothing was started; go on with it: {{command}}. To send this all the same: --yes.",
    f"{_NOT_SAFE.zh}本次未开始；请继续该运行：{{command}}。如仍需发送本次内容请加 --yes。",
)
_SEND_ANYWAY = Text(
    f"{_NOT_SAFE.en} Nothing was started; to change them once more: --yes. To take it back: {{command}}.",
    f"{_NOT_SAFE.zh}本次未开始；如需再次更改请加 --yes；如需撤销：{{command}}。",
)
_ONCE_MORE = Text(
    "Run {run} of {date} has sent by these rules already; what they change now, they change once more.",
    "运行 {run}（{date}）已按这些规则发送过；本次是在其结果上再次更改。",
)
_SAFE = Text(
    "Run {run} of {date} has sent by these rules already; what is as they want it is left alone.",
    "运行 {run}（{date}）已按这些规则发送过；已符合规则的流程不再更改。",
)
