"""The sheet beside it: how to fill it in, and every field with its rule.

No row of it may be taken for a row of headings, so a field's name and its label stand in one cell.
"""

from openpyxl.workbook import Workbook

from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS
from jobs.recallflow.rule_words import accepted, conditional, rule
from jobs.recallflow.template.data_sheet import DATA_SHEET
from jobs.recallflow.template.example_sheet import EXAMPLE_SHEET
from jobs.recallflow.template.examples import example
from jobs.recallflow.template.styles import CELL, CONDITIONAL, HEADING, NOTE, OPTIONAL, REQUIRED, TITLE, heading_style
from runner.report.measures import LINE_HEIGHT, lines
from runner.report.styles import lay_out_page
from runner.text import Language, Text

_SHEET = Text("Fields", "字段说明")
_TITLE = Text("How to fill in this workbook", "填写说明")
_GUIDE = (
    Text(
        "A row is a node. Consecutive rows with one keyId are the nodes of one flow, in order; the flow's own fields "
        "stand in its first row and may stay blank below.",
        "一行是一个节点。keyId 相同的相邻各行是同一流程的节点，按顺序排列；流程级字段填在第一行，其后各行可留空。",
    ),
    Text(
        f"The sheet {EXAMPLE_SHEET.en} shows two flows filled in. No row of it is ever sent: your rows belong into the "
        f"sheet {DATA_SHEET.en}.",
        f"工作表“{EXAMPLE_SHEET.zh}”中是两个填好的流程，仅供参考，不会发送；数据请填写在工作表“{DATA_SHEET.zh}”中。",
    ),
    Text(
        "Point at a heading to read its rule. Check the file before you send it: recallflow check FILE.",
        "将鼠标移到标题上即可查看规则。发送前请先检查：recallflow check 文件。",
    ),
)
_LEGEND = (
    (REQUIRED, Text("Required*", "必填*"), Text("always required", "每个流程或节点都必须填写")),
    (CONDITIONAL, Text("Conditional", "条件必填"), Text("required when other fields say so", "由其他字段决定是否必填")),
    (OPTIONAL, Text("Optional", "选填"), Text("may stay blank", "可以留空")),
)
_COLUMNS = (
    Text("Field", "字段"),
    Text("Level", "级别"),
    Text("Required?", "是否必填"),
    Text("Rule", "规则"),
    Text("Also accepted in a cell", "单元格中也可填写"),
    Text("Example", "示例"),
)
_WIDTHS = (28, 9, 13, 62, 44, 36)
_LEVELS = Text("flow", "流程"), Text("node", "节点")


def add_field_sheet(workbook: Workbook, language: Language) -> None:
    """Adds the sheet to a workbook that has the template's styles."""
    sheet = workbook.create_sheet(_SHEET.in_language(language))
    lay_out_page(sheet)
    row = 0

    def put(*cells: tuple[Text | str, str], height: float = LINE_HEIGHT) -> None:
        nonlocal row
        row += 1
        for column, (words, style) in enumerate(cells, start=1):
            shown = words.in_language(language) if isinstance(words, Text) else words
            cell = sheet.cell(row, column, shown)
            cell.data_type = "s"
            cell.style = style
        sheet.row_dimensions[row].height = height

    put((_TITLE, TITLE), height=24)
    for words in _GUIDE:
        put((words, NOTE), height=LINE_HEIGHT * lines(words.in_language(language), sum(_WIDTHS)))
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_COLUMNS))
    for style, words, meaning in _LEGEND:
        put((words, style), (meaning, NOTE))
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=4)
    row += 1
    put(*((heading, HEADING) for heading in _COLUMNS))
    sheet.freeze_panes = f"A{row + 1}"
    sheet.print_title_rows = f"{row}:{row}"
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for spec in ALL_FIELDS:
        name = Text(f"{spec.name}\n{spec.label.en}", f"{spec.label.short}\n{spec.name}")
        need = _LEGEND[0 if spec.required else 1 if conditional(spec) else 2][1]
        texts = (name, _LEVELS[spec not in FLOW_FIELDS], need, rule(spec), accepted(spec), example(spec, language))
        shown = [text.in_language(language) if isinstance(text, Text) else text for text in texts]
        height = LINE_HEIGHT * max(lines(text, width - 2) for text, width in zip(shown, _WIDTHS, strict=True)) + 3
        put((shown[0], heading_style(spec)), *((text, CELL) for text in shown[1:]), height=height)
