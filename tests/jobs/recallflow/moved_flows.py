"""A flow as it was applied last, as the vendor has it and as it is wanted; and, apart from the program, what differs.

Nodes are known by their names here. The program has to find out which is which: by the fields that have the name in
them, which are more than those that are drawn.
"""

import base64
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import NODE_FIELDS
from tests.jobs.recallflow.valid_flows import Values

Line = tuple[str, object, object, str | None]
"""Field, old, new, who has moved it."""

SOUNDS = tuple(base64.b64encode(content).decode() for content in (b"RIFF one", b"RIFF two", b"RIFF three"))
_FLOW_NAMES = ("recallInterval", "recallNum", "recallType")
_NODE_NAMES = tuple(spec.name for spec in NODE_FIELDS)


def token(sound: str) -> str:
    """What stands for a file in a body."""
    return f"attachments/{hashlib.sha256(base64.b64decode(sound)).hexdigest()}"


@dataclass(frozen=True)
class Version:
    """One of the three."""

    flow: Values
    nodes: Mapping[str, Values]
    """By their names, in order."""

    def body(self) -> bytes:
        """As an update, with the audio in it."""
        return FlowUpdate.model_validate(self.flow | {"keyId": 299, "nodeList": list(self.nodes.values())}).body()

    def told(self, *, hidden: bool) -> bytes:
        """As the vendor's state is told, with or without its audio."""
        body = self.body()
        for sound in SOUNDS:
            body = body.replace(f'"{sound}"'.encode(), b"null" if hidden else f'"{token(sound)}"'.encode())
        return body


def _node(name: str, drawn: Values) -> Values:
    marks = {"voiceFileId": name, "uploadName": f"{name}.wav", "senderId": name, "toSeatKey": name}
    return {"source": 2, "hangUpSms": 0, "toSeat": 0} | marks | drawn


@st.composite
def versions(draw: st.DrawFn) -> Version:
    """With up to three nodes."""
    names = draw(st.permutations("ABC"))[: draw(st.integers(0, 3))]
    flow = st.fixed_dictionaries({name: st.integers(0, 1) for name in _FLOW_NAMES})
    values = {
        "text": st.sampled_from([None, "Hello", "Goodbye"]),
        "accent": st.sampled_from([None, 1]),
        "baseFile": st.sampled_from(SOUNDS),
    }
    numbers = draw(flow)
    return Version(
        {name: value if name == "recallType" else value + 1 for name, value in numbers.items()},
        {name: _node(name, draw(st.fixed_dictionaries(values))) for name in names},
    )


def are_told_apart(*those: Version) -> bool:
    """Whether no node that only one of two has could be taken for one that only the other has."""
    names = [each.nodes.keys() for each in those]
    if any(not (one <= other or other <= one) for one in names for other in names):
        return False
    base, remote, wanted = names if len(names) == 3 else (set(), *names)
    return base - wanted <= remote - wanted or remote - wanted <= base - wanted


def differing(base: Version | None, remote: Version, wanted: Version, *, hidden: bool) -> Iterator[Line]:
    """What is not as wanted, by the names of the nodes; `hidden` is whether the vendor keeps audio to itself."""
    for field in _FLOW_NAMES:
        old, new = remote.flow[field], wanted.flow[field]
        if old != new:
            yield field, old, new, _mover(base.flow[field], old, new) if base else None
    for place, (name, node) in enumerate(wanted.nodes.items()):
        before, there = base.nodes.get(name) if base else None, remote.nodes.get(name)
        if there is None:
            yield f"nodeList[{place}]", None, _whole(node), _mover(before, None, node) if base else None
            continue
        for field in _NODE_NAMES:
            old, new = there.get(field), node.get(field)
            if hidden and field == "baseFile":
                own = before[field] if before else None
                if base and own != new:
                    yield f"nodeList[{place}].{field}", _shown(field, own), _shown(field, new), "ours"
            elif old != new:
                mover = None if base is None else "both" if before is None else _mover(before.get(field), old, new)
                yield f"nodeList[{place}].{field}", _shown(field, old), _shown(field, new), mover
    for place, (name, there) in enumerate(_extra(remote, wanted), start=len(wanted.nodes)):
        before = base.nodes.get(name) if base else None
        old, kept = (_silent(there), before and _silent(before)) if hidden else (there, before)
        yield f"nodeList[{place}]", _whole(old), None, _mover(kept, old, None) if base else None


def put_together(remote: Version, wanted: Version, fields: Collection[str], *, hidden: bool) -> Version | None:
    """What is to be sent, by the names of the nodes; None where it takes audio that is not given back.

    Audio that is, and is not wanted, is named by its token.
    """
    here = {node["baseFile"] for node in wanted.nodes.values()}
    flow = {field: (wanted if field in fields else remote).flow[field] for field in _FLOW_NAMES}
    nodes: dict[str, Values] = {}
    for place, (name, node) in enumerate(wanted.nodes.items()):
        there = remote.nodes.get(name)
        if there is not None:
            named = {field for field in _NODE_NAMES if f"nodeList[{place}].{field}" in fields}
            nodes[name] = {field: (node if field in named else there).get(field) for field in _NODE_NAMES}
            if "baseFile" not in named:
                if hidden:
                    return None
                nodes[name]["baseFile"] = _named(there["baseFile"], here)
        elif f"nodeList[{place}]" in fields:
            nodes[name] = node
    for place, (name, there) in enumerate(_extra(remote, wanted), start=len(wanted.nodes)):
        if f"nodeList[{place}]" not in fields:
            if hidden:
                return None
            nodes[name] = there | {"baseFile": _named(there["baseFile"], here)}
    return Version(flow, nodes)


def _named(audio: str | None, here: Collection[str | None]) -> str | None:
    return audio if audio is None or audio in here else token(audio)


def _extra(remote: Version, wanted: Version) -> list[tuple[str, Values]]:
    return [(name, node) for name, node in remote.nodes.items() if name not in wanted.nodes]


def _mover(before: object, there: object, ours: object) -> str:
    return "remote" if before == ours else "ours" if before == there else "both"


def _silent(node: Values) -> Values:
    return node | {"baseFile": None}


def _shown(field: str, value: str | None) -> object:
    return f"audio file {token(value)[12:20]}" if field == "baseFile" and value else value


def _whole(node: Values) -> Values:
    return {field: _shown(field, value) for field, value in node.items() if value is not None}
