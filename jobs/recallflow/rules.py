"""Checks a flow against the declarations in `fields`: all violations at once, each at its field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobs.recallflow.fields import FLOW_FIELDS, NODE_FIELDS, PUSHES, FieldSpec, FlowUpdate
from runner.problem import Violation
from runner.text import Text, writable


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


def check_flow(values: Mapping[str, object]) -> FlowUpdate | list[FieldViolation]:
    """The flow, where it keeps every rule of the vendor's page; all rules that it breaks otherwise.

    Args:
        values: as in the body of a request: field names to values, nodes under `nodeList`. A field that is absent or
            None is not set.
    """
    try:
        flow = FlowUpdate.model_validate(_without_blanks(values))
    except ValidationError as error:
        broken = [*map(_from_pydantic, error.errors(include_url=False))]
    else:
        broken = []
    told = {each.path for each in broken}
    broken += (each for each in (*_truth_values(values), *_broken_conditions(values)) if each.path not in told)
    return broken or flow


def _without_blanks(values: Mapping[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in values.items() if value is not None}
    nodes = kept.get("nodeList")
    if isinstance(nodes, list):
        kept["nodeList"] = [_without_blanks(node) if isinstance(node, dict) else node for node in nodes]
    return kept


def _truth_values(values: Mapping[str, object], node: int | None = None) -> Iterator[FieldViolation]:
    """JSON's true and false, which no field takes, though Python holds them to be 1 and 0."""
    for name, value in values.items():
        if isinstance(value, bool):
            yield FieldViolation(node, name, _wrong_type(name, str(value).lower()))
        elif name == "nodeList" and isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, dict):
                    yield from _truth_values(each, index)


def _broken_conditions(values: Mapping[str, object]) -> Iterator[FieldViolation]:
    nodes = values.get("nodeList")
    for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if not isinstance(node, dict):
            continue
        for name, conditions in _CONDITIONS:
            if node.get(name) is None and all(node.get(other) == value for other, value in conditions):
                yield FieldViolation(index, name, _required_when(conditions))
        if node.get("hangUpSms") == 1 and not any(node.get(push) == 1 for push in PUSHES):
            yield FieldViolation(index, PUSHES[0], _NO_PUSH)


Conditions = tuple[tuple[str, int], ...]
_CONDITIONS: tuple[tuple[str, Conditions], ...] = tuple(
    (spec.name, tuple(spec.required_when.values.items())) for spec in NODE_FIELDS if spec.required_when is not None
)


def _from_pydantic(error: ErrorDetails) -> FieldViolation:
    location = error["loc"]
    node = next((part for part in location if isinstance(part, int)), None)
    fields = [part for part in location if isinstance(part, str)]
    field = fields[-1] if node is None or len(fields) == 1 else fields[1]
    return FieldViolation(node if len(fields) > 1 else None, field, _violation(field, error))


def _violation(field: str, error: ErrorDetails) -> Violation:
    spec = _SPECS.get(field)
    value = writable(str(error["input"]))
    if isinstance(error["input"], float):
        value = value.removesuffix(".0")
    match error["type"]:
        case "missing":
            return _REQUIRED
        case "literal_error" if spec:
            return _not_an_option(value, spec)
        case "greater_than_equal" | "less_than_equal" if spec:
            return _out_of_range(value, spec)
        case "string_too_short" | "string_too_long" if spec:
            return _wrong_length(value, spec)
        case "string_pattern_mismatch":
            return _NOT_A_DIGIT
        case "not_base64":
            return _NOT_BASE64
        case "extra_forbidden":
            return _unknown_field(field)
        case _:
            return _wrong_type(field, value)


_SPECS = {spec.name: spec for spec in (*FLOW_FIELDS, *NODE_FIELDS)}


def _named(field: str) -> Text:
    """A field as the user knows it: in Chinese by the vendor's label as well, which is what the headings say."""
    spec = _SPECS.get(field)
    return Text(field, f"{spec.label.short}（{field}）" if spec else field)


_REQUIRED = Violation(
    "required",
    Text("It is blank, and it is required", "必填项为空"),
    Text("Fill it in.", "请填写。"),
)


def _required_when(conditions: Conditions) -> Violation:
    en = " and ".join(f"{other} = {value}" for other, value in conditions)
    zh = " 且 ".join(f"{_named(other).zh}= {value}" for other, value in conditions)
    other = _named(conditions[-1][0])
    return Violation(
        "required-when",
        Text(f"It is blank, and it is required when {en}", f"当 {zh} 时必填，但单元格为空"),
        Text(f"Fill it in, or change {other.en}.", f"请填写，或修改 {other.zh}。"),
    )


def _not_an_option(value: str, spec: FieldSpec) -> Violation:
    options = ", ".join(map(str, spec.options))
    return Violation(
        "not-an-option",
        Text(f"{value} is not one of {options}", f"{value} 不在可选值 {options} 之中"),
        Text(f"Type one of: {options}.", f"请填写以下之一：{options}（{spec.label.page}）。"),
    )


def _out_of_range(value: str, spec: FieldSpec) -> Violation:
    low, high = f"{spec.low:g}", f"{spec.high:g}"
    return Violation(
        "out-of-range",
        Text(f"{value} is not between {low} and {high}", f"{value} 不在 {low} 到 {high} 之间"),
        Text(f"Type a number from {low} to {high}.", f"请填写 {low} 到 {high} 之间的数字。"),
    )


def _wrong_length(value: str, spec: FieldSpec) -> Violation:
    low, high = int(spec.low or 0), spec.high and int(spec.high)
    allowed_en = f"{low} to {high} characters are allowed" if high else f"at least {low} is needed"
    allowed_zh = f"允许 {low} 到 {high} 个字符" if high else f"至少需要 {low} 个字符"
    return Violation(
        "wrong-length",
        Text(f"It has {len(value)} characters; {allowed_en}", f"共 {len(value)} 个字符；{allowed_zh}"),
        Text("Shorten or lengthen it to fit.", "请增减字数以符合要求。"),
    )


def _unknown_field(field: str) -> Violation:
    return Violation(
        "unknown-field",
        Text(f"There is no field {field}", f"不存在字段 {field}"),
        Text("Remove it, or correct its name.", "请删除，或更正其名称。"),
    )


def _wrong_type(field: str, value: str) -> Violation:
    spec = _SPECS.get(field)
    kinds = {
        "integer": Text("a whole number", "整数"),
        "number": Text("a number", "数字"),
        "text": Text("text", "文本"),
        "nodes": Text("a list of nodes", "节点列表"),
    }
    kind = kinds[spec.kind] if spec else Text("an object", "对象")
    return Violation(
        "wrong-type",
        Text("{value} is not {kind}", "{value} 不是{kind}").format(value=value, kind=kind),
        Text("Give {kind}.", "请填写{kind}。").format(kind=kind),
    )


_NO_PUSH = Violation(
    "no-push",
    Text(
        f"When hangUpSms = 1, at least one of {', '.join(PUSHES)} must be 1",
        f"当 {_named('hangUpSms').zh}= 1 时，{'、'.join(_named(push).zh for push in PUSHES)} 至少有一个为 1",
    ),
    Text("Set one of them to 1, or hangUpSms to 0.", f"请将其中之一设为 1，或将 {_named('hangUpSms').zh} 设为 0。"),
)

_NOT_A_DIGIT = Violation(
    "not-a-digit",
    Text("It is not a single digit from 0 to 9", "不是 0 到 9 的单个数字"),
    Text("Type one digit, the key that is pressed.", "请填写一位数字，即所按的键。"),
)

_NOT_BASE64 = Violation(
    "not-base64",
    Text("It is not the base64 text of a file", "不是文件的 base64 编码"),
    Text("Encode the audio file as base64 (RFC 4648, section 4), in one line.", "请将音频文件编码为单行 base64 文本。"),
)
