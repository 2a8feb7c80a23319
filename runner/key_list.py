"""Reads a list of keys from a spreadsheet: one column counts, whatever else stands beside it."""

import hashlib
from dataclasses import replace
from pathlib import Path

from runner.journal.listed_from import KeysFile
from runner.listing import ListedKey, Listing
from runner.planning.complaints import own_headings
from runner.problem import Notice, Violation
from runner.tables.cells import Convert, Understood, is_blank, plain
from runner.tables.headings import Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS, read_table
from runner.tables.table import Misread, Row, Table, shown
from runner.text import Text

TWICE = "key-twice"
"""The code of a notice that keys come again further down."""

_OF_OTHER_COLUMNS = ("unknown-heading", "column-without-heading")


def read_keys(
    path: Path,
    key: Heading,
    to_key: Convert,
    *,
    sheet: str | None = None,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> Listing:
    """The keys of a list, in its order; of those that come twice, the first counts. Blank rows are passed over.

    Args:
        path: a workbook, or delimited text.
        key: the heading of the column, which may be called by any of its names.
        to_key: reads one, as the job does: `0001` is the same as 1, or it is not.
        sheet: which sheet; without it the only one that has such a column.
        limits: past any of them the file is refused.

    Raises:
        InputError: it cannot be read as a table that has such a column.
    """
    heading = replace(key, required=True, group=None)
    wanted = _WANTED.format(key=heading.in_words)
    with own_headings(path.name, wanted), read_table(path, (heading,), sheet=sheet, limits=limits) as table:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        reader = _Reader(table, key.field, to_key)
        for row in table.rows:
            reader.add(row)
        column = table.columns[key.field]
        of_file = (notice for notice in table.notices if not notice.code.startswith(_OF_OTHER_COLUMNS))
        return Listing(
            keys=reader.keys,
            key_column=column.letter,
            key_heading=column.heading,
            sheet=table.sheet,
            notices=(*of_file, *reader.notices),
            file=KeysFile(name=str(path), sha256=digest),
        )


class _Reader:
    """Reads row by row."""

    def __init__(self, table: Table, key: str, to_key: Convert) -> None:
        self.keys: list[ListedKey] = []
        self._table = table
        self._key = key
        self._to_key = to_key
        self._seen: set[str] = set()
        self._said: dict[str, Notice] = {}
        self._first_twice: Row | None = None
        self._twice = 0

    def add(self, row: Row) -> None:
        """Takes the key of a row."""
        cell = self._table.cell(row, self._key)
        reading = cell.violation if isinstance(cell, Misread) else self._to_key(cell)
        value = plain(reading)
        if value is None:
            value = _BLANK
        key = shown(cell).strip() if isinstance(value, Violation) else str(value)
        if key in self._seen and key:
            self._first_twice = self._first_twice or row
            self._twice += 1
            return
        self._seen.add(key)
        if isinstance(value, Violation):
            violation = _BLANK if is_blank(cell) else value
            problem = self._table.problem(row, self._key, violation, key=self._key)
            self.keys.append(ListedKey(key=key, row=row.number, problems=(problem,)))
            return
        if isinstance(reading, Understood) and reading.code not in self._said:
            self._said[reading.code] = self._table.notice(row, self._key, reading.code, reading.message)
        self.keys.append(ListedKey(key=key, row=row.number))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What keys were understood as, the first of each kind; and that some come twice."""
        notices = list(self._said.values())
        if self._first_twice is not None:
            cell = self._table.cell(self._first_twice, self._key)
            column = self._table.columns[self._key]
            place = f"{column.letter}{self._first_twice.number}"
            words = _TWICE if self._twice == 1 else _MORE_TWICE
            words = words.format(key=shown(cell).strip(), cell=place, more=f"{self._twice - 1:,}")
            notices.append(self._table.notice(self._first_twice, self._key, TWICE, words))
        return tuple(notices)


_WANTED = Text(
    "A list of keys has a column {key}; all others are passed over.",
    "编号列表需有一列 {key}；其余各列会被忽略。",
)
_BLANK = Violation(
    "required",
    Text("The key is blank, though something else stands in its row", "编号为空，但本行有其他内容"),
    Text("Fill it in, or delete the row.", "请填写编号，或删除本行。"),
)
_TWICE = Text("{key} ({cell}) stands further up already, where it counts", "{key}（{cell}）在上方已出现，以上方为准")
_MORE_TWICE = Text(
    "{key} ({cell}) stands further up already, where it counts; and so do {more} more",
    "{key}（{cell}）在上方已出现，以上方为准；另有 {more} 处类似",
)
