"""A run whose content is being sent already, or was sent: asks before it is sent once more."""

import time

from jobs.app.asking import confirmed, somebody_is_there
from jobs.app.consent import Question
from jobs.app.consent_words import AS_ANSWERED
from jobs.app.times import local_time
from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.family import is_left_with_some, later_corrections
from runner.journal.leases import release_reserved
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.owner import is_gone, this_process
from runner.journal.repeats import Repeats, find_repeats
from runner.journal.tenancy import LeaseTerms
from runner.report.words import RUN_STATES
from runner.text import Language, Text


def check_repeats(run: int, database: Database, question: Question, *, compares: bool = False) -> bool:
    """Lets a loaded run, of which nothing was sent, go on where the journal says that it goes.

    One that compares first may be begun again once all was sent: what is as wanted is not sent once more. Where a run
    of the same content ended early, going on with that one is asked about either way, so that one run has all of it.

    Returns:
        Whether somebody was asked, and said yes.

    Raises:
        InputError: it is not to be sent.
    """
    terms = LeaseTerms(owner=this_process())
    repeats = find_repeats(database, run, terms, now=time.time(), is_gone=is_gone)
    if question.yes:
        return False
    try:
        return _check(repeats, Ledger(database).run(run).origin, question, compares=compares)
    except BaseException:
        release_reserved(database, run, owner=terms.owner)
        raise


def _check(repeats: Repeats, origin: str | None, question: Question, *, compares: bool) -> bool:
    language, json = question.language, question.json
    if repeats.under_way:
        words = _ORIGIN_UNDER_WAY if origin else _UNDER_WAY
        raise _refused(words.format(run=repeats.under_way.name, holder=repeats.holder))
    if left := repeats.ended_early:
        begun = _BEGUN.format(
            run=left.name,
            date=local_time(left.started),
            state=RUN_STATES[left.state],
            left=f"{left.remaining:,}",
            requests=f"{left.requests:,}",
        )
        command = question.target.to(left.endpoint).command("resume", left.name)
        if not somebody_is_there(json=json):
            raise _refused(_BEGIN_ANEW.format(begun=begun, command=command))
        if not confirmed(_ANEW.format(begun=begun, command=command), language):
            raise _refused(AS_ANSWERED)
        return True
    if repeats.fully_sent and not compares:
        sent = _SENT.format(run=repeats.fully_sent.name, date=local_time(repeats.fully_sent.started))
        if not somebody_is_there(json=json):
            raise _refused(_SEND_ANYWAY.format(sent=sent))
        if not confirmed(_AGAIN.format(sent=sent), language):
            raise _refused(AS_ANSWERED)
        return True
    return False


def check_corrections(record: RunRecord, database: Database, language: Language, *, yes: bool, json: bool) -> bool:
    """Lets a run go on of which corrections were sent, where something is left of it that they do not have.

    Returns:
        Whether somebody was asked, and said yes.

    Raises:
        InputError: it is not to be sent.
    """
    if yes or not is_left_with_some(database, record.id):
        return False
    corrected = _CORRECTED.format(run=record.name, by=later_corrections(database, record.id)[0].name)
    if not somebody_is_there(json=json):
        raise _refused(_SEND_THE_REST.format(corrected=corrected))
    if not confirmed(_THE_REST.format(corrected=corrected), language):
        raise _refused(AS_ANSWERED)
    return True


def _refused(reason: Text) -> InputError:
    return InputError(reason.en, reason.zh)


_UNDER_WAY = Text(
    "This very content is being sent at this moment by run {run} ({holder}). Nothing was started; wait for that run to "
    "end, or send it all the same with --yes.",
    "相同的内容正由运行 {run}（{holder}）发送。本次未开始；请等待其结束，或用 --yes 仍然发送。",
)
_ORIGIN_UNDER_WAY = Text(
    "Run {run} is being sent at this moment ({holder}); it is what this corrects, or corrects the same. Nothing was "
    "started; wait for it to end and correct its report, or send this all the same with --yes.",
    "运行 {run} 正在发送（{holder}），它是本次所更正的运行或对同一运行的更正。本次未开始；请等待其结束后再更正其报告，"
    "或用 --yes 仍然发送。",
)
_SENT = Text(
    "This content was already fully sent by run {run} on {date}.", "相同的内容已由运行 {run} 于 {date} 全部发送。"
)
_SEND_ANYWAY = Text(
    "{sent} Nothing was started; send it again with --yes.", "{sent}本次未开始；如需再次发送请加 --yes。"
)
_AGAIN = Text("{sent} Send it again?", "{sent}是否再次发送？")
_BEGUN = Text(
    "Run {run} of {date} has this very content and is {state}: {left} of its {requests} requests are left.",
    "运行 {run}（{date}）的内容与本次相同，{state}，{requests} 个请求中尚余 {left} 个。",
)
_BEGIN_ANEW = Text(
    "{begun} Nothing was started; --yes begins anew with all of it. To go on with that run: {command}",
    "{begun}本次未开始；如仍需全部重新开始，请加 --yes。继续该运行：{command}",
)
_ANEW = Text(
    "{begun} To go on with that run: {command}\nBegin anew with all of it all the same?",
    "{begun}继续该运行：{command}\n是否仍全部重新开始？",
)
_CORRECTED = Text(
    "Run {run} was corrected by run {by}, which does not have all that is left of it: rows were taken out, or their "
    "keys changed.",
    "运行 {run} 已由运行 {by} 更正，但后者不包含其全部剩余请求：有些行已被删除，或编号已更改。",
)
_SEND_THE_REST = Text(
    "{corrected} Nothing was started; send the rest as it was with --yes.",
    "{corrected}本次未开始；如需按原内容发送其余请求，请加 --yes。",
)
_THE_REST = Text("{corrected} Send the rest as it was?", "{corrected}是否按原内容发送其余请求？")
