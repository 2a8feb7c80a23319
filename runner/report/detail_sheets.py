"""The sheets Results, a line a request, Problems, a line a problem, and Notices, a line for what may surprise."""

from typing import TYPE_CHECKING

from runner.journal.ledger import Ledger, RunRecord
from runner.report.cells import local_time, utc_offset
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.styles import TIME, WRAPPED, state_style
from runner.report.words import NOTICES, PROBLEMS, RESULTS, STATES, Advise
from runner.text import Language, Text

if TYPE_CHECKING:
    from openpyxl import Workbook

_EMPTY = Text("", "")


def add_results(
    workbook: "Workbook", ledger: Ledger, run: RunRecord, *, key: str, advise: Advise, language: Language
) -> None:
    """Adds the sheet Results to a write-only workbook that has the report's styles: every request, in input order."""
    zone = utc_offset(run.started)
    columns = (
        (Text("Rows", "行号"), 10),
        (Text.verbatim(key), 16),
        (Text("State", "状态"), 12),
        (Text("Code", "代码"), 12),
        (Text("Message", "消息"), 50),
        (Text("What to do", "处理建议"), 50),
        (Text("Attempts", "发送次数"), 10),
        (Text(f"First sent ({zone})", f"首次发送（{zone}）"), 22),
        (Text(f"Settled ({zone})", f"完成时间（{zone}）"), 22),
        (Text("Seconds", "耗时（秒）"), 10),
    )
    results = LongSheet(
        workbook, RESULTS, [ReportColumn(heading.in_language(language), width) for heading, width in columns]
    )
    for result in ledger.results(run.id):
        message = result.message or (_count_of_problems(result.problems) if result.problems else _EMPTY)
        took = result.settled - result.first_sent if result.settled and result.first_sent else None
        results.append(
            [
                result.rows,
                result.key,
                (STATES[result.state].in_language(language), state_style(result.state)),
                result.code or "",
                message.in_language(language),
                advise(result.state, result.code).in_language(language),
                result.attempts,
                (local_time(result.first_sent), TIME) if result.first_sent else None,
                (local_time(result.settled), TIME) if result.settled else None,
                None if took is None else round(took, 3),
            ]
        )
    results.close()


def add_problems(workbook: "Workbook", ledger: Ledger, run: RunRecord, *, key: str, language: Language) -> None:
    """Adds the sheet Problems to a write-only workbook that has the report's styles: everything to be corrected."""
    columns = (
        (Text("Cell", "单元格"), 10),
        (Text("Heading", "标题"), 24),
        (Text("Value", "当前值"), 24),
        (Text("Problem", "问题"), 60),
        (Text("What to do", "处理建议"), 50),
        (Text("Code", "代码"), 20),
        (Text.verbatim(key), 16),
        (Text("Row", "行号"), 8),
    )
    problems = LongSheet(
        workbook, PROBLEMS, [ReportColumn(heading.in_language(language), width) for heading, width in columns]
    )
    for problem in ledger.problems(run.id):
        problems.append(
            [
                problem.cell,
                problem.heading,
                problem.value,
                (problem.message.in_language(language), WRAPPED),
                (problem.remedy.in_language(language), WRAPPED),
                problem.code,
                problem.key,
                problem.row,
            ]
        )
    problems.close()


def add_notices(workbook: "Workbook", ledger: Ledger, run: RunRecord, *, key: str, language: Language) -> None:
    """Adds the sheet Notices to a write-only workbook that has the report's styles, where there are any."""
    columns = (
        (Text("Cell", "单元格"), 10),
        (Text("Heading", "标题"), 24),
        (Text("Value", "当前值"), 24),
        (Text("Notice", "提示"), 80),
        (Text("Code", "代码"), 20),
        (Text.verbatim(key), 16),
        (Text("Row", "行号"), 8),
    )
    notices: LongSheet | None = None
    for notice in ledger.notices(run.id):
        if notices is None:
            titles = [ReportColumn(heading.in_language(language), width) for heading, width in columns]
            notices = LongSheet(workbook, NOTICES, titles)
        notices.append(
            [
                notice.cell,
                notice.heading,
                notice.value,
                (notice.message.in_language(language), WRAPPED),
                notice.code,
                notice.key,
                notice.row,
            ]
        )
    if notices is not None:
        notices.close()


def _count_of_problems(count: int) -> Text:
    return Text(f"{count} problem{'s' if count > 1 else ''}", f"{count} 个问题")
