"""What the fast reader loses of .xlsb: errors, percentages, the layout. Section numbers are those of [MS-XLSB].

Each formula has a stored value there, so none can lack it.
"""

import struct
from collections.abc import Iterator
from typing import IO

from runner.tables.layout import Layout, Merge
from runner.tables.table import Cell
from runner.tables.workbooks.archive import Archive, relations_of, resolve
from runner.tables.workbooks.misreads import error_cell
from runner.tables.workbooks.overlay import MOST_COLUMNS, MOST_ROWS, Damaged, Overlay, Runs
from runner.tables.workbooks.percentages import BUILT_IN, is_percent_format, percentage
from runner.tables.workbooks.xml_stream import elements

_WORKBOOK, _STYLES = "xl/workbook.bin", "xl/styles.bin"

# 2.3.2, the numbers of records
_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_NUMBERS = {_RK, _REAL, _FORMULA_NUMBER}
_FORMAT, _STYLE, _COLUMNS, _SHEET, _FILTER, _FILTER_COLUMN, _MERGE = 44, 47, 60, 156, 161, 163, 176
_STYLES_BEGIN, _STYLES_END = 617, 618
_FILTER_COLUMN_END = 164

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""2.5.98.2, BErr."""
_LONGEST_RECORD = 2**24
_HIDDEN_ROW = 0x10
"""fDyZero, of a row's twelfth byte (2.4.714)."""


class XlsbParts:
    """The sheets of one workbook, by name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._parts = dict(_sheet_parts(archive))
        self._percent_styles = frozenset(_percent_styles(archive))

    def layout(self, name: str) -> Layout:
        """What is merged, hidden or filtered.

        Raises:
            Damaged: the sheet is not as its format has it.
        """
        merges, hidden, filtered, runs = [], set[int](), set[int](), Runs()
        first_filtered, filter_column = 0, None
        for kind, body in self._records(name):
            if kind == _ROW and len(body) > 11 and body[11] & _HIDDEN_ROW:
                number = _number(body) + 1
                runs.add(number, number)
            elif kind == _COLUMNS:
                first, last, _, _, flags = _unpacked("<IIIIH", body)
                if flags & 1:
                    hidden.update(range(first, min(last + 1, MOST_COLUMNS)))
            elif kind == _MERGE:
                first_row, last_row, first, last = _unpacked("<IIII", body)
                merges.append(Merge(first_row + 1, last_row + 1, first, last))
            elif kind == _FILTER:
                _, _, first_filtered, _ = _unpacked("<IIII", body)
            elif kind == _FILTER_COLUMN:
                filter_column = first_filtered + _number(body)
            elif kind == _FILTER_COLUMN_END:
                filter_column = None
            elif filter_column is not None:  # it has a criterion, not only a button
                filtered.add(filter_column)
        return Layout(
            merges=tuple(merges),
            hidden_columns=frozenset(hidden),
            hidden_rows=runs.found(),
            filtered_columns=frozenset(filtered),
        )

    def overlays(self, name: str) -> Iterator[Overlay]:
        """The cells that the fast reader loses, from top to bottom.

        Raises:
            Damaged: the sheet is not as its format has it.
        """
        number, cells = 0, dict[int, Cell]()
        for kind, body in self._records(name):
            if kind == _ROW:
                if cells:
                    yield Overlay(number, number, cells)
                following = _number(body) + 1
                if not number < following <= MOST_ROWS:
                    raise Damaged(f"row {following} comes after row {number}")
                number, cells = following, {}
            elif kind in {_ERROR, _FORMULA_ERROR} and len(body) > 8:
                cells[_column(body)] = error_cell(_ERRORS.get(body[8], "#VALUE!"))
            elif kind in _NUMBERS and int.from_bytes(body[4:7], "little") in self._percent_styles:
                cells[_column(body)] = percentage(_rk(body) if kind == _RK else _unpacked("<d", body[8:])[0])
        if cells:
            yield Overlay(number, number, cells)

    def _records(self, name: str) -> Iterator[tuple[int, bytes]]:
        if name not in self._parts:
            raise Damaged(f"it has no part for the sheet {name}")
        with self._archive.open(self._parts[name]) as part:
            yield from records(part)


def records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """A part's records (2.1.4): their numbers, and what is in them.

    Raises:
        Damaged: it ends in the middle of one.
    """
    while first := part.read(1):
        kind = first[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (_more(part) & 0x7F) << 7
        length = shift = 0
        while shift < 28:
            byte = _more(part)
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        body = part.read(length) if length <= _LONGEST_RECORD else b""
        if len(body) != length:
            raise Damaged("it is cut off")
        yield kind, body


def _more(part: IO[bytes]) -> int:
    byte = part.read(1)
    if not byte:
        raise Damaged("it is cut off")
    return byte[0]


def _sheet_parts(archive: Archive) -> Iterator[tuple[str, str]]:
    with archive.open(relations_of(_WORKBOOK)) as source:
        targets = {
            element.get("Id", ""): resolve(_WORKBOOK, element.get("Target", ""))
            for _, _, element in elements(source, ends=("Relationship",))
        }
    with archive.open(_WORKBOOK) as workbook:
        for kind, body in records(workbook):
            if kind == _SHEET:  # 2.4.312: visibility, id, then the relationship's id and the name
                relation, rest = _string(body[8:])
                name, _ = _string(rest)
                if relation in targets:
                    yield name, targets[relation]


def _percent_styles(archive: Archive) -> Iterator[int]:
    if _STYLES not in archive:
        return
    formats, index, inside = set(BUILT_IN), 0, False
    with archive.open(_STYLES) as styles:
        for kind, body in records(styles):
            if kind == _FORMAT:
                if is_percent_format(_string(body[2:])[0]):
                    formats.add(_unpacked("<H", body)[0])
            elif kind in {_STYLES_BEGIN, _STYLES_END}:
                inside = kind == _STYLES_BEGIN
            elif kind == _STYLE and inside:
                if _unpacked("<HH", body)[1] in formats:
                    yield index
                index += 1


def _string(body: bytes) -> tuple[str, bytes]:
    """An XLWideString (2.5.168) and what comes after it."""
    end = 4 + 2 * _number(body)
    if len(body) < end:
        raise Damaged("a text is cut off")
    return body[4:end].decode("utf-16-le", errors="replace"), body[end:]


def _rk(body: bytes) -> float:
    """An RkNumber (2.5.122): 30 bits of a whole number or of a double, maybe times 100."""
    raw = _number(body[8:])
    value: float = raw >> 2
    if not raw & 2:
        value = _unpacked("<d", bytes(4) + (raw & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    elif raw & 0x80000000:
        value -= 2**30
    return value / 100 if raw & 1 else value


def _number(body: bytes) -> int:
    return int(_unpacked("<I", body)[0])


def _column(body: bytes) -> int:
    column = _number(body)
    if column >= MOST_COLUMNS:
        raise Damaged(f"column {column} is beyond a sheet's last")
    return column


def _unpacked(form: str, body: bytes) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, body)
    except struct.error as error:
        raise Damaged("a record is cut off") from error
