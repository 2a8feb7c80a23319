"""The sheet Summary: the run in one screen."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from runner.journal.ledger import Ledger, RunRecord
from runner.report.cells import local_time, text_cell, utc_offset, value_cell
from runner.report.styles import COUNT, HEADING, LABEL, SHARE, TIME, TITLE, WRAPPED, lay_out_page, state_style
from runner.report.words import RUN_STATES, STATES, SUMMARY, Advise
from runner.text import Language, Text

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_FREQUENT = 10
_WIDTHS = {"A": 24, "B": 26, "C": 12, "D": 44, "E": 60}

_TITLE = Text("What became of the run", "运行结果")
_COUNTS = (Text("State", "状态"), Text("Requests", "请求数"), Text("Share", "占比"))
_ANSWERS = (
    Text("State", "状态"),
    Text("Code", "代码"),
    Text("Requests", "请求数"),
    Text("Most frequent answers", "最常见的返回"),
    Text("What to do", "处理建议"),
)


def add_summary(workbook: "Workbook", ledger: Ledger, run: RunRecord, advise: Advise, language: Language) -> None:
    """Adds the sheet to a write-only workbook that has the report's styles."""
    sheet = workbook.create_sheet(SUMMARY)
    lay_out_page(sheet)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width

    def say(text: Text, style: str | None = None) -> object:
        return text_cell(sheet, text.in_language(language), style)

    def headings(texts: Iterable[Text]) -> list[object]:
        return [say(text, HEADING) for text in texts]

    sheet.append([say(_TITLE, TITLE)])
    sheet.append([])
    for label, value in _facts(run):
        if isinstance(value, Text):
            shown = say(value)
        else:
            shown = value_cell(sheet, value, TIME if isinstance(value, datetime) else COUNT)
        sheet.append([say(label, LABEL), shown])
    sheet.append([])
    sheet.append(headings(_COUNTS))
    for state, count in run.counts.items():
        share = value_cell(sheet, count / run.requests if run.requests else 0.0, SHARE)
        sheet.append([say(STATES[state], state_style(state)), count, share])
    answers = ledger.codes(run.id, MOST_FREQUENT)
    if answers:
        sheet.append([])
        sheet.append(headings(_ANSWERS))
    for state, code, message, times in answers:
        sheet.append(
            [
                say(STATES[state], state_style(state)),
                text_cell(sheet, code),
                times,
                say(message or Text("", ""), WRAPPED),
                say(advise(state, code), WRAPPED),
            ]
        )


def _facts(run: RunRecord) -> Iterator[tuple[Text, Text | datetime | float]]:
    yield Text("Run", "运行编号"), Text.verbatim(run.name)
    yield Text("Job", "任务"), Text.verbatim(run.job)
    yield Text("State", "状态"), RUN_STATES[run.state]
    if run.reason:
        yield Text("Why it stopped", "停止原因"), run.reason
    yield Text("File", "文件"), Text.verbatim(run.source)
    if run.sheet is not None:
        yield Text("Sheet", "工作表"), Text.verbatim(run.sheet)
    if run.endpoint is not None:
        yield Text("Sent to", "发送至"), Text.verbatim(run.endpoint)
        yield Text("Account", "账号"), Text.verbatim(run.account or "")
    zone = utc_offset(run.started)
    yield Text(f"Started ({zone})", f"开始时间（{zone}）"), local_time(run.started)
    yield Text("Seconds", "耗时（秒）"), round(run.seconds, 1)
    yield Text("Rows", "行数"), run.rows
    yield Text("Requests", "请求数"), run.requests
    yield Text("Attempts", "发送次数"), run.attempts
