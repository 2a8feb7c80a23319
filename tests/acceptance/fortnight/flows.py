"""Flows as plain dictionaries without nulls: how they are drawn, written to a table, and given by the vendor."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

Node = dict[str, Any]
Flow = dict[str, Any]

FLOW = ("recallInterval", "recallNum", "recallType")
NODES = "nodeList"
NODE = (
    "source", "voiceFileId", "text", "lan", "speakingRate", "ssmlGender", "accent", "hangUpSms", "smsContent",
    "senderId", "feedbackPush", "feedbackValue", "successPush", "successPushTime", "toSeat", "sipGroupId",
    "outboundControl", "calloutRate", "toSeatType", "toSeatKey", "delayTransfer",
)  # fmt: skip
SPOKEN = ("text", "lan", "speakingRate", "ssmlGender", "accent")
"""What a node has that is not a file."""

TEXT, FILE = 3, 1
"""Of `source`."""


def copied(flow: Flow) -> Flow:
    """One that may be changed."""
    return flow | {NODES: [dict(node) for node in flow[NODES]]}


def drawn_flow(random: Random) -> Flow:
    """A flow of one to three nodes."""
    return {
        "recallInterval": random.randint(1, 1440),
        "recallNum": random.randint(1, 10),
        "recallType": random.randint(0, 1),
        NODES: [drawn_node(random) for _ in range(random.randint(1, 3))],
    }


def drawn_node(random: Random) -> Node:
    """A node that is hardly like any other."""
    mark = random.randrange(100_000, 1_000_000)
    node: Node = {"hangUpSms": 0, "toSeat": 0, **(_spoken(random) if random.random() < 0.7 else _file(random))}
    if random.random() < 0.7:
        node |= {
            "hangUpSms": 1,
            "smsContent": f"message {mark} for ${{text1}}",
            "senderId": random.choice((f"S{mark}", f"{mark}")),
            "feedbackPush": 1,
            "feedbackValue": random.choice("0123456789"),
            "successPush": 1,
            "successPushTime": random.randint(1, 9999),
        }
    if random.random() < 0.7:
        node |= {
            "toSeat": 1,
            "sipGroupId": mark,
            "outboundControl": 1,
            "calloutRate": random.randint(1, 100),
            "toSeatType": 2,
            "toSeatKey": random.choice(("0", "7", "#", "12")),
            "delayTransfer": mark,
        }
    return node


def _spoken(random: Random) -> Node:
    mark = random.randrange(100_000, 1_000_000)
    node = {"source": TEXT, "text": random.choice((f"hello {mark}", f"你好 {mark}", f"{mark}")), "lan": "EN"}
    if random.random() < 0.7:
        node |= {"speakingRate": random.choice((0.5, 1.0, 1.25, 2.0)), "ssmlGender": random.randint(1, 2)}
    return node | {"accent": mark}


def _file(random: Random) -> Node:
    mark = random.randrange(100_000, 1_000_000)
    return {"source": FILE, "voiceFileId": random.choice((f"F{mark}", f"{mark}"))}


def change_flow(flow: Flow, random: Random) -> str:
    """Changes a field of a flow; gives its name."""
    name = random.choice(FLOW)
    most = {"recallInterval": 1440, "recallNum": 10}
    flow[name] = 1 - flow[name] if name == "recallType" else _other(flow[name], most[name], random)
    return name


def change_node(node: Node, random: Random) -> str:
    """Changes a field of a node, so that it keeps every rule; gives its name."""
    mark = random.randrange(100_000, 1_000_000)
    if random.random() < 0.1:  # another kind of voice: fields that belong together
        spoken = node["source"] == TEXT
        for name in (*SPOKEN, "voiceFileId"):
            node.pop(name, None)
        node |= _file(random) if spoken else _spoken(random)
        return "source"
    may = ["voiceFileId"] if node["source"] == FILE else ["text", "text", "lan", "speakingRate", "ssmlGender"]
    may += ["smsContent", "senderId", "feedbackValue", "successPushTime"] if node["hangUpSms"] else []
    may += ["calloutRate", "toSeatKey"] if node["toSeat"] else []
    name = random.choice(may)
    old = node.get(name)
    if name in {"speakingRate", "ssmlGender", "senderId"} and old is not None and random.random() < 0.3:
        del node[name]
        return name
    node[name] = _other_value(name, old, mark, random)
    return name


def _other_value(name: str, old: Any, mark: int, random: Random) -> object:
    match name:
        case "successPushTime":
            return _other(old, 9999, random)
        case "calloutRate":
            return _other(old, 100, random)
        case "text" | "smsContent":
            return f"other words {mark}"
        case "voiceFileId" | "senderId":
            return f"{mark}"
    return random.choice([value for value in _CHOICES[name] if value != old])


_CHOICES: dict[str, Sequence[object]] = {
    "lan": ("EN", "VN", "TH", "PT"),
    "speakingRate": (0.25, 0.75, 1.0, 3.0, 4.0),
    "ssmlGender": (1, 2),
    "feedbackValue": "0123456789",
    "toSeatKey": ("1", "*", "34"),
}


def _other(old: int, most: int, random: Random) -> int:
    return (old - 1 + random.randint(1, most - 1)) % most + 1


_NEEDS = (
    ({"source": FILE}, ("voiceFileId",)),
    ({"source": TEXT}, ("text", "lan")),
    ({"hangUpSms": 1}, ("smsContent", "successPush")),  # nodes here have every push or none
    ({"feedbackPush": 1}, ("feedbackValue",)),
    ({"successPush": 1}, ("successPushTime",)),
    ({"toSeat": 1}, ("sipGroupId", "outboundControl", "calloutRate", "toSeatType")),
    ({"toSeat": 1, "toSeatType": 2}, ("toSeatKey",)),
)


def keeps_the_rules(flow: Flow) -> bool:
    """Whether every node has what it needs, which a mixture of two flows may not have."""
    return all(
        node.keys() >= set(needed)
        for node in flow[NODES]
        for condition, needed in _NEEDS
        if condition.items() <= node.items()
    )


def write_table(path: Path, flows: Mapping[int, Flow], broken: Iterable[int]) -> None:
    """Writes the spreadsheet; the broken ones are called again too often."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("keyId", *FLOW, *NODE))
        for key, flow in flows.items():
            own = [11 if name == "recallNum" and key in broken else flow[name] for name in FLOW]
            table.writerows([key, *own, *(node.get(name, "") for name in NODE)] for node in flow[NODES])


def as_given(flow: Flow, random: Random) -> dict[str, Any]:
    """The flow in some form that the vendor may give it in: numbers as text, text as numbers, null in three ways."""
    given = _in_some_form({name: flow[name] for name in FLOW}, FLOW, random)
    given[NODES] = [_in_some_form(node, NODE, random) for node in flow[NODES]]
    return given | {"createdBy": "somebody"}


def _in_some_form(values: Mapping[str, Any], names: Iterable[str], random: Random) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in names:
        if name in values:
            given[name] = _form_of(values[name], random)
        elif random.random() < 0.6:
            given[name] = random.choice((None, None, ""))
    return given


def _form_of(value: object, random: Random) -> object:
    if random.random() < 0.7:
        return value
    match value:
        case int():
            return random.choice((str(value), float(value), f"{value}.0"))
        case float():
            return random.choice((str(value), int(value) if value.is_integer() else value))
        case str() if value.isascii() and value.isdigit() and str(int(value)) == value:
            return int(value)
    return value


def without_nulls(flow: Mapping[str, Any]) -> Flow:
    """A body, or a flow of the vendor's that was updated, as the flows here are."""
    kept = {name: flow[name] for name in FLOW}
    return kept | {NODES: [{name: it for name, it in node.items() if it is not None} for node in flow[NODES] or ()]}
