"""The sheet to fill in: a heading with a note for every field, and no rows."""

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from jobs.recallflow.reference import ALL_FIELDS
from jobs.recallflow.template.forms import column_form, heading_text
from jobs.recallflow.template.styles import heading_style, in_column
from runner.report.measures import LINE_HEIGHT, note_size
from runner.text import Language, Text

COLUMNS = tuple(spec for spec in ALL_FIELDS if spec.kind != "nodes")
"""A row is a node: the field that holds all nodes at once has no column."""

DATA_SHEET = Text("Flows", "流程")


def add_data_sheet(workbook: Workbook, language: Language) -> None:
    """Adds the sheet to a workbook that has the template's styles."""
    sheet = workbook.create_sheet(DATA_SHEET.in_language(language))
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
        column.alignment = in_column(spec)
        heading = sheet.cell(1, number, heading_text(spec, language))
        heading.style = heading_style(spec)
        heading.comment = _note(form.note or "")
        held_to = form.held_to(letter) if form.held_to else None
        if held_to:
            sheet.add_data_validation(held_to)


def _note(words: str) -> Comment:
    width, height = note_size(words)
    return Comment(words, "", width=width, height=height)
