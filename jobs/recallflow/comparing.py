"""What the vendor has of a flow is compared with what it is to have, and with what was applied last.

All three are bodies of updates, or in the form of one (see `jobs.recallflow.remote`). Null is as good as absent. The
order of nodes is nothing that is compared: the vendor may give them back in another one. A node's field is named by the
node's place in what is wanted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from jobs.recallflow.changes import NODE_NAMES, shown_value, whole_node
from jobs.recallflow.pairing import (
    AUDIO,
    COMPARED_NAMES,
    Flow,
    Node,
    are_alike,
    differing,
    flow_of,
    may_hide_audio,
    node_name,
    not_wanted,
    pairs,
)
from jobs.recallflow.reference import NODES
from runner.plan import Difference, MovedBy


def is_as_wanted(remote: bytes, wanted: bytes) -> bool:
    """Whether nothing differs, for sure: audio that is wanted has been given back."""
    if remote == wanted:
        return True
    there, ours = flow_of(remote), flow_of(wanted)
    if there.content != ours.content:
        return False
    return ours.nodes is None or Counter(_contents(ours.nodes)) == Counter(_contents(there.nodes or ()))


def _contents(nodes: Sequence[Node]) -> Iterator[object]:
    return (node.content for node in nodes)


def differences_between(base: bytes | None, remote: bytes, wanted: bytes) -> list[Difference]:
    """The fields that are not as wanted, in the order of the vendor's page, and who has moved each.

    A node that is there on one side only is a difference as a whole: `nodeList[2]`, numbered on where it is not wanted.
    Where nodes are not named in what is wanted, they are not compared. Audio that was not given back is as wanted, as
    far as anybody knows, if it is what was applied last, or nothing ever was.
    """
    there, ours = flow_of(remote), flow_of(wanted)
    before = flow_of(base) if base is not None else None
    found = list(_of_flow(before, there, ours))
    if ours.nodes is not None:
        found += _NodeComparison(before.nodes if before else None, there.nodes or (), ours.nodes).differences()
    return found


def _of_flow(before: Flow | None, there: Flow, ours: Flow) -> Iterator[Difference]:
    for at, name in enumerate(COMPARED_NAMES):
        own, its = ours.content[at], there.content[at]
        if own != its:
            moved_by = _moved_by(before.content[at], its, own) if before else None
            yield Difference(field=name, old=there.values.get(name), new=ours.values.get(name), moved_by=moved_by)


def _moved_by(before: object, there: object, ours: object) -> MovedBy:
    """Of a value that is not as wanted."""
    if before == ours:
        return MovedBy.REMOTE
    return MovedBy.OURS if before == there else MovedBy.BOTH


class _NodeComparison:
    """The nodes of one flow, in up to three versions."""

    def __init__(self, before: Sequence[Node] | None, there: Sequence[Node], ours: Sequence[Node]) -> None:
        """Takes those that were applied last; None where none ever were, or an update did not name them."""
        self._before = before
        self._there = there
        self._ours = ours
        self._partners = pairs(ours, there)
        self._bases = self._found_bases()

    def differences(self) -> Iterator[Difference]:
        """In the order of what is wanted; then what is there and not wanted."""
        for place, (node, partner) in enumerate(zip(self._ours, self._partners, strict=True)):
            base = self._base_at(self._bases[place])
            if partner is None:
                yield self._not_there(place, node, base)
            else:
                yield from self._of_fields(f"{NODES}[{place}].", base, self._there[partner], node)
        yield from self._not_wanted()

    def _found_bases(self) -> list[int | None]:
        """For each wanted node the place of what was applied last."""
        if self._before is None:
            return [None] * len(self._ours)
        again = pairs(self._before, self._there)
        origins = {other: place for place, other in enumerate(again) if other is not None}
        if len(self._before) == len(self._there) and all(
            are_alike(self._before[place], self._there[other]) for other, place in origins.items()
        ):  # nobody has touched them over there, whatever order they have
            return [None if partner is None else origins[partner] for partner in self._partners]
        return pairs(self._ours, self._before)

    def _base_at(self, place: int | None) -> Node | None:
        return self._before[place] if self._before is not None and place is not None else None

    def _of_fields(self, prefix: str, base: Node | None, there: Node, ours: Node) -> Iterator[Difference]:
        found = set(differing(ours, there))
        for at, name in enumerate(NODE_NAMES):
            new = shown_value(name, ours.values.get(name))
            if name in found:
                old = shown_value(name, there.values.get(name))
                yield Difference(field=prefix + name, old=old, new=new, moved_by=self._mover(base, there, ours, at))
            elif name == AUDIO and self._is_new_audio(base, there, ours):
                old = shown_value(name, base.values.get(name)) if base else None
                yield Difference(field=prefix + name, old=old, new=new, moved_by=MovedBy.OURS)

    def _mover(self, base: Node | None, there: Node, ours: Node, at: int) -> MovedBy | None:
        if self._before is None:
            return None
        return _moved_by(base.content[at], there.content[at], ours.content[at]) if base else MovedBy.BOTH

    def _is_new_audio(self, base: Node | None, there: Node, ours: Node) -> bool:
        """Whether audio that was not given back is not what was applied last."""
        if self._before is None or not may_hide_audio(ours, there):
            return False
        return base is None or base.audio != ours.audio

    def _not_there(self, place: int, ours: Node, base: Node | None) -> Difference:
        moved_by = None
        if self._before is not None:
            moved_by = _moved_by(base and base.content, None, ours.content)
        return Difference(field=node_name(place), old=None, new=whole_node(ours.values), moved_by=moved_by)

    def _not_wanted(self) -> Iterator[Difference]:
        left = not_wanted(self._before or (), self._bases)
        extra = not_wanted(self._there, self._partners)
        bases = {other: left[place] for place, other in enumerate(pairs(left, extra)) if other is not None}
        for rank, node in enumerate(extra):
            moved_by = None
            if self._before is not None:
                base = bases.get(rank)
                same = base is not None and are_alike(base, node)
                moved_by = MovedBy.REMOTE if base is None else MovedBy.OURS if same else MovedBy.BOTH
            yield Difference(
                field=node_name(len(self._ours) + rank), old=whole_node(node.values), new=None, moved_by=moved_by
            )
