"""Rows written into files as people's programs do it, and tables that are in no file at all."""

import csv
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from runner.attachments import Files
from runner.tables.table import Cell, Column, Row, Table

Value = str | int | float | None


def write_xlsx(path: Path, rows: Sequence[Sequence[Value]], *, with_formula: bool = False) -> None:
    """A workbook as a person fills it in: what looks like a formula or an error within a text is text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("流程")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    workbook.create_sheet("说明").append(["=1+1" if with_formula else 2])
    workbook.save(path)


def write_csv(path: Path, rows: Sequence[Sequence[Value]], *, encoding: str = "utf-8", delimiter: str = ",") -> None:
    """A file as a spreadsheet program saves it: each line as wide as the widest."""
    width = max(map(len, rows))
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([*row, *[None] * (width - len(row))] for row in rows)


def table_of(fields: Sequence[str], rows: Sequence[Sequence[Cell]], *, files: Files | None = None) -> Table:
    """A table with these columns, headings in row 1."""
    columns = {field: Column(field, index, field) for index, field in enumerate(fields)}
    numbered = (Row(number, tuple(row)) for number, row in enumerate(rows, start=2))
    return Table(sheet=None, columns=columns, rows=numbered, files=files)
