"""Prints problems and notices for people: by kind, and where the rest is."""

from collections.abc import Iterator
from itertools import islice

from rich.console import Console

from jobs.app.printing import print_line
from runner.journal.figures import Mistakes, mistakes
from runner.journal.ledger import Ledger, RecordedNotice
from runner.text import Language, Text

SHOWN = 20
"""Lines of problems, and of notices."""


def print_problems(console: Console, ledger: Ledger, run: int, language: Language, *, report: str | None) -> None:
    """A line for each kind of problem, at most twenty; then where all of them are."""
    kinds = mistakes(ledger.database, run)
    total = shown = 0
    for kind in islice(kinds, SHOWN):
        print_line(console, _line(kind), language)
        shown += 1
        total += kind.count
    rest = sum(kind.count for kind in kinds)
    if rest or total > shown:
        where = _IN_REPORT.format(path=report) if report else _ASK_FOR_REPORT
        print_line(console, _MORE.format(all=f"{total + rest:,}", where=where), language)


def print_notices(console: Console, ledger: Ledger, run: int, language: Language) -> None:
    """What was understood in a way that the user might not expect, by kind; what is about the file was said before."""
    kinds: dict[tuple[str, str], tuple[int, RecordedNotice]] = {}
    for notice in ledger.notices(run):
        if not notice.of_file:
            count, first = kinds.get((notice.code, notice.heading), (0, notice))
            kinds[notice.code, notice.heading] = count + 1, first
    for count, first in islice(kinds.values(), SHOWN):
        line = _NOTICE if count == 1 else _NOTICES
        words = line.format(
            cell=first.cell, heading=_short(first.heading), message=first.message, more=f"{count - 1:,}"
        )
        print_line(console, words, language)


def problems_json(ledger: Ledger, run: int, language: Language) -> Iterator[dict[str, object]]:
    """All problems, for machines. Streams."""
    for problem in ledger.problems(run):
        yield {
            "row": problem.row,
            "cell": problem.cell,
            "field": problem.field,
            "heading": problem.heading,
            "key": problem.key,
            "value": problem.value,
            "code": problem.code,
            "message": problem.message.in_language(language),
            "remedy": problem.remedy.in_language(language),
        }


def notices_json(ledger: Ledger, run: int, language: Language) -> Iterator[dict[str, object]]:
    """All notices, for machines; those about the whole file have no row. Streams."""
    for notice in ledger.notices(run):
        yield {
            "row": notice.row,
            "cell": notice.cell,
            "heading": notice.heading,
            "key": notice.key,
            "value": notice.value,
            "code": notice.code,
            "message": notice.message.in_language(language),
        }


def _line(kind: Mistakes) -> Text:
    line = (_ONE if kind.count == 1 else _SEVERAL) if kind.cell else _AT_KEY if kind.count == 1 else _AT_KEYS
    return line.format(
        cell=kind.cell,
        key=kind.key,
        heading=_short(kind.heading),
        message=kind.message,
        remedy=kind.remedy,
        count=f"{kind.count:,}",
        more=f"{kind.count - 1:,}",
    )


def _short(heading: str) -> str:
    return heading.partition("\n")[0]


_ONE = Text("{cell} {heading}: {message}. {remedy}", "{cell} {heading}：{message}。{remedy}")
_AT_KEY = Text("{heading} {key}: {message}. {remedy}", "{heading} {key}：{message}。{remedy}")
_AT_KEYS = Text(
    "{heading} {key} and {more} more: {message}. {remedy}", "{heading} {key} 等共 {count} 处：{message}。{remedy}"
)
_SEVERAL = Text(
    "{count} cells of {heading}, the first {cell}: {message}. {remedy}",
    "{heading} 共 {count} 处，首处 {cell}：{message}。{remedy}",
)
_MORE = Text("{all} problems in all; {where}", "共 {all} 个问题；{where}")
_NOTICE = Text("Note: {cell} {heading}: {message}.", "提示：{cell} {heading}：{message}。")
_NOTICES = Text(
    "Note: {cell} {heading}: {message}. Likewise in {more} more.",
    "提示：{cell} {heading}：{message}。另有 {more} 处类似。",
)
_IN_REPORT = Text("they are in the sheet Problems of {path}", "全部列在 {path} 的 Problems 工作表中")
_ASK_FOR_REPORT = Text("--report FILE.xlsx or --json lists them all", "用 --report FILE.xlsx 或 --json 可列出全部")
