"""Reads the answer to recallFlow/queryDetail into the form of an update's body, so that the two can be compared.

What the vendor adds of its own is dropped, and files are told apart from it. Most values come as they are declared, and
go a quick way.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any

from pydantic_core import to_json

from jobs.recallflow.as_declared import as_integer, as_number, as_text
from jobs.recallflow.audio import decoded
from jobs.recallflow.client import QUERY_DETAIL, read_answer
from jobs.recallflow.reference import FLOW_FIELDS, KEY, NODE_FIELDS, NODES, FieldSpec
from runner.errors import UnreadableState
from runner.outcome import Verdict
from runner.plan import Remote
from runner.request import PLACEHOLDER

MISSING_CODES = frozenset({"-22"})
"""Parameter error: the key is queryDetail's only parameter, so that a refusal of it says that there is no such flow."""

_Convert = Callable[[object], object]

_STATUS = "status"
"""Of a flow, on the vendor's public pages: 0 is pending; no other one can be edited."""


def is_missing(verdict: Verdict) -> bool:
    """Whether a refusal of recallFlow/queryDetail says that there is no such flow."""
    return verdict.code in MISSING_CODES


def remote_state(key: str, answer: bytes) -> Remote | None:
    """The flow that an answer tells, in the form of a body of an update; None where it says that there is none.

    Args:
        key: of the flow that was asked for.
        answer: the body of a response that is a success.

    Raises:
        UnreadableState: it does not tell that flow.
    """
    data = _data(answer)
    if data is None or data in ({}, []):
        return None
    if not isinstance(data, dict):
        raise _unreadable("its data is not an object", "data 不是对象")
    values = _OF_FLOW.of(data)
    if str(values[KEY]) != key:
        raise _unreadable(f"it is about another {KEY}", f"{KEY} 不符")
    nodes = data.get(NODES, ...)  # where they are not told, they are not known, and an update would delete them
    if nodes is None:
        nodes = []
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise _unreadable(f"its {NODES} is not a list of objects", f"{NODES} 不是对象列表")
    values[NODES] = own = [_OF_NODE.of(node) for node in nodes]
    files: dict[str, bytes] = {}
    for node in own:
        for name in _FILES:
            if node[name] is not None:
                node[name] = _token(node[name], files)
    try:
        body = to_json(values, inf_nan_mode="strings")
    except ValueError as error:
        raise _unreadable("it holds half of a character", "含有不完整的字符") from error
    status = data.get(_STATUS)
    return Remote(body=body, locked=_is_locked(status), facts={_STATUS: as_integer(status)}, files=files)


class _Fields:
    """The fields of a flow, or of a node, and how each is declared."""

    def __init__(self, specs: tuple[FieldSpec, ...]) -> None:
        self._fields = tuple((spec.name, *_BY_KIND[spec.kind]) for spec in specs if spec.name != NODES)
        self._names = tuple(name for name, _, _ in self._fields)
        self._pick = itemgetter(*self._names)
        self._are_right = lru_cache(maxsize=4096)(self._are_declared)

    def of(self, given: Mapping[str, Any]) -> dict[str, object]:
        """Their values, as declared."""
        try:
            values = self._pick(given)
        except KeyError:
            values = tuple(map(given.get, self._names))
        if self._are_right(tuple(map(type, values))) and "" not in values:
            return dict(zip(self._names, values, strict=True))
        return {
            name: None if value is None or value == "" else convert(value)
            for (name, _, convert), value in zip(self._fields, values, strict=True)
        }

    def _are_declared(self, types: tuple[type, ...]) -> bool:
        """Whether values of such types are as declared, blank ones aside."""
        return all(own in (declared, NoneType) for own, (_, declared, _) in zip(types, self._fields, strict=True))


def _data(answer: bytes) -> Any:  # noqa: ANN401 - whatever JSON it is
    read = read_answer(answer)
    if read is None:
        raise _unreadable("it is not such JSON", "不是预期的 JSON")
    return read.data


def _token(given: object, files: dict[str, bytes]) -> str | None:
    """What stands for the file that is given back, which is added to the others.

    None where it is not given as base64: it is blank, or a link.
    """
    content = decoded(given)
    if not content:
        return None
    token = PLACEHOLDER + hashlib.sha256(content).hexdigest()
    files[token] = content
    return token


def _as_given(given: object) -> object:
    return given


def _is_locked(status: object) -> bool:
    if status is None or status == "":
        return False
    number = as_integer(status)
    return isinstance(number, bool) or number != 0


_BY_KIND: Mapping[str, tuple[type | None, _Convert]] = {
    "integer": (int, as_integer),
    "option": (int, as_integer),
    "number": (float, as_number),
    "digit": (str, as_text),
    "name": (str, as_text),
    "text": (str, as_text),
    "file": (None, _as_given),
}
"""The type that a value has in a body, where it may stay as it comes; and what makes it so."""

_FILES = tuple(spec.name for spec in NODE_FIELDS if spec.kind == "file")

_OF_FLOW, _OF_NODE = _Fields(FLOW_FIELDS), _Fields(NODE_FIELDS)


def _unreadable(en: str, zh: str) -> UnreadableState:
    return UnreadableState(
        f"The vendor's answer to {QUERY_DETAIL} does not tell the flow: {en}. Look at the flow at the vendor's.",
        f"供应商对 {QUERY_DETAIL} 的应答未给出该流程：{zh}。请在供应商后台核对该流程。",
    )
