"""What rules want of a flow, given what the vendor has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import from_json, to_json

from jobs.recallflow.comparing import differences_between
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.migration.applying import Failed, apply_all
from jobs.recallflow.migration.asked_fields import AUDIO
from jobs.recallflow.migration.flow_state import WHOLE, FlowState, NodeState
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.pairing import flow_of
from jobs.recallflow.reference import NODES
from jobs.recallflow.rules import FieldViolation, check_flow
from runner.plan import Derived, FieldProblem, Remote
from runner.problem import Violation
from runner.request import PLACEHOLDER
from runner.tables.table import shown
from runner.text import Text, writable

_UPLOADED = 2
"""The source of a node whose audio is sent with it."""

_OF_NODE = re.compile(rf"{NODES}\[(\d+)\](?:\.(.+))?")

Broken = tuple[int | None, str, str]
"""A rule of the vendor's that was broken before: the node's place there, the field, the code."""


def derive(rules: Rules, key: str, remote: Remote) -> Derived:  # noqa: ARG001 - the flow's own; it is in the state
    """What is wanted of a flow: what it has, with the changes that apply to it, made in their order.

    Args:
        rules: the conditions are looked at first, on the flow as it is.
        key: of the flow.
        remote: what the vendor has.

    Returns:
        A body that differs from what is there in nothing that no rule has changed; or all that would be wrong with it.
    """
    there: dict[str, Any] = from_json(remote.body)
    flow = FlowState.of(there, remote.facts)
    for condition in rules.where:
        if not condition.holds(flow):
            return Derived(body=None, why=condition.unmet(flow))
    failed = apply_all(rules.changes, flow)
    if not failed and to_json(flow.body()) == to_json(there):
        return Derived(body=None, why=_NOTHING)
    return _Checked(flow, there, remote, failed).derived()


class _Checked:
    """A flow that was changed, and what is wrong with it now."""

    def __init__(self, flow: FlowState, there: Mapping[str, Any], remote: Remote, failed: Iterable[Failed]) -> None:
        self._flow = flow
        self._there = there
        self._remote = remote
        self._problems: list[FieldProblem] = []
        for each in failed:
            self._problem(self._path(each.node, each.field), each.value, _by([each.rule], each.violation))

    def derived(self) -> Derived:
        """What is wanted, or all problems."""
        if self._there.get(NODES) and not self._flow.nodes:
            self._problem(NODES, None, _by(self._flow.removed, _NO_NODES))
        for node in self._flow.nodes:
            self._settle_audio(node)
        checked = check_flow(self._flow.body())
        if isinstance(checked, FlowUpdate):
            if not self._problems:
                body = checked.body()
                if rules := self._rules_of(body):
                    return Derived(body=body, rules=rules)
                return Derived(body=None, why=_ONLY_ORDER if _order(body) != _order(self._remote.body) else _NOTHING)
        else:
            self._tell_broken(checked)
        return Derived(body=None, problems=tuple(self._problems))

    def _settle_audio(self, node: NodeState) -> None:
        """Audio that is not here cannot be sent again; where a rule has taken another voice, it has no effect."""
        given = node.values.get(AUDIO)
        if given in self._remote.files or node.origin is None or AUDIO in node.rules:
            return
        was = self._there[NODES][node.origin].get("source")
        if node.values.get("source") == _UPLOADED == was or (isinstance(given, str) and "source" not in node.rules):
            self._problem(self._path(node, AUDIO), None, _AUDIO_NOT_HERE)
        elif isinstance(given, str) and given.startswith(PLACEHOLDER):
            node.values[AUDIO] = None
            node.rules[AUDIO] = list(node.rules["source"])

    def _tell_broken(self, found: list[FieldViolation]) -> None:
        before = self._broken_before()
        told = {problem.field for problem in self._problems}
        for broken in found:
            if broken.path in told:
                continue
            node = None if broken.node is None else self._flow.nodes[broken.node]
            values = self._flow.values if node is None else node.values
            self._problem(broken.path, values.get(broken.field), self._explained(node, broken, before))

    def _explained(self, node: NodeState | None, broken: FieldViolation, before: set[Broken]) -> Violation:
        """With the rule by which it came so."""
        rules = self._flow.rules if node is None else node.rules
        if broken.field in rules:
            return _by(rules[broken.field], broken.violation)
        origin = None if node is None else node.origin
        if (node is None or origin is not None) and (origin, broken.field, broken.violation.code) in before:
            message = _BEFORE.format(message=broken.violation.message)
            return Violation(broken.violation.code, message, broken.violation.remedy)
        return _by(list(_each(rules.values())) or list(self._flow.all_rules()), broken.violation)

    def _broken_before(self) -> set[Broken]:
        found = check_flow(self._there)
        return (
            set() if isinstance(found, FlowUpdate) else {(each.node, each.field, each.violation.code) for each in found}
        )

    def _path(self, node: NodeState | None, field: str | None) -> str | None:
        if node is None:
            return field
        places = [place for place, each in enumerate(self._flow.nodes) if each is node]
        return f"{NODES}[{places[0]}].{field}" if places else NODES  # a later rule may have removed it

    def _problem(self, field: str | None, value: object, violation: Violation) -> None:
        words = "" if value is None else writable(shown(str(value)))
        self._problems.append(FieldProblem(field=field, value=words, violation=violation))

    def _rules_of(self, body: bytes) -> dict[str, str]:
        """By the names that differences have: which node is which there is found out by their content."""
        found = differences_between(self._remote.body, self._remote.body, body)
        return {each.field: ", ".join(dict.fromkeys(self._rules_at(each.field))) for each in found}

    def _rules_at(self, field: str) -> list[str]:
        match = _OF_NODE.fullmatch(field)
        if match is None:
            return self._flow.rules.get(field, [])
        place, name = int(match[1]), match[2]
        if place >= len(self._flow.nodes):
            return self._flow.removed or list(self._flow.rules_of_nodes())
        rules = self._flow.nodes[place].rules
        exact = rules.get(name or WHOLE)
        return exact or list(_each(rules.values())) or list(self._flow.rules_of_nodes())


def _order(body: bytes) -> list[object]:
    return [node.content for node in flow_of(body).nodes or ()]


def _each(rules: Iterable[list[str]]) -> Iterator[str]:
    for names in rules:
        yield from names


def _by(rules: list[str], violation: Violation) -> Violation:
    names = list(dict.fromkeys(rules))
    named = Text(", ".join(f'"{name}"' for name in names), "、".join(f"“{name}”" for name in names))
    return Violation(violation.code, _BY.format(message=violation.message, rules=named), violation.remedy)


_NOTHING = Text("The rules leave it as it is", "规则不改变其任何内容")
_ONLY_ORDER = Text(
    "The rules change only the order of its nodes, which is not compared, so that nothing is sent",
    "规则只改变节点的顺序；节点顺序不参与比较，因此不发送",
)
_BY = Text("{message} (by the rule {rules})", "{message}（由规则{rules}造成）")
_BEFORE = Text(
    "{message} (the flow has it so already, without any rule)",
    "{message}（该流程原本如此，与规则无关）",
)
_NO_NODES = Violation(
    "no-nodes-left",
    Text("Every node would be removed, and the flow be without any", "所有节点都将被删除，流程将没有任何节点"),
    Text("Add a node as well, or leave such flows out with where.", "请同时添加节点，或用 where 排除此类流程。"),
)
_AUDIO_NOT_HERE = Violation(
    "audio-not-here",
    Text(
        "The audio file that the vendor has would have to be sent as well, and it is not here",
        "需要一并发送供应商现有的音频文件，但本机没有该文件",
    ),
    Text(
        "Upload it at the vendor's, and let a rule set source to 1 and voiceFileId to its id; or leave such flows out.",
        "请先在供应商处上传该文件，并用规则将 source 设为 1、voiceFileId 设为其 ID；或排除此类流程。",
    ),
)
