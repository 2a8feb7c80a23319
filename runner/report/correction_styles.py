"""How the cells of the sheet Corrections look: any colour with any format, each combination made when it is needed."""

from runner.outcome import State
from runner.report.book import Book
from runner.report.styles import FONT, state_colour

_FRAME = "BFBFBF"
"""Which tells two coloured cells apart that touch."""


class CorrectionStyles:
    """The styles of one workbook."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._names: dict[tuple[str, State | None, bool], str] = {}

    def name(self, number_format: str, state: State | None = None, *, wrapped: bool = False) -> str:
        """The name of a style.

        Args:
            number_format: as Excel writes it.
            state: whose colour the cell has; None for none.
            wrapped: whether its text goes on several lines.
        """
        look = number_format, state, wrapped
        name = self._names.get(look)
        if name is None:
            name = self._names[look] = self._added(*look)
        return name

    def _added(self, number_format: str, state: State | None, wrapped: bool) -> str:  # noqa: FBT001 - see above
        from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side  # noqa: PLC0415 - heavy

        name = f"report correction {state or 'plain'} {number_format}{' wrapped' * wrapped}"
        line = Side("thin", color=_FRAME)
        colour = state_colour(state) if state else None
        self._book.workbook.add_named_style(
            NamedStyle(
                name,
                font=Font(name=FONT, size=11),
                fill=PatternFill("solid", start_color=colour, end_color=colour) if colour else PatternFill(),
                border=Border(left=line, right=line, top=line, bottom=line) if colour else Border(),
                alignment=Alignment(vertical="top", horizontal="left", wrap_text=wrapped),
                number_format=number_format,
                hidden=True,  # it is of no use to who looks for a style in the list of them
            )
        )
        return name
