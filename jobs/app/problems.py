"""Prints problems for people: the first few, and where the rest is."""

from itertools import islice

from rich.console import Console

from runner.journal.ledger import Ledger
from runner.text import Language, Text

SHOWN = 20


def print_problems(console: Console, ledger: Ledger, run: int, language: Language, *, report: str | None) -> None:
    """At most twenty problems, a line each; then where all of them are."""
    problems = ledger.problems(run)
    for problem in islice(problems, SHOWN):
        line = _LINE.format(
            cell=problem.cell,
            heading=problem.heading.partition("\n")[0],
            message=problem.message,
            remedy=problem.remedy,
        )
        console.print(line.in_language(language), highlight=False, markup=False, soft_wrap=True)
    rest = sum(1 for _ in problems)
    if rest:
        where = _IN_REPORT.format(path=report) if report else _ASK_FOR_REPORT
        more = _MORE.format(rest=f"{rest:,}", where=where)
        console.print(more.in_language(language), highlight=False, markup=False, soft_wrap=True)


_LINE = Text("{cell} {heading}: {message}. {remedy}", "{cell} {heading}：{message}。{remedy}")
_MORE = Text("… and {rest} more; {where}", "……另有 {rest} 个；{where}")
_IN_REPORT = Text("all are in the sheet Problems of {path}", "全部列在 {path} 的 Problems 工作表中")
_ASK_FOR_REPORT = Text("--report FILE.xlsx lists them all", "用 --report FILE.xlsx 可列出全部")
