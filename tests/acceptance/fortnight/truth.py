"""What is true: who has what, what was last known to be the same on both sides, and what each night has to come to.

It knows the flows as plain dictionaries, and shares no code with the program.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.acceptance.fortnight.flows import FLOW, NODE, NODES, Flow, Node, copied, keeps_the_rules

PENDING, STARTED = 0, 1


class AmbiguousError(Exception):
    """Which node is which is anybody's guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A line of the ignore list."""

    key: int | None
    field: str | None
    until: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for in a night."""

    apply: bool
    ours: bool = False
    only: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    most: float | None = None
    """The share that may be changed."""
    ignored: tuple[Leave, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A field that is not as wanted."""

    old: Any
    new: Any
    by: str | None
    ignored: str | None = None


@dataclass(slots=True)
class Night:
    """What a night has to come to."""

    plans: dict[int, str] = field(default_factory=dict)
    moved: dict[int, dict[str, Moved]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    updates: dict[int, Flow] = field(default_factory=dict)
    """What is to be sent, and is what the vendor has afterwards."""
    too_many: bool = False
    run_state: str = "done"
    codes: dict[int, str] = field(default_factory=dict)
    """Of those that are not sent, where it is ours to say."""
    left_alone: dict[int, Collection[str]] = field(default_factory=dict)
    """What is not as wanted and is not to be put right."""
    looks: dict[int, int] = field(default_factory=dict)
    """How often a flow has to be asked for, besides once before each attempt to update it."""

    @property
    def left(self) -> int:
        """How many are not as wanted, and stay so."""
        return sum(
            word in {"drifted", "conflict", "missing", "locked"} and self.states[key] in {"not_sent", "invalid"}
            for key, word in self.plans.items()
        )


@dataclass(slots=True)
class Truth:
    """All that there is."""

    there: dict[int, Flow] = field(default_factory=dict)
    """What the vendor has."""
    status: dict[int, int] = field(default_factory=dict)
    garbled: set[int] = field(default_factory=set)
    """Which of them cannot be read."""
    wanted: dict[int, Flow] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    """Which of them break a rule."""
    base: dict[int, Flow] = field(default_factory=dict)
    """What was last applied, or found as wanted."""

    def moved(self, key: int) -> dict[str, Moved]:
        """All that is not as wanted of a flow that the vendor has."""
        return differences(self.base.get(key), self.there[key], self.wanted[key])

    def night(self, asked: Asked, today: date) -> Night:
        """What has to come of it."""
        night = Night()
        for key in self.wanted:
            if key in self.broken:
                night.states[key] = "invalid"
                continue
            self._plan(key, asked, today, night)
        words = Counter(night.plans.values())
        changes = words["drifted"] + (words["conflict"] if asked.ours else 0)
        compared = len(night.plans) - words["unreadable"]
        night.too_many = asked.apply and asked.most is not None and changes > asked.most * compared + 1e-9
        sends = asked.apply and not night.too_many
        waiting = {key for key in night.updates if not asked.apply or asked.ours or night.plans[key] == "drifted"}
        if not sends and waiting:
            night.run_state = "planned"
        night.updates = {key: flow for key, flow in night.updates.items() if sends and key in waiting}
        night.states |= dict.fromkeys(night.updates, "succeeded")
        night.codes = {key: word for key, word in night.plans.items() if word != "unreadable"}
        night.looks = {key: 1 + (key in night.updates) for key in night.plans}
        return night

    def _plan(self, key: int, asked: Asked, today: date, night: Night) -> None:
        night.states[key] = "not_sent"
        if key not in self.there or key in self.garbled:
            night.plans[key] = "unreadable" if key in self.there else "missing"
            return
        found = {
            name: Moved(one.old, one.new, one.by, _ignored(asked.ignored, today, key, name))
            for name, one in self.moved(key).items()
            if (not asked.only or _one_means(asked.only, name)) and not _one_means(asked.excluded, name)
        }
        night.moved[key] = found
        to_change = {name: one for name, one in found.items() if one.ignored is None}
        night.left_alone[key] = self.moved(key).keys() - to_change.keys()
        if not to_change:
            night.plans[key] = "ignored" if found else "unchanged"
            night.states[key] = "not_sent" if found else "unchanged"
        elif self.status[key] != PENDING:
            night.plans[key] = "locked"
        else:
            night.plans[key] = "conflict" if any(one.by == "both" for one in to_change.values()) else "drifted"
            both = merged(self.there[key], self.wanted[key], to_change.keys())
            if keeps_the_rules(both):
                night.updates[key] = both
            else:
                night.states[key] = "invalid"

    def applied(self, made: Night, ticked: Mapping[int, Collection[str]], then: Mapping[int, Flow]) -> Night:
        """What has to come of applying what is ticked in a plan, which was made when the vendor had those flows."""
        night = Night()
        for key, names in ticked.items():
            night.plans[key] = made.plans[key]
            night.moved[key] = {name: made.moved[key][name] for name in names}
            both = merged(then[key], self.wanted[key], names)
            night.left_alone[key] = differences(None, then[key], self.wanted[key]).keys() - set(names)
            there = self.there.get(key)
            night.states[key], night.looks[key] = "not_sent", 1
            if not keeps_the_rules(both):
                night.states[key], night.looks[key] = "invalid", 0
            elif there is None:
                night.codes[key] = "missing"
            elif is_same(there, then[key]):
                if self.status[key] == PENDING:
                    night.updates[key] = both
                    night.states[key] = "succeeded"
                else:
                    night.codes[key] = "locked"
            elif is_same(there, both):
                night.states[key] = "unchanged"
            else:
                night.codes[key] = "stale"
        return night

    def pass_by(self, night: Night) -> None:
        """It was just so."""
        for key, flow in night.updates.items():
            self.there[key] = copied(flow)
        for key, state in night.states.items():
            if state in {"succeeded", "unchanged"}:
                self._count_as_applied(key, night.left_alone.get(key, set()))

    def _count_as_applied(self, key: int, left: Collection[str]) -> None:
        """What was left alone was not applied: of that, what was applied before goes on to count, if anything was."""
        before = self.base.pop(key, None)
        if not left:
            self.base[key] = copied(self.there[key])
        elif before is not None:
            new = differences(None, before, self.wanted[key]).keys() - set(left)
            self.base[key] = merged(before, self.wanted[key], new)


def is_same(one: Flow, other: Flow) -> bool:
    """Whatever the order of the nodes."""
    return _in_any_order(one) == _in_any_order(other)


def _in_any_order(flow: Flow) -> tuple[object, ...]:
    return *(flow[name] for name in FLOW), sorted(sorted(map(str, node.items())) for node in flow[NODES])


def differences(base: Flow | None, there: Flow, ours: Flow) -> dict[str, Moved]:
    """All that is not as wanted."""
    found = {
        name: Moved(there[name], ours[name], _mover(base[name], there[name], ours[name]) if base else None)
        for name in FLOW
        if there[name] != ours[name]
    }
    own, its, before = ours[NODES], there[NODES], base[NODES] if base else []
    partners, origins = _partners(own, its), _partners(own, before)
    for place, node in enumerate(own):
        origin = before[origins[place]] if place in origins else None
        if place not in partners:
            found[f"{NODES}[{place}]"] = Moved(None, node, _mover(origin, None, node) if base else None)
            continue
        partner = its[partners[place]]
        for name in _differing(node, partner):
            old, new = partner.get(name), node.get(name)
            mover = "both" if origin is None else _mover(origin.get(name), old, new)
            found[f"{NODES}[{place}].{name}"] = Moved(old, new, mover if base else None)
    extra = [node for place, node in enumerate(its) if place not in partners.values()]
    dropped = [node for place, node in enumerate(before) if place not in origins.values()]
    sources = {other: place for place, other in _partners(dropped, extra).items()}
    for rank, node in enumerate(extra):
        origin = dropped[sources[rank]] if rank in sources else None
        found[f"{NODES}[{len(own) + rank}]"] = Moved(node, None, _mover(origin, node, None) if base else None)
    return found


def merged(there: Flow, ours: Flow, names: Collection[str]) -> Flow:
    """What is there, with these fields as wanted; in the order of what is wanted."""
    both: Flow = {name: (ours if name in names else there)[name] for name in FLOW}
    own, its = ours[NODES], there[NODES]
    partners = _partners(own, its)
    nodes: list[Node] = []
    for place, node in enumerate(own):
        at = f"{NODES}[{place}]"
        if place in partners:
            partner = its[partners[place]]
            mixed = {name: (node if f"{at}.{name}" in names else partner).get(name) for name in NODE}
            nodes.append({name: value for name, value in mixed.items() if value is not None})
        elif at in names:
            nodes.append(node)
    extra = [node for place, node in enumerate(its) if place not in partners.values()]
    nodes += [node for rank, node in enumerate(extra) if f"{NODES}[{len(own) + rank}]" not in names]
    return copied(both | {NODES: nodes})


def _mover(base: object, there: object, ours: object) -> str:
    if base == ours:
        return "remote"
    return "ours" if base == there else "both"


def _differing(one: Node, other: Node) -> list[str]:
    return [name for name in NODE if one.get(name) != other.get(name)]


def _partners(own: Sequence[Node], its: Sequence[Node]) -> dict[int, int]:
    """Those are partners which are like each other more than like any other; then the same again among the rest."""
    if own == its:
        return {place: place for place in range(len(own))}
    alone, free = set(range(len(own))), set(range(len(its)))
    found: dict[int, int] = {}
    while alone and free:
        gaps = {(one, other): len(_differing(own[one], its[other])) for one in alone for other in free}
        pairs = [
            pair
            for pair, gap in gaps.items()
            if all(gap < wider for rival, wider in gaps.items() if (rival[0] == pair[0]) != (rival[1] == pair[1]))
        ]
        if not pairs:
            raise AmbiguousError
        for one, other in pairs:
            found[one] = other
            alone.remove(one)
            free.remove(other)
    return found


def _ignored(lines: Sequence[Leave], today: date, key: int, name: str) -> str | None:
    """What is said of the line that holds: one of the flow's own before one of all."""
    for line in sorted(lines, key=lambda line: line.key is None):
        holds = line.key in {key, None} and today <= line.until
        if holds and (line.field is None or _means(line.field, name)):
            return f"{line.until}: {line.reason}"
    return None


def _one_means(patterns: Sequence[str], name: str) -> bool:
    return any(_means(pattern, name) for pattern in patterns)


def _means(pattern: str, name: str) -> bool:
    """`nodeList[0].text` is meant by itself, by `text`, `nodeList`, `nodeList[0]` and `nodeList.text`."""
    whole = re.fullmatch(r"(?:(?P<list>\w+)(?P<place>\[\d+\])\.?)?(?P<last>\w*)", name)
    assert whole is not None
    parts, place, last = whole["list"], whole["place"], whole["last"]
    if parts is None:
        return pattern == last
    return pattern in {name, parts, parts + place} or (last != "" and pattern in {last, f"{parts}.{last}"})
