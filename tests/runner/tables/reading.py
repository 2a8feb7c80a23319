"""Workbooks as tests read them, and the bytes of an .xlsb, which no library here writes."""

import struct
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from runner.tables.headings import SEARCHED_ROWS, Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import DELIMITED, read_table, workbook_table
from runner.tables.table import Cell, Misread, Table
from runner.tables.workbooks.calamine_book import CalamineBook
from runner.tables.workbooks.workbook import Workbook
from runner.tables.workbooks.workbook_kind import check_kind

TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def read(path: Path, limits: ReadingLimits | None = None, sheet: str | None = None) -> list[list[Cell]]:
    """All rows of a sheet, of the first one unless it is named."""
    with Workbook(path, limits or ReadingLimits()) as workbook:
        return [list(row) for row in workbook.rows(sheet or workbook.names[0])]


class BookHere(CalamineBook):
    """An .xlsx or .ods workbook that is read within this process, which need not be protected from it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, check_kind(path))

    def top(self, name: str) -> list[list[Cell]]:
        return list(islice(self.rows(name), SEARCHED_ROWS))


@contextmanager
def table_here(path: Path, headings: Sequence[Heading], *, sheet: str | None = None) -> Iterator[Table]:
    """As `read_table`, which starts a process for each workbook."""
    if path.suffix in DELIMITED:
        with read_table(path, headings, sheet=sheet) as table:
            yield table
    else:
        yield workbook_table(BookHere(path), path, headings, sheet=sheet)


def code(cell: Cell) -> str:
    """What is wrong with a cell that holds no value, and what it shows."""
    assert isinstance(cell, Misread), cell
    return f"{cell.violation.code} {cell.shown}"


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of [MS-XLSB] 2.1.4."""
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    size = b""
    while True:
        length, low = length >> 7, length & 0x7F
        size += bytes([low | (0x80 if length else 0)])
        if not length:
            return number + size + body


def wide(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def xlsb(path: Path, sheet: Iterable[bytes], styles: bytes = b"") -> Path:
    """A workbook of one sheet, "one", with these records between BrtBeginSheet and BrtEndSheet."""
    relations = f'<Relationships xmlns="{PACKAGE}">%s</Relationships>'
    relation = f'<Relationship Id="%s" Type="{TYPE}/%s" Target="%s"/>'
    main = relation % ("rId1", "officeDocument", "xl/workbook.bin")
    parts = relation % ("rId1", "worksheet", "worksheets/sheet1.bin") + relation % ("rId2", "styles", "styles.bin")
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("one"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", relations % main)
        archive.writestr("xl/_rels/workbook.bin.rels", relations % parts)
        archive.writestr("xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132))
        archive.writestr("xl/worksheets/sheet1.bin", record(129) + b"".join(sheet) + record(130))
        archive.writestr("xl/styles.bin", styles or record(278) + record(279))
    return path
