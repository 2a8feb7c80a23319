"""A flow while rules change it: what each field has, and by which rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.recallflow.migration.asked_fields import NODE_COUNT, STATUS
from jobs.recallflow.reference import NODES

WHOLE = ""
"""Stands for a node as a whole among the names of its fields."""


@dataclass(slots=True)
class NodeState:
    """One of the flow's nodes."""

    values: dict[str, Any]
    origin: int | None
    """Its place at the vendor's; None for one that a rule has added."""
    rules: dict[str, list[str]] = field(default_factory=dict)
    """By field: what has changed it."""


@dataclass(slots=True)
class FlowState:
    """One flow."""

    values: dict[str, Any]
    """But for the nodes."""
    nodes: list[NodeState]
    facts: Mapping[str, object]
    rules: dict[str, list[str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    """The rules that have taken nodes away."""

    @classmethod
    def of(cls, values: Mapping[str, Any], facts: Mapping[str, object]) -> "FlowState":
        """As the vendor has it."""
        nodes = [NodeState(dict(node), place) for place, node in enumerate(values.get(NODES) or ())]
        return cls({name: value for name, value in values.items() if name != NODES}, nodes, facts)

    def asked(self, name: str) -> object:
        """A field of the flow's own, or what else can be asked of it."""
        if name == NODE_COUNT:
            return len(self.nodes)
        return self.facts.get(STATUS) if name == STATUS else self.values.get(name)

    def body(self) -> dict[str, Any]:
        """All of it, as an update has it."""
        return {**self.values, NODES: [node.values for node in self.nodes]}

    def all_rules(self) -> Iterator[str]:
        """That have changed anything."""
        for names in self.rules.values():
            yield from names
        yield from self.rules_of_nodes()

    def rules_of_nodes(self) -> Iterator[str]:
        """That have changed nodes, or which there are."""
        for node in self.nodes:
            for names in node.rules.values():
                yield from names
        yield from self.removed
