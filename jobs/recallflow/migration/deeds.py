"""What rules do, however they are written: the same rules in another file, or of other flows, are the same deeds."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

from jobs.recallflow.migration.conditions import Condition
from jobs.recallflow.migration.effects import Effect, Map
from jobs.recallflow.migration.rule import Rule


def digest_of_deeds(where: Sequence[Condition], changes: Sequence[Rule]) -> str:
    """SHA-256 of conditions and changes, with all that their tables say.

    It knows no lines, no names of changes or files, and no order where that means nothing.
    """
    deeds = {"where": _of_conditions(where), "changes": [_of_change(each) for each in changes]}
    return hashlib.sha256(to_json(deeds)).hexdigest()


def _of_change(rule: Rule) -> dict[str, Any]:
    return {"where": _of_conditions(rule.where), "kind": rule.effect.kind, "effect": _of_effect(rule.effect)}


def _of_effect(effect: Effect) -> dict[str, Any]:
    """Without what is as it is unless somebody says otherwise, which another version may know more of."""
    said = effect.model_dump(exclude={"kind", "table"}, exclude_defaults=True)
    if isinstance(effect, Map):
        said["pairs"] = _in_one_order(effect.pairs)
    return dict(sorted(said.items()))


def _of_conditions(conditions: Sequence[Condition]) -> list[str]:
    return _in_one_order(
        {
            "field": condition.field,
            "nodes": condition.nodes,
            "tests": _in_one_order([test.how, _in_one_order(set(test.values))] for test in condition.tests),
        }
        for condition in conditions
    )


def _in_one_order(found: Iterable[Any]) -> list[str]:
    return sorted(to_json(each).decode() for each in found)
