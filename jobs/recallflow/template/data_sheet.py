"""The sheet to fill in: a heading with a note for every field, and three example rows."""

from openpyxl.comments import Comment
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from jobs.recallflow.reference import ALL_FIELDS, FieldSpec
from jobs.recallflow.template.examples import EXAMPLES, shown
from jobs.recallflow.template.forms import column_form, column_width, heading_text
from jobs.recallflow.template.styles import EXAMPLE_FILL, EXAMPLE_FONT, FRAME, heading_style
from runner.report.measures import LINE_HEIGHT, lines, note_size
from runner.text import Language, Text

COLUMNS = tuple(spec for spec in ALL_FIELDS if spec.kind != "nodes")
"""A row is a node: the field that holds all nodes at once has no column."""

_TITLE = Text("Flows", "流程")


def add_data_sheet(workbook: Workbook, language: Language) -> None:
    """Adds the sheet to a workbook that has the template's styles."""
    sheet = workbook.create_sheet(_TITLE.in_language(language))
    sheet.freeze_panes = "B2"
    sheet.sheet_view.tabSelected = True
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:A"
    sheet.row_dimensions[1].height = 3 * LINE_HEIGHT
    for number, spec in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        column = sheet.column_dimensions[letter]
        form = column_form(spec, language)
        column.width = form.width
        column.number_format = form.number_format
        column.alignment = _alignment(spec)
        heading = sheet.cell(1, number, heading_text(spec, language))
        heading.style = heading_style(spec)
        heading.comment = _note(form.note or "")
        held_to = form.held_to(letter) if form.held_to else None
        if held_to:
            sheet.add_data_validation(held_to)
        for row, values in enumerate(EXAMPLES, start=2):
            cell = sheet.cell(row, number)
            if spec.name in values:
                cell.value = shown(spec, values[spec.name], language)
            cell.number_format = form.number_format
            cell.alignment = _alignment(spec)
            cell.font = EXAMPLE_FONT
            cell.fill = EXAMPLE_FILL
            cell.border = FRAME
    for row, values in enumerate(EXAMPLES, start=2):
        sheet.cell(row, 1).comment = _note(_EXAMPLE.in_language(language))
        heights = (
            lines(str(values[spec.name]), column_width(spec, language) - 1)
            for spec in COLUMNS
            if spec.name in values and _alignment(spec).wrap_text
        )
        sheet.row_dimensions[row].height = LINE_HEIGHT * max(heights)


def _alignment(spec: FieldSpec) -> Alignment:
    return Alignment(vertical="top", horizontal="left", wrap_text=spec.kind in {"text", "file", "name"})


def _note(words: str) -> Comment:
    width, height = note_size(words)
    return Comment(words, "", width=width, height=height)


_EXAMPLE = Text("Example. Delete this row before you send the file.", "示例行。发送前请删除。")
