"""What the fast reader loses of .xlsx and .xlsm: formulas that were never computed, errors, percentages, the layout.

A sheet is gone through once as bytes, which is fast, and its cells are parsed only if the bytes have traces of what
would be lost. Section numbers are those of ECMA-376 part 1.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from runner.tables.layout import Layout, Merge
from runner.tables.table import Cell
from runner.tables.workbooks import xml_stream
from runner.tables.workbooks.archive import Archive, relations_of, resolve
from runner.tables.workbooks.misreads import error_cell, formula_without_value
from runner.tables.workbooks.overlay import MOST_COLUMNS, MOST_ROWS, Damaged, Overlay, Runs
from runner.tables.workbooks.percentages import BUILT_IN, is_percent_format, percentage
from runner.tables.workbooks.xml_stream import Element, attribute, elements, is_true

_CHUNK = 2**20
_WORKBOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_OPENING = re.compile(rb"<(?:[\w.-]+:)?sheetData\s*(/?)>|<(?:[\w.-]+:)?sheetData\s[^>]*?(/?)>")
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")
_OVERLAP = 256
_MISREAD_TRACES = (b"<f", b":f", b'"e"', b"'e'")
"""What each formula (18.3.1.40) and each error (18.18.11) has. Text that looks like it costs only time."""
_HIDDEN_TRACES = (b"hidden",)
_LOST = "m:c[@t='e' or (m:f and not(m:v/text()) and not(@t='str' or @t='inlineStr'))"
"""The cells that are lost, for libxml2 to find. A text with an empty value is an empty text, which is not lost."""
_PERCENTAGE = " or ((@s='{0}' or (not(@s) and '{0}'='0')) and not(@t!='n') and m:v/text())"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class _Scan:
    """What going through a sheet's bytes found."""

    around: bytes
    """The sheet without its cells."""
    may_misread: bool
    may_hide_rows: bool


class XlsxParts:
    """The sheets of one workbook, by name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._parts = _sheet_parts(archive)
        self._percent_styles = frozenset(_percent_styles(archive))
        self._lost_cells = _LOST + "".join(map(_PERCENTAGE.format, sorted(self._percent_styles))) + "]"
        self._scans: dict[str, _Scan] = {}

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered.

        Raises:
            Damaged: the sheet is not as its format has it.
        """
        scan = self._scan(name)
        hidden, merges, filtered = set[int](), [], set[int]()
        with io.BytesIO(scan.around) as around:
            for _, kind, element in elements(around, ends=("col", "mergeCell", "autoFilter")):
                if kind == "col" and is_true(element.get("hidden")):
                    hidden.update(
                        range(int(element.get("min", "1")) - 1, min(int(element.get("max", "1")), MOST_COLUMNS))
                    )
                elif kind == "mergeCell":
                    merges.append(_merge(element.get("ref", "")))
                elif kind == "autoFilter":
                    filtered.update(_filtered(element))
        filtered.update(self._filtered_in_tables(name))
        runs = Runs()
        if scan.may_hide_rows:
            with self._archive.open(self._part(name)) as part:
                for number, row in _rows(part):
                    if is_true(row.get("hidden")):
                        runs.add(number, number)
        return Layout(
            merges=tuple(merges),
            hidden_columns=frozenset(hidden),
            hidden_rows=runs.found(),
            filtered_columns=frozenset(filtered),
        )

    def overlays(self, name: str) -> Iterator[Overlay]:
        """The cells that the fast reader loses, from top to bottom.

        Raises:
            Damaged: the sheet is not as its format has it.
        """
        if not self._scan(name).may_misread:
            return
        with self._archive.open(self._part(name)) as part:
            for number, row in _rows(part):
                if cells := dict(self._lost(row)):
                    yield Overlay(number, number, cells)

    def _lost(self, row: Element) -> Iterator[tuple[int, Cell]]:
        """A row's cells (18.3.1.4) that hold an error, a formula without a value, or a percentage."""
        lost = xml_stream.select(row, self._lost_cells)
        if not lost:
            return
        columns = None if all(cell.get("r") for cell in lost) else _columns(row)
        for cell in lost:
            column = _column(cell.get("r", "")) if columns is None else columns[cell]
            kind, formula, value = cell.get("t", "n"), None, None
            for child in cell:
                name = xml_stream.local_name(child)
                if name == "f":
                    formula = child
                elif name == "v":
                    value = child.text
            if kind == "e":
                yield column, error_cell(value or "#VALUE!")
            elif formula is not None and not value:
                yield column, formula_without_value(f"={formula.text or '…'}")  # "…": one shared with other cells
            elif value:
                yield column, percentage(float(value))

    def _scan(self, name: str) -> _Scan:
        if name not in self._scans:
            self._scans[name] = self._gone_through(self._part(name))
        return self._scans[name]

    def _gone_through(self, name: str) -> _Scan:
        styles = [style.encode() for style in self._percent_styles]
        loose = [b" s =", b"s= "] if styles else []  # XML allows the blanks; nobody writes them
        sought = (
            _MISREAD_TRACES + tuple(b's="%s"' % each for each in styles) + tuple(b"s='%s'" % each for each in styles)
        )
        sought += tuple(loose)
        if "0" in self._percent_styles:
            sought += (b"<c", b":c")  # a cell without a style has style 0
        around, window, inside, after = io.BytesIO(), b"", False, False
        misread = hides = False
        with self._archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                window += chunk
                if not inside and not after and (found := _OPENING.search(window)):
                    around.write(window[: found.start()])
                    inside, window = not any(found.groups()), window[found.end() :]
                    after = not inside
                if inside:
                    misread = misread or any(trace in window for trace in sought)
                    hides = hides or any(trace in window for trace in _HIDDEN_TRACES)
                    if found := _CLOSING.search(window):
                        inside, after, window = False, True, window[found.end() :]
                kept = 0 if after else min(_OVERLAP, len(window))
                if not inside:
                    around.write(window[: len(window) - kept])
                window = window[len(window) - kept :]
        if inside:
            raise Damaged(f"{name} is cut off")
        around.write(window)
        return _Scan(around.getvalue(), misread, hides)

    def _part(self, name: str) -> str:
        if name not in self._parts:
            raise Damaged(f"it has no part for the sheet {name}")
        return self._parts[name]

    def _filtered_in_tables(self, name: str) -> Iterator[int]:
        """By the filters of the sheet's tables (18.5.1.2), which are parts of their own."""
        part = self._part(name)
        for target, kind in _relations(self._archive, part).values():
            if kind.endswith("/table") and target in self._archive:
                with self._archive.open(target) as table:
                    for _, _, element in elements(table, ends=("autoFilter",)):
                        yield from _filtered(element)


def _sheet_parts(archive: Archive) -> dict[str, str]:
    relations = _relations(archive, _WORKBOOK)
    parts = {}
    with archive.open(_WORKBOOK) as workbook:
        for _, _, sheet in elements(workbook, ends=("sheet",)):
            target = relations.get(attribute(sheet, "id") or "")
            if target:
                parts[sheet.get("name", "")] = target[0]
    return parts


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Target and type of a part's relationships, by their ids (ECMA-376 part 2, 8.3)."""
    name = relations_of(part)
    if name not in archive:
        return {}
    with archive.open(name) as source:
        return {
            element.get("Id", ""): (resolve(part, element.get("Target", "")), element.get("Type", ""))
            for _, _, element in elements(source, ends=("Relationship",))
        }


def _percent_styles(archive: Archive) -> Iterator[str]:
    """The styles, as cells name them, that show a number as a percentage (18.8.10, 18.8.30)."""
    if _STYLES not in archive:
        return
    formats = {str(number) for number in BUILT_IN}
    with archive.open(_STYLES) as styles:
        for _, kind, element in elements(styles, ends=("numFmt", "cellXfs")):
            if kind == "numFmt" and is_percent_format(element.get("formatCode", "")):
                formats.add(element.get("numFmtId", ""))
            elif kind == "cellXfs":
                for index, style in enumerate(style for style in element if xml_stream.local_name(style) == "xf"):
                    if style.get("numFmtId") in formats:
                        yield str(index)


def _rows(part: IO[bytes]) -> Iterator[tuple[int, Element]]:
    """The rows with their numbers; without one, a row is the next (18.3.1.73).

    Raises:
        Damaged: they do not go from top to bottom, or beyond what a sheet can have.
    """
    number = 0
    for _, _, row in elements(part, ends=("row",)):
        following = int(row.get("r") or number + 1)
        if not number < following <= MOST_ROWS:
            raise Damaged(f"row {following} comes after row {number}")
        number = following
        yield number, row


def _columns(row: Element) -> dict[Element, int]:
    """Where the cells of a row stand; without a reference, a cell is the next (18.3.1.4)."""
    columns, column = {}, -1
    for cell in row:
        if xml_stream.local_name(cell) == "c":
            reference = cell.get("r")
            column = _column(reference) if reference else column + 1
            columns[cell] = column
    return columns


def _filtered(auto_filter: Element) -> Iterator[int]:
    """The columns that have a criterion (18.3.2.7); those that only have a button do not filter."""
    first = _column(auto_filter.get("ref", "A1"))
    for column in auto_filter:
        if xml_stream.local_name(column) == "filterColumn" and len(column):
            yield first + int(column.get("colId", "0"))


def _merge(reference: str) -> Merge:
    first, _, last = reference.partition(":")
    (first_column, first_row), (last_column, last_row) = _address(first), _address(last or first)
    return Merge(first_row, last_row, first_column, last_column)


def _address(reference: str) -> tuple[int, int]:
    """Column, from 0, and row, from 1, of `F12`."""
    found = _REFERENCE.match(reference)
    if not found:
        raise Damaged(f"{reference!r} is no cell")
    return _column(reference), int(found[2])


def _column(reference: str) -> int:
    column = 0
    for letter in reference.lstrip("$"):
        if not letter.isalpha():
            break
        column = column * 26 + ord(letter.upper()) - ord("A") + 1
    if not 0 < column <= MOST_COLUMNS:
        raise Damaged(f"{reference!r} is no cell")
    return column - 1
