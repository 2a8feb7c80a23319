"""Corrects a report as its user would who reads nothing but the coloured cells and their notes."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from jobs.recallflow.reference import KEY

CORRECTIONS = "Corrections"

Correction = Callable[[Cell, re.Match[str]], object]


def number_of(match: re.Match[str]) -> int:
    """The first number that a note allows."""
    return int(next(group for group in match.groups() if group))


REMEDIES: tuple[tuple[str, Correction], ...] = (
    (r"Type a number from (\d+) to|请填写 (\d+) 到", lambda _, match: number_of(match)),
    (r"Type one of: (\d+)|请填写以下之一：(\d+)", lambda _, match: number_of(match)),
    (r"Type a whole number|请输入整数", lambda cell, _: int(float(str(cell.value)))),
    (r"Type the number itself|请直接输入数字", lambda cell, _: int(str(cell.value).rstrip("%"))),
    (r"(\d+) to \d+ characters are allowed|允许 (\d+) 到", lambda cell, match: str(cell.value)[: number_of(match)]),
    (r"or leave this one blank|或将本单元格留空", lambda *_: None),
    (rf"Repeat the {KEY}|请在每一行都填写所属流程的 {KEY}", lambda cell, _: above(cell)),
    (r"without units|不要带单位|type the value|直接输入数值|Fill it in|请填写。", lambda *_: 30),
)
"""What notes say, in English and in Chinese, and what is typed then."""


def above(cell: Cell) -> object:
    """The value of the cell above it."""
    sheet: Worksheet = cell.parent  # type: ignore[assignment]  # the stubs take it for any kind of sheet
    return sheet.cell(cell.row - 1, cell.column).value


def correct(report: Path) -> int:
    """Corrects every coloured cell below the headings as its note says, and saves the workbook. Gives how many."""
    workbook = openpyxl.load_workbook(report)
    corrected = 0
    for row in workbook[CORRECTIONS].iter_rows(min_row=2):
        for cell in row:
            if cell.fill.fill_type is None:
                assert cell.comment is None, f"{cell.coordinate} has a note, and no colour"
                continue
            assert isinstance(cell, Cell)
            assert cell.comment is not None, f"{cell.coordinate} has a colour, and no note"
            cell.value = corrected_value(cell, cell.comment.text)  # type: ignore[assignment]  # of a kind that fits
            corrected += 1
    workbook.save(report)
    return corrected


def corrected_value(cell: Cell, note: str) -> object:
    """What a note says that the cell should hold."""
    for words, correction in REMEDIES:
        if match := re.search(words, note):
            return correction(cell, match)
    raise AssertionError(f"{cell.coordinate}: nobody could tell what to do from {note!r}")
