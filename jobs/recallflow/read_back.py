"""Whether a flow is, at the vendor's, what an update wanted it to be.

Only what was sent is compared: the vendor adds fields of its own. It may give a number as text and text as a number;
what it does with audio files, and with the nodes of an update that names none, nobody has verified, so nothing is
concluded from those.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jobs.recallflow.as_declared import as_integer, as_number, as_text
from jobs.recallflow.audio import decoded
from jobs.recallflow.client import read_answer
from jobs.recallflow.reference import KEY, NODES, SPECS
from runner.outcome import Finding
from runner.request import PLACEHOLDER

Values = Mapping[str, Any]

_NUMBERS = frozenset({"integer", "number", "option"})
_NOTHING = (None, "")


def finding_on(sent: bytes, answered: bytes) -> Finding:
    """Compares the body of an update with that of the answer to recallFlow/queryDetail, whatever JSON that is.

    Args:
        sent: with the tokens of its attachments, or with the files themselves.
        answered: as it came.
    """
    wanted: Values = json.loads(sent)
    answer = read_answer(answered)
    state = answer.data if answer else None
    if not isinstance(state, Mapping) or not _is_number(wanted[KEY], state.get(KEY)):
        return Finding.UNCLEAR
    return _together(_of_flow(wanted, state))


def _together(findings: Iterable[Finding]) -> Finding:
    """One thing that is otherwise settles it; one that is unclear leaves it open, where all else is as wanted."""
    found = set(findings)
    return next((each for each in (Finding.OTHERWISE, Finding.UNCLEAR) if each in found), Finding.AS_WANTED)


def _of_flow(wanted: Values, state: Values) -> Iterator[Finding]:
    yield from (_of_field(name, wanted[name], state) for name in wanted if name != NODES)
    nodes = state.get(NODES)
    if NODES not in wanted:  # whether such an update leaves the nodes alone or deletes them is not known
        yield Finding.UNCLEAR if nodes else Finding.AS_WANTED
    else:
        yield from _of_nodes(wanted[NODES] or [], nodes or [], given=NODES in state)


def _of_nodes(wanted: list[Values], nodes: object, *, given: bool) -> Iterator[Finding]:
    if not isinstance(nodes, list) or (wanted and not given):
        yield Finding.UNCLEAR
    elif len(nodes) != len(wanted):
        yield Finding.OTHERWISE
    else:
        for own, node in zip(wanted, nodes, strict=True):
            if isinstance(node, Mapping):
                yield from (_of_field(name, own[name], node) for name in own)
            else:
                yield Finding.UNCLEAR


def _of_field(name: str, wanted: object, state: Values) -> Finding:
    given, kind = state.get(name), SPECS[name].kind
    if wanted is None:  # an update overwrites, so what was left blank is to be gone
        return _judged(equal=given in _NOTHING)
    if name not in state:
        return Finding.UNCLEAR
    if kind == "file":
        return _of_file(str(wanted), given)
    return _judged(equal=_is_number(wanted, given) if kind in _NUMBERS else _is_text(wanted, given))


def _judged(*, equal: bool) -> Finding:
    return Finding.AS_WANTED if equal else Finding.OTHERWISE


def _of_file(wanted: str, given: object) -> Finding:
    """By the bytes; a file that is not given back as base64 (blank, or a link to it) cannot be compared."""
    content = decoded(given)
    if not content:
        return Finding.UNCLEAR
    if wanted.startswith(PLACEHOLDER):
        return _judged(equal=hashlib.sha256(content).hexdigest() == wanted.removeprefix(PLACEHOLDER))
    return _judged(equal=content == decoded(wanted))


def _is_number(wanted: object, given: object) -> bool:
    """5, 5.0, "5" and "5.0" are one number; true is none."""
    given = as_number(given) if isinstance(wanted, float) else as_integer(given)
    return not isinstance(given, bool) and given == wanted


def _is_text(wanted: object, given: object) -> bool:
    return as_text(given) == wanted
