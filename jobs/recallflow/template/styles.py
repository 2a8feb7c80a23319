"""How the template looks."""

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.workbook import Workbook

from jobs.recallflow.reference import FieldSpec
from jobs.recallflow.rule_words import conditional

TITLE, NOTE, CELL, HEADING = "template title", "template note", "template cell", "template heading"
REQUIRED, CONDITIONAL, OPTIONAL = "template required", "template conditional", "template optional"

EXAMPLE_FONT = Font(name="Calibri", size=11, italic=True, color="7F7F7F")
EXAMPLE_FILL = PatternFill("solid", start_color="F2F2F2", end_color="F2F2F2")

_LINE = Side("thin", color="BFBFBF")
FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_COLOURS = {HEADING: "44546A", REQUIRED: "1F4E78", CONDITIONAL: "FFD966", OPTIONAL: "E7E6E6"}


def heading_style(spec: FieldSpec) -> str:
    """The style of a field's heading. Its colour never stands alone: the asterisk and the note say it as well."""
    return REQUIRED if spec.required else CONDITIONAL if conditional(spec) else OPTIONAL


def in_column(spec: FieldSpec) -> Alignment:
    """The alignment of the cells of a field's column."""
    return Alignment(vertical="top", horizontal="left", wrap_text=spec.kind in {"text", "file", "name"})


def add_styles(workbook: Workbook) -> None:
    """Adds all styles to a workbook."""
    top = Alignment(vertical="top", wrap_text=True)
    middle = Alignment(vertical="center", horizontal="center", wrap_text=True)
    for style in (
        NamedStyle(TITLE, font=Font(name="Calibri", size=16, bold=True)),
        NamedStyle(NOTE, font=Font(name="Calibri", size=11), alignment=top),
        NamedStyle(CELL, font=Font(name="Calibri", size=11), alignment=top, border=FRAME),
        *(
            NamedStyle(
                name,
                font=Font(name="Calibri", size=11, bold=True, color="FFFFFF" if dark else "000000"),
                fill=PatternFill("solid", start_color=_COLOURS[name], end_color=_COLOURS[name]),
                alignment=middle,
                border=FRAME,
            )
            for name, dark in ((HEADING, True), (REQUIRED, True), (CONDITIONAL, False), (OPTIONAL, False))
        ),
    ):
        workbook.add_named_style(style)
