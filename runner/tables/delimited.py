"""Reads .csv files, as a stream."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.errors import InputError
from runner.tables.table import Cell

ENCODINGS = ("utf-8-sig", "gb18030")
"""UTF-8 with or without its mark, else what Chinese Excel writes. Each is taken only where every byte fits."""

DELIMITERS = (",", ";", "\t")

LONGEST_CELL = 64 * 2**20
"""Characters; far past any audio file that a cell could carry, and short of filling the memory."""

_CHUNK = 2**20


def read_delimited(path: Path, delimiter: str) -> Iterator[Sequence[Cell]]:
    """Every record of the file, blank ones included, so that the n-th is row n in a spreadsheet program.

    Args:
        path: the file.
        delimiter: one of `DELIMITERS`.

    Raises:
        InputError: it is not text in a known encoding, or not a CSV file. Raised while reading.
    """
    encoding = _encoding(path)
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(file, delimiter=delimiter, strict=True)  # else an unclosed quote swallows all that follows
        try:
            for record in records:
                yield [cell or None for cell in record]
        except csv.Error as error:
            raise InputError(
                f"{path.name}, line {records.line_num}: this is not a CSV file ({error}). Save it again as CSV UTF-8.",
                f"{path.name} 第 {records.line_num} 行：不是有效的 CSV 文件（{error}）。请另存为“CSV UTF-8”。",
            ) from error


def _encoding(path: Path) -> str:
    offset = 0
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        offset = 0
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    if b"\0" in chunk:
                        raise InputError(
                            f"{path.name} is not a CSV file: it holds binary data. "
                            "Save the table as .xlsx or as CSV UTF-8.",
                            f"{path.name} 不是 CSV 文件：其中含有二进制数据。请将表格另存为 .xlsx 或“CSV UTF-8”。",
                        )
                    decoder.decode(chunk)
                    offset += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            offset += error.start
        else:
            return encoding
    raise InputError(
        f"{path.name} is neither UTF-8 nor GB18030 text (byte {offset}). Save it again as CSV UTF-8.",
        f"{path.name} 既不是 UTF-8 也不是 GB18030 编码（第 {offset} 字节）。请另存为“CSV UTF-8”。",
    )
