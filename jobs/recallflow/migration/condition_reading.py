"""Reads conditions: what has to hold."""

import re
from collections.abc import Iterator

from jobs.recallflow.migration import keys
from jobs.recallflow.migration.asked_fields import (
    AUDIO,
    Scalar,
    compared_value,
    exactly,
    is_number,
    is_of_node,
    is_text,
)
from jobs.recallflow.migration.complaints import Complaints
from jobs.recallflow.migration.conditions import Condition, Test
from jobs.recallflow.migration.shapes import Shapes
from jobs.recallflow.migration.tables import Columns, Tables
from jobs.recallflow.migration.toml_lines import Place
from runner.problem import Violation
from runner.text import Text


class ConditionReader:
    """Reads those of one file."""

    def __init__(self, shapes: Shapes, tables: Tables, complaints: Complaints) -> None:
        self._shapes = shapes
        self._tables = tables
        self._complaints = complaints

    def conditions(self, within: Place, *, of_each_node: bool) -> tuple[Condition, ...]:
        """Those under `where`.

        Args:
            within: what has them.
            of_each_node: whether those about a node's field that do not say of how many nodes are about each by itself.
        """
        found = []
        for place in self._shapes.tables(within, "where", keys.WHERE):
            field = self._shapes.field(place)
            if field is not None:
                found.append(self._condition(place, field, of_each_node=of_each_node))
        return tuple(found)

    def _condition(self, place: Place, field: str, *, of_each_node: bool) -> Condition:
        nodes = self._shapes.word(place, "nodes", keys.NODES)
        if is_of_node(field):
            nodes = nodes or (None if of_each_node else keys.NODES[0])
        elif nodes is not None:
            self._complaints.add(place.at("nodes").line, _NOT_OF_NODES.format(field=field))
            nodes = None
        if not any(test in place.value for test in keys.TABLED):
            self._shapes.only_with(place, ("column", "sheet"), "in_table")
        tests = tuple(self._tests(place, field))
        if not any(test in place.value for test in keys.TESTS):
            self._complaints.add(place.line, _NO_TEST.format(field=field))
        return Condition.model_validate({"line": place.line, "field": field, "nodes": nodes, "tests": tests})

    def _tests(self, within: Place, field: str) -> Iterator[Test]:
        for how in keys.TESTS:
            place = within.find(how)
            if place is None:
                continue
            if field == AUDIO and how != keys.IS_SET:
                self._complaints.add(place.line, _ONLY_IS_SET.format(field=field))
                continue
            if how in keys.NUMERIC and not is_number(field):
                self._complaints.add(place.line, _NO_NUMBER.format(field=field, how=how))
                continue
            if how in keys.TEXTUAL and not is_text(field):
                self._complaints.add(place.line, _NOT_TEXT.format(field=field, how=how))
                continue
            yield self._test(within, place, field, how)

    def _test(self, within: Place, place: Place, field: str, how: str) -> Test:
        if how in keys.TABLED:
            return self._tabled(within, place, field, how)
        if how in keys.LISTED:
            return Test(how=how, values=self._listed(place, field, how))
        if how == keys.IS_SET:
            if not isinstance(place.value, bool):
                self._complaints.add(place.line, _TRUE_OR_FALSE.format(key=how))
            return Test(how=how, values=(place.value is True,))
        if how in keys.TEXTUAL:
            return Test(how=how, values=(self._words(place, how),))
        value = self._value(place, field, how)
        return Test(how=how, values=() if value is None else (value,))

    def _tabled(self, within: Place, place: Place, field: str, how: str) -> Test:
        column, sheet = self._shapes.text(within, "column"), self._shapes.text(within, "sheet")
        if self._shapes.text(within, how) is None:
            return Test(how=how, values=())
        values = self._tables.values(Columns(place, sheet, (column,)), field)
        return Test(how=how, values=values, table=self._tables.path(place).name)

    def _listed(self, place: Place, field: str, how: str) -> tuple[Scalar, ...]:
        if not isinstance(place.value, list) or not place.value:
            self._complaints.add(place.line, _NO_LIST.format(key=how))
            return ()
        values = (self._value(each, field, how) for each in place.each())
        return tuple(value for value in values if value is not None)

    def _words(self, place: Place, how: str) -> str:
        if not isinstance(place.value, str) or not place.value:
            self._complaints.add(place.line, _NO_WORDS.format(key=how))
            return ""
        if how == "matches":
            try:
                re.compile(place.value)
            except (re.error, OverflowError, RecursionError) as error:
                self._complaints.add(place.line, _NO_PATTERN.format(reason=str(error)))
        return place.value

    def _value(self, place: Place, field: str, how: str) -> Scalar | None:
        value = compared_value(field, exactly(place.value))
        if isinstance(value, Violation):
            self._complaints.violation(place.line, how, value)
            return None
        if value is None:
            self._complaints.add(place.line, _BLANK.format(key=how))
        return value


_NO_TEST = Text(
    f"It says nothing of {{field}}. Add one of: {', '.join(keys.TESTS)}.",
    f"没有说明 {{field}} 的条件。请添加其中之一：{'、'.join(keys.TESTS)}。",
)
_NOT_OF_NODES = Text(
    "{field} is a field of the flow, not of its nodes. Remove nodes.",
    "{field} 是流程的字段，不是节点的字段。请删除 nodes。",
)
_ONLY_IS_SET = Text(
    "The audio itself cannot be compared. Ask for {field} with is_set only, or for voiceFileId or uploadName.",
    "无法比较音频内容。{field} 只能用 is_set，或改用 voiceFileId、uploadName。",
)
_NO_NUMBER = Text(
    "{field} is no number, so {how} cannot hold. Use equals or in.",
    "{field} 不是数字，不能用 {how}。请使用 equals 或 in。",
)
_NOT_TEXT = Text(
    "{field} is no text, so {how} cannot hold. Use equals, in, or for a number at_least and at_most.",
    "{field} 不是文本，不能用 {how}。请使用 equals、in；数字可用 at_least、at_most。",
)
_TRUE_OR_FALSE = Text("{key} is true or false. Write one of them.", "{key} 只能是 true 或 false。请更正。")
_NO_LIST = Text(
    '{key} is no list. Write it as [1, 2] or ["EN", "IN"].', '{key} 不是列表。请写成 [1, 2] 或 ["EN", "IN"]。'
)
_NO_WORDS = Text("{key} is no text. Write one, in quotation marks.", "{key} 不是文本。请填写加英文双引号的文本。")
_NO_PATTERN = Text(
    "This is no regular expression ({reason}). Correct it; in '…' a backslash needs no other one.",
    "不是有效的正则表达式（{reason}）。请更正；在 '…' 中反斜杠无需重复。",
)
_BLANK = Text(
    "{key} is blank, and nothing is equal to a blank. Use is_set = false.",
    "{key} 为空，空值不与任何内容相等。请使用 is_set = false。",
)
