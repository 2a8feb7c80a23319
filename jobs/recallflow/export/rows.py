"""A flow as rows of cells: a row a node, the flow's own fields in the first of them, as an upload reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Any, Protocol

from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, KEY, NODES
from runner.tables.table import Cell
from runner.text import Text

COLUMNS = tuple(spec for spec in ALL_FIELDS if spec.kind != "nodes")
"""As in the template: a row is a node, and the field that holds all nodes at once has no column."""

_OF_FLOW = tuple(spec.name for spec in FLOW_FIELDS if spec.kind != "nodes")
_UPLOADED, _NEW = 1, 2
_AUDIO = "baseFile"
_EXACT = 10**15
"""From this one on a number cell loses its last digits."""

AUDIO_REFERRED, AUDIO_MISSING, AUDIO_UNUSED = "audio-referred", "audio-missing", "audio-unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that is to be said of a cell."""

    node: int
    """Its row among those of the flow, from 0."""
    field: str
    code: str
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRows:
    """A flow, and how it stands in a spreadsheet."""

    key: str
    flow: Mapping[str, Any]
    """What its rows are to say."""
    marks: tuple[Mark, ...]
    """Where that is not what the vendor has."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What names the audio files in the cells, by their tokens in `flow`."""
    facts: tuple[Cell, ...] = ()
    """What is told of it besides, in the order of `jobs.recallflow.facts.FACTS`."""

    @property
    def rows(self) -> Sequence[tuple[Cell, ...]]:
        """A cell for each of `COLUMNS`; a flow without nodes has one row all the same."""
        own = {name: self.flow.get(name) for name in _OF_FLOW}
        rows = []
        for place, node in enumerate(self.flow.get(NODES) or [{}]):
            values = {**(own if place == 0 else {KEY: own[KEY]}), **node}
            if values.get(_AUDIO) is not None:
                values[_AUDIO] = self.files.get(values[_AUDIO], values[_AUDIO])
            rows.append(tuple(_cell(values.get(spec.name)) for spec in COLUMNS))
        return rows


class NamesAudio(Protocol):
    """What keeps audio files, and names them; `jobs.recallflow.export.audio.AudioFolder` is one."""

    def name(self, token: str, called: str | None) -> str | None:
        """What a cell says for a file so that an upload finds it; None where the file is not here.

        Args:
            token: stands for it in the body.
            called: how the vendor calls it.
        """


def flow_rows(key: str, image: bytes, audio: NamesAudio, facts: tuple[Cell, ...] = ()) -> FlowRows:
    """The rows of a flow. A node whose audio is not here refers to what there is of it.

    Args:
        key: of the flow.
        image: as it was read, in the form of an update's body.
        audio: keeps the files whose tokens are in the image.
        facts: see `FlowRows.facts`.
    """
    flow: dict[str, Any] = json.loads(image)
    marks: list[Mark] = []
    files: dict[str, str] = {}
    nodes = []
    for place, node in enumerate(flow.get(NODES) or []):
        token = node.get(_AUDIO)
        name = audio.name(token, node.get("uploadName")) if token else None
        if name is None:
            nodes.append(_with_what_there_is(node, place, marks))
        else:
            files[token] = name
            nodes.append(node)
    return FlowRows(key=key, flow=flow | {NODES: nodes}, marks=tuple(marks), files=files, facts=facts)


def _with_what_there_is(node: dict[str, Any], place: int, marks: list[Mark]) -> dict[str, Any]:
    if node.get("source") == _NEW:
        if node.get("voiceFileId"):
            words = _REFERRED.format(name=node.get("uploadName") or "—")
            marks.append(Mark(node=place, field="source", code=AUDIO_REFERRED, message=words))
            return node | {"source": _UPLOADED, "uploadName": None, "baseFile": None}
        words = _MISSING.format(name=node.get("uploadName") or "—")
        marks.append(Mark(node=place, field=_AUDIO, code=AUDIO_MISSING, message=words))
    elif node.get(_AUDIO):
        marks.append(Mark(node=place, field=_AUDIO, code=AUDIO_UNUSED, message=_UNUSED))
    return node | {_AUDIO: None}


def _cell(value: object) -> Cell:
    """A value as a cell holds it without loss: text stays text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value
    return value if isfinite(value) and abs(value) < _EXACT else str(value)


_REFERRED = Text(
    "The audio ({name}) is not here, so that the node refers to the voice file that the vendor has made of it: "
    "source is 1 here, and 2 at the vendor's",
    "本机没有该音频（{name}），因此改为引用其生成的语音文件：此处文件来源为 1，平台上为 2",
)
_MISSING = Text(
    "The audio ({name}) is not here, and the vendor tells no id of it: name the file here before it is uploaded",
    "本机没有该音频（{name}），平台也未给出语音文件 ID：上传前请在此填写文件",
)
_UNUSED = Text(
    "An audio file that the node does not use, and that is not here, is left out",
    "该节点未使用且本机没有的音频文件已省略",
)
