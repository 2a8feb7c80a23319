"""The workbook while it is written: openpyxl's, but for the rows of its long sheets, which wait on disk."""

from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Self
from zipfile import ZIP_DEFLATED, ZipFile

from runner.report.styles import add_styles

if TYPE_CHECKING:
    from runner.report.streamed_workbook import StreamedSheet

_LEVEL = 5
"""Of compression. On rows of results: 1 takes 1.3 µs for 48 bytes a row, 3 takes 2.2 for 41, 5 takes 3.9 for 39.5, and
6, which is usual, 7.2 for 39. Reports are sent by mail, and a row takes 30 µs in all."""

_BUFFER = 2**18
"""Bytes of rows that are written at once."""


class Book:
    """A write-only workbook that has the report's styles.

    openpyxl takes some 240 µs for a row of ten cells. The rows of long sheets are put into its sheets as XML, which
    takes an eighth of that; all else is openpyxl's. Used as a context manager, it leaves no temporary files behind.
    """

    def __init__(self, folder: Path) -> None:
        """Begins one.

        Args:
            folder: where the rows wait, in files without a name: the one that the workbook will be in, so that a disk
                which is full is the one that the user is told of.
        """
        from runner.report.streamed_workbook import StreamedWorkbook  # noqa: PLC0415 - heavy

        self.workbook = StreamedWorkbook()
        add_styles(self.workbook)
        self._folder = folder
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # of what could not be written then either
            self._files.close()
        for sheet in self.workbook.worksheets:  # else those that were begun complain about it later
            with suppress(Exception):
                sheet.close()

    def style_id(self, style: str) -> int:
        """The number by which a cell of any sheet names a style; there is a sheet by then.

        Raises:
            ValueError: the report has no such style.
        """
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy

        cell = WriteOnlyCell(self.workbook.worksheets[0])
        cell.style = style
        number: int = cell.style_id
        return number

    def rows_below(self, sheet: "StreamedSheet") -> IO[bytes]:
        """Takes the XML of all rows that are to come below those that the sheet has of openpyxl's.

        Raises:
            OSError: there is no room for it.
        """
        file: IO[bytes] = self._files.enter_context(TemporaryFile(buffering=_BUFFER, dir=self._folder))  # noqa: SIM115 - the stack is its context manager
        sheet.put_below(file)
        return file

    def save(self, path: Path) -> None:
        """Writes the workbook, once.

        Raises:
            OSError: it cannot be written.
        """
        with path.open("wb") as file, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            self.workbook.write(archive)
