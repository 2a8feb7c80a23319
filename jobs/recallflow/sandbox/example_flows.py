"""A simulated vendor that has flows of every kind already: to try out what begins with the vendor's own state."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from jobs.recallflow.reference import FLOW_FIELDS, KEY, NODE_FIELDS, NODES
from jobs.recallflow.sandbox.vendor import CANCELLED, PENDING, Flow, SimulatedVendor

FIRST_EXAMPLE = 1_000_001
"""The key of the first one; the others have the numbers after it."""

OWN_EXAMPLES = 300
"""So many has a sandbox that is started for one run, whose spreadsheet tells of none."""

DAYS = 25
"""Days before now in which they were created."""

_STATUSES = {20: 1, 27: 2, 33: CANCELLED, 41: 4}
"""Of so many flows, one each has such a status; all others are pending."""

_TASKS = ("Bill reminder", "Welcome call", "账单提醒", "Survey")
_LANGUAGES = ("EN", "TH", "IN", "VN", "ES")
_TEXTS = (
    "Hello, your bill is due tomorrow. Press 1 to talk to us.",
    "Welcome! We are glad that you are with us.",
    "您好，您的账单明天到期。",
    "How satisfied were you? Press 1 to 5.\nThank you for your time.",
)
_NO_NODES_EVERY = 50
_NOTHING: Mapping[str, Any] = {spec.name: None for spec in NODE_FIELDS}


def fill_with_examples(vendor: SimulatedVendor, count: int, *, now: datetime) -> None:
    """Gives the vendor so many flows, the same ones each time.

    Args:
        vendor: has none of them yet.
        count: of flows.
        now: by its clock; they were created in the days before.
    """
    apart = timedelta(days=DAYS) / max(count, 1)
    for index in range(count):
        created = (now - apart * (count - index)).replace(microsecond=0)
        key = FIRST_EXAMPLE + index
        vendor.flows[key] = Flow(
            key,
            created,
            status=next((status for every, status in _STATUSES.items() if index % every == every - 1), PENDING),
            fields=_fields(key, index),
            task_name=f"{_TASKS[index % len(_TASKS)]} {index // len(_TASKS) + 1}",
        )


def _fields(key: int, index: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        KEY: key,
        "recallInterval": (5, 30, 60, 1440)[index % 4],
        "recallNum": index % 10 + 1,
        "recallType": index % 2,
        NODES: None,
    }
    if index % _NO_NODES_EVERY != _NO_NODES_EVERY - 1:
        values[NODES] = [_node(index, place) for place in range(1 + (index % 3 == 1) + (index % 9 == 4))]
    return {spec.name: values[spec.name] for spec in FLOW_FIELDS}


def _node(index: int, place: int) -> dict[str, Any]:
    number = index + place
    voice = (_spoken, _played, _spoken, _played, _spoken, _uploaded)[number % 6](number)
    message = _message(number) if number % 4 == 1 else {"hangUpSms": 0}
    seat = _seat(number) if number % 5 == 2 else {"toSeat": 0}
    return {**_NOTHING, **voice, **message, **seat}


def _spoken(number: int) -> dict[str, Any]:
    voice: dict[str, Any] = {
        "source": 3,
        "text": _TEXTS[number % len(_TEXTS)],
        "lan": _LANGUAGES[number % len(_LANGUAGES)],
    }
    if number % 3 == 0:
        voice |= {"speakingRate": (0.75, 1.0, 1.25)[number // 3 % 3], "ssmlGender": number % 2 + 1}
    return voice


def _played(number: int) -> dict[str, Any]:
    return {"source": 1, "voiceFileId": f"1202508111034{number % 20:02}.wav"}


def _uploaded(number: int) -> dict[str, Any]:
    """A new file; of every other one the vendor has made a voice file whose id it tells.

    Different files may have one name.
    """
    voice = {"source": 2, "uploadName": f"greeting-{number % 7}.wav", "baseFile": _tone(number)}
    return voice | ({"voiceFileId": f"120250812{number:07}.wav"} if number % 4 == 1 else {})


def _tone(number: int) -> str:
    content = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20) + number.to_bytes(8)
    return base64.b64encode(content).decode()


def _message(number: int) -> dict[str, Any]:
    node: dict[str, Any] = {
        "hangUpSms": 1,
        "smsContent": "Dear ${text1}, your bill of ${text2} is due tomorrow.",
        "senderId": "NOTICE",
        "feedbackPush": 0,
        "successPush": 1,
        "successPushTime": number % 60 + 1,
        "failedPush": 0,
        "ringPush": number % 2,
    }
    if number % 8 == 1:
        node |= {"feedbackPush": 1, "feedbackValue": str(number % 10)}
    return node


def _seat(number: int) -> dict[str, Any]:
    seat: dict[str, Any] = {
        "toSeat": 1,
        "sipGroupId": 1_000_038 + number % 3,
        "outboundControl": 1,
        "calloutRate": number % 5 + 1,
        "toSeatType": 1,
    }
    if number % 2:
        seat |= {"toSeatType": 2, "toSeatKey": str(number % 10), "delayTransfer": 3}
    return seat
