"""How the report looks: styles that are made once for the whole workbook."""

from typing import TYPE_CHECKING, Any

from runner.outcome import State

if TYPE_CHECKING:
    from openpyxl import Workbook

TITLE = "report title"
HEADING = "report heading"
LABEL = "report label"
WRAPPED = "report wrapped"
TIME = "report time"
SHARE = "report share"
COUNT = "report count"
NUMBER = "report number"
LINK = "report link"
ALARM = "report alarm"
TOP = "report top"

FIRST_COLOUR, RETRY_COLOUR = "5B9BD5", "ED7D31"
"""Of attempts over time, as RRGGBB."""

FONT = "Calibri"
_FILLS = {
    State.SUCCEEDED: "C6EFCE",
    State.FAILED: "FFC7CE",
    State.UNKNOWN: "FFE699",
    State.INVALID: "F8CBAD",
    State.UNCHANGED: "DDEBF7",
    State.NOT_SENT: "D9D9D9",
}


def state_style(state: State) -> str:
    """The name of the style of a state's cell. Its colour never stands alone: the cell holds the word."""
    return f"report {state}"


def state_colour(state: State) -> str:
    """The colour that stands for a state, as RRGGBB."""
    return _FILLS[state]


def lay_out_page(sheet: Any) -> None:  # noqa: ANN401 - a streamed sheet, of whose properties the stubs lack most
    """Prints a sheet across the page's width, lying down."""
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - heavy

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def add_styles(workbook: "Workbook") -> None:
    """Adds all styles to a workbook."""
    from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill  # noqa: PLC0415 - heavy

    def solid(colour: str) -> PatternFill:
        return PatternFill("solid", start_color=colour, end_color=colour)

    def font(*, size: int = 11, bold: bool = False, colour: str | None = None) -> Font:
        return Font(name=FONT, size=size, bold=bold, color=colour)

    plain = font()
    top = Alignment(vertical="top", wrap_text=True)
    for style in (
        NamedStyle(TITLE, font=font(size=16, bold=True)),
        NamedStyle(HEADING, font=font(bold=True, colour="FFFFFF"), fill=solid("44546A"), alignment=top),
        NamedStyle(LABEL, font=font(bold=True), alignment=Alignment(vertical="top")),
        NamedStyle(WRAPPED, font=plain, alignment=top),
        NamedStyle(
            TIME,
            font=plain,
            number_format="yyyy-mm-dd hh:mm:ss",
            alignment=Alignment(vertical="top", horizontal="left"),
        ),
        NamedStyle(SHARE, font=plain, number_format="0.0%", alignment=Alignment(vertical="top", horizontal="left")),
        NamedStyle(COUNT, font=plain, number_format="General", alignment=Alignment(vertical="top", horizontal="left")),
        NamedStyle(NUMBER, font=plain, number_format="#,##0", alignment=Alignment(vertical="top", horizontal="left")),
        NamedStyle(ALARM, font=font(bold=True, colour="9C0006"), fill=solid("FFC7CE"), alignment=top),
        NamedStyle(TOP, font=plain, alignment=Alignment(vertical="top")),
        NamedStyle(
            LINK,
            font=Font(name=FONT, size=11, color="0563C1", underline="single"),
            alignment=Alignment(vertical="top"),
        ),
        *(
            NamedStyle(state_style(state), font=plain, fill=solid(colour), alignment=Alignment(vertical="top"))
            for state, colour in _FILLS.items()
        ),
    ):
        workbook.add_named_style(style)
