"""Reads changes: what becomes of the flows."""

import math
from typing import Any

from jobs.recallflow.migration import keys
from jobs.recallflow.migration.asked_fields import AUDIO, NODE_COUNT, STATUS, Scalar, exactly, is_of_node, sent_value
from jobs.recallflow.migration.complaints import Complaints
from jobs.recallflow.migration.condition_reading import ConditionReader
from jobs.recallflow.migration.effects import AddNode, Effect, Map, RemoveNode, Replace, Set, Shift
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.migration.rule_words import (
    ADDS_TWICE,
    AUDIO_NOT_SET,
    AUDIO_TO_ADD,
    BLANK,
    CLEARS_REQUIRED,
    DEFAULT_MISSING,
    FIELD_TO_SPARE,
    NAMED_TWICE,
    NO_EFFECT,
    NO_PLACE,
    NO_SHIFT,
    NOT_CHANGED,
    NOT_SHIFTED,
    NOT_TEXT,
    NOT_TRUE,
    ONE_EFFECT,
    REMOVES_ALL,
    SAME_WORDS,
    TOO_LONG_A_NAME,
    WITH_MISSING,
)
from jobs.recallflow.migration.shapes import Shapes
from jobs.recallflow.migration.tables import Columns, Tables
from jobs.recallflow.migration.toml_lines import Place
from jobs.recallflow.reference import FLOW_FIELDS, KEY, NODES, SPECS
from jobs.recallflow.rules import check_flow
from runner.problem import Violation
from runner.text import writable

LONGEST_NAME = 60
"""Characters: it stands in a column of the plan."""

_OF_NODES = ("add_node", "remove_node")


class RuleReader:
    """Reads those of one file."""

    def __init__(self, shapes: Shapes, tables: Tables, complaints: Complaints) -> None:
        self._shapes = shapes
        self._tables = tables
        self._complaints = complaints
        self._conditions = ConditionReader(shapes, tables, complaints)
        self._names: dict[str, int] = {}

    def rules(self, document: Place) -> tuple[Rule, ...]:
        """All changes, in their order."""
        places = list(self._shapes.tables(document, "change", keys.CHANGE))
        found = [self._rule(place, number) for number, place in enumerate(places, start=1)]
        return tuple(each for each in found if each is not None)

    def _rule(self, place: Place, number: int) -> Rule | None:
        name = self._name(place, number)
        kinds = [key for key in keys.EFFECTS if key in place.value]
        if len(kinds) != 1:
            what = ONE_EFFECT.format(found=", ".join(kinds)) if kinds else NO_EFFECT
            self._complaints.add(place.line, what)
        for kind in keys.OPTIONS:
            if kind not in kinds:
                others = {key for other in kinds for key in keys.OPTIONS.get(other, ())}
                self._shapes.only_with(place, [key for key in keys.OPTIONS[kind] if key not in others], kind)
        field = self._field(place, kinds)
        of_each_node = "remove_node" in kinds or (field is not None and is_of_node(field))
        where = self._conditions.conditions(place, of_each_node=of_each_node)
        if len(kinds) != 1 or (field is None and kinds[0] not in _OF_NODES):
            return None
        if kinds[0] == "remove_node" and not any(each.is_of_each_node for each in where):
            self._complaints.add(place.at("remove_node").line, REMOVES_ALL)
        effect = self._effect(place, kinds[0], field or "")
        return None if effect is None else Rule(name=name, line=place.line, where=where, effect=effect)

    def _name(self, place: Place, number: int) -> str:
        name = (self._shapes.text(place, "name") or f"change {number}").strip()
        line = place.at("name").line if "name" in place.value else place.line
        if len(name) > LONGEST_NAME or not name.isprintable():
            self._complaints.add(line, TOO_LONG_A_NAME.format(most=LONGEST_NAME))
        first = self._names.setdefault(name, line)
        if first != line:
            self._complaints.add(line, NAMED_TWICE.format(name=name, first=first))
        return name

    def _field(self, place: Place, kinds: list[str]) -> str | None:
        """The field that is changed; None where there is none, or it cannot be."""
        if kinds and all(kind in _OF_NODES for kind in kinds):
            if named := place.find("field"):
                self._complaints.add(named.line, FIELD_TO_SPARE.format(kind=kinds[0]))
            return None
        field = self._shapes.field(place)
        if field is None:
            return None
        if field in {KEY, STATUS, NODE_COUNT}:
            self._complaints.add(place.at("field").line, NOT_CHANGED.format(field=field))
            return None
        if field == AUDIO and kinds != ["clear"]:
            self._complaints.add(place.at("field").line, AUDIO_NOT_SET.format(field=field))
            return None
        return field

    def _effect(self, place: Place, kind: str, field: str) -> Effect | None:
        own = place.at(kind)
        match kind:
            case "set":
                value = self._value(own, field, kind)
                return None if value is None else Set(field=field, value=value)
            case "clear":
                if SPECS[field].required:
                    self._complaints.add(own.line, CLEARS_REQUIRED.format(field=field))
                return Set(field=field, value=None) if self._is_true(own, kind) else None
            case "map":
                return self._map(place, own, field)
            case "replace":
                return self._replace(place, own, field)
            case "shift":
                return self._shift(place, own, field)
            case "add_node":
                return self._add_node(place, own)
            case _:
                return RemoveNode() if self._is_true(own, kind) else None

    def _is_true(self, place: Place, key: str) -> bool:
        if place.value is not True:
            self._complaints.add(place.line, NOT_TRUE.format(key=key))
        return place.value is True

    def _value(self, place: Place, field: str, key: str) -> Scalar | None:
        value = sent_value(field, exactly(place.value))
        if isinstance(value, Violation):
            self._complaints.violation(place.line, key, value)
            return None
        if value is None:
            self._complaints.add(place.line, BLANK.format(key=key))
        return value

    def _map(self, place: Place, own: Place, field: str) -> Map | None:
        no_match = self._shapes.word(place, "no_match", keys.NO_MATCH) or keys.NO_MATCH[0]
        default = None
        if no_match == "default":
            given = place.find("default")
            if given is None:
                self._complaints.add(place.at("no_match").line, DEFAULT_MISSING)
            else:
                default = self._value(given, field, "default")
        else:
            self._shapes.only_with(place, ("default",), 'no_match = "default"')
        names = self._shapes.text(place, "from"), self._shapes.text(place, "to")
        sheet = self._shapes.text(place, "sheet")
        if self._shapes.text(place, "map") is None:
            return None
        pairs = self._tables.pairs(Columns(own, sheet, names), field)
        table = self._tables.path(own).name
        return Map.model_validate(
            {"field": field, "pairs": pairs, "table": table, "no_match": no_match, "default": default}
        )

    def _replace(self, place: Place, own: Place, field: str) -> Replace | None:
        if SPECS[field].kind not in {"name", "text"}:
            self._complaints.add(own.line, NOT_TEXT.format(field=field))
        old, new = (
            self._shapes.text(place, "replace", blank=bool(own.value)),
            self._shapes.text(place, "with", blank=True),
        )
        if "with" not in place.value:
            self._complaints.add(own.line, WITH_MISSING)
        if old is None or new is None:
            return None
        if old == new:
            self._complaints.add(own.line, SAME_WORDS)
        return Replace(field=field, old=old, new=new)

    def _shift(self, place: Place, own: Place, field: str) -> Shift | None:
        by, kind = own.value, SPECS[field].kind
        beyond = self._shapes.word(place, "beyond", keys.BEYOND) or keys.BEYOND[0]
        if kind not in {"integer", "number"}:
            self._complaints.add(own.line, NOT_SHIFTED.format(field=field))
            return None
        is_number = type(by) in (int, float) and math.isfinite(by) and abs(by) <= 2**63
        if not is_number or not by or (kind == "integer" and not float(by).is_integer()):
            self._complaints.add(own.line, NO_SHIFT)
            return None
        shift: dict[str, Any] = {"field": field, "by": int(by) if kind == "integer" else by, "beyond": beyond}
        return Shift.model_validate(shift)

    def _add_node(self, place: Place, own: Place) -> AddNode | None:
        at = place.find("at")
        if at is not None and at.value not in keys.AT and not (type(at.value) is int and at.value >= 1):
            self._complaints.add(at.line, NO_PLACE)
            return None
        if not self._shapes.is_table(own, own.value if isinstance(own.value, dict) else ()):
            return None
        values: dict[str, Scalar] = {}
        lines: dict[str, int] = {}
        for key in own.value:
            each = own.at(key)
            field = self._shapes.named(each, key)
            if field is None:
                continue
            if not is_of_node(field) or field == AUDIO:
                self._complaints.add(each.line, (AUDIO_NOT_SET if field == AUDIO else NOT_CHANGED).format(field=field))
                continue
            if field in values:
                self._complaints.add(each.line, ADDS_TWICE.format(field=field))
            value = self._value(each, field, key)
            lines[field] = each.line
            if value is not None:
                values[field] = value
        if len(values) < len(own.value):
            return None
        self._check_node(own, values, lines)
        return AddNode.model_validate({"values": values, "at": keys.AT[0] if at is None else at.value})

    def _check_node(self, own: Place, values: dict[str, Scalar], lines: dict[str, int]) -> None:
        if values.get("source") == 2:
            self._complaints.add(lines["source"], AUDIO_TO_ADD)
            return
        flow = {spec.name: spec.low if spec.low is not None else 1 for spec in FLOW_FIELDS if spec.name != NODES}
        found = check_flow({**flow, NODES: [values]})
        for broken in found if isinstance(found, list) else ():
            line = lines.get(broken.field, own.line)
            self._complaints.violation(line, writable(broken.field), broken.violation)
