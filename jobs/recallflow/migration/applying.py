"""Makes the changes to a flow, one after the other."""

from collections.abc import Iterable
from typing import Any

from jobs.recallflow.migration.asked_fields import is_of_node
from jobs.recallflow.migration.effects import AddNode, FieldEffect, RemoveNode
from jobs.recallflow.migration.flow_state import WHOLE, FlowState, NodeState
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.reference import NODE_FIELDS
from runner.problem import Violation
from runner.text import Text

_NODE_NAMES = tuple(spec.name for spec in NODE_FIELDS)


class Failed:
    """A change that could not be made at one place."""

    __slots__ = ("field", "node", "rule", "value", "violation")

    def __init__(
        self, rule: str, node: NodeState | None, field: str | None, value: object, violation: Violation
    ) -> None:
        """Takes what the field had, which it goes on to have; neither field nor node where it is about the flow."""
        self.rule = rule
        self.node = node
        self.field = field
        self.value = value
        self.violation = violation


def apply_all(changes: Iterable[Rule], flow: FlowState) -> list[Failed]:
    """Changes the flow; what could not be done is told."""
    return [failed for rule in changes for failed in _apply(rule, flow)]


def _apply(rule: Rule, flow: FlowState) -> list[Failed]:
    if not all(each.holds(flow) for each in rule.where if not each.is_of_each_node):
        return []
    effect = rule.effect
    if isinstance(effect, AddNode):
        return _add(rule, effect, flow)
    of_nodes = [each for each in rule.where if each.is_of_each_node]
    nodes = [node for node in flow.nodes if all(each.holds_of_node(node.values) for each in of_nodes)]
    if isinstance(effect, RemoveNode):
        if nodes:
            flow.removed.append(rule.name)
            going = {id(node) for node in nodes}
            flow.nodes = [node for node in flow.nodes if id(node) not in going]
        return []
    if is_of_node(effect.field):
        found = [_change(rule, effect, node.values, node.rules, node) for node in nodes]
    else:
        found = [_change(rule, effect, flow.values, flow.rules, None)]
    return [failed for failed in found if failed is not None]


def _change(
    rule: Rule, effect: FieldEffect, values: dict[str, Any], rules: dict[str, list[str]], node: NodeState | None
) -> Failed | None:
    old = values.get(effect.field)
    new = effect.of(old)
    if isinstance(new, Violation):
        return Failed(rule.name, node, effect.field, old, new)
    if type(new) is not type(old) or new != old:
        values[effect.field] = new
        rules.setdefault(effect.field, []).append(rule.name)
    return None


def _add(rule: Rule, effect: AddNode, flow: FlowState) -> list[Failed]:
    count = len(flow.nodes)
    place = {"start": 0, "end": count}[effect.at] if isinstance(effect.at, str) else effect.at - 1
    if place > count:
        violation = Violation("no-such-place", _NO_PLACE.format(place=place + 1, count=count), _PLACE_IT)
        return [Failed(rule.name, None, None, "", violation)]
    values: dict[str, Any] = {name: effect.values.get(name) for name in _NODE_NAMES}
    flow.nodes.insert(place, NodeState(values, None, {WHOLE: [rule.name]}))
    return []


_NO_PLACE = Text(
    "A node is to be added as number {place}, and there are only {count}",
    "要添加为第 {place} 个节点，但只有 {count} 个节点",
)
_PLACE_IT = Text(
    'Add it at the "end", or leave such flows out with where: nodes says how many there are.',
    '请用 at = "end" 添加到末尾，或用 where 排除此类流程（nodes 为节点数）。',
)
