"""Workbooks by the fast reader, with what it loses laid over its rows. The owner of python_calamine."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from runner.tables.layout import Layout
from runner.tables.table import Cell, Truth
from runner.tables.workbooks.archive import Archive
from runner.tables.workbooks.ods_parts import OdsParts
from runner.tables.workbooks.overlay import Overlay, lay_over
from runner.tables.workbooks.workbook_kind import Kind
from runner.tables.workbooks.xlsb_parts import XlsbParts
from runner.tables.workbooks.xlsx_parts import XlsxParts

_Value = int | float | str | bool | time | date | datetime | timedelta


class Parts(Protocol):
    """A reader of what the fast one loses."""

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered in a sheet."""

    def overlays(self, name: str) -> Iterable[Overlay]:
        """The cells of a sheet that the fast reader loses, from top to bottom."""


class CalamineBook:
    """An open workbook. Errors of every kind mean that it is damaged; they may be no Exceptions (Rust's panics)."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self._book = CalamineWorkbook.from_path(path)
        archive = Archive(path)
        self._parts: Parts
        if kind == "xlsb":
            self._parts = XlsbParts(archive)
        elif kind == "ods":
            self._parts = OdsParts(archive)
        else:
            self._parts = XlsxParts(archive)
        self._largest: CalamineSheet | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The worksheets, in order."""
        return tuple(each.name for each in self._book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet)

    @property
    def hidden(self) -> frozenset[str]:
        """The worksheets that a user cannot see."""
        return frozenset(each.name for each in self._book.sheets_metadata if each.visible != SheetVisibleEnum.Visible)

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered."""
        return self._parts.layout(name)

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """Every row from row 1 on, from column A on, without the blank cells at their right."""
        return lay_over(_plain_rows(self._sheet(name)), self._parts.overlays(name))

    def _sheet(self, name: str) -> CalamineSheet:
        """The parsed sheet. Only the largest is kept: it costs most to parse twice, and two cost too much."""
        if self._largest is not None and self._largest.name == name:
            return self._largest
        sheet = self._book.get_sheet_by_name(name)
        if self._largest is None or sheet.height * sheet.width > self._largest.height * self._largest.width:
            self._largest = sheet
        return sheet


def _plain_rows(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Its own rows begin at row 1, but at the first column that has a cell."""
    left: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    for values in sheet.iter_rows():
        cells = _cells(values)
        while cells and cells[-1] is None:
            cells.pop()
        yield left + cells if left and cells else cells


def _cells(values: Sequence[_Value]) -> list[Cell]:
    kinds = set(map(type, values))
    if kinds == {str} and not any(values):
        return []
    cells: list[Cell] = [None if value == "" else value for value in values]
    if bool in kinds:
        cells = [(Truth.TRUE if cell else Truth.FALSE) if isinstance(cell, bool) else cell for cell in cells]
    if float in kinds:
        for index, cell in enumerate(cells):
            if type(cell) is float and not math.isfinite(cell):
                cells[index] = str(cell)  # no number, as a user understands it, and not nothing
    return cells
