"""The vendor's own list of flows: recallFlow/queryPage, page by page."""

import json

from jobs.recallflow.as_declared import as_integer
from jobs.recallflow.client import QUERY_PAGE, Client, read_answer
from jobs.recallflow.facts import facts_of
from jobs.recallflow.migration.selection import PageSelection
from jobs.recallflow.reference import KEY
from jobs.recallflow.updates import FlowUpdates
from runner.errors import UnreadableState
from runner.exchange import Call, Response
from runner.job import Page
from runner.request import Request

PAGE_SIZE = 100
"""Flows on a page: the most that the vendor's public page allows."""

_MOMENT = "%Y-%m-%d %H:%M:%S"


class FlowPages(FlowUpdates):
    """Lists the flows of a selection. It sends nothing."""

    name = "list"

    def __init__(self, client: Client | None, selection: PageSelection) -> None:
        """Takes what words the calls, and which flows are meant."""
        super().__init__(client)
        self._params = {"strTime": f"{selection.first:{_MOMENT}}", "endTime": f"{selection.last:{_MOMENT}}"}
        if selection.task_name is not None:
            self._params["taskName"] = selection.task_name

    def page_call(self, request: Request, timestamp: int) -> Call:
        """Asks for a page of the selection."""
        asked = {"current": int(request.key), "size": PAGE_SIZE, "params": self._params}
        return self._call(QUERY_PAGE, json.dumps(asked).encode(), timestamp)

    def page(self, response: Response) -> Page:
        """By `total`, `pages`, the keys of `records`, and what those tell for a person to read.

        Raises:
            UnreadableState: one of them is not there, or is none.
        """
        answer = read_answer(response.body)
        data = answer.data if answer else None
        if not isinstance(data, dict):
            raise _unreadable("its data is not an object", "data 不是对象")
        total, pages = (_count(data.get(name), name) for name in ("total", "pages"))
        if pages > max(total, 1):
            raise _unreadable("it tells more pages than flows", "页数多于流程数")
        records = data.get("records")
        if records is None and not total:
            records = []
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise _unreadable("its records are not a list of objects", "records 不是对象列表")
        keys = tuple(_key(record.get(KEY)) for record in records)
        facts = dict(zip(keys, map(facts_of, records), strict=True))
        return Page(keys=keys, total=total, pages=pages, facts=facts)


def _count(given: object, name: str) -> int:
    number = as_integer(given)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise _unreadable(f"its {name} is no count", f"{name} 不是数量")
    return number


def _key(given: object) -> str:
    number = as_integer(given)
    if isinstance(number, bool) or not isinstance(number, int):
        raise _unreadable(f"a record has no {KEY}", f"有记录缺少 {KEY}")
    return str(number)


def _unreadable(en: str, zh: str) -> UnreadableState:
    return UnreadableState(
        f"the vendor's answer to {QUERY_PAGE} does not tell the flows: {en}.",
        f"供应商对 {QUERY_PAGE} 的应答未给出流程列表：{zh}。",
    )
