"""The workbook while it is written: openpyxl's, but for the rows of its long sheets, which wait on disk."""

from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Self
from zipfile import ZIP_DEFLATED, ZipFile

from runner.report.styles import add_styles

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_END_OF_ROWS = b"</sheetData>"
_LONG = 2**30
"""Bytes of a part from which on it may not fit into an archive's short fields."""


class Book:
    """A write-only workbook that has the report's styles.

    openpyxl takes some 300 µs for a row of ten cells. The rows of long sheets are put into its sheets as XML, which
    takes a tenth of that; all else is openpyxl's. Used as a context manager, it leaves no temporary files behind.
    """

    def __init__(self) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - heavy; only for those who write a workbook

        self.workbook = Workbook(write_only=True)
        add_styles(self.workbook)
        self._rows: list[tuple[WriteOnlyWorksheet, IO[bytes]]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()
        for sheet in self.workbook.worksheets:  # else the files of those that are not saved complain about it later
            with suppress(Exception):
                sheet.close()

    def style_id(self, style: str) -> int:
        """The number by which a cell of any sheet names a style."""
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy

        cell = WriteOnlyCell(self.workbook.worksheets[0])
        cell.style = style
        number: int = cell.style_id
        return number

    def rows_below(self, sheet: "WriteOnlyWorksheet") -> IO[bytes]:
        """Takes the XML of all rows that are to come below those that the sheet has of openpyxl's."""
        file: IO[bytes] = self._files.enter_context(TemporaryFile())  # noqa: SIM115 - the stack is its context manager
        self._rows.append((sheet, file))
        return file

    def save(self, path: Path) -> None:
        """Writes the workbook, once.

        Raises:
            OSError: it cannot be written.
        """
        short = BytesIO()
        self.workbook.save(short)
        rows = {sheet.path.removeprefix("/"): file for sheet, file in self._rows}
        with ZipFile(short) as parts, ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for part in parts.infolist():
                content = parts.read(part)
                if part.filename not in rows:
                    archive.writestr(part, content)
                    continue
                file = rows[part.filename]
                above, end, below = content.partition(_END_OF_ROWS)
                with archive.open(part.filename, "w", force_zip64=file.tell() > _LONG) as whole:
                    whole.write(above)
                    file.seek(0)
                    copyfileobj(file, whole, 2**20)
                    whole.write(end + below)
