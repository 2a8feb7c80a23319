"""What a job says of a column that a user fills in, for the sheet Corrections."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from runner.text import Language

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

AS_TEXT = "@"
"""The number format of text. Else Excel eats zeros in front, and makes dates and formulas of what looks like them."""

AS_IT_IS = "General"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnForm:
    """How the column of a field looks, and what is said of it there."""

    width: int
    """In characters."""
    number_format: str = AS_IT_IS
    """As Excel writes it."""
    numeric: bool = False
    """Whether the field is a number, so that `30` in a text is one."""
    held_to: "Callable[[str], DataValidation | None] | None" = None
    """Given the column's letter, what a spreadsheet program is to hold its cells to. It must forbid nothing that the
    check allows."""
    note: str | None = None
    """At its heading."""


@runtime_checkable
class HasForms(Protocol):
    """What a job has as well, where its columns are to look as in the sheet that its users know."""

    def form(self, field: str, language: Language) -> ColumnForm:
        """The form of one of its fields' columns."""
