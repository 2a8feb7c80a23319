"""What the fast reader loses of .ods: errors, formulas never computed, percentages, white space, the layout.

Section numbers are those of ODF 1.3 part 3. Repeated rows and cells are never unrolled: a sheet is full of them.
"""

import re
from collections.abc import Iterator

from runner.tables.layout import Layout, Merge
from runner.tables.table import Cell
from runner.tables.workbooks.archive import Archive
from runner.tables.workbooks.misreads import error_cell, formula_without_value
from runner.tables.workbooks.overlay import MOST_COLUMNS, MOST_ROWS, Overlay, Runs
from runner.tables.workbooks.percentages import percentage
from runner.tables.workbooks.xml_stream import Element, attribute, elements, local_name

_CONTENT = "content.xml"
_TRACES = (b"formula", b"error", b"percentage", b"Err:", b":tab", b":s/", b":s ", b":line-break")
_LONGEST_TEXT = 2**20
_ERROR = re.compile(r"Err:[0-9]{3}|#[A-Z0-9/]+[!?]?")
_RANGE = re.compile(r"(?:\$?('(?:[^']|'')*'|[^.']*)\.)?\$?([A-Z]+)\$?[0-9]+")
_HIDDEN = {"collapse", "filter"}
_VALUES = ("value", "string-value", "boolean-value", "date-value", "time-value")


class OdsParts:
    """The sheets of one workbook, by name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._has_traces: bool | None = None

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered.

        Raises:
            Damaged: the file is not as its format has it.
        """
        merges, hidden, filtered, runs = list[Merge](), set[int](), set[int](), Runs()
        row = 1
        column = 0
        for kind, element in self._of_sheet(name):
            if kind == "table-column":
                last = min(column + _repeated(element, "columns"), MOST_COLUMNS)
                if attribute(element, "visibility") in _HIDDEN:
                    hidden.update(range(column, last))
                column = last
            elif kind == "table-row":
                following = row + _repeated(element, "rows")
                if attribute(element, "visibility") in _HIDDEN:
                    runs.add(row, min(following - 1, MOST_ROWS))
                merges.extend(_merges(element, row))
                row = following
            elif kind == "database-range":
                filtered.update(_filtered(element, name))
        return Layout(
            merges=tuple(merges),
            hidden_columns=frozenset(hidden),
            hidden_rows=runs.found(),
            filtered_columns=frozenset(filtered),
        )

    def overlays(self, name: str) -> Iterator[Overlay]:
        """The cells that the fast reader loses, from top to bottom.

        Raises:
            Damaged: the file is not as its format has it.
        """
        if self._has_traces is None:
            self._has_traces = self._archive.has_any(_CONTENT, _TRACES)
        if not self._has_traces:
            return
        row = 1
        for kind, element in self._of_sheet(name):
            if kind == "table-row":
                following = row + _repeated(element, "rows")
                if row <= MOST_ROWS and (cells := dict(_lost(element))):
                    yield Overlay(row, min(following - 1, MOST_ROWS), cells)
                row = following

    def _of_sheet(self, name: str) -> Iterator[tuple[str, Element]]:
        """The ends of a sheet's columns and rows, then of the database ranges, which are no sheet's own."""
        inside = False
        with self._archive.open(_CONTENT) as content:
            for event, kind, element in elements(
                content, starts=("table",), ends=("table", "table-column", "table-row", "database-range")
            ):
                if kind == "table":
                    inside = event == "start" and attribute(element, "name") == name
                elif inside or kind == "database-range":
                    yield kind, element


def _cells(row: Element) -> Iterator[tuple[int, int, Element]]:
    """A row's cells with their first column and how often they are repeated (9.1.4, 9.1.5)."""
    column = 0
    for cell in row:
        if local_name(cell) in {"table-cell", "covered-table-cell"}:
            times = _repeated(cell, "columns")
            if column < MOST_COLUMNS:
                yield column, min(times, MOST_COLUMNS - column), cell
            column += times


def _lost(row: Element) -> Iterator[tuple[int, Cell]]:
    for first, times, cell in _cells(row):
        if len(cell.attrib) and (found := _lost_cell(cell)) is not None:
            for column in range(first, first + times):
                yield column, found


def _lost_cell(cell: Element) -> Cell:
    """What the cell is if the fast reader loses it: an error, a formula without any value, a percentage."""
    facts = {str(key).rpartition("}")[2]: str(value) for key, value in cell.items()}
    kinds = {str(value) for key, value in cell.items() if str(key).endswith("}value-type")}
    formula = facts.get("formula")
    if "error" in kinds or formula is not None:
        shown = _paragraphs(cell).strip()
        if "error" in kinds or _ERROR.fullmatch(shown):
            return error_cell(shown or "#VALUE!")
        if formula is not None and not shown and "string" not in kinds and not any(map(facts.get, _VALUES)):
            return formula_without_value("=" + formula.partition("=")[2])
    if "percentage" in kinds and facts.get("value"):
        return percentage(float(facts["value"]))
    if "string" in kinds and any(local_name(part) in _WHITE_SPACE for part in cell.iterdescendants()):
        return _paragraphs(cell)
    return None


def _paragraphs(cell: Element) -> str:
    """A cell's own words, without those of a note at it."""
    return "\n".join(_text(part) for part in cell if local_name(part) == "p")


_WHITE_SPACE = {"tab", "s", "line-break"}


def _text(element: Element) -> str:
    """A paragraph's words, with the white space that is spelled out as elements (6.1.3 to 6.1.5)."""
    words = [element.text or ""]
    for part in element:
        match local_name(part):
            case "tab":
                words.append("\t")
            case "line-break":
                words.append("\n")
            case "s":
                words.append(" " * min(int(attribute(part, "c") or 1), _LONGEST_TEXT))
            case "annotation":
                pass
            case _:
                words.append(_text(part))
        words.append(part.tail or "")
    return "".join(words)


def _merges(row: Element, number: int) -> Iterator[Merge]:
    for column, _, cell in _cells(row):
        if len(cell.attrib):
            rows = int(attribute(cell, "number-rows-spanned") or 1)
            columns = int(attribute(cell, "number-columns-spanned") or 1)
            if rows > 1 or columns > 1:
                yield Merge(number, number + rows - 1, column, column + columns - 1)


def _filtered(database_range: Element, sheet: str) -> Iterator[int]:
    """The columns by which a database range (9.4.15) of the sheet is filtered."""
    found = _RANGE.match(attribute(database_range, "target-range-address") or "")
    if not found or (found[1] or "").strip("'").replace("''", "'") != sheet:
        return
    first = 0
    for letter in found[2]:
        first = first * 26 + ord(letter) - ord("A") + 1
    for condition in database_range.iter("{*}filter-condition"):
        yield first - 1 + int(attribute(condition, "field-number") or 0)


def _repeated(element: Element, what: str) -> int:
    return max(1, int(attribute(element, f"number-{what}-repeated") or 1))
