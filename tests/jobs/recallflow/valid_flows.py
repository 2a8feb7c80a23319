"""Flows that keep every rule, drawn from the declarations: a field that is added there is drawn here."""

import base64
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from jobs.recallflow.declarations import characters
from jobs.recallflow.fields import LANGUAGES, PUSHES
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, NODE_FIELDS, FieldSpec

Values = dict[str, Any]

EXACT = 10**15 - 1
"""A number cell keeps fifteen digits."""

LONGEST = 60
"""Characters of what has no limit, or one that takes long to draw."""

_NOTHING = frozenset({"null", "none", "nil", "n/a", "-", "--", "—", "——", "无", "空"})


def texts(shortest: int, longest: int) -> st.SearchStrategy[str]:
    """What is spoken or written to people: no control characters but line breaks, and not only what nobody can see."""

    def keeps_the_rules(words: str) -> bool:
        return (
            "${" not in words
            and words.strip().casefold() not in _NOTHING
            and shortest <= characters(words) <= longest
            and any(each.isprintable() and not each.isspace() for each in words)
        )

    drawn = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), include_characters="\n\t")
    return st.text(drawn, min_size=shortest, max_size=longest).filter(keeps_the_rules)


def names(shortest: int, longest: int) -> st.SearchStrategy[str]:
    """A name, an id, a code: one line, with blanks only within."""

    def keeps_the_rules(words: str) -> bool:
        return (
            words == words.strip()
            and words.casefold() not in _NOTHING
            and not words.startswith(("－", "Ｎ", "ｎ"))  # full-width forms of the words for nothing
            and shortest <= characters(words) <= longest
        )

    drawn = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
    return st.text(drawn, min_size=shortest, max_size=longest).filter(keeps_the_rules)


def value_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """A value that the field may have."""
    if spec.options:
        return st.sampled_from(sorted(spec.options))
    low, high = spec.low, spec.high
    shortest, longest = int(low or 1), min(int(high or LONGEST), LONGEST)
    by_kind: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "integer": lambda: st.integers(int(low or -EXACT), int(high or EXACT)),
        "number": lambda: st.floats(low, high).map(lambda number: round(number, 12)),
        "digit": lambda: st.sampled_from("0123456789"),
        "name": lambda: names(shortest, longest),
        "text": lambda: texts(shortest, longest),
        "file": lambda: st.binary(min_size=1, max_size=40).map(lambda content: base64.b64encode(content).decode()),
    }
    return by_kind[spec.kind]()


_VALUES = {spec.name: value_of(spec) for spec in ALL_FIELDS if spec.kind != "nodes"}
_VALUES["lan"] = st.sampled_from(LANGUAGES) | _VALUES["lan"]


def _is_required(spec: FieldSpec, node: Values) -> bool:
    when = spec.required_when
    return spec.required or (when is not None and all(node.get(other) == value for other, value in when.items()))


@st.composite
def nodes(draw: st.DrawFn) -> Values:
    """A node that keeps every rule; fields that have no effect may be set all the same."""
    node: Values = {}
    occasion = draw(st.sampled_from(PUSHES))
    for spec in NODE_FIELDS:  # conditions are about fields further up
        if spec.name == occasion and node["hangUpSms"] == 1:
            node[spec.name] = 1
        elif _is_required(spec, node) or draw(st.booleans()):
            node[spec.name] = draw(_VALUES[spec.name])
    return node


@st.composite
def flows(draw: st.DrawFn) -> Values:
    """A flow that keeps every rule, with or without nodes."""
    flow = {spec.name: draw(_VALUES[spec.name]) for spec in FLOW_FIELDS if spec.kind != "nodes"}
    node_list = draw(st.none() | st.lists(nodes(), min_size=1, max_size=3))
    return flow if node_list is None else flow | {"nodeList": node_list}


several_flows = st.lists(flows(), min_size=1, max_size=3, unique_by=lambda flow: flow["keyId"])
