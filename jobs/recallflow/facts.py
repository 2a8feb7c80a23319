"""Facts of a flow that help a person and that no update has: its task, its status, when it was created.

The vendor's list (recallFlow/queryPage) tells them. An export writes them, and an upload passes their columns over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.recallflow.as_declared import as_integer
from runner.job import Facts
from runner.tables.headings import Heading
from runner.tables.table import Cell
from runner.text import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A column of facts."""

    name: str
    """The vendor's."""
    heading: Text
    width: int
    """In characters."""


TASK_NAME = Fact(name="taskName", heading=Text("Task name", "任务名称"), width=24)
STATUS = Fact(name="status", heading=Text("Status", "状态"), width=14)
CREATED = Fact(name="createTime", heading=Text("Created", "创建时间"), width=20)

FACTS = (TASK_NAME, STATUS, CREATED)
"""In the order of their columns, and of `runner.job.Facts`."""

_STATUS_AT = FACTS.index(STATUS)

FACT_HEADINGS = tuple(
    Heading(field=fact.name, labels=(fact.heading.zh, fact.heading.en), informational=True) for fact in FACTS
)

_STATUSES: Mapping[int, Text] = {
    0: Text("pending", "待执行"),
    1: Text("in progress", "进行中"),
    2: Text("completed", "已完成"),
    3: Text("cancelled", "已取消"),
    4: Text("exception", "异常"),
}
"""As the vendor's public pages number them; only a pending flow can be edited."""

_LOCKED = Text("no longer editable", "已无法修改")


def facts_of(record: Mapping[str, object]) -> Facts:
    """What a record of the vendor's list tells, in the order of `FACTS`; None for what it does not tell."""
    values = (as_integer(record.get(fact.name)) if fact is STATUS else record.get(fact.name) for fact in FACTS)
    return tuple(map(_fact, values))


def lists_as_locked(facts: tuple[Cell, ...]) -> bool:
    """Whether the list told a status in which a flow cannot be edited."""
    return len(facts) == len(FACTS) and facts[_STATUS_AT] not in {None, 0}


def shown_facts(facts: tuple[Cell, ...], language: Language, *, locked: bool) -> tuple[Cell, ...]:
    """The cells of a flow, in the order of `FACTS`.

    Args:
        facts: as `facts_of` gave them when the list was read; none where there was no list.
        language: of the status.
        locked: whether the flow cannot be edited any more; that was read after the list, and so counts for more.
    """
    cells: list[Cell] = list(facts) if len(facts) == len(FACTS) else [None] * len(FACTS)
    status = cells[_STATUS_AT]
    if locked and status in {None, 0}:
        cells[_STATUS_AT] = _LOCKED.in_language(language)
    elif isinstance(status, int) and status in _STATUSES:
        cells[_STATUS_AT] = _STATUSES[status].in_language(language)
    return tuple(None if cell is None else str(cell) for cell in cells)


def _fact(given: object) -> str | int | None:
    if given is None or given == "" or isinstance(given, bool | list | dict):
        return None
    return given if isinstance(given, int) else str(given)
