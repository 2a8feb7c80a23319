"""Reads a file of rules as a whole."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from jobs.recallflow.migration import keys
from jobs.recallflow.migration.complaints import Complaints
from jobs.recallflow.migration.condition_reading import ConditionReader
from jobs.recallflow.migration.conditions import Condition
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.migration.rule_reading import RuleReader
from jobs.recallflow.migration.selection import KeySelection, PageSelection, Selection
from jobs.recallflow.migration.shapes import Shapes
from jobs.recallflow.migration.tables import Tables
from jobs.recallflow.migration.toml_lines import NoToml, Place, parse
from runner.errors import InputError
from runner.tables.limits import ReadingLimits
from runner.text import Text

LARGEST_FILE = 2**20
"""Bytes; no rules are larger. What is long belongs into a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a file of rules says."""

    selection: Selection
    where: tuple[Condition, ...]
    changes: tuple[Rule, ...]
    sha256: str


def read_parts(path: Path, limits: ReadingLimits) -> Parts:
    """Reads all of it.

    Raises:
        InputError: it cannot be read, or something in it is wrong: all of it at once.
    """
    content = _content(path)
    complaints = Complaints(path.name)
    document = _document(content, complaints)
    shapes = Shapes(complaints)
    tables = Tables(path.parent, limits, complaints)
    shapes.is_table(document, keys.TOP)
    selection = _Selecting(shapes, tables, complaints).selection(document)
    where = ConditionReader(shapes, tables, complaints).conditions(document, of_each_node=False)
    changes = RuleReader(shapes, tables, complaints).rules(document)
    if not document.value.get("change"):
        complaints.add(document.line, _NO_CHANGES)
    complaints.raise_if_any()
    assert selection is not None, "else there is a complaint"
    sha256 = hashlib.sha256(hashlib.sha256(content).digest() + tables.digest).hexdigest()
    return Parts(selection=selection, where=where, changes=changes, sha256=sha256)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        content = None
    if content is None:
        raise InputError(
            f"The rules {path} cannot be read. Check the name, the folder, and who may read it.",
            f"无法读取规则文件 {path}。请检查文件名、所在文件夹和读取权限。",
        )
    if len(content) > LARGEST_FILE:
        raise InputError(
            f"{path.name} has more than 1 MiB, and rules never have. Put what is long into a table.",
            f"{path.name} 超过 1 MiB，不可能是规则文件。较长的内容请放入表格。",
        )
    return content


def _document(content: bytes, complaints: Complaints) -> Place:
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        complaints.add(content.count(b"\n", 0, error.start) + 1, _NO_UTF_8)
    except NoToml as error:
        complaints.add(error.line, error.what)
    complaints.raise_if_any()
    raise AssertionError("there is a complaint")


class _Selecting:
    """Reads which flows are looked at."""

    def __init__(self, shapes: Shapes, tables: Tables, complaints: Complaints) -> None:
        self._shapes = shapes
        self._tables = tables
        self._complaints = complaints

    def selection(self, document: Place) -> Selection | None:
        """None where something is wrong with it."""
        flows = document.find("flows")
        if flows is None:
            self._complaints.add(document.line, _NO_FLOWS)
            return None
        if not self._shapes.is_table(flows, keys.FLOWS):
            return None
        if "keys" in flows.value:
            for key in ("from", "to", "task_name"):
                if place := flows.find(key):
                    self._complaints.add(place.line, _BOTH.format(key=key))
            return self._of_keys(flows)
        self._shapes.only_with(flows, ("sheet",), "keys")
        return self._of_pages(flows)

    def _of_keys(self, flows: Place) -> KeySelection | None:
        sheet = self._shapes.text(flows, "sheet")
        if self._shapes.text(flows, "keys") is None:
            return None
        path = self._tables.path(flows.at("keys"))
        if not self._tables.is_there(path):
            self._complaints.add(
                flows.at("keys").line, _NO_KEYS.format(file=flows.value["keys"], folder=path.parent.absolute())
            )
        return KeySelection(path=path, sheet=sheet)

    def _of_pages(self, flows: Place) -> PageSelection | None:
        first, last = self._moment(flows, "from", time.min), self._moment(flows, "to", time(23, 59, 59))
        task_name = self._shapes.text(flows, "task_name")
        if first is None or last is None:
            return None
        if first > last:
            self._complaints.add(flows.at("to").line, _ENDS_FIRST)
        return PageSelection(first=first, last=last, task_name=task_name)

    def _moment(self, flows: Place, key: str, of_day: time) -> datetime | None:
        place = flows.find(key)
        if place is None:
            self._complaints.add(flows.line, _NO_TIME.format(key=key))
            return None
        value = place.value
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(microsecond=0)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, of_day)
        self._complaints.add(place.line, _NO_MOMENT.format(key=key))
        return None


_NO_UTF_8 = Text("This is not UTF-8. Save the file as UTF-8.", "不是 UTF-8 编码。请将文件另存为 UTF-8。")
_NO_CHANGES = Text(
    "There is no change. Add what is to become of the flows, below a line [[change]].",
    "没有任何修改。请在 [[change]] 行下方写明如何修改流程。",
)
_NO_FLOWS = Text(
    "It does not say which flows. Add a line [flows], and below it from and to, or keys.",
    "没有指明哪些流程。请添加 [flows] 行，并在其下方填写 from 和 to，或 keys。",
)
_BOTH = Text(
    "{key} says nothing where keys names a list. Remove one of the two.",
    "已用 keys 指定列表时 {key} 无效。请删除其中之一。",
)
_NO_KEYS = Text(
    "There is no file {file} in {folder}. Correct the name; it is looked for from where the rules are.",
    "在 {folder} 中找不到文件 {file}。请更正名称；路径以规则文件所在的文件夹为准。",
)
_NO_TIME = Text(
    "{key} is missing. Add it, as 2026-11-01 00:00:00; or name a list of flows with keys.",
    "缺少 {key}。请添加，如 2026-11-01 00:00:00；或用 keys 指定流程列表。",
)
_NO_MOMENT = Text(
    "{key} is no time by the vendor's clock. Write it as 2026-11-01 00:00:00, without quotation marks or a time zone.",
    "{key} 不是有效的时间（以供应商时钟为准）。请写成 2026-11-01 00:00:00，不加引号和时区。",
)
_ENDS_FIRST = Text("It ends before it begins. Exchange from and to.", "结束时间早于开始时间。请对调 from 和 to。")
