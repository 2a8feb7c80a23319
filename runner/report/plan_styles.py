"""How the lines of a plan look: what can be ticked is told from what cannot by more than its colour, see the note."""

from runner.report.book import Book
from runner.report.form import AS_TEXT
from runner.report.styles import FONT

TICKABLE = "report tick"
UNTICKABLE = "report no tick"
GREY = "report grey"
TEXT = "report plain text"
"""Typed again, a value of it stays what it is: neither a date nor a formula."""

_YELLOW, _PALE, _GREY, _FRAME = "FFF2CC", "EDEDED", "7F7F7F", "BF9000"


def add_plan_styles(book: Book) -> None:
    """Adds them to a workbook, once."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side  # noqa: PLC0415 - heavy

    line = Side("thin", color=_FRAME)
    plain = Font(name=FONT, size=11)
    top = Alignment(vertical="top", horizontal="left", wrap_text=True)
    pale = PatternFill("solid", start_color=_PALE, end_color=_PALE)
    for style in (
        NamedStyle(
            TICKABLE,
            font=Font(name=FONT, size=11, bold=True),
            fill=PatternFill("solid", start_color=_YELLOW, end_color=_YELLOW),
            border=Border(left=line, right=line, top=line, bottom=line),
            alignment=Alignment(vertical="top", horizontal="center"),
            number_format=AS_TEXT,
        ),
        NamedStyle(UNTICKABLE, font=plain, fill=pale),
        NamedStyle(GREY, font=Font(name=FONT, size=11, color=_GREY), alignment=top, number_format=AS_TEXT),
        NamedStyle(TEXT, font=plain, alignment=top, number_format=AS_TEXT),
    ):
        book.workbook.add_named_style(style)
