"""Whether rules that are applied to their own result leave it as it is."""

from collections.abc import Sequence
from itertools import combinations

from jobs.recallflow.migration.asked_fields import NODE_COUNT, is_of_node
from jobs.recallflow.migration.effects import AddNode, Map, RemoveNode, Replace, Shift
from jobs.recallflow.migration.rule import Rule

_NODES_TOGETHER = "*"
"""Stands for what is asked of all nodes of a flow: a node less may change it."""


def repeats_safely(changes: Sequence[Rule]) -> bool:
    """Whether that is certain. A rule is unsafe that makes something else of its own result; or a later one's.

    Args:
        changes: in their order.
    """
    return all(map(_is_settled, changes)) and all(_leaves_alone(*pair) for pair in combinations(changes, 2))


def _is_settled(rule: Rule) -> bool:
    effect = rule.effect
    if isinstance(effect, Shift | AddNode):
        return False
    if isinstance(effect, Replace):
        return not _may_make(effect.new, effect.old)
    return not isinstance(effect, Map) or _stay(effect, _results(effect))


def _leaves_alone(first: Rule, later: Rule) -> bool:
    """Whether what a later one writes is nothing to an earlier one, when it comes to that again."""
    written = _NODES_TOGETHER if isinstance(later.effect, RemoveNode) else _field(later)
    if written in _asked(first):
        return False
    if written != _field(first):
        return True
    match first.effect, later.effect:
        case Replace(old=old), Replace(new=new):
            return not _may_make(new, old)
        case Map() as mapped, Map() as other:
            return _stay(mapped, _results(other))
        case Replace() | Map(), _:
            return False
    return True


def _field(rule: Rule) -> str | None:
    return None if isinstance(rule.effect, AddNode | RemoveNode) else rule.effect.field


def _asked(rule: Rule) -> set[str]:
    asked = {condition.field for condition in rule.where}
    if NODE_COUNT in asked or any(is_of_node(each.field) and each.nodes for each in rule.where):
        asked.add(_NODES_TOGETHER)
    return asked


def _results(effect: Map) -> list[object]:
    return [*effect.results.values(), *([effect.default] if effect.no_match == "default" else [])]


def _stay(effect: Map, values: Sequence[object]) -> bool:
    """Whether a map makes nothing else of these; what it fails at is not sent."""
    return all(
        (effect.no_match == "fail" and value not in effect.results) or effect.of(value) == value for value in values
    )


def _may_make(new: str, old: str) -> bool:
    """Whether the old words may be there again once new ones are put in their place, with what stands around them."""
    if new in old or old in new:
        return True
    shorter = min(len(new), len(old))
    return any(new.endswith(old[:size]) or old.endswith(new[:size]) for size in range(1, shorter))
