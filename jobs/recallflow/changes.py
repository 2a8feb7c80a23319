"""What one update says otherwise than another of the same flow, field by field.

Both are bodies that passed every check, so a field has its declared type on both sides. Audio is compared by its bytes,
whether a body holds them or only names them, and is never shown.
"""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from pydantic_core import from_json

from jobs.recallflow.audio import decoded
from jobs.recallflow.reference import FLOW_FIELDS, NODE_FIELDS, NODES, SPECS
from runner.change import Change
from runner.request import PLACEHOLDER

Values = Mapping[str, Any]

FLOW_NAMES = tuple(spec.name for spec in FLOW_FIELDS if spec.name != NODES)
"""But for the nodes."""
NODE_NAMES = tuple(spec.name for spec in NODE_FIELDS)
_AUDIO = frozenset(spec.name for spec in SPECS.values() if spec.kind == "file")


def changes_between(old: bytes, new: bytes) -> Iterator[Change]:
    """The fields in which two bodies differ, in the order of the vendor's page; null is as good as absent.

    Nodes are compared by their places; one that has no other in its place is a change as a whole.
    """
    before, after = from_json(old), from_json(new)
    yield from _of_fields("", FLOW_NAMES, before, after)
    gone, come = before.get(NODES), after.get(NODES)
    # Whether an update leaves nodes alone that it does not name is not known: a list that is blank is not one missing.
    if not gone and not come and gone != come:
        yield Change(field=NODES, old=gone, new=come)
    for place, (node, other) in enumerate(zip_longest(gone or (), come or ())):
        field = f"{NODES}[{place}]"
        if node is None or other is None:
            yield Change(field=field, old=whole_node(node), new=whole_node(other))
        elif node != other:
            yield from _of_fields(f"{field}.", NODE_NAMES, node, other)


def _of_fields(prefix: str, names: tuple[str, ...], before: Values, after: Values) -> Iterator[Change]:
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new and not (name in _AUDIO and audio_digest(old) == audio_digest(new)):
            yield Change(field=prefix + name, old=shown_value(name, old), new=shown_value(name, new))
    for name in sorted((before.keys() | after.keys()) - SPECS.keys()):  # of a body that another version has made
        if before.get(name) != after.get(name):
            yield Change(field=prefix + name, old=before.get(name), new=after.get(name))


def whole_node(node: Values | None) -> Values | None:
    """A node as people see it, without what is blank in it."""
    return node and {name: shown_value(name, value) for name, value in node.items() if value is not None}


def shown_value(name: str, value: object) -> object:
    """A field's value as people see it."""
    digest = audio_digest(value) if name in _AUDIO else None
    return f"audio file {digest[:8]}" if digest else value


def audio_digest(audio: object) -> str | None:
    """Of the bytes that a body names by their token, or holds as base64; None where there are none."""
    if not isinstance(audio, str):
        return None
    if audio.startswith(PLACEHOLDER):
        return audio.removeprefix(PLACEHOLDER)
    return hashlib.sha256(decoded(audio) or audio.encode()).hexdigest()
