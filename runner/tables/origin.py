"""What a report's corrections say of themselves on a hidden sheet, so that the workbook can be uploaded as it stands.

A plan that is written to be ticked says the same of itself under another mark, so that neither is taken for the other.

A sheet survives what other places in a workbook do not: being saved by another program, or in another format.
"""

from collections.abc import Iterable, Mapping, Sequence

from runner.errors import InputError
from runner.tables.sheets import Sheets
from runner.tables.table import Cell, Origin, WrittenHeading
from runner.tables.vocabulary import plain

ORIGIN_SHEET = "_run"
"""Its name in every language. Row 1: a mark, the run, and the sheet of corrections; rows 2 and 3: headings, fields."""

_MARK, _MARK_OF_PLAN = "corrections of run", "plan of run"
_PASSED_OVER = "-"


def origin_rows(run: str, sheet: str, headings: Iterable[WrittenHeading]) -> list[list[str]]:
    """What the sheet holds.

    Args:
        run: the name of the run that is to be corrected; empty where no journal keeps it.
        sheet: the first sheet with corrections.
        headings: of that sheet; what the user's mapping said of them need not be said again.
    """
    said = [heading for heading in headings if heading.text.strip() and heading.field is not None]
    return [
        [_MARK, run, sheet],
        [heading.text for heading in said],
        [heading.field or _PASSED_OVER for heading in said],
    ]


def plan_rows(run: str, sheet: str, headings: Iterable[WrittenHeading]) -> list[list[str]]:
    """The same of a plan: the name of its run, its first sheet, and what its columns hold."""
    (_, *origin), *columns = origin_rows(run, sheet, headings)
    return [[_MARK_OF_PLAN, *origin], *columns]


def find_origin(workbook: Sheets) -> Origin | None:
    """What a workbook says of the run that it came from; None for one that is no report."""
    return _marked(workbook, _MARK)


def find_plan(workbook: Sheets) -> Origin | None:
    """What a plan says of the run that made it; None for a workbook that is none."""
    return _marked(workbook, _MARK_OF_PLAN)


def _marked(workbook: Sheets, mark: str) -> Origin | None:
    if ORIGIN_SHEET not in workbook.names:
        return None
    top = workbook.top(ORIGIN_SHEET)
    head, headings, fields = ([_words(cell) for cell in row] for row in [*top, [], [], []][:3])
    found, run, sheet = [*head, "", "", ""][:3]
    if found != mark:
        return None
    mapping = {
        heading: "" if field == _PASSED_OVER else field
        for heading, field in zip(headings, fields, strict=False)
        if heading and field
    }
    return Origin(run=run or None, sheet=sheet, mapping=mapping)


def sheet_of(origin: Origin, names: Sequence[str], called: str) -> str | None:
    """The sheet with the corrections; None where its user has given it another name.

    Args:
        origin: of the workbook.
        names: of its sheets.
        called: the file's name, for messages.

    Raises:
        InputError: there are several, as one does not hold them all.
    """
    parts = parts_of(origin, names)
    if len(parts) > 1:
        raise InputError(
            f"{called} has its corrections on several sheets: {', '.join(parts)}. Send one after the other with "
            "--sheet.",
            f"{called} 的更正内容分布在多个工作表：{'、'.join(parts)}。请用 --sheet 逐个发送。",
        )
    return parts[0] if parts else None


def parts_of(origin: Origin, names: Sequence[str]) -> list[str]:
    """The sheet that is meant and those on which it goes on, as far as they are called so."""
    return [name for name in names if _is_part(name, origin.sheet)]


def is_of(origin: Origin, sheet: str, names: Sequence[str]) -> bool:
    """Whether a sheet of the workbook holds corrections: by its name, or because no sheet has that name any more."""
    return _is_part(sheet, origin.sheet) or not any(_is_part(name, origin.sheet) for name in names)


def with_mapping_of(
    origin: Origin, workbook: Sheets, sheet: str | None, mapping: Mapping[str, str]
) -> Mapping[str, str]:
    """The user's mapping, and what the run's own said of headings that are still there, where the user's says nothing.

    Args:
        origin: of the workbook.
        workbook: is read at the top of its sheets.
        sheet: the one that is read, where that is known.
        mapping: the user's.
    """
    names = [sheet] if sheet in workbook.names else [name for name in workbook.names if name != ORIGIN_SHEET]
    there = {plain(cell) for name in names for row in workbook.top(name) for cell in row if isinstance(cell, str)}
    there -= {plain(heading) for heading in mapping}
    return {**{heading: field for heading, field in origin.mapping.items() if plain(heading) in there}, **mapping}


def _is_part(name: str, sheet: str) -> bool:
    return name == sheet or (name.startswith(f"{sheet} ") and name.removeprefix(f"{sheet} ").isdecimal())


def _words(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""
