"""Rules and flows that are drawn: any change to any field, of flows that keep every rule."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from jobs.recallflow.migration import keys
from jobs.recallflow.migration.conditions import Condition, Test
from jobs.recallflow.migration.effects import AddNode, Map, RemoveNode, Replace, Set, Shift
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.migration.selection import PageSelection
from jobs.recallflow.reference import ALL_FIELDS, KEY, NODE_FIELDS, NODES, SPECS
from runner.request import PLACEHOLDER
from tests.jobs.recallflow.migration.written_rules import SPOKEN, Values, flow
from tests.jobs.recallflow.valid_flows import flows, nodes, value_of

_CHANGED = [spec for spec in ALL_FIELDS if spec.name not in {KEY, NODES, "baseFile"}]
_NODE_NAMES = {spec.name for spec in NODE_FIELDS}


def there(drawn: Values) -> tuple[Values, Mapping[str, bytes]]:
    """A flow as the vendor tells it, and the audio that it gives back."""
    files: dict[str, bytes] = {}
    told = []
    for node in drawn.get(NODES) or ():
        audio = node.get("baseFile")
        if audio is None:
            told.append(node)
            continue
        content = base64.b64decode(audio)
        token = PLACEHOLDER + hashlib.sha256(content).hexdigest()
        files[token] = content
        told.append(node | {"baseFile": token})
    return flow(*told, **{name: value for name, value in drawn.items() if name != NODES}), files


_ADDED = nodes().map(lambda each: each if each["source"] != 2 else {**SPOKEN, "senderId": "me"})
states = flows().map(there)


def _tests(field: str) -> st.SearchStrategy[Test]:
    values = st.lists(value_of(SPECS[field]), min_size=1, max_size=3)
    plain = st.builds(
        lambda how, drawn: Test(how=how, values=tuple(drawn if how in {"in", "not_in"} else drawn[:1])),
        st.sampled_from(("equals", "in", "not", "not", "not_in", "not_in")),
        values,
    )
    return plain | st.booleans().map(lambda is_set: Test(how=keys.IS_SET, values=(is_set,)))


@st.composite
def _conditions(draw: st.DrawFn, *, of_each_node: bool) -> Condition:
    field = draw(st.sampled_from(_CHANGED)).name
    each: list[Any] = [None] if of_each_node else []
    scope = draw(st.sampled_from([*each, *keys.NODES])) if field in _NODE_NAMES else None
    return Condition(line=1, field=field, nodes=scope, tests=(draw(_tests(field)),))


@st.composite
def _effects(draw: st.DrawFn) -> Set | Map | Replace | Shift | AddNode | RemoveNode:
    spec = draw(st.sampled_from(_CHANGED))
    value = value_of(spec)
    kinds = ["set", "map", "add", "remove"]
    kinds += ["clear"] * (not spec.required) + ["replace"] * (spec.kind in {"name", "text"})
    kinds += ["shift"] * (spec.kind in {"integer", "number"})
    match draw(st.sampled_from(kinds)):
        case "set":
            return Set(field=spec.name, value=draw(value))
        case "clear":
            return Set(field=spec.name, value=None)
        case "map":
            pairs = draw(st.dictionaries(value, value, max_size=4))
            no_match = draw(st.sampled_from(keys.NO_MATCH))
            default = draw(value) if no_match == "default" else None
            return Map.model_validate(
                {"field": spec.name, "pairs": tuple(pairs.items()), "table": "t.csv", "no_match": no_match}
                | {"default": default}
            )
        case "replace":
            return Replace(field=spec.name, old=draw(st.text("ab1", min_size=1, max_size=2)), new=draw(st.text("ab1x")))
        case "shift":
            by = draw(st.sampled_from((-50, -1, 1, 30)))
            return Shift.model_validate({"field": spec.name, "by": by, "beyond": draw(st.sampled_from(keys.BEYOND))})
        case "add":
            node = draw(_ADDED)
            at = draw(st.sampled_from(["start", "end", 1, 2]))
            shown = {name: each for name, each in node.items() if each is not None and name != "baseFile"}
            return AddNode.model_validate({"values": shown, "at": at})
        case _:
            return RemoveNode()


@st.composite
def _rules(draw: st.DrawFn, name: str) -> Rule:
    effect = draw(_effects())
    of_each_node = isinstance(effect, RemoveNode) or (not isinstance(effect, AddNode) and effect.field in _NODE_NAMES)
    where = draw(st.just([]) | st.lists(_conditions(of_each_node=of_each_node), max_size=2))
    return Rule(name=name, line=1, where=tuple(where), effect=effect)


@st.composite
def migrations(draw: st.DrawFn) -> Rules:
    """Up to four changes, with conditions that often hold."""
    count = draw(st.integers(1, 4))
    return Rules(
        selection=PageSelection(
            first=datetime(2026, 11, 1),  # noqa: DTZ001 - by the vendor's clock
            last=draw(st.datetimes(datetime(2026, 11, 2))),  # noqa: DTZ001
            task_name=draw(st.none() | st.text(st.characters(codec="utf-8"), min_size=1)),
        ),
        where=tuple(draw(st.just([]) | st.lists(_conditions(of_each_node=False), max_size=1))),
        changes=tuple(draw(_rules(f"change {number}")) for number in range(1, count + 1)),
        sha256="0" * 64,
    )
