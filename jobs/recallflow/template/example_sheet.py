"""The sheet of examples: two flows that keep every rule, below a hidden mark, so that no row is ever sent."""

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from jobs.recallflow.template.data_sheet import COLUMNS, DATA_SHEET
from jobs.recallflow.template.examples import EXAMPLES, shown
from jobs.recallflow.template.forms import column_form, column_width, heading_text
from jobs.recallflow.template.styles import EXAMPLE_FILL, EXAMPLE_FONT, FRAME, TITLE, heading_style, in_column
from runner.report.measures import LINE_HEIGHT, lines
from runner.tables.examples import examples_mark
from runner.text import Language, Text

EXAMPLE_SHEET = Text("Examples", "示例")

_TITLE_ROW, _MARK_ROW, _HEADING_ROW = 1, 2, 3
FIRST_EXAMPLE_ROW = _HEADING_ROW + 1


def add_example_sheet(workbook: Workbook, language: Language) -> None:
    """Add the sheet to a workbook that has the template's styles."""
    sheet = workbook.create_sheet(EXAMPLE_SHEET.in_language(language))
    sheet.freeze_panes = f"B{FIRST_EXAMPLE_ROW}"
    sheet.page_setup.orientation = "landscape"
    title = sheet.cell(_TITLE_ROW, 1, _ONLY_EXAMPLES.format(sheet=DATA_SHEET).in_language(language))
    title.style = TITLE
    sheet.cell(_MARK_ROW, 1, examples_mark(1 + len(EXAMPLES)))
    sheet.row_dimensions[_MARK_ROW].hidden = True
    sheet.row_dimensions[_HEADING_ROW].height = 3 * LINE_HEIGHT
    for number, spec in enumerate(COLUMNS, start=1):
        form = column_form(spec, language)
        sheet.column_dimensions[get_column_letter(number)].width = form.width
        sheet.cell(_HEADING_ROW, number, heading_text(spec, language)).style = heading_style(spec)
        for row, values in enumerate(EXAMPLES, start=FIRST_EXAMPLE_ROW):
            cell = sheet.cell(row, number)
            if spec.name in values:
                cell.value = shown(spec, values[spec.name], language)
            cell.number_format = form.number_format
            cell.alignment = in_column(spec)
            cell.font = EXAMPLE_FONT
            cell.fill = EXAMPLE_FILL
            cell.border = FRAME
    for row, values in enumerate(EXAMPLES, start=FIRST_EXAMPLE_ROW):
        heights = (
            lines(str(values[spec.name]), column_width(spec, language) - 1)
            for spec in COLUMNS
            if spec.name in values and in_column(spec).wrap_text
        )
        sheet.row_dimensions[row].height = LINE_HEIGHT * max(heights)


_ONLY_EXAMPLES = Text(
    "Examples only: no row of this sheet is ever sent. Write your rows into the sheet {sheet}.",
    "仅为示例：本工作表中的行不会发送。请将数据填写在工作表“{sheet}”中。",
)
