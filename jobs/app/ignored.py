"""What is to be said of the ignore list: which lines hold no longer, and which are of nothing that the file has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile

from runner.journal.database import Database
from runner.journal.keys import keys_not_in
from runner.journal.ledger import Ledger
from runner.planning.exemptions import Exemption, Exemptions
from runner.planning.terms import PlanTerms
from runner.problem import Notice
from runner.text import Text

EXPIRED, UNKNOWN_KEY = "ignored-no-longer", "ignored-unknown-key"
"""The codes: what such a line was to keep from being sent is sent."""

CODES = frozenset({EXPIRED, UNKNOWN_KEY})


def on_ignored(terms: PlanTerms, database: Database, run: int) -> Iterator[Notice]:
    """What a loaded run has to say of its ignore list.

    Raises:
        JournalError: the journal cannot be read.
    """
    exemptions = Exemptions(terms.exemptions, datetime.now(UTC).astimezone().date())
    for each in exemptions.expired:
        yield _notice(EXPIRED, _EXPIRED, each)
    unknown = keys_not_in(database, run, {each.key for each in exemptions.of_one if each.key is not None})
    for each in exemptions.of_one:
        if each.key in unknown:
            yield _notice(UNKNOWN_KEY, _UNKNOWN_KEY, each)


def said_of_ignored(database: Database, run: int) -> tuple[Text, ...]:
    """What was said of it, from the journal.

    Raises:
        JournalError: the journal cannot be read.
    """
    of_file = takewhile(lambda notice: notice.of_file, Ledger(database).notices(run))
    return tuple(notice.message for notice in of_file if notice.code in CODES)


def _notice(code: str, words: Text, each: Exemption) -> Notice:
    message = words.format(
        key=each.key or _EVERY, field=each.field or _EVERY, until=each.until.isoformat(), reason=each.reason or "-"
    )
    return Notice(code=code, message=message, field=each.field or "", value=each.key or "")


_EVERY = Text("all", "全部")
_EXPIRED = Text(
    "Ignored only until {until}: {key}, {field} ({reason}). It counts again; renew the line or delete it",
    "忽略已于 {until} 到期：{key}，{field}（{reason}）。现已重新计入；请延长或删除该行",
)
_UNKNOWN_KEY = Text(
    "On the ignore list until {until}, but not in the file: {key}, {field} ({reason}). Correct the line or delete it",
    "忽略列表中（至 {until}）的 {key} 不在表格中：{field}（{reason}）。请更正或删除该行",
)
