"""The lines of a plan as people read and tick them: one for each difference, and what its cells say.

Whoever writes them and whoever reads them back go by this, so that a cell which was edited is told from one as written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from runner.journal.plans import PlannedRequest
from runner.outcome import State
from runner.plan import Plan, PlannedDifference
from runner.report.cells import printable
from runner.tables.headings import Heading
from runner.tables.table import Cell, Truth, shown
from runner.text import Text

TICK, KEY, ROWS, PLAN, FIELD, LABEL, OLD, NEW, MOVED_BY, NOTE = (
    "tick",
    "key",
    "rows",
    "plan",
    "field",
    "label",
    "old",
    "new",
    "movedBy",
    "note",
)
"""The columns, from the left."""

HEADED = {
    TICK: Text("Apply", "应用"),
    KEY: Text("Key", "编号"),
    ROWS: Text("Rows", "行号"),
    PLAN: Text("Plan", "计划"),
    FIELD: Text("Field", "字段"),
    LABEL: Text("Field label", "字段名称"),
    OLD: Text("At the vendor's", "供应商现值"),
    NEW: Text("Wanted", "期望值"),
    MOVED_BY: Text("Who moved", "变更方"),
    NOTE: Text("Note", "备注"),
}
"""What they are headed; that of the key is the job's own name of it, where it is known."""

_READ_BACK = {TICK, KEY, FIELD, OLD, NEW}

HEADINGS = tuple(
    Heading(field=name, labels=(words.en, words.zh), required=name in _READ_BACK) for name, words in HEADED.items()
)
"""The same for whoever reads a plan back, in whichever language it was written."""

_CAN_BE_TICKED = {Plan.DRIFTED, Plan.CONFLICT}
_IS_DONE = {State.SUCCEEDED, State.UNCHANGED}

_GREATEST = 10**11
"""Of the numbers that stand in a cell as a number: Excel shows longer ones as `1.23457E+11`."""
_BREAKS = re.compile(r"\r\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A line of a plan."""

    difference: PlannedDifference | None
    """None of a request of which nothing more is known than that it cannot be put right."""
    hindrance: Text | None
    """Why it cannot be ticked; None where it can."""


def lines_of(planned: PlannedRequest, message: Text | None = None) -> Iterator[PlanLine]:
    """The lines of a request, in the order of its fields; none of one that is as wanted.

    Args:
        planned: the request.
        message: what the vendor said of it, if anything.
    """
    if planned.plan is Plan.UNCHANGED:
        return
    for difference in planned.differences:
        yield PlanLine(difference=difference, hindrance=_hindrance(planned, difference, message))
    if not planned.differences:
        yield PlanLine(difference=None, hindrance=_hindrance(planned, None, message))


def content_of(value: object) -> str | float | None:
    """What stands in a cell for a value as JSON has it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _GREATEST:
        return value
    return json.dumps(value, ensure_ascii=False)


def said(cell: Cell) -> str:
    """What a cell says, the same after any program has saved it: line breaks are of one kind, and `5.0` is `5`."""
    if isinstance(cell, str):
        return printable(_BREAKS.sub("\n", cell))
    if isinstance(cell, Truth):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"
    return shown(cell)


def is_said(there: str, wanted: str) -> bool:
    """Whether a cell still says what was written, whatever became of its white space.

    In a text of several lines, LibreOffice drops tabs from an .ods, and makes one blank of many.
    """
    return any(there.replace("\t", tab).split() == wanted.replace("\t", tab).split() for tab in ("", " "))


def _hindrance(planned: PlannedRequest, difference: PlannedDifference | None, message: Text | None) -> Text | None:
    if difference is not None and difference.ignored is not None:
        return _IGNORED.format(until=difference.ignored)
    if planned.plan in _CAN_BE_TICKED:
        if difference is None:
            return _NOTHING_TO_APPLY
        if planned.state is State.INVALID:
            return _CANNOT_BE_SENT
        if planned.never_sent:
            return message or _CHANGED_SINCE
        return _APPLIED if planned.state in _IS_DONE else None
    if planned.plan is Plan.UNREADABLE and message is not None:
        return _UNREADABLE_SINCE.format(message=message)
    return _HINDRANCES[planned.plan]


_HINDRANCES = {
    Plan.MISSING: Text("The vendor has nothing under this key", "供应商处没有此编号"),
    Plan.LOCKED: Text("It cannot be edited any more", "已不可编辑"),
    Plan.UNREADABLE: Text("What the vendor has could not be read", "无法读取供应商侧的状态"),
    Plan.IGNORED: Text("It is on the ignore list", "在忽略列表中"),
}
_UNREADABLE_SINCE = Text("What the vendor has could not be read: {message}", "无法读取供应商侧的状态：{message}")
_IGNORED = Text("Ignored until {until}", "忽略至 {until}")
_APPLIED = Text("It is applied already", "已应用")
_CANNOT_BE_SENT = Text("It would break a rule, see the problems of its run", "会违反规则，见该运行的问题列表")
_CHANGED_SINCE = Text("It has changed since the run that is taken back", "被撤销的运行之后又有改动")
_NOTHING_TO_APPLY = Text("Nothing of it is to be applied", "没有可应用的内容")
