from email.utils import formatdate

import pytest

from runner.exchange import Response
from runner.outcome import Action, Verdict
from runner.sending.clock import VendorClock
from runner.sending.reasons import reason_to_stop, refused
from runner.text import Text

NOON = 1_750_000_000.0


def last(action: Action) -> Verdict:
    return Verdict(action=action, code="-7", message=Text("the words", "原话"))


def clock(*, offset: float | None = None, accepted: bool = False) -> VendorClock:
    clock = VendorClock(lambda: NOON)
    if accepted:
        clock.taken(None)
    if offset is not None:
        clock.learn(Response(200, {"Date": formatdate(NOON + offset, usegmt=True)}, b""), None)
    return clock


@pytest.mark.parametrize(
    ("action", "known", "words"),
    [
        (Action.BACK_OFF, clock(), ("cannot be reached", "the words")),
        (Action.SLOW_DOWN, clock(), ("slow down", "--rate")),
        (Action.SIGN_AGAIN, clock(), ("expired", "do not say what time")),
        (Action.SIGN_AGAIN, clock(offset=-600), ("expired", "-600 s")),
        (Action.SIGN_AGAIN, clock(offset=0), ("expired", "agrees with this machine's")),
    ],
)
def test_where_no_other_request_would_fare_better_the_reason_says_why(
    action: Action, known: VendorClock, words: tuple[str, ...]
) -> None:
    reason = reason_to_stop(last(action), unclear=False, heard=True, clock=known)
    assert reason is not None
    assert all(word in reason.en for word in words)
    assert reason.zh != reason.en


def test_one_request_whose_timestamps_expire_stops_nothing_where_others_were_taken() -> None:
    assert reason_to_stop(last(Action.SIGN_AGAIN), unclear=False, heard=True, clock=clock(accepted=True)) is None


@pytest.mark.parametrize("action", [Action.BACK_OFF, Action.SLOW_DOWN, Action.SIGN_AGAIN])
def test_an_unclear_request_stops_the_run_only_where_the_vendor_was_never_heard(action: Action) -> None:
    assert reason_to_stop(last(action), unclear=True, heard=True, clock=clock()) is None
    reason = reason_to_stop(last(action), unclear=True, heard=False, clock=clock())
    assert reason is not None
    assert "base URL" in reason.en


@pytest.mark.parametrize("advice", [None, Text("Check the key.", "请检查密钥。")])
def test_a_refused_account_is_told_in_the_vendors_words_with_advice_where_there_is_some(advice: Text | None) -> None:
    reason = refused(last(Action.STOP), advice)
    assert "the words (-7)" in reason.en
    assert "原话（-7）" in reason.zh
    if advice:
        assert advice.en in reason.en
        assert advice.zh in reason.zh
