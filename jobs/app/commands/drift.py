"""`recallflow drift`: how much drifted night by night, which fields, and what comes back again and again."""

from itertools import islice
from pathlib import Path
from textwrap import fill

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.app.target import Target
from jobs.app.times import local_time
from jobs.recallflow.names import RECONCILE
from runner.journal.database import Database
from runner.journal.drift import Drift, DriftedField, NightlyRun, Returning
from runner.outcome import RunState
from runner.plan import MovedBy, Plan
from runner.report.words import MOVED_BY, PLANS, RUN_STATES
from runner.text import Language, Text

SHOWN = 20
"""Of what comes back; `--json` has all of it."""

_WIDE = 130
"""Characters of a terminal that has room for more than the name of a run, which begins with its time, and numbers."""
_ROOMY = 100
"""Characters of a terminal that has room for every count and for the names of files."""
_HEADING = 12
"""Characters of a line of a heading that has several words, where there is less room."""
_DIGITS = 5
_BAR = 12
"""Characters of the longest one."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FOREMOST = (Plan.DRIFTED, Plan.CONFLICT, Plan.MISSING)
_OTHERS = (Plan.LOCKED, Plan.UNREADABLE, Plan.IGNORED)


def drift(journal: Path, target: Target, *, days: int, now: float, language: Language, json: bool) -> int:
    """Shows what the comparisons of the last days found. Gives the exit code.

    Args:
        journal: where the journal is; it need not be writable.
        target: where the commands that are printed lead.
        days: how far back.
        now: Unix seconds.
        language: of the words.
        json: as one JSON object, with all of what comes back.

    Raises:
        JournalError: the journal cannot be read.
    """
    with Database(journal, to_read=True) as database, database.snapshot():
        found = Drift(database, RECONCILE, days=days, now=now)
        if json:
            print_json(
                {"days": days},
                nights=map(_night_json, found.nights()),
                fields=map(_field_json, found.fields()),
                returning=map(_returning_json, found.returning()),
            )
        else:
            _print(Console(), found, days, target, language)
    return 0


def _print(console: Console, found: Drift, days: int, target: Target, language: Language) -> None:
    nights = list(found.nights())  # a line each, however many requests
    if not nights:
        print_line(console, _NONE.format(days=days, command=target.command(RECONCILE, "FILE")), language)
        return
    roomy = console.width >= _ROOMY
    console.print(_nights(nights, language, wide=console.width >= _WIDE, roomy=roomy))
    fields = found.fields()
    if fields:
        console.print()
        console.print(_fields(fields, language, roomy=roomy))
    returning = found.returning()
    shown = list(islice(returning, SHOWN))
    if shown:
        console.print()
        console.print(_returning(shown, language))
    more = sum(1 for _ in returning)
    if more:
        print_line(console, _MORE.format(count=f"{more:,}"), language)


def _nights(nights: list[NightlyRun], language: Language, *, wide: bool, roomy: bool) -> Table:
    """A line a night; of the columns, only those in which something stands, and for which there is room."""
    most = max(night.drifted for night in nights)
    foremost = {PLANS[plan]: (plan,) for plan in _FOREMOST}
    others = {PLANS[plan]: (plan,) for plan in _OTHERS} if roomy else {_OTHER: _OTHERS}
    counted = {
        words: plans
        for words, plans in (foremost | others).items()
        if Plan.DRIFTED in plans or any(night.plan[plan] for night in nights for plan in plans)
    }
    unlike = roomy and len({night.source for night in nights}) > 1
    unfinished = any(night.state is not RunState.DONE for night in nights)
    words = (_RUN, *[_STARTED] * wide, *[_FILE] * unlike, *[_STATE] * unfinished)
    table = _table(
        (*words, *counted, _APPLIED, _REQUESTS),
        language,
        numbers_from=len(words),
        apart=2 if wide else 1,
    )
    if wide:
        table.add_column("", no_wrap=True)
    for night in nights:
        table.add_row(
            RichText(night.run),
            *[local_time(night.started)[:16]] * wide,
            *[RichText(Path(night.source).name)] * unlike,
            *[RUN_STATES[night.state].in_language(language)] * unfinished,
            *(f"{sum(night.plan[plan] for plan in plans):,}" for plans in counted.values()),
            f"{night.applied:,}",
            f"{night.requests:,}",
            *[RichText(bar(night.drifted, most))] * wide,
        )
    return table


def _fields(fields: list[DriftedField], language: Language, *, roomy: bool) -> Table:
    moved_by = [words if roomy else Text(fill(words.en, _HEADING), words.zh) for words in MOVED_BY.values()]
    table = _table((_FIELD, _TIMES, *moved_by), language, numbers_from=1)
    for each in fields:
        table.add_row(RichText(each.field), f"{each.count:,}", *(f"{each.moved_by[who]:,}" for who in MOVED_BY))
    return table


def _returning(returning: list[Returning], language: Language) -> Table:
    table = _table((_BACK, _NIGHTS, _FIRST, _LAST, _FIELDS), language, numbers_from=None)
    for each in returning:
        table.add_row(
            RichText(each.key),
            f"{each.nights:,}",
            local_time(each.first)[:10],
            local_time(each.last)[:10],
            RichText(", ".join(each.fields)),
        )
    return table


def _table(columns: tuple[Text, ...], language: Language, *, numbers_from: int | None, apart: int = 2) -> Table:
    table = Table(box=None, padding=(0, apart, 0, 0))
    for index, heading in enumerate(columns):
        is_number = numbers_from is not None and index >= numbers_from
        table.add_column(
            heading.in_language(language),
            justify="right" if is_number else "left",
            no_wrap=index == 0 or is_number,
            min_width=_DIGITS if is_number else None,
            overflow="fold",
        )
    return table


def bar(count: int, most: int) -> str:
    """As long as its share of the most; what is not nothing can be seen."""
    if not count:
        return ""
    eighths = max(1, round(count / most * _BAR * 8))
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).strip()


def _night_json(night: NightlyRun) -> dict[str, object]:
    return {
        "run": night.run,
        "started": night.started,
        "time": local_time(night.started),
        "file": night.source,
        "state": night.state.value,
        "requests": night.requests,
        **{plan.value: night.plan[plan] for plan in Plan},
        "applied": night.applied,
    }


def _field_json(each: DriftedField) -> dict[str, object]:
    return {
        "field": each.field,
        "count": each.count,
        "moved_by": {who.value: each.moved_by[who] for who in MovedBy},
    }


def _returning_json(each: Returning) -> dict[str, object]:
    return {
        "key": each.key,
        "endpoint": each.endpoint,
        "nights": each.nights,
        "first": each.first,
        "last": each.last,
        "fields": list(each.fields),
    }


_NONE = Text(
    "Nothing was reconciled in the last {days} days. Start: {command}",
    "最近 {days} 天没有核对记录。开始：{command}",
)
_STATE = Text("State", "状态")
_STARTED, _RUN, _FILE = Text("Started", "开始时间"), Text("Run", "运行编号"), Text("File", "文件")
_APPLIED, _REQUESTS = Text("applied", "已应用"), Text("requests", "请求数")
_OTHER = Text("other", "其他")
_FIELD, _TIMES = Text("Field", "字段"), Text("drifted", "有偏离")
_BACK, _NIGHTS = Text("Comes back", "反复偏离"), Text("Nights", "天数")
_FIRST, _LAST, _FIELDS = Text("First", "首次"), Text("Last", "最近"), Text("Fields", "字段")
_MORE = Text("… and {count} more: --json lists all.", "……另有 {count} 个：--json 可列出全部。")
