"""Checks a flow against the declarations in `fields`: all violations at once, each at its field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from jobs.recallflow.fields import LANGUAGES, PUSHES, FlowUpdate, Node
from jobs.recallflow.reference import FLOW_FIELDS, NODE_FIELDS
from jobs.recallflow.violations import NO_PUSH, REQUIRED, in_words, required_when, violation_of, wrong_type
from runner.problem import Violation
from runner.text import Text, writable

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A violation at a field of a flow, or of one of its nodes."""

    node: int | None
    """From 0; None for a field of the flow itself."""
    field: str
    violation: Violation

    @property
    def path(self) -> str:
        """As users read it: `recallNum`, `nodeList[0].text`."""
        return self.field if self.node is None else f"nodeList[{self.node}].{self.field}"


@dataclass(frozen=True, slots=True)
class FieldNotice:
    """Something of a node that keeps every rule, and yet may not be what is meant."""

    field: str
    code: str
    message: Text


def check_flow(values: Values) -> FlowUpdate | list[FieldViolation]:
    """The flow, where it keeps every rule of the vendor's page; all rules that it breaks otherwise.

    Args:
        values: as in the body of a request: field names to values, nodes under `nodeList`. A field that is absent or
            None is not set.
    """
    try:
        flow = FlowUpdate.model_validate(values)
    except ValidationError:
        return _all_broken(values) or FlowUpdate.model_validate(_without_blanks(values))
    nodes = values.get("nodeList") or ()
    if bool in map(type, values.values()) or any(_seems_broken(node) for node in nodes):  # type: ignore[attr-defined]  # validated
        return _all_broken(values) or flow
    return flow


def broken_together(values: Values) -> list[FieldViolation]:
    """The rules that fields break together, where each breaks none by itself; None for a blank or unusable one."""
    broken = [FieldViolation(None, name, REQUIRED) for name in _ALWAYS_OF_FLOW if values.get(name) is None]
    nodes = values.get("nodeList")
    for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if _seems_broken(node):
            broken += (FieldViolation(index, name, REQUIRED) for name in _ALWAYS if node.get(name) is None)
            broken += _broken_conditions(node, index)
    return broken


def broken_by(field: str, value: object) -> Violation | None:
    """The rule that a field's value breaks by itself, whatever the other fields say."""
    try:
        _ALONE[field].validate_python(value)
    except ValidationError as error:
        return _from_pydantic(error.errors(include_url=False)[0], field).violation
    return None


def is_complete(node: Values) -> bool:
    """Whether a node of values that break no rule by themselves breaks none together, nor is worth a notice."""
    demands = _demands(_triggers(node))
    return not (
        demands.push_missing
        or None in map(node.get, demands.required)
        or any(map(node.get, demands.pointless))
        or node.get("lan") not in _LANGUAGES_OR_NONE
    )


def notices_on(node: Values) -> Iterator[FieldNotice]:
    """What to say about a node that keeps every rule: values without an effect, a language that may not exist."""
    for name in _demands(_triggers(node)).pointless:
        if node.get(name):  # 0 and "" say nothing, with or without effect
            yield FieldNotice(name, "no-effect", _no_effect(name))
    if node.get("lan") not in _LANGUAGES_OR_NONE:
        yield FieldNotice("lan", "unknown-language", _UNKNOWN_LANGUAGE.format(code=node["lan"]))


@dataclass(frozen=True, slots=True)
class _Demands:
    """What follows from the values of the fields that others depend on."""

    required: frozenset[str]
    pointless: tuple[str, ...]
    """They have no effect; in the order of the page."""
    push_missing: bool


_CONDITIONS = tuple((spec.name, tuple(spec.required_when.items())) for spec in NODE_FIELDS if spec.required_when)
_EFFECTS = tuple((spec.name, tuple(spec.effective_when.items())) for spec in NODE_FIELDS if spec.effective_when)
_TRIGGERS = tuple(
    dict.fromkeys([other for _, conditions in (*_CONDITIONS, *_EFFECTS) for other, _ in conditions] + [*PUSHES])
)


def _declared(info: FieldInfo) -> Any:  # noqa: ANN401 - a type
    """The field's type with all that is declared of it, outside its model."""
    return Annotated[info.annotation, *info.metadata]


_ALWAYS = frozenset(spec.name for spec in NODE_FIELDS if spec.required)
_ALWAYS_OF_FLOW = tuple(spec.name for spec in FLOW_FIELDS if spec.required)
_LANGUAGES_OR_NONE = frozenset({*LANGUAGES, None})
_ALONE = {
    name: TypeAdapter(_declared(info), config=ConfigDict(strict=True)).validator
    for model in (FlowUpdate, Node)
    for name, info in model.model_fields.items()
}


def _triggers(node: Values) -> tuple[object, ...]:
    return tuple(map(node.get, _TRIGGERS))


@lru_cache(maxsize=4096)
def _demands(triggers: tuple[object, ...]) -> _Demands:
    values = dict(zip(_TRIGGERS, triggers, strict=True))

    def hold(conditions: tuple[tuple[str, int], ...]) -> bool:
        return all(values[other] == value for other, value in conditions)

    return _Demands(
        required=_ALWAYS | {name for name, conditions in _CONDITIONS if hold(conditions)},
        pointless=tuple(name for name, conditions in _EFFECTS if not hold(conditions)),
        push_missing=values["hangUpSms"] == 1 and all(values[push] != 1 for push in PUSHES),
    )


def _seems_broken(node: Values) -> bool:
    """Whether something is wrong with a node whose values are right by themselves."""
    if bool in map(type, node.values()):
        return True
    demands = _demands(_triggers(node))
    return demands.push_missing or None in map(node.get, demands.required)


def _all_broken(values: Values) -> list[FieldViolation]:
    set_ones = _without_blanks(values)
    try:
        FlowUpdate.model_validate(set_ones)
    except ValidationError as error:
        broken = [_from_pydantic(each) for each in error.errors(include_url=False)]
    else:
        broken = []
    told = {each.path for each in broken}
    nodes = set_ones.get("nodeList")
    conditions = [
        violation
        for index, node in enumerate(nodes if isinstance(nodes, list) else ())
        if isinstance(node, dict)
        for violation in _broken_conditions(node, index)
    ]
    return broken + [each for each in (*_truth_values(values), *conditions) if each.path not in told]


def _without_blanks(values: Values) -> dict[str, object]:
    kept = {name: value for name, value in values.items() if value is not None}
    nodes = kept.get("nodeList")
    if isinstance(nodes, list):
        kept["nodeList"] = [_without_blanks(node) if isinstance(node, dict) else node for node in nodes]
    return kept


def _truth_values(values: Values, node: int | None = None) -> Iterator[FieldViolation]:
    """JSON's true and false, which no field takes, though Python holds them to be 1 and 0."""
    for name, value in values.items():
        if isinstance(value, bool):
            yield FieldViolation(node, name, wrong_type(name, str(value).lower()))
        elif name == "nodeList" and isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, dict):
                    yield from _truth_values(each, index)


def _broken_conditions(node: Values, index: int) -> Iterator[FieldViolation]:
    for name, conditions in _CONDITIONS:
        if node.get(name) is None and all(node.get(other) == value for other, value in conditions):
            yield FieldViolation(index, name, required_when(conditions))
    if node.get("hangUpSms") == 1 and not any(node.get(push) == 1 for push in PUSHES):
        yield FieldViolation(index, PUSHES[0], NO_PUSH)


def _from_pydantic(error: ErrorDetails, *within: str) -> FieldViolation:
    location = (*within, *error["loc"])
    node = next((part for part in location if isinstance(part, int)), None)
    fields = [part for part in location if isinstance(part, str)]
    field = fields[-1] if node is None or len(fields) == 1 else fields[1]
    value = writable(str(error["input"]))
    if isinstance(error["input"], float):
        value = value.removesuffix(".0")
    rule = error.get("ctx", {}).get("rule", error["type"])
    return FieldViolation(node if len(fields) > 1 else None, field, violation_of(rule, field, value))


def _no_effect(field: str) -> Text:
    conditions = dict(_EFFECTS)[field]
    when = in_words(conditions)
    return Text(f"It has an effect only when {when.en}", f"仅当 {when.zh} 时生效")


_UNKNOWN_LANGUAGE = Text(
    f"{{code}} is none of the language codes that are known: {', '.join(LANGUAGES)}",
    f"{{code}} 不在已知语种代码之中：{'、'.join(LANGUAGES)}",
)
