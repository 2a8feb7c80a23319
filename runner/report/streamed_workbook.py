"""openpyxl's write-only workbook, whose sheets are short: what is long of them waits on disk until it is saved.

What openpyxl itself would put into files of its own stays in memory, so that nothing but the finished file and what
waits for it is ever on a disk, and only our own code writes it. Heavy; imported by those who write a workbook.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from io import BytesIO
from shutil import copyfileobj
from typing import IO, Any
from zipfile import ZIP64_LIMIT, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from runner.report.cells import stored
from runner.report.measures import note_size

_END_OF_ROWS = b"</sheetData>"
_PIECE = 2**20
_MARGIN = 1.05
"""By how much compressing may make a part larger, as `ZipFile.write` has it."""


class StreamedSheet(WriteOnlyWorksheet):
    """A write-only sheet in memory, which can be told of what lies in the rows that it does not see itself."""

    column_dimensions: Any  # the stubs lack it, and the next ones
    row_dimensions: Any
    sheet_state: str
    data_validations: DataValidationList
    _comments: list[CommentRecord]
    _hyperlinks: list[Hyperlink]
    _writer: Any = None

    def style_column(self, letter: str, *, width: int, style: str | None) -> None:
        """How wide a column is, in characters, and what its cells are like that are not there yet."""
        dimension = self.column_dimensions[letter]
        dimension.width = width
        if style:
            cell: Any = WriteOnlyCell(self)
            cell.style = style
            dimension._style = copy(cell._style)  # noqa: SLF001 - otherwise it takes a style by its parts only

    def put_below(self, rows: IO[bytes]) -> None:
        """Takes the XML of all rows that come below those which the sheet has; it has some.

        Args:
            rows: written to until the workbook is, and then read from its start.
        """
        self._writer.out.rows = rows

    def add_note(self, reference: str, words: str) -> None:
        """Gives a cell a note, once the sheet has a row."""
        width, height = note_size(words)
        note = CommentRecord(ref=reference, author="", width=width, height=height)
        note.text.t = stored(words)
        self._comments.append(note)

    def add_link(self, reference: str, place: str) -> None:
        """Makes a cell lead to a place in the workbook, once the sheet has a row."""
        self._hyperlinks.append(Hyperlink(ref=reference, location=place))

    def _get_writer(self) -> None:
        if self._writer is None:
            self._writer = _InMemory(self, out=_Part())
            self._writer.write_top()


class StreamedWorkbook(Workbook):
    """A write-only workbook of such sheets."""

    _add_sheet: Callable[[StreamedSheet, int | None], None]  # the stubs lack it

    def __init__(self) -> None:
        super().__init__(write_only=True)

    def create_sheet(self, title: Any = None, index: int | None = None) -> StreamedSheet:  # noqa: ANN401 - as the stubs have it
        """A new sheet."""
        sheet = StreamedSheet(self, title)
        self._add_sheet(sheet, index)
        return sheet

    def write(self, archive: ZipFile) -> None:
        """Writes all parts to an empty archive, once.

        Raises:
            OSError: there is no room for them.
        """
        self.properties.modified = datetime.now(tz=UTC).replace(tzinfo=None)
        parts: Any = _Parts(archive)
        ExcelWriter(self, parts).write_data()


class _Part(BytesIO):
    """A sheet's part, but for the rows that wait on disk."""

    rows: IO[bytes] | None = None


class _InMemory(WorksheetWriter):
    def cleanup(self) -> None:
        """Nothing of it is on a disk."""


class _Parts:
    """What openpyxl takes for its archive."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.writestr = archive.writestr
        self.namelist = archive.namelist

    def write(self, sheet: _Part, path: str) -> None:
        """Writes a sheet's part."""
        rows = sheet.rows or BytesIO()
        above, end, below = sheet.getvalue().partition(_END_OF_ROWS)
        size = len(above) + rows.tell() + len(end) + len(below)
        with self._archive.open(path, "w", force_zip64=size * _MARGIN > ZIP64_LIMIT) as part:
            part.write(above)
            rows.seek(0)
            copyfileobj(rows, part, _PIECE)
            part.write(end + below)
