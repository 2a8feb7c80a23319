"""The sheet Summary: the run in one screen of about 1280 × 720 pixels."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from runner.report.cells import text_cell, value_cell
from runner.report.measures import LINE_HEIGHT, lines_of_row
from runner.report.overview import Overview, Timeline
from runner.report.styles import (
    ALARM,
    COUNT,
    HEADING,
    LABEL,
    LINK,
    NUMBER,
    SHARE,
    TIME,
    TITLE,
    WRAPPED,
    lay_out_page,
    state_style,
)
from runner.report.words import CORRECTIONS, NOTICES, PLAN, PROBLEMS, RESULTS, STATES, SUMMARY
from runner.text import Language, Text

if TYPE_CHECKING:
    from runner.report.streamed_workbook import StreamedSheet, StreamedWorkbook

_WIDTHS = {"A": 20, "B": 40, "C": 10, "D": 56, "E": 48, "F": 3, "G": 20, "H": 14, "I": 10}
"""In characters; what is behind E is off the screen: the numbers of the second chart."""
_LAST = "E"
_COLUMNS = 5
_TIMES, _FIRST, _RETRIES = 7, 8, 9

_BEHIND_THE_LABEL = sum(_WIDTHS[letter] for letter in "BCDE")
_POINTS = 12.8
"""Of a row that is not told otherwise, in LibreOffice; in Excel it is a little higher."""
_CENTIMETRES = 2.54 / 72
"""Of a point."""
_STATES_HEIGHT = 4.9
_TIMELINE_HEIGHT = 7.0
"""Centimetres."""

Rows = list[list[Any]]


def add_summary(workbook: "StreamedWorkbook", overview: Overview, language: Language, *, others: Sequence[str]) -> None:
    """Adds the sheet to a write-only workbook that has the report's styles.

    Args:
        workbook: that it is a part of.
        overview: what there is to say.
        language: to say it in.
        others: the names of the other sheets, which it leads to.
    """
    _Summary(workbook.create_sheet(SUMMARY), overview, language).write(others)


class _Summary:
    """The sheet while it is made: its rows first, then what lies over them."""

    def __init__(self, sheet: "StreamedSheet", overview: Overview, language: Language) -> None:
        self._sheet = sheet
        self._overview = overview
        self._language = language
        self._rows: Rows = []
        self._heights: dict[int, float] = {}
        self._begin = 1
        """The row of what is below the top."""
        self._next_at = 0
        """The row that says what to do, if there is one."""

    def write(self, others: Sequence[str]) -> None:
        lay_out_page(self._sheet)
        for letter, width in _WIDTHS.items():
            self._sheet.style_column(letter, width=width, style=None)
        self._add_top()
        self._add_facts()
        counts_at = self._add_counts()
        self._add_messages()
        links = self._add_links(others)
        self._write_rows()
        for row, title in links:
            self._sheet.add_link(f"A{row}", f"'{title}'!A1")
        if self._overview.is_to_be_corrected:
            self._sheet.add_link(f"B{self._next_at}", f"'{CORRECTIONS}'!A1")
        self._add_charts(counts_at)

    def _add_top(self) -> None:
        """The title, and what stopped the run."""
        self._rows.append([self._say(self._overview.title, TITLE)])
        stopped = self._overview.stopped
        if stopped is not None:
            self._add_alarm(stopped)
        if self._overview.next_step is not None:
            style = LINK if self._overview.is_to_be_corrected else LABEL
            self._rows.append([self._say(_NEXT, LABEL), self._say(self._overview.next_step, style)])
            self._next_at = len(self._rows)
        self._rows.append([])
        self._begin = len(self._rows) + 1

    def _add_alarm(self, stopped: Text) -> None:
        words = stopped.in_language(self._language)
        self._rows.append([self._say(_STOPPED, ALARM), text_cell(self._sheet, words, ALARM)])
        self._make_high_enough((words, _BEHIND_THE_LABEL))
        sheet: Any = self._sheet  # the stubs lack it
        sheet.merged_cells.add("B2:E2")

    def _add_facts(self) -> None:
        for fact in self._overview.facts:
            value = fact.value
            if isinstance(value, Text):
                cell = self._say(value, WRAPPED)
            elif isinstance(value, datetime):
                cell = value_cell(self._sheet, value, TIME)
            else:
                cell = value_cell(self._sheet, value, NUMBER if isinstance(value, int) else COUNT)
            self._rows.append([self._say(fact.label, LABEL), cell])
            if isinstance(value, Text):
                self._make_high_enough((value.in_language(self._language), _WIDTHS["B"]))
        self._rows.append([])

    def _add_counts(self) -> int:
        """Gives the row of the first one."""
        self._rows.append(self._headings(_COUNTS))
        first = len(self._rows) + 1
        self._rows += [
            [
                self._say(STATES[each.state], state_style(each.state)),
                value_cell(self._sheet, each.count, NUMBER),
                value_cell(self._sheet, each.share, SHARE),
            ]
            for each in self._overview.counts
        ]
        return first

    def _add_messages(self) -> None:
        self._make_room()
        if not self._overview.messages:
            return
        self._rows.append(self._headings(_MESSAGES))
        for each in self._overview.messages:
            self._rows.append(
                [
                    self._say(STATES[each.state], state_style(each.state)),
                    text_cell(self._sheet, each.code, WRAPPED),
                    value_cell(self._sheet, each.count, NUMBER),
                    self._say(each.message, WRAPPED),
                    self._say(each.remedy, WRAPPED),
                ]
            )
            message, remedy = (text.in_language(self._language) for text in (each.message, each.remedy))
            self._make_high_enough((each.code, _WIDTHS["B"]), (message, _WIDTHS["D"]), (remedy, _WIDTHS["E"]))
        self._rows.append([])

    def _add_links(self, others: Sequence[str]) -> list[tuple[int, str]]:
        """Gives the row of each, and the sheet that it leads to."""
        links = []
        for title, words in _SHEETS.items():
            if title in others:
                self._rows.append([text_cell(self._sheet, title, LINK), self._say(words)])
                links.append((len(self._rows), title))
            elif title == CORRECTIONS:
                self._rows.append([text_cell(self._sheet, title), self._say(_NO_CORRECTIONS)])
        return links

    def _make_high_enough(self, *cells: tuple[str, int]) -> None:
        """Gives the last row the height that its words take, given with their widths; not every program sees to it."""
        most = lines_of_row(cells)
        if most > 1:
            self._heights[len(self._rows)] = LINE_HEIGHT * most

    def _make_room(self) -> None:
        """For the charts, beside what there is so far."""
        height = _STATES_HEIGHT + (_TIMELINE_HEIGHT if self._overview.timeline else 0)
        below = self._row_below(self._begin, height)
        self._rows += [[] for _ in range(max(1, below - 1 - len(self._rows)))]

    def _row_below(self, row: int, height: float) -> int:
        """The first row that begins so far below where the given one begins."""
        left = height / _CENTIMETRES
        while left > 0:
            left -= self._heights.get(row, _POINTS)
            row += 1
        return row

    def _write_rows(self) -> None:
        sheet: Any = self._sheet  # the stubs lack what is asked of it here
        for row, height in self._heights.items():
            sheet.row_dimensions[row].height = height
        behind = self._timeline_rows(self._overview.timeline) if self._overview.timeline else []
        above: Rows = [[] for _ in range(self._begin - 1)]
        for cells, times in zip_longest(self._rows, above + behind, fillvalue=list[Any]()):
            self._sheet.append([*cells, *[None] * (_TIMES - 1 - len(cells)), *times] if times else cells)
        sheet.print_area = f"A1:{_LAST}{len(self._rows)}"

    def _timeline_rows(self, timeline: Timeline) -> Rows:
        headings = (_TIME.format(zone=timeline.zone), _FIRST_ATTEMPTS, _ONLY_RETRIES)
        return [
            self._headings(headings),
            *([text_cell(self._sheet, step.label), step.first, step.retries] for step in timeline.steps),
        ]

    def _add_charts(self, counts_at: int) -> None:
        from openpyxl.chart import Reference  # noqa: PLC0415 - heavy, as the next

        from runner.report.charts import state_chart, timeline_chart  # noqa: PLC0415

        def cells(column: int, first: int, count: int) -> Reference:
            return Reference(self._sheet, min_col=column, min_row=first, max_row=first + count - 1)

        counts = self._overview.counts
        states = state_chart(
            {each.state: each.count for each in counts},
            cells(1, counts_at, len(counts)),
            cells(2, counts_at, len(counts)),
            title=_BY_STATE.in_language(self._language),
            height=_STATES_HEIGHT,
        )
        sheet: Any = self._sheet  # the stubs lack it
        sheet.add_chart(states, f"D{self._begin}")
        timeline = self._overview.timeline
        if timeline is None:
            return
        first, count = self._begin + 1, len(timeline.steps)
        chart = timeline_chart(
            cells(_TIMES, first, count),
            cells(_FIRST, first - 1, count + 1),
            cells(_RETRIES, first - 1, count + 1),
            max(step.first + step.retries for step in timeline.steps),
            title=_OVER_TIME.format(width=timeline.width).in_language(self._language),
            axes=(_TIME.format(zone=timeline.zone).in_language(self._language), _ATTEMPTS.in_language(self._language)),
            height=_TIMELINE_HEIGHT,
        )
        sheet.add_chart(chart, f"D{self._row_below(self._begin, _STATES_HEIGHT)}")

    def _headings(self, texts: Iterable[Text]) -> list[Any]:
        return [self._say(text, HEADING) for text in texts]

    def _say(self, text: Text, style: str | None = None) -> object:
        words = text.in_language(self._language)
        return text_cell(self._sheet, words, style) if words else None


_NEXT = Text("What to do", "下一步")
_STOPPED = Text("Why it stopped", "停止原因")
_COUNTS = (Text("State", "状态"), Text("Requests", "请求数"), Text("Share", "占比"))
_MESSAGES = (
    Text("State", "状态"),
    Text("Code", "代码"),
    Text("Count", "数量"),
    Text("Most frequent messages", "最常见的消息"),
    Text("What to do", "处理建议"),
)
_SHEETS: Mapping[str, Text] = {
    RESULTS: Text("what became of each request", "每个请求的结果"),
    PLAN: Text("what is not as wanted at the vendor's, field by field", "供应商侧与期望不符的字段"),
    PROBLEMS: Text("what is to be corrected, cell by cell", "需要修正的单元格"),
    CORRECTIONS: Text(
        "your rows that are not settled: correct them there, and upload this file",
        "未完成的行：请在其中更正后重新上传本文件",
    ),
    NOTICES: Text("values that were understood, and as what", "已自动识别的取值"),
}
_NO_CORRECTIONS = Text(
    "this run's rows were not kept, so that they can only be corrected in your own file",
    "未保留该运行的原始行，只能在您自己的文件中更正",
)
_BY_STATE = Text("Requests by state", "各状态请求数")
_OVER_TIME = Text("Attempts per {width}", "每 {width}的发送次数")
_TIME = Text("Time ({zone})", "时间（{zone}）")
_ATTEMPTS = Text("Attempts", "发送次数")
_FIRST_ATTEMPTS = Text("First attempts", "首次发送")
_ONLY_RETRIES = Text("Retries", "重试")
