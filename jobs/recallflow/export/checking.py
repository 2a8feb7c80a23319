"""Whether a flow's rows say what the vendor has, once uploaded: they are read again as an upload reads them."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from jobs.recallflow.export.rows import COLUMNS, FlowRows, Mark
from jobs.recallflow.flows import flow_drafts
from jobs.recallflow.reference import KEY, NODES
from runner.attachments import Files
from runner.request import Draft
from runner.tables.table import Column, Row, Table
from runner.text import Text

READ_OTHERWISE, REFUSED = "read-otherwise", "refused-by-check"

_TABLE_COLUMNS = {spec.name: Column(spec.name, index, spec.name) for index, spec in enumerate(COLUMNS)}


def checked(flows: Iterable[FlowRows], files: Files) -> Iterator[FlowRows]:
    """The same flows, with a mark at each cell that an upload would refuse, or take for something else. Streams.

    Args:
        flows: in the order of the file.
        files: those that the cells name, as an upload would find them.
    """
    waiting: deque[tuple[int, FlowRows]] = deque()

    def rows() -> Iterator[Row]:
        number = 0
        for flow in flows:
            waiting.append((number, flow))
            for cells in flow.rows:
                yield Row(number, cells)
                number += 1

    for draft in flow_drafts(Table(sheet=None, columns=_TABLE_COLUMNS, rows=rows(), files=files)):
        first, flow = waiting.popleft()
        marked = {(mark.node, mark.field) for mark in flow.marks}
        found = [mark for mark in _found(draft, flow, first) if (mark.node, mark.field) not in marked]
        yield replace(flow, marks=(*flow.marks, *found)) if found else flow


def _found(draft: Draft, flow: FlowRows, first: int) -> Iterator[Mark]:
    if draft.body is None:
        for problem in draft.problems:
            words = _REFUSED.format(message=problem.violation.message)
            yield Mark(node=problem.row - first, field=problem.field, code=REFUSED, message=words)
        return
    read: Mapping[str, Any] = json.loads(draft.body)
    wanted, got = flow.flow.get(NODES) or [], read.get(NODES) or []
    parts = [(0, flow.flow, read), *((place, *pair) for place, pair in enumerate(zip(wanted, got, strict=False)))]
    for node, own, other in parts:
        for name in _names(own):
            if _value(own.get(name)) != _value(other.get(name)):
                words = _OTHERWISE.format(value=json.dumps(other.get(name), ensure_ascii=False))
                yield Mark(node=node, field=name, code=READ_OTHERWISE, message=words)
    if len(wanted) != len(got):
        words = _OTHERWISE.format(value=f"{len(got)}")
        yield Mark(node=0, field=KEY, code=READ_OTHERWISE, message=words)


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in values if name != NODES)


def _value(value: object) -> object:
    return None if value == "" else value


_REFUSED = Text(
    "The vendor has something here that its own rules do not allow, so that an upload refuses it: {message}",
    "供应商的现值不符合其自身规则，上传时会被拒绝：{message}",
)
_OTHERWISE = Text(
    "No cell holds just this: an upload takes it for {value}",
    "单元格无法原样保存该值：上传时会读作 {value}",
)
