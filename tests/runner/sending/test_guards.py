import pytest

from runner.outcome import State
from runner.sending.guards import Guards, MaxFailures, Watch

GOOD = State.SUCCEEDED
BAD = (State.FAILED, State.UNKNOWN)


def stopped_after(watch: Watch, states: list[State]) -> int | None:
    """After how many of these it says that it is time to stop."""
    for number, state in enumerate(states, start=1):
        if watch.settled(state):
            return number
    return None


@pytest.mark.parametrize("bad", BAD)
def test_more_failures_than_are_allowed_are_a_reason_to_stop_and_as_many_are_none(bad: State) -> None:
    watch = Watch(Guards(max_failures=MaxFailures(count=3)))
    assert stopped_after(watch, [bad, GOOD, bad, bad, GOOD, GOOD]) is None
    assert watch.settled(bad)


def test_not_one_failure_may_be_allowed() -> None:
    watch = Watch(Guards(max_failures=MaxFailures(count=0)))
    assert stopped_after(watch, [GOOD] * 100 + [State.FAILED]) == 101


def test_a_share_says_nothing_before_so_many_are_settled() -> None:
    watch = Watch(Guards(max_failures=MaxFailures(share=0.05)))
    assert stopped_after(watch, [State.FAILED] * 100) == 20


def test_a_share_is_of_what_is_settled() -> None:
    watch = Watch(Guards(max_failures=MaxFailures(share=0.25)))
    assert stopped_after(watch, [GOOD] * 30 + [State.FAILED] * 100) == 41  # 11 of 41; 10 of 40 are just allowed


def test_the_minimum_is_ours_to_set() -> None:
    watch = Watch(Guards(max_failures=MaxFailures(share=0.5, minimum=3)))
    assert stopped_after(watch, [State.FAILED] * 5) == 3


@pytest.mark.parametrize("state", [State.NOT_SENT, State.INVALID])
def test_what_was_never_sent_counts_for_nothing(state: State) -> None:
    watch = Watch(Guards(max_failures=MaxFailures(share=0.05)))
    assert stopped_after(watch, [state] * 100 + [GOOD] * 19 + [State.UNKNOWN]) is None
    assert stopped_after(watch, [State.UNKNOWN]) == 1


def test_without_a_guard_nothing_is_too_much() -> None:
    assert stopped_after(Watch(Guards()), [State.FAILED] * 1_000) is None


@pytest.mark.parametrize(
    ("most", "shown"), [(MaxFailures(count=20), "20"), (MaxFailures(share=0.05), "5%"), (MaxFailures(share=0.0), "0%")]
)
def test_the_reason_says_how_many_and_what_was_allowed_in_both_languages(most: MaxFailures, shown: str) -> None:
    watch = Watch(Guards(max_failures=most))
    reasons = [reason for reason in (watch.settled(State.FAILED) for _ in range(30)) if reason]
    seen = 30 - len(reasons) + 1
    for text in (reasons[0].en, reasons[0].zh):
        assert f"--max-failures {shown}" in text
        assert str(seen) in text


def test_who_comes_after_the_canary_waits_until_it_has_been_looked_at() -> None:
    watch = Watch(Guards(canary=3))
    assert watch.bound == 3
    assert stopped_after(watch, [GOOD] * 3) is None
    assert watch.verdict_on_canary() is None
    assert watch.bound is None


def test_what_was_held_back_is_no_canary_so_that_as_many_more_go_first() -> None:
    watch = Watch(Guards(canary=3))
    for _ in range(2):
        assert watch.settled(State.NOT_SENT, held_back=True) is None
    assert watch.settled(GOOD) is None
    assert (watch.verdict_on_canary(), watch.bound) == (None, 5)
    assert stopped_after(watch, [GOOD, State.FAILED]) is None
    assert watch.verdict_on_canary() is not None


def test_without_a_canary_nobody_waits() -> None:
    assert Watch(Guards()).bound is None


def test_a_good_canary_is_no_reason_to_stop() -> None:
    watch = Watch(Guards(canary=3))
    assert stopped_after(watch, [GOOD] * 3) is None
    assert watch.verdict_on_canary() is None


@pytest.mark.parametrize("bad", [*BAD, State.INVALID, State.NOT_SENT])
def test_a_canary_of_which_one_went_wrong_is_a_reason_to_stop(bad: State) -> None:
    watch = Watch(Guards(canary=3))
    assert stopped_after(watch, [GOOD, bad, GOOD]) is None
    reason = watch.verdict_on_canary()
    assert reason is not None
    for text in (reason.en, reason.zh):
        assert "--canary" in text
        assert "3" in text
        assert "1" in text
