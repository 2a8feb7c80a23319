"""Reads the ignore list: what is to be left alone, until which day, and why."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from runner.planning.complaints import Complaint, own_headings, refused
from runner.planning.exemptions import Exemption
from runner.planning.field_names import FieldNames
from runner.problem import Violation
from runner.tables.cells import Convert, is_blank, narrow, plain, to_name
from runner.tables.headings import Heading
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS, read_table
from runner.tables.table import Cell, Misread, Row, Table, shown
from runner.text import Text

FIELD, UNTIL, REASON = "field", "until", "reason"

EVERY = "*"
"""Stands for every key or every field, as a blank cell does."""

_NUMBERS = ("编号", "流程编号")

_DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?(?:[ T]00?:00(?::00(?:\.0*)?)?)?")
_HEADINGS = (
    Heading(field=FIELD, labels=("字段", "字段名"), required=True),
    Heading(
        field=UNTIL, labels=("截止日期", "截止", "截止日", "到期日期", "到期日", "有效期至", "忽略至"), required=True
    ),
    Heading(field=REASON, labels=("原因", "理由", "备注", "说明")),
)


def read_exemptions(
    path: Path, *, key: Heading, to_key: Convert, fields: FieldNames, limits: ReadingLimits = DEFAULT_LIMITS
) -> tuple[Exemption, ...]:
    """Reads a list, a line an exemption: what it exempts, `until` and `reason`.

    Args:
        path: a workbook, or delimited text.
        key: the heading of what requests are identified by; `编号` and `流程编号` will do as well.
        to_key: reads one, as the job does: `0001` is the same flow as 1, or it is not.
        fields: those that there are.
        limits: past any of them the file is refused.

    Raises:
        InputError: it cannot be read, or something in it is wrong; the message names the first cells.
    """
    headings = (replace(key, labels=(*key.labels, *_NUMBERS), required=True, group=None), *_HEADINGS)
    complaints: list[Complaint] = []
    with (
        own_headings(path.name, _WANTED.format(key=key.field)),
        read_table(path, headings, limits=limits) as table,
    ):
        reader = _Reader(table, key.field, to_key, fields, complaints)
        exemptions = tuple(each for row in table.rows for each in reader.exemption(row))
    if complaints:
        raise refused(path.name, complaints)
    return exemptions


class _Reader:
    """Reads line by line."""

    def __init__(
        self, table: Table, key: str, to_key: Convert, fields: FieldNames, complaints: list[Complaint]
    ) -> None:
        self._table = table
        self._key = key
        self._to_key = to_key
        self._fields = fields
        self._complaints = complaints

    def exemption(self, row: Row) -> Iterator[Exemption]:
        """What a row exempts; nothing where something is wrong with it, which is written down."""
        found: dict[str, Any] = {
            name: self._read(row, name) for name in (self._key, FIELD, UNTIL, REASON) if name in self._table.columns
        }
        if not any(isinstance(each, Violation) for each in found.values()):
            key, field = found[self._key], found[FIELD]
            if key is None and field is None:
                address = f"{self._table.columns[self._key].letter}{row.number}"
                self._complaints.append(Complaint(row.number, address, _ALL_OF_IT))
                return
            yield Exemption(key=key, field=field, until=found[UNTIL], reason=found.get(REASON) or "")

    def _read(self, row: Row, name: str) -> str | date | Violation | None:
        cell = self._table.cell(row, name)
        if isinstance(cell, Misread):
            value: str | date | Violation | None = cell.violation
        elif name == UNTIL:
            value = _day(cell)
        elif name == REASON:
            value = shown(cell).strip()
        else:
            value = self._key_of(cell) if name == self._key else self._field_of(cell)
        if isinstance(value, Violation):
            address = f"{self._table.columns[name].letter}{row.number}"
            said = _WRONG.format(message=value.message, remedy=value.remedy)
            self._complaints.append(Complaint(row.number, address, said))
        return value

    def _key_of(self, cell: Cell) -> str | Violation | None:
        """As the job spells it: else a line would be passed over without a word, and what it says be sent."""
        if is_blank(cell) or (isinstance(cell, str) and narrow(cell) == EVERY):
            return None
        value = plain(self._to_key(cell))
        return value if isinstance(value, Violation) else str(value)

    def _field_of(self, cell: Cell) -> str | Violation | None:
        value = plain(to_name(cell))
        if isinstance(value, Violation):
            return value
        if value is None or narrow(str(value)) == EVERY:
            return None
        written = str(value)
        pattern = self._fields.pattern(written)
        if pattern is not None:
            return pattern
        near = self._fields.nearest(written)
        remedy = _WRITE_NEAREST.format(near=near) if near else _WRITE_A_FIELD
        return Violation("unknown-field", _NO_FIELD.format(written=shown(written)), remedy)


def _day(cell: Cell) -> date | Violation:
    """The last day; a date of a spreadsheet program, or one written with the year first."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = narrow(shown(cell))
    if not words:
        return Violation("required", _NO_DAY, _WRITE_A_DAY)
    match = _DAY.fullmatch(words)
    try:
        return date(int(match[1]), int(match[3]), int(match[4])) if match else _not_a_day(cell)
    except ValueError:
        return _not_a_day(cell)


def _not_a_day(cell: Cell) -> Violation:
    return Violation("not-a-date", _NOT_A_DAY.format(value=shown(cell)), _WRITE_A_DAY)


_WANTED = Text(
    "An ignore list has, on one sheet, the headings {key}, field, until and, where you like, reason.",
    "忽略列表应在一个工作表中含有标题：编号（{key}）、字段（field）、截止日期（until），可另有原因（reason）。",
)
_WRONG = Text("{message}. {remedy}", "{message}。{remedy}")
_NO_FIELD = Text('There is no field "{written}"', "没有字段“{written}”")
_WRITE_NEAREST = Text("The nearest one is {near}; correct the name.", "最接近的是 {near}；请更正字段名。")
_WRITE_A_FIELD = Text(
    "Write one that `recallflow fields` lists, or * for every one.",
    "请填写 `recallflow fields` 列出的字段，或用 * 表示全部。",
)
_ALL_OF_IT = Text(
    "The line leaves everything alone. Name a key or a field, or delete the line.",
    "该行会忽略全部内容。请填写编号或字段，或删除该行。",
)
_NO_DAY = Text("The last day on which it holds is missing", "缺少截止日期")
_NOT_A_DAY = Text('"{value}" is no date', "“{value}”不是日期")
_WRITE_A_DAY = Text("Write it as 2026-12-31.", "请填写为 2026-12-31 的格式。")
