"""Asks before a resumed run sends older values over those of runs that were begun later."""

from dataclasses import dataclass

from jobs.app.asking import confirmed, somebody_is_there
from jobs.app.printing import on_stderr
from runner.journal.database import Database
from runner.journal.ledger import RunRecord
from runner.journal.superseded import LaterRun, superseding_runs
from runner.text import Language, Text

MOST_NAMED = 5
"""Runs that the question names; of more, it says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwriting:
    """What a resumed run does about newer values."""

    runs: frozenset[int] = frozenset()
    """The later runs over whose values it sends its own."""
    left_out: int = 0
    """Requests that it does not send, as later runs have sent newer values for them."""


def ask_to_overwrite(
    record: RunRecord, database: Database, language: Language, *, yes: bool, json: bool
) -> Overwriting:
    """Return what is done about newer values: they stay, unless somebody says otherwise.

    Args:
        record: the run that is resumed.
        database: the journal.
        language: of the question.
        yes: whether it is answered already.
        json: whether a program reads what is printed, so that nobody can be asked.

    Raises:
        JournalError: the journal cannot be read.
    """
    later = superseding_runs(database, record.id)
    if not later:
        return Overwriting()
    count = sum(each.requests for each in later)
    sent = _SENT_LATER.format(count=f"{count:,}", runs=_named(later))
    everything = Overwriting(runs=frozenset(each.id for each in later))
    if yes:
        on_stderr(language)(_OVERWRITTEN.format(sent=sent))
        return everything
    if somebody_is_there(json=json) and confirmed(_OVERWRITE.format(sent=sent), language):
        return everything
    on_stderr(language)(_LEFT_OUT.format(sent=sent))
    return Overwriting(left_out=count)


def _named(later: list[LaterRun]) -> Text:
    names = ", ".join(each.name for each in later[:MOST_NAMED])
    more = len(later) - MOST_NAMED
    return _AND_MORE.format(names=names, count=more) if more > 0 else Text(names, names.replace(", ", "、"))


_SENT_LATER = Text(
    "{count} of the requests left have newer values, sent by runs that were begun later ({runs}).",
    "剩余请求中有 {count} 个已由之后开始的运行（{runs}）发送了更新的值。",
)
_AND_MORE = Text("{names} and {count} more", "{names} 等，另有 {count} 个")
_OVERWRITE = Text("{sent} Send the older values over them all the same?", "{sent}是否仍用旧值覆盖？")
_OVERWRITTEN = Text("{sent} The older values are sent over them.", "{sent}将用旧值覆盖。")
_LEFT_OUT = Text(
    "{sent} They are left out; all others are sent. Where the older values are right after all, upload them again.",
    "{sent}这些请求不再发送，其余照常发送。如确需旧值，请重新上传。",
)
