"""What is to be sent so that a flow becomes as wanted, but for some fields that stay as the vendor has them.

An update overwrites the whole flow, so what is to stay is sent as well. That keeps every rule, or it is not sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from jobs.recallflow.changes import NODE_NAMES, Values
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.pairing import (
    AUDIO,
    COMPARED_NAMES,
    SOURCE,
    Flow,
    Node,
    flow_of,
    node_name,
    not_wanted,
    pairs,
)
from jobs.recallflow.reference import KEY, NODES
from jobs.recallflow.rules import FieldViolation, check_flow
from runner.problem import Violation
from runner.text import Text

_UPLOADED = 2
"""The source of a node whose audio is sent with it."""

_MOST_NAMED = 3


Stays = Callable[[str], bool]
"""Whether a field, as differences name it, stays as the vendor has it."""


def merged_flow(remote: bytes, wanted: bytes, stays: Stays) -> bytes | Violation:
    """The body of such an update; or why there is none.

    Args:
        remote: what the vendor has.
        wanted: what it is to have. Where it does not name its nodes, they stay.
        stays: is asked for every field, and for every node that has no other: one that is not wanted and stays comes
            after the others. Audio that the vendor does not give back can only stay if it is here; of what it gives
            back, the token is in the body, and whoever sends that has to have the file.
    """
    return _Merge(flow_of(remote), flow_of(wanted), stays).body()


def carried_over(base: bytes, wanted: bytes, stays: Stays) -> bytes:
    """What counts as applied last once all but some fields became as wanted: of those, what was applied last before.

    Args:
        base: what that was.
        wanted: what the others are now.
        stays: whether a field is one of those.
    """
    return to_json(_Merge(flow_of(base), flow_of(wanted), stays).values())


class _Merge:
    """One flow, put together of two."""

    def __init__(self, there: Flow, ours: Flow, stays: Stays) -> None:
        self._there = there
        self._ours = ours
        self._stays = stays
        self._files: dict[str, str] = {node.audio: node.values[AUDIO] for node in ours.nodes or () if node.audio}
        """By their digests."""
        self._names: list[str] = []
        """Of the nodes that are put together."""
        self._without_audio: list[str] = []

    def body(self) -> bytes | Violation:
        """In the form of those that are made of rows."""
        values = self.values()
        if self._without_audio:
            return _audio_not_here(self._without_audio)
        flow = check_flow(values)
        return flow.body() if isinstance(flow, FlowUpdate) else _cannot_be_merged(self._told(flow))

    def values(self) -> dict[str, Any]:
        """All fields, whatever rule they break together."""
        values = {KEY: self._ours.values[KEY]}
        values |= {name: self._source(name).values.get(name) for name in COMPARED_NAMES}
        nodes = list(self._nodes())
        if nodes or self._ours.nodes is not None:
            values[NODES] = nodes
        return values

    def _source(self, field: str) -> Flow:
        return self._there if self._stays(field) else self._ours

    def _nodes(self) -> Iterator[Values]:
        given: Sequence[Node] = self._there.nodes or ()
        wanted: Sequence[Node] = self._ours.nodes or ()
        partners = pairs(wanted, given)
        for place, (node, partner) in enumerate(zip(wanted, partners, strict=True)):
            name = node_name(place)
            if partner is not None:
                yield self._node(name, given[partner], node)
            elif not self._stays(name):
                self._names.append(name)
                yield node.values
        for place, node in enumerate(not_wanted(given, partners), start=len(wanted)):
            if self._ours.nodes is None or self._stays(node_name(place)):
                yield self._node(node_name(place), node, None)

    def _node(self, name: str, there: Node, ours: Node | None) -> Values:
        self._names.append(name)
        values: dict[str, Any] = {
            field: (there if ours is None or self._stays(f"{name}.{field}") else ours).values.get(field)
            for field in NODE_NAMES
        }
        if ours is None or self._stays(f"{name}.{AUDIO}"):
            values[AUDIO] = self._audio(f"{name}.{AUDIO}", there, values)
        return values

    def _audio(self, field: str, there: Node, values: Mapping[str, Any]) -> str | None:
        """The vendor's, if it has been given back."""
        if there.audio is None and there.values.get(SOURCE) == values[SOURCE] == _UPLOADED:
            self._without_audio.append(field)
        given: str | None = there.values.get(AUDIO)
        return self._files.get(there.audio, given) if there.audio else given

    def _told(self, broken: Sequence[FieldViolation]) -> list[tuple[str, Violation]]:
        return [
            (each.field if each.node is None else f"{self._names[each.node]}.{each.field}", each.violation)
            for each in broken
        ]


def _cannot_be_merged(broken: Sequence[tuple[str, Violation]]) -> Violation:
    brief = broken[:_MOST_NAMED]
    en = "; ".join(f"{field}: {violation.message.en}" for field, violation in brief)
    zh = "；".join(f"{field}：{violation.message.zh}" for field, violation in brief)
    return Violation(
        "cannot-be-merged",
        Text(
            f"With the other fields left as the vendor has them, the flow would break a rule. {en}",
            f"其余字段保持供应商现值时，该流程将违反规则。{zh}",
        ),
        Text(
            "Compare or tick the fields that belong together, or leave the whole flow alone.",
            "请同时比较或勾选相互关联的字段，或整条流程不作修改。",
        ),
    )


def _audio_not_here(fields: Sequence[str]) -> Violation:
    brief = fields[:_MOST_NAMED]
    return Violation(
        "audio-not-here",
        Text(
            f"The audio file that the vendor has would have to be sent as well, and it is not here: {', '.join(brief)}",
            f"需要一并发送供应商现有的音频文件，但本机没有该文件：{'、'.join(brief)}",
        ),
        Text(
            "Compare or tick all fields of the flow, or leave the whole flow alone.",
            "请比较或勾选该流程的全部字段，或整条流程不作修改。",
        ),
    )
