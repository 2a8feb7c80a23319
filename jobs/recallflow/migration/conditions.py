"""What has to hold so that a flow is changed, or one of its nodes."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from operator import ge, gt, le, lt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from jobs.recallflow.migration.asked_fields import Scalar, is_of_node
from jobs.recallflow.migration.flow_state import FlowState
from jobs.recallflow.migration.keys import IS_SET, NEGATIVE
from runner.tables.table import shown
from runner.text import Text

Scope = Literal["any", "all", "none"]

_NUMERIC: Mapping[str, Callable[[Any, Any], bool]] = {"more_than": gt, "at_least": ge, "less_than": lt, "at_most": le}
_TEXTUAL: Mapping[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "matches": lambda value, pattern: re.search(pattern, value) is not None,
}
_OPPOSITES = {"not": "equals", "not_in": "in", "not_in_table": "in_table", "not_contains": "contains"}
_MOST_NAMED = 3


class Kept(BaseModel):
    """What a journal keeps of rules."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Test(Kept):
    """A comparison."""

    __test__ = False  # of pytest's: it is none of its own

    how: str
    """One of `keys.TESTS`."""
    values: tuple[Scalar, ...]
    """What is compared with: one, or for a list or a table all of them."""
    table: str | None = None
    """The name of the file that they come from."""

    def holds(self, value: object) -> bool:
        """Whether a field's value fulfils it. A blank one fulfils only what says that it is not something."""
        if self.how == IS_SET:
            return (value is not None) == self.values[0]
        if self.how in NEGATIVE:
            return value is None or not self._is_so(_OPPOSITES[self.how], value)
        return value is not None and self._is_so(self.how, value)

    def _is_so(self, how: str, value: object) -> bool:
        if how in _NUMERIC:
            return type(value) in (int, float) and _NUMERIC[how](value, self.values[0])
        if how in _TEXTUAL:
            return isinstance(value, str) and _TEXTUAL[how](value, str(self.values[0]))
        return type(value) in (int, float, str) and value in self._all

    @cached_property
    def _all(self) -> frozenset[Scalar]:
        return frozenset(self.values)

    def __str__(self) -> str:
        if self.table:
            return f"{self.how} {self.table}"
        named = [_scalar(value) for value in self.values[:_MOST_NAMED]]
        if self.how in {"in", "not_in"}:
            return f"{self.how} [{', '.join(named + ['…'] * (len(self.values) > _MOST_NAMED))}]"
        return f"{self.how} {named[0]}"


class Condition(Kept):
    """Tests of one field, all of which have to hold."""

    line: int
    """Of the rules."""
    field: str
    nodes: Scope | None = None
    """Of how many nodes it has to hold; None for a field of the flow, and where it is about each node by itself."""
    tests: tuple[Test, ...]

    @property
    def is_of_each_node(self) -> bool:
        """Whether it tells one node from another."""
        return self.nodes is None and is_of_node(self.field)

    def holds(self, flow: FlowState) -> bool:
        """Whether it holds of a flow as a whole."""
        if self.nodes is None:
            return self._accepts(flow.asked(self.field))
        found = [self._accepts(node.values.get(self.field)) for node in flow.nodes]
        match self.nodes:
            case "any":
                return any(found)
            case "all":
                return bool(found) and all(found)
            case "none":
                return not any(found)

    def holds_of_node(self, values: Mapping[str, object]) -> bool:
        """Whether it holds of one node."""
        return self._accepts(values.get(self.field))

    def _accepts(self, value: object) -> bool:
        return all(test.holds(value) for test in self.tests)

    def unmet(self, flow: FlowState) -> Text:
        """Why it does not hold of a flow."""
        wanted = f"{self.field} {', '.join(map(str, self.tests))}"
        if self.nodes is None:
            return _NOT_SO.format(wanted=wanted, line=self.line, value=_written(flow.asked(self.field)))
        return _NOT_SO_OF_NODES.format(wanted=wanted, line=self.line, how_many=_HOW_MANY[self.nodes])


def _written(value: object) -> Text | str:
    return _NOTHING if value is None else _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{shown(value)}"' if isinstance(value, str) else shown(str(value))


_NOTHING = Text("blank", "空")
_HOW_MANY = {
    "any": Text("of no node", "没有任何节点符合"),
    "all": Text("not of all nodes", "并非所有节点都符合"),
    "none": Text("of some node", "有节点符合"),
}
_NOT_SO = Text(
    "It does not match: {wanted} does not hold, it is {value} (line {line} of the rules)",
    "不匹配：不满足 {wanted}，现值为{value}（规则第 {line} 行）",
)
_NOT_SO_OF_NODES = Text(
    "It does not match: {wanted} holds {how_many} (line {line} of the rules)",
    "不匹配：{wanted}，{how_many}（规则第 {line} 行）",
)
