"""The tables that rules name: columns of a spreadsheet, as what they mean for a field."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from jobs.recallflow.migration.asked_fields import Scalar, compared_value, sent_value
from jobs.recallflow.migration.complaints import Complaints
from jobs.recallflow.migration.toml_lines import Place
from runner.errors import InputError
from runner.planning.complaints import own_headings
from runner.problem import Violation
from runner.tables.cells import is_blank
from runner.tables.delimited import DELIMITERS, read_delimited, stated_delimiter
from runner.tables.encoding import encodings
from runner.tables.headings import SEARCHED_ROWS, Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import DELIMITED, opened_workbook, read_table
from runner.tables.table import Cell, shown
from runner.text import Text

MOST_TOLD = 10
"""Cells of one table; what is more is counted."""

Pair = tuple[Scalar, Scalar | None]


class _Read(NamedTuple):
    cell: Cell
    address: str


_Row = tuple[_Read, ...]


class Columns(NamedTuple):
    """Which columns of which file."""

    file: Place
    sheet: str | None
    names: tuple[str | None, ...]
    """As headings say them; None for the one in that place."""


class Tables:
    """Reads those of one file of rules."""

    def __init__(self, folder: Path, limits: ReadingLimits, complaints: Complaints) -> None:
        self._folder = folder
        self._limits = limits
        self._complaints = complaints
        self._digests: list[bytes] = []

    @property
    def digest(self) -> bytes:
        """Of all that were read."""
        return b"".join(self._digests)

    def path(self, file: Place) -> Path:
        """Of a file that is named."""
        return self._folder / str(file.value)

    def is_there(self, path: Path) -> bool:
        """Whether there is such a file."""
        try:
            return path.is_file()
        except (OSError, ValueError):  # the name is too long or has a NUL in it, or the folder is closed to us
            return False

    def values(self, columns: Columns, field: str) -> tuple[Scalar, ...]:
        """What a column says, as values that the field is compared with; what is wrong is written down."""
        read = _Cells(self._complaints, columns.file.line, self.path(columns.file).name)
        found = [read.compared(field, cell) for (cell,) in self._rows(columns)]
        read.tell()
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def pairs(self, columns: Columns, field: str) -> tuple[Pair, ...]:
        """What two columns say: what the field has, and what it is to have."""
        read = _Cells(self._complaints, columns.file.line, self.path(columns.file).name)
        found: dict[Scalar, Scalar | None] = {}
        places: dict[Scalar, str] = {}
        for old_cell, new_cell in self._rows(columns):
            old, new = read.compared(field, old_cell), read.sent(field, new_cell)
            if old is None or isinstance(new, Violation):
                continue
            first = places.setdefault(old, old_cell.address)
            if found.setdefault(old, new) != new:
                read.wrong(old_cell, _TWICE.format(value=shown(old_cell.cell), first=first))
        read.tell()
        return tuple(found.items())

    def _rows(self, columns: Columns) -> Iterator[_Row]:
        path, line = self.path(columns.file), columns.file.line
        try:
            if not self.is_there(path):
                self._complaints.add(line, _NO_FILE.format(file=columns.file.value, folder=self._folder.absolute()))
                return
            with path.open("rb") as file:
                self._digests.append(hashlib.file_digest(file, "sha256").digest())
            with own_headings(path.name, _REMEDY):
                names = self._names(path, columns)
                headings = [Heading(field=name, required=True) for name in names]
                count = 0
                with read_table(path, headings, sheet=columns.sheet, limits=self._limits) as table:
                    places = [table.columns[name] for name in names]
                    for count, row in enumerate(table.rows, start=1):  # noqa: B007 - how many there were
                        yield tuple(
                            _Read(table.cell(row, place.field), f"{place.letter}{row.number}") for place in places
                        )
            if not count:
                self._complaints.add(line, _NO_ROWS.format(file=path.name))
        except InputError as error:
            self._complaints.add(line, Text.of(error))
        except (OSError, ValueError):
            self._complaints.add(line, _NO_FILE.format(file=columns.file.value, folder=self._folder.absolute()))

    def _names(self, path: Path, columns: Columns) -> Sequence[str]:
        headings = [] if all(columns.names) else _first_row(path, columns.sheet, self._limits)
        names = [
            name or (headings[place] if place < len(headings) else None) for place, name in enumerate(columns.names)
        ]
        for place, name in enumerate(names):
            if not isinstance(name, str):
                what = _TOO_NARROW if name is None else _NO_HEADING
                said = what.format(file=path.name, count=place + 1, value=shown(name))
                raise InputError(said.en, said.zh)
        found = [str(name) for name in names]
        if len(set(found)) < len(found):
            said = _SAME_COLUMN.format(name=shown(found[0]))
            raise InputError(said.en, said.zh)
        return found


class _Cells:
    """What is wrong with cells of one table."""

    def __init__(self, complaints: Complaints, line: int, file: str) -> None:
        self._complaints = complaints
        self._line = line
        self._file = file
        self._wrong: list[tuple[str, Text]] = []

    def compared(self, field: str, read: _Read) -> Scalar | None:
        """What a field is compared with; None where it is wrong, which is written down."""
        value = self._checked(compared_value, field, read)
        if isinstance(value, Violation):
            return None
        if value is None:
            self.wrong(read, _BLANK)
        return value

    def sent(self, field: str, read: _Read) -> Scalar | Violation | None:
        """What a field is to have; None for nothing, which has to be said."""
        if is_blank(read.cell):
            self.wrong(read, _NO_RESULT)
            return _WRONG
        return self._checked(sent_value, field, read)

    def _checked(
        self, convert: Callable[[str, object], Scalar | Violation | None], field: str, read: _Read
    ) -> Scalar | Violation | None:
        value = convert(field, read.cell)
        if isinstance(value, Violation):
            self.wrong(read, _BROKEN.format(field=field, message=value.message, remedy=value.remedy))
        return value

    def wrong(self, read: _Read, what: Text) -> None:
        """Writes it down."""
        self._wrong.append((read.address, what))

    def tell(self) -> None:
        """As complaints about the line that names the table."""
        for address, what in self._wrong[:MOST_TOLD]:
            self._complaints.add(self._line, _AT.format(file=self._file, cell=address, what=what))
        if len(self._wrong) > MOST_TOLD:
            self._complaints.add(self._line, _MORE.format(file=self._file, count=len(self._wrong) - MOST_TOLD))


def _first_row(path: Path, sheet: str | None, limits: ReadingLimits) -> list[Cell]:
    """The cells of the first row that has any, from the first one that is not blank."""
    for row in _top(path, sheet, limits):
        if not all(map(is_blank, row)):
            return [cell for cell in row if not is_blank(cell)]
    return []


def _top(path: Path, sheet: str | None, limits: ReadingLimits) -> Sequence[Sequence[Cell]]:
    if path.suffix.lower() not in DELIMITED:
        with opened_workbook(path, limits) as workbook:
            visible = [name for name in workbook.names if name not in workbook.hidden]
            names = [name for name in visible if sheet in (None, name)] or visible
            filled = (workbook.top(name) for name in names)
            return next((top for top in filled if any(not is_blank(cell) for row in top for cell in row)), [])
    guess = encodings(path)[0].name
    stated = stated_delimiter(path, guess)
    tops = [_top_of(path, each, guess) for each in (DELIMITERS if stated is None else (stated,))]
    return max(tops, key=lambda top: sum(len(row) > 1 for row in top))


def _top_of(path: Path, delimiter: str, encoding: str) -> list[Sequence[Cell]]:
    try:
        return list(islice(read_delimited(path, delimiter, encoding), SEARCHED_ROWS))
    except InputError:  # which only a wrong delimiter may stumble over; reading it tells
        return []


_WRONG = Violation("blank", Text("", ""), Text("", ""))
_AT = Text("{file} {cell}: {what}", "{file} {cell}：{what}")
_MORE = Text("{file}: {count} more cells are wrong.", "{file}：另有 {count} 个单元格有误。")
_BROKEN = Text("{message}. {remedy} (for {field})", "{message}。{remedy}（字段 {field}）")
_TWICE = Text(
    "{value} is in {first} already, with another result. Keep one of the two.",
    "{value} 已在 {first} 出现，且结果不同。请只保留一个。",
)
_BLANK = Text(
    "It is blank, and a blank matches nothing. Fill it in, or delete the row.",
    "单元格为空，空值不与任何内容匹配。请填写，或删除该行。",
)
_NO_RESULT = Text(
    "The result is blank. Fill it in; if the field is to become blank, write NULL.",
    "结果为空。请填写；如果要清空该字段，请写 NULL。",
)
_NO_FILE = Text(
    "There is no file {file} in {folder}. Correct the name; it is looked for from where the rules are.",
    "在 {folder} 中找不到文件 {file}。请更正名称；路径以规则文件所在的文件夹为准。",
)
_NO_ROWS = Text(
    "{file} has no rows below its headings. Fill it in.",
    "{file} 标题下没有数据行。请填写。",
)
_REMEDY = Text(
    "Correct the name of the column (from, to, column), or the headings of the table.",
    "请更正列名（from、to、column），或更正表中的标题。",
)
_TOO_NARROW = Text(
    "{file} has fewer than {count} columns. Name those that are meant, or add what is missing.",
    "{file} 少于 {count} 列。请指明所用的列，或补上缺少的列。",
)
_SAME_COLUMN = Text(
    'Both columns are called "{name}". Name two different ones with from and to.',
    "两列都名为“{name}”。请用 from 和 to 指明两个不同的列。",
)
_NO_HEADING = Text(
    "The first row of {file} has {value} where a heading is to be. Add a row of headings above it.",
    "{file} 的第一行本应是标题，却是 {value}。请在其上方添加标题行。",
)
