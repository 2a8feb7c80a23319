"""The declarations of all fields, for those who do not read annotations: checks, headings, template, reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from jobs.recallflow.declarations import (
    AudioFile,
    Choices,
    Digit,
    EffectiveWhen,
    FreeText,
    Label,
    Length,
    RequiredWhen,
    Variables,
)
from jobs.recallflow.fields import FlowUpdate, Node
from runner.text import Text

Kind = Literal["integer", "number", "option", "digit", "name", "text", "file", "nodes"]
"""`option` is an integer from a list; `digit` is text, as is `name`, of one line, and `text`, of any number of lines;
`file` is an audio file: base64, or a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """What is declared of one field."""

    name: str
    label: Label
    kind: Kind
    required: bool
    """Always, that is; see `required_when`."""
    required_when: Mapping[str, int] | None
    effective_when: Mapping[str, int] | None
    """Other fields' values under which alone it has an effect; where it is required, it has one. None for always."""
    options: Mapping[int, Text]
    """The only values, and what each means; empty where there is no such list."""
    low: float | None
    """The least value, or of text the least number of characters."""
    high: float | None
    """The greatest value, or of text the greatest number of characters."""
    variables: bool
    """Whether text may have variables in it."""


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    marks = {type(mark): mark for mark in _marks(info.annotation, info.metadata)}
    types = set(_types(info.annotation))
    condition = marks.get(RequiredWhen)
    effect = condition or marks.get(EffectiveWhen)
    length = marks.get(Length)
    low, high = marks.get(Ge), marks.get(Le)
    return FieldSpec(
        name=name,
        label=marks[Label],
        kind=_kind(types, marks),
        required=info.is_required(),
        required_when=condition.values if condition else None,
        effective_when=effect.values if effect else None,
        options=marks[Choices].meanings if Choices in marks else {},
        low=length.low if length else low.ge if low else None,
        high=length.high if length else high.le if high else None,
        variables=Variables in marks,
    )


def _kind(types: set[Any], marks: Mapping[type, object]) -> Kind:
    if Choices in marks:
        return "option"
    if str in types:
        of_text: dict[type, Kind] = {AudioFile: "file", FreeText: "text", Digit: "digit"}
        return next((kind for mark, kind in of_text.items() if mark in marks), "name")
    return "nodes" if list[Node] in types else "number" if float in types else "integer"


def _marks(annotation: object, outer: list[Any]) -> list[Any]:
    """All annotations of a type, those inside its unions included."""
    found = list(outer)
    for part in get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,):
        if get_origin(part) is Annotated:
            inner, *marks = get_args(part)
            found += _marks(inner, marks)
    return found


def _types(annotation: object) -> list[object]:
    if get_origin(annotation) in {Union, UnionType}:
        return [each for part in get_args(annotation) for each in _types(part)]
    return _types(get_args(annotation)[0]) if get_origin(annotation) is Annotated else [annotation]


FLOW_FIELDS = tuple(_spec(name, info) for name, info in FlowUpdate.model_fields.items())
NODE_FIELDS = tuple(_spec(name, info) for name, info in Node.model_fields.items())
ALL_FIELDS = (*FLOW_FIELDS, *NODE_FIELDS)
SPECS = {spec.name: spec for spec in ALL_FIELDS}

KEY = "keyId"
NODES = "nodeList"


def named(field: str) -> Text:
    """A field as the user knows it: in Chinese by the vendor's label as well, which is what the headings say."""
    spec = SPECS.get(field)
    return Text(field, f"{spec.label.short}（{field}）" if spec else field)
