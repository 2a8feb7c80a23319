"""Which node of one body is which of another, where both are compared: nodes have no names, and may change places."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic_core import from_json, to_json

from jobs.recallflow.changes import FLOW_NAMES, NODE_NAMES, Values, audio_digest
from jobs.recallflow.reference import KEY, NODES

COMPARED_NAMES = tuple(name for name in FLOW_NAMES if name != KEY)
"""Of a flow, but for its nodes."""

AUDIO, SOURCE = "baseFile", "source"

MOST_WEIGHED = 400
"""Pairs of nodes that are weighed against one another. No flow has nearly as many that differ."""

_AUDIO_AT, _SOURCE_AT = NODE_NAMES.index(AUDIO), NODE_NAMES.index(SOURCE)


@dataclass(frozen=True, slots=True)
class Node:
    """A node, as a body has it."""

    values: Values
    content: tuple[Hashable, ...]
    """What is compared, in the order of the page: of audio the digest. Null is as good as absent."""

    @property
    def audio(self) -> str | None:
        """The digest; None where there is none, or it was not given back."""
        digest = self.content[_AUDIO_AT]
        return digest if isinstance(digest, str) else None

    @property
    def silent(self) -> tuple[Hashable, ...]:
        """The content but for the audio."""
        return (*self.content[:_AUDIO_AT], None, *self.content[_AUDIO_AT + 1 :])


@dataclass(frozen=True, slots=True)
class Flow:
    """A body, as it is compared."""

    values: Values
    content: tuple[Hashable, ...]
    """Of `COMPARED_NAMES`."""
    nodes: tuple[Node, ...] | None
    """None where it names none, which is not an empty list."""


def flow_of(body: bytes) -> Flow:
    """What a body says."""
    values: dict[str, Any] = from_json(body)
    nodes = values.get(NODES)
    return Flow(
        values,
        tuple(_content(values, COMPARED_NAMES)),
        None if nodes is None else tuple([node_of(node) for node in nodes]),
    )


def node_of(values: Values) -> Node:
    """A node of a body."""
    content = _content(values, NODE_NAMES)
    content[_AUDIO_AT] = audio_digest(content[_AUDIO_AT])
    return Node(values, tuple(content))


_ODD = frozenset({bool, list, dict})
"""What no body of an update has as a value: Python holds true to be 1, and a list has no hash."""


def _content(values: Values, names: Sequence[str]) -> list[Hashable]:
    content: list[Any] = list(map(values.get, names))
    if _ODD.isdisjoint(map(type, content)):
        return content
    return [(to_json(value),) if type(value) in _ODD else value for value in content]


def may_hide_audio(wanted: Node, given: Node) -> bool:
    """Whether the audio of one may be that of the other, which was not given back.

    Where both are to upload a file, one that shows none keeps it to itself. Where both are not, it has no effect.
    """
    return given.audio is None and wanted.audio is not None and given.content[_SOURCE_AT] == wanted.content[_SOURCE_AT]


def are_alike(wanted: Node, given: Node) -> bool:
    """Whether nothing differs but audio that may not have been given back."""
    if wanted.content == given.content:
        return True
    return may_hide_audio(wanted, given) and wanted.silent == given.silent


def differing(wanted: Node, given: Node) -> list[str]:
    """The fields that differ, in the order of the page, but for audio that may not have been given back."""
    return [
        name
        for name, own, its in zip(NODE_NAMES, wanted.content, given.content, strict=True)
        if own != its and not (name == AUDIO and may_hide_audio(wanted, given))
    ]


def pairs(wanted: Sequence[Node], given: Sequence[Node]) -> list[int | None]:
    """For each of the nodes the place of its partner, no two of which are the same; None for one that has none.

    Equal nodes are partners, those in the same place before others; then such as are equal but for audio that may not
    have been given back; then those of the rest that differ in the fewest fields, and where it is all one, in order.

    Args:
        wanted: whose audio is known.
        given: which may not show theirs.
    """
    pairing = _Pairing(wanted, given)
    if not pairing.is_straight():
        pairing.take_equals(lambda node: node.content, lambda node: node.content)
        pairing.take_equals(
            lambda node: node.silent if node.audio else None, lambda node: None if node.audio else node.content
        )
        pairing.take_rest()
    return pairing.partners


def not_wanted(given: Sequence[Node], partners: Sequence[int | None]) -> list[Node]:
    """The nodes that are nobody's partners."""
    taken = set(partners)
    return [node for place, node in enumerate(given) if place not in taken]


def node_name(place: int) -> str:
    """Of a node as a whole: by its place in what is wanted; such as are not wanted are numbered on."""
    return f"{NODES}[{place}]"


class _Pairing:
    """Two lists of nodes, while they are paired."""

    def __init__(self, wanted: Sequence[Node], given: Sequence[Node]) -> None:
        self.partners: list[int | None] = [None] * len(wanted)
        self._wanted = wanted
        self._given = given
        self._free = set(range(len(given)))

    def is_straight(self) -> bool:
        """Whether each is equal to the one in its place, which is nearly always so."""
        if len(self._wanted) != len(self._given):
            return False
        if any(own.content != its.content for own, its in zip(self._wanted, self._given, strict=True)):
            return False
        self.partners = list(range(len(self._wanted)))
        return True

    def take_equals(self, own_key: Callable[[Node], Hashable], its_key: Callable[[Node], Hashable]) -> None:
        """Pairs those that have the same key; None is none."""
        keys = {place: own_key(self._wanted[place]) for place in self._alone()}
        found: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for place in sorted(self._free):
            key = its_key(self._given[place])
            if key is not None and keys.get(place) == key:
                self._pair(place, place)
            else:
                found[key].append(place)
        for place in self._alone():
            key = keys[place]
            if key is not None and found[key]:
                self._pair(place, found[key].popleft())

    def take_rest(self) -> None:
        """Pairs as many as there are."""
        own, its = self._alone(), sorted(self._free)
        few = len(own) * len(its) <= MOST_WEIGHED
        for place, other in self._weighed(own, its) if few else zip(own, its, strict=False):
            if self.partners[place] is None and other in self._free:
                self._pair(place, other)

    def _weighed(self, own: list[int], its: list[int]) -> Iterable[tuple[int, int]]:
        weights = {
            (place, other): (len(differing(self._wanted[place], self._given[other])), abs(rank - its_rank), rank)
            for (rank, place), (its_rank, other) in product(enumerate(own), enumerate(its))
        }
        return sorted(weights, key=weights.__getitem__)

    def _alone(self) -> list[int]:
        return [place for place, partner in enumerate(self.partners) if partner is None]

    def _pair(self, place: int, other: int) -> None:
        self.partners[place] = other
        self._free.remove(other)
