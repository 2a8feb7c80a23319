"""The sheet to fill in: a heading with a note for every field, and three example rows."""

from math import ceil

from openpyxl.comments import Comment
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from jobs.recallflow.reference import ALL_FIELDS, FieldSpec, named
from jobs.recallflow.rule_words import accepted, option_text, rule
from jobs.recallflow.template.examples import EXAMPLES, shown
from jobs.recallflow.template.measures import LINE_HEIGHT, columns, lines
from jobs.recallflow.template.styles import EXAMPLE_FILL, EXAMPLE_FONT, FRAME, heading_style
from jobs.recallflow.template.validations import validation
from runner.text import Language, Text

COLUMNS = tuple(spec for spec in ALL_FIELDS if spec.kind != "nodes")
"""A row is a node: the field that holds all nodes at once has no column."""

_TITLE = Text("Flows", "流程")
_WIDTHS = {"integer": 11, "number": 11, "option": 16, "digit": 11, "name": 20, "text": 44, "file": 28}
_FORMATS = {"integer": "0", "number": "General", "option": "General"}
_AS_TEXT = "@"
"""Else Excel eats zeros in front, and makes dates and formulas of what looks like them."""

_NOTE_COLUMNS = 52
"""As wide as so many Latin letters."""


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
        column.width = _width(spec, language)
        column.number_format = _FORMATS.get(spec.kind, _AS_TEXT)
        column.alignment = _alignment(spec)
        heading = sheet.cell(1, number, heading_text(spec, language))
        heading.style = heading_style(spec)
        heading.comment = _note(_rule_note(spec, language))
        held_to = validation(spec, letter, language)
        if held_to:
            sheet.add_data_validation(held_to)
        for row, values in enumerate(EXAMPLES, start=2):
            cell = sheet.cell(row, number)
            if spec.name in values:
                cell.value = shown(spec, values[spec.name], language)
            cell.number_format = _FORMATS.get(spec.kind, _AS_TEXT)
            cell.alignment = _alignment(spec)
            cell.font = EXAMPLE_FONT
            cell.fill = EXAMPLE_FILL
            cell.border = FRAME
    for row, values in enumerate(EXAMPLES, start=2):
        sheet.cell(row, 1).comment = _note(_EXAMPLE.in_language(language))
        heights = (
            lines(str(values[spec.name]), _width(spec, language) - 1)
            for spec in COLUMNS
            if spec.name in values and _alignment(spec).wrap_text
        )
        sheet.row_dimensions[row].height = LINE_HEIGHT * max(heights)


def heading_text(spec: FieldSpec, language: Language) -> str:
    """As a column is headed: with an asterisk where it is always required, which the reader passes over."""
    return (spec.label.short if language == "zh" else spec.name) + "*" * spec.required


def _width(spec: FieldSpec, language: Language) -> int:
    """Room for the options, and for the heading: in Chinese, which breaks anywhere, on two lines."""
    heading = columns(heading_text(spec, language))
    least = ceil(heading / 2) + 3 if language == "zh" else heading + 4
    if spec.options:
        least = max(least, *(columns(option_text(spec, value).in_language(language)) + 4 for value in spec.options))
    return max(_WIDTHS[spec.kind], least)


def _alignment(spec: FieldSpec) -> Alignment:
    return Alignment(vertical="top", horizontal="left", wrap_text=spec.kind in {"text", "file", "name"})


def _rule_note(spec: FieldSpec, language: Language) -> str:
    about = Text(f"{spec.name}: {spec.label.en}", named(spec.name).zh)
    words = _NOTE.format(about=about, rule=rule(spec), accepted=accepted(spec), page=spec.label.page)
    return words.in_language(language)


def _note(words: str) -> Comment:
    """A note as large as its words, which Excel does not see to."""
    return Comment(words, "", width=420, height=24 + 19 * lines(words, _NOTE_COLUMNS))


_NOTE = Text(
    "{about}\n{rule}\nAlso accepted: {accepted}.", "{about}\n{rule}\n也可填写：{accepted}。\n供应商文档：{page}"
)
_EXAMPLE = Text("Example. Delete this row before you send the file.", "示例行。发送前请删除。")
