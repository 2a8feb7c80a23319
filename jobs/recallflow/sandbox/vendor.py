"""What the simulated vendor knows and answers: flows, signatures, timestamps, rules. No network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jobs.recallflow.codes import CODES
from jobs.recallflow.rules import check_flow
from jobs.recallflow.signing import Account, sign

PENDING, CANCELLED = 0, 3
"""A flow's status, as the vendor's public pages number it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The vendor's answer, before it becomes JSON."""

    code: str
    message: str
    data: object = None
    applied: bool = False
    """Whether it changed a flow."""

    @property
    def body(self) -> dict[str, object]:
        """As the vendor's page shows it."""
        return {"code": int(self.code), "msg": self.message, "data": self.data}


@dataclass(slots=True)
class Flow:
    """A flow, as the vendor has it."""

    key_id: int
    created: datetime
    status: int = PENDING
    fields: dict[str, Any] = field(default_factory=dict)
    task_name: str = ""


class SimulatedVendor:
    """Answers calls as the vendor's pages say. A flow that is updated for the first time exists from then on."""

    def __init__(
        self,
        account: Account,
        *,
        window: float,
        now: Callable[[], float],
        hide_base_file: bool = False,
        numbers_as_text: bool = False,
        reverse_nodes: bool = False,
        null_for_unknown: bool = False,
        newest_first: bool = False,
    ) -> None:
        """Opens without any flow.

        Args:
            account: who may call.
            window: how many seconds a timestamp may be off, either way.
            now: the vendor's clock, in Unix seconds.
            hide_base_file: whether queryDetail leaves out `baseFile`; what the real one does nobody has verified.
            numbers_as_text: whether it gives numbers back as text.
            reverse_nodes: whether it gives nodes back in reverse order.
            null_for_unknown: whether it answers for a flow that does not exist with success and no data.
            newest_first: whether queryPage begins with the newest flow; what the real one does nobody has verified.
        """
        self.flows: dict[int, Flow] = {}
        self._account = account
        self._window = window
        self._now = now
        self._hide_base_file = hide_base_file
        self._numbers_as_text = numbers_as_text
        self._reverse_nodes = reverse_nodes
        self._null_for_unknown = null_for_unknown
        self._newest_first = newest_first
        self._calls: dict[str, Callable[[dict[str, Any]], Reply]] = {
            "recallFlow/update": self._update,
            "recallFlow/queryDetail": self._query_detail,
            "recallFlow/queryPage": self._query_page,
            "recallFlow/cancel": self._cancel,
        }

    def knows(self, path: str) -> bool:
        """Whether there is such a call."""
        return path in self._calls

    def refusal(self, headers: Mapping[str, str]) -> Reply | None:
        """What is wrong with a call's headers, if anything is."""
        key = self._account.key.get_secret_value()
        timestamp = headers.get("Timestamp", "")
        if headers.get("Api-Key") != key or not timestamp.isdecimal():
            return _reply("-1")
        if headers.get("Sign", "").lower() != sign(key, self._account.secret.get_secret_value(), int(timestamp)):
            return _reply("-1")
        if abs(self._now() - int(timestamp)) > self._window:
            return _reply("-16")
        if headers.get("Content-Type", "").replace(" ", "").lower() != "application/json;charset=utf-8":
            return _reply("-22", "Content-Type must be application/json;charset=UTF-8")
        return None

    def carry_out(self, path: str, body: bytes) -> Reply:
        """The answer to a call whose headers are right."""
        try:
            values = json.loads(body)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            return _reply("-22", "the body is not a JSON object")
        return self._calls[path](values)

    def _update(self, values: dict[str, Any]) -> Reply:
        flow = check_flow(values)
        if isinstance(flow, list):
            return _reply("-22", "; ".join(f"{broken.path}: {broken.violation.message.en}" for broken in flow))
        known = self.flows.setdefault(flow.keyId, Flow(flow.keyId, self.today()))
        if known.status != PENDING:
            return _reply("-41")
        known.fields = flow.model_dump()
        return _reply("0", applied=True)

    def _query_detail(self, values: dict[str, Any]) -> Reply:
        flow = self._flow(values.get("keyId"))
        if flow is None:
            return _reply("0") if self._null_for_unknown else _reply("-22", "keyId: there is no such flow")
        hidden = {"baseFile"} if self._hide_base_file else set()
        nodes = [
            {name: value for name, value in node.items() if name not in hidden}
            | {"keyId": flow.key_id, "taskId": _task_id(flow), "nodeStatus": flow.status}
            for node in flow.fields.get("nodeList") or []
        ]
        if self._reverse_nodes:
            nodes.reverse()
        detail = flow.fields | {"keyId": flow.key_id, "status": flow.status, "nodeList": nodes}
        return _reply("0", data=_with_numbers_as_text(detail) if self._numbers_as_text else detail)

    def _query_page(self, values: dict[str, Any]) -> Reply:
        current, size = values.get("current"), values.get("size")
        params: Any = values.get("params")
        if not isinstance(current, int) or current < 1 or not isinstance(size, int) or not 1 <= size <= 100:
            return _reply("-22", "current must be at least 1, and size 1 to 100")
        try:
            first, last = (_parsed(params[name]) for name in ("strTime", "endTime"))
        except (TypeError, KeyError, ValueError):
            return _reply("-22", "params.strTime and params.endTime are required: YYYY-MM-DD HH:mm:ss")
        name = params.get("taskName") or ""
        found = [flow for flow in self.flows.values() if first <= flow.created <= last and name in _task_name(flow)]
        found.sort(key=lambda flow: flow.created, reverse=self._newest_first)
        records = [_summary(flow) for flow in found[(current - 1) * size : current * size]]
        pages = -(-len(found) // size)
        return _reply(
            "0", data={"total": len(found), "size": size, "current": current, "pages": pages, "records": records}
        )

    def _cancel(self, values: dict[str, Any]) -> Reply:
        flow = self._flow(values.get("id"))
        if values.get("type") not in {1, 2, 3} or flow is None:
            return _reply("-22", "type must be 1, 2 or 3, and id that of a flow")
        if flow.status != PENDING:
            return _reply("-41")
        flow.status = CANCELLED
        return _reply("0", applied=True)

    def _flow(self, key: object) -> Flow | None:
        return self.flows.get(key) if isinstance(key, int) else None

    def today(self) -> datetime:
        """By the vendor's clock, to the second."""
        return datetime.fromtimestamp(int(self._now()), UTC)


def _reply(code: str, message: str = "", data: object = None, *, applied: bool = False) -> Reply:
    meaning = CODES[code].meaning.en
    return Reply(code, f"{meaning}: {message}" if message else meaning, data, applied)


def _with_numbers_as_text(values: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    if isinstance(values, dict):
        return {name: _with_numbers_as_text(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_with_numbers_as_text(value) for value in values]
    return str(values) if isinstance(values, int | float) else values


def _parsed(date: str) -> datetime:
    return datetime.strptime(date, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _task_id(flow: Flow) -> int:
    return 10_000_000 + flow.key_id


def _task_name(flow: Flow) -> str:
    return flow.task_name or f"task {flow.key_id}"


def _summary(flow: Flow) -> dict[str, object]:
    return {
        "keyId": flow.key_id,
        "taskId": _task_id(flow),
        "taskName": _task_name(flow),
        "createTime": flow.created.strftime("%Y-%m-%d %H:%M:%S"),
        "recallType": flow.fields.get("recallType"),
        "recallInterval": flow.fields.get("recallInterval"),
        "recallNum": flow.fields.get("recallNum"),
        "finishNum": 0,
        "status": flow.status,
    }
