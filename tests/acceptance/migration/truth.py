"""What the rules of the migration come to, computed on plain dictionaries: one function of a flow, and no journal."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.acceptance.fortnight.flows import FILE, NODES, TEXT, Flow, Node, copied, keeps_the_rules

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
LAST = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)

MOVED = {str(number): f"N{number}" for number in range(100_000, 400_000, 7)}
"""Recordings that have a new name, among many that have not."""

RULES = """\
# All recordings, seats and redials of March.
[flows]
from = {first}
to = {last}

[[where]]
field = "status"
equals = 0

[[where]]
field = "nodes"
at_most = 3

[[change]]
name = "new recordings"
field = "voiceFileId"
map = "recordings.csv"
no_match = "keep"

[[change]]
name = "new greeting"
field = "text"
replace = "hello"
with = "good day, and hello"
where = [{{ field = "lan", equals = "EN" }}]

[[change]]
name = "later"
field = "recallInterval"
shift = 90
beyond = "limit"

[[change]]
name = "once more"
field = "recallNum"
shift = 1
where = [{{ field = "recallNum", at_least = 9 }}]

[[change]]
name = "other seats"
field = "sipGroupId"
map = "seats.csv"
from = "old group"
to = "new group"
no_match = "default"
default = 77
where = [{{ field = "toSeat", equals = 1 }}]

[[change]]
name = "nobody waits"
remove_node = true
where = [{{ field = "calloutRate", more_than = 95 }}]

[[change]]
name = "goodbye"
add_node = {{ source = 3, text = "goodbye", lan = "EN", hangUpSms = 0, toSeat = 0 }}
at = "end"
"""


@dataclass(frozen=True)
class Due:
    """What has to come of a flow."""

    flow: Flow | None
    """As it is afterwards; None where it is left alone."""
    invalid: str = ""
    """The field that keeps it from being changed."""


def write_rules(folder: Path) -> Path:
    """Writes the rules and their tables."""
    _write_table(folder / "recordings.csv", [("old", "new"), *MOVED.items()])
    _write_table(
        folder / "seats.csv",
        [("note", "new group", "old group"), *(("kept", number, number) for number in range(100_000, 130_000))],
    )
    path = folder / "rules.toml"
    path.write_text(RULES.format(first=f"{FIRST:%F %T}", last=f"{LAST:%F %T}"), encoding="utf-8")
    return path


def _write_table(path: Path, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def due(flow: Flow, *, status: int, created: datetime) -> Due:
    """What has to come of a flow; of one that is not listed, or not chosen, nothing."""
    if not FIRST <= created <= LAST or status != 0 or len(flow[NODES]) > 3:
        return Due(None)
    changed = copied(flow)
    for node in changed[NODES]:
        _change(node)
    changed["recallInterval"] = min(1440, changed["recallInterval"] + 90)
    if changed["recallNum"] >= 9:
        changed["recallNum"] += 1
    changed[NODES] = [node for node in changed[NODES] if not node.get("calloutRate", 0) > 95]
    changed[NODES].append({"source": TEXT, "text": "goodbye", "lan": "EN", "hangUpSms": 0, "toSeat": 0})
    assert keeps_the_rules(changed)
    return Due(None, "recallNum") if changed["recallNum"] > 10 else Due(changed)


def _change(node: Node) -> None:
    if node["source"] == FILE:
        node["voiceFileId"] = MOVED.get(node["voiceFileId"], node["voiceFileId"])
    if node.get("lan") == "EN":
        node["text"] = node["text"].replace("hello", "good day, and hello")
    if "sipGroupId" in node:
        group = node["sipGroupId"]
        node["sipGroupId"] = group if group in range(100_000, 130_000) else 77
