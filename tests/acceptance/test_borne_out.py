"""The check of what is told against what the vendor saw finds every lie."""

import pytest

from tests.acceptance.borne_out import UPDATE, Line, Seen, is_true, seen_by_flow

QUERY = "recallFlow/queryDetail"


def line(answered: str | None, path: str = UPDATE, *, applied: bool = False, fault: str | None = None) -> Line:
    return {"keyId": 1, "path": path, "answered": answered, "applied": applied, "fault": fault}


APPLIED = line("0", applied=True)
APPLIED_AND_CUT = line(None, applied=True, fault="drop")
CUT = line(None, fault="drop")
REFUSED = line("-41")
LOOKED = line("0", QUERY)
LOOKED_IN_VAIN = line(None, QUERY, fault="drop")


def seen(*lines: Line, ends: tuple[int, ...] = ()) -> Seen:
    return seen_by_flow(lines, ends).get(1, Seen(()))


@pytest.mark.parametrize(
    ("lines", "true"),
    [
        ([], {"invalid", "not sent"}),
        ([APPLIED], {"succeeded"}),
        ([APPLIED_AND_CUT], {"unknown"}),
        ([APPLIED_AND_CUT, APPLIED], {"succeeded"}),
        ([APPLIED_AND_CUT, LOOKED], {"succeeded"}),
        ([APPLIED_AND_CUT, LOOKED_IN_VAIN], {"unknown"}),
        ([APPLIED_AND_CUT, REFUSED], {"unknown"}),
        ([APPLIED_AND_CUT, REFUSED, LOOKED], {"succeeded"}),
        ([CUT], {"unknown", "not sent"}),
        ([CUT, APPLIED], {"succeeded"}),
        ([CUT, LOOKED], {"unknown", "not sent"}),
        ([CUT, REFUSED], {"failed", "unknown", "not sent"}),
        ([CUT, REFUSED, LOOKED], {"failed", "unknown", "not sent"}),
        ([REFUSED, CUT], {"unknown", "not sent"}),
        ([REFUSED], {"failed", "unknown", "not sent"}),
    ],
)
def test_only_what_the_vendor_bears_out_is_true(lines: list[Line], true: set[str]) -> None:
    states = {"succeeded", "failed", "unknown", "invalid", "not sent", "unchanged", "sending"}
    assert {state for state in states if is_true(state, "-41", seen(*lines))} == true


def test_a_refusal_is_told_with_its_own_code() -> None:
    assert not is_true("failed", "-22", seen(REFUSED))
    assert not is_true("failed", None, seen(CUT))


def test_what_only_a_killed_process_was_told_may_have_been_forgotten() -> None:
    assert is_true("unknown", None, seen(APPLIED, CUT, ends=(1,)))
    assert not is_true("unknown", None, seen(CUT, APPLIED, ends=(1,)))
    assert not is_true("unknown", None, seen(APPLIED_AND_CUT, LOOKED, ends=(1,)))
    assert is_true("succeeded", None, seen(APPLIED, ends=(1,)))


def test_attempts_are_the_lines_of_the_update_and_being_told_to_slow_down_is_not_counted() -> None:
    story = seen(CUT, line(None, fault="rate-limit"), LOOKED, APPLIED)
    assert (len(story.updates), story.counted, story.told) == (3, 2, [None, None, "0"])
