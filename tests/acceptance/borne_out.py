"""Holds what a run tells its user against what the vendor saw: nothing lost, nothing invented."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.sheets import sheet_rows

UPDATE = "recallFlow/update"
TOO_MANY = {"rate-limit", "concurrency-limit"}
"""Faults that ask to slow down, which is obeyed and not counted."""

Line = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What the vendor saw of one flow."""

    lines: Sequence[tuple[int, Line]]
    """Of its log, each with the number of the process that caused it, from 0."""

    @property
    def updates(self) -> list[Line]:
        """Attempts at the update."""
        return [line for _, line in self.lines if line["path"] == UPDATE]

    @property
    def applied(self) -> bool:
        """Whether it was ever carried out."""
        return any(line["applied"] for line in self.updates)

    @property
    def counted(self) -> int:
        """Attempts that count."""
        return sum(line["fault"] not in TOO_MANY for line in self.updates)

    @property
    def told(self) -> list[str | None]:
        """What was answered to them, in order."""
        return [line["answered"] for line in self.updates]

    @property
    def is_clear(self) -> bool:
        """Whether the last process that asked about the flow was told that it is as wanted, or could see it."""
        applied = False
        for process, line in self.lines:
            applied |= line["applied"]
            is_last = process == self.lines[-1][0]
            if is_last and applied and line["answered"] == "0":
                return True
        return False


def seen_by_flow(log: Sequence[Line], ends: Sequence[int] = ()) -> dict[int, Seen]:
    """By `keyId`.

    Args:
        log: the vendor's.
        ends: how many lines there were when each process but the last was over.
    """
    lines: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for index, line in enumerate(log):
        lines[line["keyId"]].append((bisect_right(ends, index), line))
    return {key: Seen(own) for key, own in lines.items()}


def assert_borne_out(
    report: Path, summary: dict[str, Any], log: Sequence[Line], *, attempts: int, ends: Sequence[int] = ()
) -> None:
    """That the report, the summary and the vendor's log tell one story.

    Args:
        report: the run's workbook.
        summary: its `--json`.
        log: the vendor's, without what others than the run caused.
        attempts: how often one process may try one flow.
        ends: how many lines there were when each process of the run but the last was killed.
    """
    results = sheet_rows(report, "Results")
    assert len(results) == len({row["keyId"] for row in results}) == summary["requests"]
    assert Counter(row["State"].replace(" ", "_") for row in results) == +Counter(summary["counts"])
    assert sum(row["Attempts"] for row in results) == summary["attempts"]
    seen = seen_by_flow(log, ends)
    assert seen.keys() <= {int(row["keyId"]) for row in results}, "only what is in the file was sent"
    for row in results:
        own = seen.get(int(row["keyId"]), Seen(()))
        story = f"{row} though the vendor saw {own.lines}"
        assert is_true(row["State"], row["Code"], own), story
        assert own.counted <= attempts * (len(ends) + 1), story
        if ends:  # what a process had not written down when it was killed is not counted
            assert row["Attempts"] <= len(own.updates), story
        else:
            assert row["Attempts"] == len(own.updates), story


def is_true(state: str, code: str | None, seen: Seen) -> bool:
    """Whether a state can be told of a flow of which the vendor has seen this."""
    match state:
        case "succeeded":
            return seen.applied and any(line["answered"] == "0" for _, line in seen.lines)
        case "failed":
            return not seen.applied and code is not None and seen.told[-1:] == [code]
        case "unknown":
            return bool(seen.told) and not seen.is_clear
        case "invalid":
            return not seen.lines
        case "not sent":
            return not seen.applied
        case _:
            return False
