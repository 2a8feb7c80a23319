"""Writes the plan of a run as a workbook to be ticked. Whole or not at all, and never over another file."""

from pathlib import Path

from runner.errors import ReportError
from runner.job import Job
from runner.journal.ledger import Ledger
from runner.plan import Plan
from runner.planning.plan_lines import (
    FIELD,
    HEADED,
    KEY,
    MOVED_BY,
    NEW,
    NOTE,
    OLD,
    PLAN,
    ROWS,
    TICK,
)
from runner.planning.plan_lines import (
    LABEL as FIELD_LABEL,
)
from runner.report.book import Book
from runner.report.cells import text_cell
from runner.report.measures import LINE_HEIGHT, lines_of_row
from runner.report.placing import not_written, put_in_place, unfinished
from runner.report.plan_sheet import add_plan, add_plan_origin
from runner.report.styles import HEADING, LABEL, TITLE, WRAPPED, lay_out_page
from runner.report.words import NOTES, PLANS
from runner.text import Language, Text

_WIDTHS = {"A": 24, "B": 100}
"""In characters."""


def write_plan(path: Path, ledger: Ledger, run: int, job: Job, language: Language) -> Path:
    """Writes what a run plans, a line a difference, streaming from the journal.

    Args:
        path: where; nothing is there.
        ledger: the journal.
        run: the journal's number of a run that plans.
        job: whose run it is.
        language: of the words.

    Returns:
        Where it lies.

    Raises:
        ReportError: it cannot be written there, or something is there already; nothing is left behind.
        JournalError: the journal cannot be read.
    """
    with ledger.snapshot():
        record = ledger.run(run)
        try:
            with unfinished(path) as file:
                with Book(file.parent) as book:
                    add_plan(book, ledger, record, job, language, to_tick=True)
                    _add_notes(book, record.name, job, language)
                    add_plan_origin(book, record, job, language)
                    book.save(file)
                _put(file, path)
        except OSError as error:
            raise not_written(path, None, error, what=_THE_PLAN, option="--plan") from error
    return path


def _put(file: Path, path: Path) -> None:
    """Give the file its name, and no numbered one: whoever applies the named file would apply an old plan."""
    try:
        put_in_place(file, path)
    except FileExistsError as error:
        raise ReportError(
            f"The plan was not written: {path} is there by now, and is not overwritten. Name another place with "
            "--plan.",
            f"计划未写入：{path} 已存在，不会覆盖。请用 --plan 指定其他位置。",
        ) from error


def _add_notes(book: Book, run: str, job: Job, language: Language) -> None:
    """Adds the sheet that says how what is ticked is applied, and what the columns and the words mean."""
    sheet = book.workbook.create_sheet(NOTES)
    lay_out_page(sheet)
    for letter, width in _WIDTHS.items():
        sheet.style_column(letter, width=width, style=None)
    headed = HEADED | {KEY: Text.verbatim(job.key)}
    parts: tuple[tuple[tuple[Text, Text], str, str], ...] = (
        *((pair, LABEL, WRAPPED) for pair in _HOW_TO),
        (_NOTHING, LABEL, WRAPPED),
        ((_COLUMN, _MEANING), HEADING, HEADING),
        *(((headed[name], words), LABEL, WRAPPED) for name, words in _COLUMNS.items()),
        (_NOTHING, LABEL, WRAPPED),
        ((headed[PLAN], _MEANING), HEADING, HEADING),
        *(((PLANS[plan], words), LABEL, WRAPPED) for plan, words in _PLANS.items()),
    )
    sheet.append([text_cell(sheet, _TITLE.format(run=run).in_language(language), TITLE)])
    sheet.append([])
    for number, (pair, *styles) in enumerate(parts, start=3):
        cells = [text.in_language(language) for text in pair]
        sheet.row_dimensions[number].height = LINE_HEIGHT * lines_of_row(zip(cells, _WIDTHS.values(), strict=True))
        sheet.append([text_cell(sheet, words, style) for words, style in zip(cells, styles, strict=True)])


_THE_PLAN = Text("The plan", "计划")
_TITLE = Text("The plan of run {run}", "运行 {run} 的计划")
_NOTHING = Text("", ""), Text("", "")
_COLUMN, _MEANING = Text("Column", "列"), Text("What it means", "含义")
_HOW_TO = (
    (
        Text("Tick", "勾选"),
        Text(
            "On the sheet Plan, type x (or yes, ✓, 1) into the yellow cells of the lines that are to be applied. "
            "You may sort, filter, hide, move columns and delete lines; change nothing else in a line that you tick. "
            "A ticked line counts even where a filter hides it.",
            "在 Plan 工作表中，在要应用的行的黄色单元格里填写 x（或 是、✓、1）。可以排序、筛选、隐藏、移动列、删除行；"
            "勾选的行请勿修改其他单元格。被筛选隐藏的已勾选行同样有效。",
        ),
    ),
    (
        Text("Apply", "应用"),
        Text(
            "Save the workbook (.xlsx or .ods), close it, and run recallflow apply with this file. Only what is ticked "
            "is sent; all other fields stay as the vendor has them.",
            "保存（.xlsx 或 .ods）并关闭工作簿，然后对本文件运行 recallflow apply。只发送已勾选的内容，"
            "其余字段保持供应商现值。",
        ),
    ),
    (
        Text("Stale", "已过期（stale）"),
        Text(
            "Before anything is sent, each is looked at once more. One that was changed at the vendor's since this "
            "plan was made is stale: it is not sent. Make a new plan for it.",
            "发送前会再次读取供应商侧的状态。若在本计划生成之后又有改动，则视为已过期（stale），不会发送；请重新生成计划。",
        ),
    ),
)
_COLUMNS = {
    TICK: Text("What is to be applied; grey where nothing can be.", "要应用的行；灰色表示不可勾选。"),
    KEY: Text("What the line is about, by its number in your spreadsheet.", "该行对应的编号，与您的表格一致。"),
    ROWS: Text("Its rows in your spreadsheet.", "在您的表格中的行号。"),
    PLAN: Text("What was found; see below.", "核对结果，见下表。"),
    FIELD: Text(
        "What is not as wanted. nodeList[0] is the first part of a list, nodeList[1] the second.",
        "与期望不符的字段。nodeList[0] 表示列表中的第一项，nodeList[1] 表示第二项。",
    ),
    FIELD_LABEL: Text("What the vendor calls the field.", "供应商文档中的字段名称。"),
    OLD: Text(
        "What the vendor has; blank where there is nothing. A part as a whole is shown as JSON.",
        "供应商侧的现值；空白表示没有。整项以 JSON 显示。",
    ),
    NEW: Text("What your spreadsheet wants; blank where it wants nothing.", "您的表格中的期望值；空白表示无需此值。"),
    MOVED_BY: Text(
        "Who has moved away from what was applied last: somebody at the vendor's, the spreadsheet, or both.",
        "与上次应用的值相比，是供应商侧、表格，还是双方有改动。",
    ),
    NOTE: Text("Why a line cannot be ticked, or what became of it already.", "不可勾选的原因，或已有的结果。"),
}
_PLANS = {
    Plan.DRIFTED: Text("Something is not as wanted, and can be put right.", "与期望不符，可以修正。"),
    Plan.CONFLICT: Text(
        "It was changed on both sides since it was applied last: what you tick overwrites the vendor's.",
        "自上次应用以来双方都有改动：勾选后将以表格的值覆盖供应商现值。",
    ),
    Plan.MISSING: Text("The vendor has nothing under this key.", "供应商处没有此编号。"),
    Plan.LOCKED: Text("Something is not as wanted, and it cannot be edited any more.", "与期望不符，但已不可编辑。"),
    Plan.UNREADABLE: Text("What the vendor has could not be read.", "无法读取供应商侧的状态。"),
    Plan.IGNORED: Text("All that is not as wanted is on the ignore list.", "与期望不符的内容都在忽略列表中。"),
}
