"""A run whose content is being sent already, or was sent: asks before it is sent once more."""

import time

from jobs.app.asking import confirmed, somebody_is_there
from jobs.app.times import local_time
from runner.errors import InputError
from runner.journal.claims import LeaseTerms
from runner.journal.database import Database
from runner.journal.owner import is_gone, this_process
from runner.journal.repeats import find_repeats
from runner.text import Language, Text


def check_repeats(run: int, database: Database, language: Language, *, yes: bool, json: bool) -> None:
    """Lets a loaded run, of which nothing was sent, go on where the journal says that it goes.

    Raises:
        InputError: it is not to be sent.
    """
    repeats = find_repeats(database, run, LeaseTerms(owner=this_process()), now=time.time(), is_gone=is_gone)
    if yes:
        return
    if repeats.under_way:
        raise _refused(_UNDER_WAY.format(run=repeats.under_way.name, holder=repeats.holder))
    if repeats.fully_sent:
        sent = _SENT.format(run=repeats.fully_sent.name, date=local_time(repeats.fully_sent.started))
        if not somebody_is_there(json=json):
            raise _refused(_SEND_ANYWAY.format(sent=sent))
        if not confirmed(_AGAIN.format(sent=sent), language):
            raise _refused(_AS_ANSWERED)


def _refused(reason: Text) -> InputError:
    return InputError(reason.en, reason.zh)


_UNDER_WAY = Text(
    "This very content is being sent at this moment by run {run} ({holder}). Nothing was started; wait for that run to "
    "end, or send it all the same with --yes.",
    "相同的内容正由运行 {run}（{holder}）发送。本次未开始；请等待其结束，或用 --yes 仍然发送。",
)
_SENT = Text(
    "This content was already fully sent by run {run} on {date}.", "相同的内容已由运行 {run} 于 {date} 全部发送。"
)
_SEND_ANYWAY = Text(
    "{sent} Nothing was started; send it again with --yes.", "{sent}本次未开始；如需再次发送请加 --yes。"
)
_AGAIN = Text("{sent} Send it again?", "{sent}是否再次发送？")
_AS_ANSWERED = Text("Nothing was started.", "未开始任何操作。")
