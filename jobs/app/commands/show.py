"""`recallflow show`: one run, what became of it, and what can be done about it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from jobs.app.job_of import is_known, job_to_report, unknown_job
from jobs.app.printing import print_line
from jobs.app.summary import counts_table, head, how_to_apply, print_json, report_line, resume_line, run_json
from jobs.app.target import Target
from jobs.app.times import local_time
from runner.journal.database import Database
from runner.journal.figures import MOST_FREQUENT, Answers, frequent_answers
from runner.journal.ledger import RunRecord
from runner.journal.listed_from import KeysFile, listed_from
from runner.journal.lookup import Standing, find_run, standing
from runner.journal.owner import is_gone
from runner.journal.plans import rules_of
from runner.journal.way_back import undone_by
from runner.outcome import RunState
from runner.report.advice import adviser
from runner.report.words import STATES, Advise
from runner.text import Language, Text


def show(journal: Path, name: str | None, *, language: Language, json: bool, target: Target) -> int:
    """Shows a run. Gives the exit code.

    Args:
        journal: where the journal is.
        name: of the run, or its beginning; None for the latest.
        language: of the words.
        json: as one JSON object.
        target: where the commands that are printed lead.

    Raises:
        InputError: there is no such run.
        JournalError: the journal cannot be read.
    """
    with Database(journal, to_read=True) as database:
        record = find_run(database, name)
        place = standing(database, record, now=time.time(), is_gone=is_gone)
        answers = frequent_answers(database, record.id, MOST_FREQUENT)
        back = undone_by(database, record.id)
        rules = rules_of(database, record.id)
        keys = listed_from(database, record.id)
    trail = _Trail(rules, back.name if back else None, keys)
    if json:
        print_json(_json(record, place, answers, trail, language))
    else:
        _print(Console(), record, place, answers, trail, language, target)
    return 0


@dataclass(frozen=True, slots=True)
class _Trail:
    """What the other runs, and the rules, have to do with it."""

    rules: Sequence[str]
    """Which rules have wanted a change, by name."""
    undone_by: str | None
    keys: KeysFile | None
    """The file that lists what it looked at."""


def _json(
    record: RunRecord, place: Standing, answers: list[Answers], trail: _Trail, language: Language
) -> dict[str, object]:
    return run_json(record, None, language) | {
        "started": record.started,
        "source": record.source,
        "sha256": record.sha256,
        "user": record.user,
        "asked": record.asked,
        "corrects": record.origin,
        "keys": {"source": trail.keys.name, "sha256": trail.keys.sha256} if trail.keys else None,
        "rules": list(trail.rules),
        "undoes": record.undoes,
        "undone_by": trail.undone_by,
        "sheet": record.sheet,
        "endpoint": record.endpoint,
        "account": record.account,
        "sent_by": place.holder,
        "resumable": place.resumable and is_known(record),
        "remaining": record.remaining,
        "codes": [
            {
                "state": answer.state.value,
                "code": answer.code,
                "message": answer.message.in_language(language) if answer.message else None,
                "count": answer.count,
            }
            for answer in answers
        ],
    }


def _print(
    console: Console,
    record: RunRecord,
    place: Standing,
    answers: list[Answers],
    trail: _Trail,
    language: Language,
    target: Target,
) -> None:
    print_line(console, head(record), language)
    console.print(_facts(record, trail, language))
    console.print(counts_table(record, language))
    if answers:
        console.print(_answers(answers, adviser(record, job_to_report(record)), language))
    if record.reason:
        print_line(console, record.reason, language, style="bold red")
    if place.holder:
        print_line(console, _BEING_SENT.format(holder=place.holder), language)
    elif place.resumable:
        print_line(console, resume_line(record, target) if is_known(record) else unknown_job(record), language)
    elif record.state is RunState.ABANDONED:
        print_line(console, _ABANDONED.format(left=f"{record.remaining:,}", requests=f"{record.requests:,}"), language)
    elif record.is_plan:
        print_line(console, how_to_apply(record, target), language)
    elif not record.rows:
        print_line(console, _NOT_LOADED, language)
    if record.report:
        print_line(console, report_line(record.report), language)


def _facts(record: RunRecord, trail: _Trail, language: Language) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    sheet = Text("{file}, sheet {sheet}", "{file}，工作表 {sheet}") if record.sheet else Text.verbatim("{file}")
    to = Text("{endpoint}, as {account}", "{endpoint}，账号 {account}") if record.endpoint else _NOWHERE
    facts: tuple[tuple[Text, Text], ...] = (
        (_JOB, Text.verbatim(record.job)),
        (_FILE, sheet.format(file=record.source, sheet=record.sheet)),
        *(((_SHA256, Text.verbatim(record.sha256)),) if record.sha256 else ()),
        (_STARTED, Text.verbatim(local_time(record.started))),
        *(((_BY, Text.verbatim(record.user)),) if record.user else ()),
        (_TOOK, Text("{seconds} s", "{seconds} 秒").format(seconds=f"{record.seconds:,.1f}")),
        (_TO, to.format(endpoint=record.endpoint, account=record.account)),
    )
    if record.origin:
        facts += ((_CORRECTS, Text.verbatim(record.origin)),)
    if trail.keys:
        facts += ((_KEYS, Text.verbatim(trail.keys.name)), (_SHA256, Text.verbatim(trail.keys.sha256)))
    if trail.rules:
        facts += ((_RULES, Text.verbatim(", ".join(trail.rules))),)
    if record.undoes:
        facts += ((_UNDOES, Text.verbatim(record.undoes)),)
    if trail.undone_by:
        facts += ((_UNDONE_BY, Text.verbatim(trail.undone_by)),)
    for name, value in facts:
        table.add_row(name.in_language(language), RichText(value.in_language(language)))
    return table


def _answers(answers: list[Answers], advise: Advise, language: Language) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(_COUNT.in_language(language), justify="right", no_wrap=True)
    for heading in (_STATE, _CODE, _MESSAGE, _WHAT_TO_DO):
        table.add_column(heading.in_language(language), overflow="fold")
    for answer in answers:
        words = (
            STATES[answer.state],
            Text.verbatim(answer.code),
            answer.message or Text("", ""),
            advise(answer.state, answer.code),
        )
        table.add_row(f"{answer.count:,}", *(RichText(each.in_language(language)) for each in words))
    return table


_JOB = Text("Job", "任务")
_FILE = Text("File", "文件")
_SHA256 = Text("Its SHA-256", "文件 SHA-256")
_BY = Text("By", "操作人")
_KEYS = Text("Keys from", "编号来源")
_RULES = Text("Rules", "规则")
_UNDOES = Text("Takes back run", "撤销的运行")
_UNDONE_BY = Text("Taken back by run", "已被撤销，撤销运行")
_CORRECTS = Text("Corrects run", "更正的运行")
_STARTED = Text("Started", "开始时间")
_TOOK = Text("Took", "用时")
_TO = Text("Sent to", "发送至")
_NOWHERE = Text("nowhere: a dry run", "未发送：仅试运行")
_COUNT = Text("Count", "数量")
_STATE = Text("State", "状态")
_CODE = Text("Code", "代码")
_MESSAGE = Text("Message", "消息")
_WHAT_TO_DO = Text("What to do", "处理建议")
_BEING_SENT = Text("It is being sent by {holder}.", "正由 {holder} 发送。")
_ABANDONED = Text(
    "It was abandoned with {left} of its {requests} requests left, and does not go on.",
    "已放弃，不再继续；{requests} 个请求中尚余 {left} 个。",
)
_NOT_LOADED = Text(
    "It ended while its file was read, so nothing of it was sent. Upload the file again.",
    "读取文件时中断，未发送任何请求。请重新上传该文件。",
)
