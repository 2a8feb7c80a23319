"""Reads delimited text (.csv, .tsv), as a stream: one line at a time is in memory, and no line is without end."""

import csv
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from runner.errors import InputError
from runner.problem import Violation
from runner.tables.cells import is_blank
from runner.tables.table import Cell, HeldBack, Row, shown
from runner.text import Text

DELIMITERS = (",", ";", "\t")

LONGEST_CELL = 16 * 2**20
"""Characters; past any audio file that a cell could carry, and short of filling the memory."""

LONGEST_LINE = 4 * LONGEST_CELL

MOST_COLUMNS = 16_384
"""No spreadsheet program has more (Microsoft's specification of Excel)."""

MOST_DELIMITERS = 2**20
"""In one line, those within quotes included."""

TOO_MANY_CELLS = "too-many-cells"
"""The code of a row with values behind its last heading."""

_SEPARATOR_LINE = "sep="


def stated_delimiter(path: Path, encoding: str) -> str | None:
    """The delimiter that a first line such as `sep=;` states, which is a custom of Excel; None where there is none."""
    with path.open(encoding=encoding, newline="") as file:
        return _stated(file.readline(len(_SEPARATOR_LINE) + 3))


def read_delimited(path: Path, delimiter: str, encoding: str) -> Generator[Sequence[Cell], None, None]:
    """Every record of the file, blank ones included, so that the n-th is row n in a spreadsheet program.

    A first line `sep=;` is no record: Excel takes it for an instruction, and shows what follows as row 1.

    Args:
        path: the file.
        delimiter: one character.
        encoding: one that every byte of the file fits.

    Raises:
        InputError: it is not a CSV file, or has a line that is too long. Raised while reading.
    """
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        lines = _lines(file, path, delimiter)
        first = next(lines, "")
        if _stated(first) is None:
            lines = chain((first,), lines) if first else lines
        number = 1
        # Strict, else a quote that is never closed swallows all that follows.
        records = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for number, record in enumerate(records, start=2):
                if len(record) > MOST_COLUMNS:
                    raise _too_wide(path, number - 1, len(record))
                yield [cell or None for cell in record]
        except csv.Error as error:
            raise _no_csv(path, number, records.line_num, str(error)) from error


def hold_back_surplus(rows: Iterator[Row], *, heading_row: int, width: int, key: int) -> Iterator[Row]:
    """The rows, with the key's cell `HeldBack` where a row has values behind its last heading.

    A comma in a text without quotes does that: all cells behind it have moved to the right, and the text is cut off. So
    it is in the corrections of such rows, until the text is whole again.

    Args:
        rows: below the headings.
        heading_row: its number.
        width: how many columns have a heading, counted up to the last that has.
        key: the column of the key, from 0.
    """
    for row in rows:
        if len(row.cells) <= width:
            yield row
            continue
        first = next((cell for cell in row.cells[width:] if not is_blank(cell)), None)
        if first is None:
            yield row
            continue
        cells = list(row.cells)
        cells[key] = HeldBack(shown(cells[key]), _too_many(row, heading_row, width, shown(first)), cells[key])
        yield Row(row.number, tuple(cells))


def _too_many(row: Row, heading_row: int, width: int, first: str) -> Violation:
    count = max(index for index, cell in enumerate(row.cells) if cell is not None) + 1
    return Violation(
        TOO_MANY_CELLS,
        Text(
            f'Row {row.number} has {count} cells, the headings in row {heading_row} only {width}: "{first}" stands '
            "below no heading",
            f"第 {row.number} 行有 {count} 个单元格，而标题行（第 {heading_row} 行）只有 {width} 个："
            f"“{first}”没有对应的标题",
        ),
        Text(
            "Move what belongs together into one cell, and clear the cells behind the last heading. In a CSV file, a "
            "text that holds the delimiter needs quotation marks around it. A further column needs a heading.",
            "请将同一内容合并到一个单元格，并清空最后一个标题之后的单元格。CSV 文件中，含分隔符的文本需要加英文双引号。"
            "如果确实多出一列，请为该列添加标题。",
        ),
    )


def _lines(file: TextIO, path: Path, delimiter: str) -> Iterator[str]:
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), ""), start=1):
        if len(line) > MOST_DELIMITERS and (len(line) > LONGEST_LINE or line.count(delimiter) > MOST_DELIMITERS):
            raise InputError(
                f"{path.name}, line {number}: the line is too long for a CSV file. "
                "Check that its lines end in line breaks, and save it again as CSV UTF-8.",
                f"{path.name} 第 {number} 行：对 CSV 文件来说过长。请检查各行是否换行，并另存为“CSV UTF-8”。",
            )
        yield line


def _stated(line: str) -> str | None:
    if line[: len(_SEPARATOR_LINE)].casefold() != _SEPARATOR_LINE:
        return None
    delimiter = line[len(_SEPARATOR_LINE) :].rstrip("\r\n")
    return delimiter if len(delimiter) == 1 and not delimiter.isalnum() and delimiter not in {'"', " "} else None


def _too_wide(path: Path, row: int, cells: int) -> InputError:
    return InputError(
        f"{path.name}, row {row} has {cells:,} cells, and no spreadsheet has more than {MOST_COLUMNS:,}. "
        "Remove the delimiters that are too many, or save the table again.",
        f"{path.name} 第 {row} 行有 {cells:,} 个单元格，超过电子表格的上限 {MOST_COLUMNS:,}。"
        "请删除多余的分隔符或重新保存。",
    )


def _no_csv(path: Path, row: int, line: int, reason: str) -> InputError:
    if reason == "unexpected end of data" or "field limit" in reason:
        return InputError(
            f"{path.name}, row {row}: a quotation mark is opened and never closed, or the cell has more than "
            f"{LONGEST_CELL:,} characters. Close it, or write two of them where one is meant.",
            f"{path.name} 第 {row} 行：英文双引号未闭合，或单元格超过 {LONGEST_CELL:,} 个字符。"
            "请补上右引号；如果引号是内容，请连写两个。",
        )
    return InputError(
        f"{path.name}, row {row} (line {line} of the file): this is not a CSV file ({reason}). "
        "Write two quotation marks where one is meant, or save it again as CSV UTF-8.",
        f"{path.name} 第 {row} 行（文件第 {line} 行）：不是有效的 CSV 文件（{reason}）。"
        "如果引号是内容，请连写两个，或另存为“CSV UTF-8”。",
    )
