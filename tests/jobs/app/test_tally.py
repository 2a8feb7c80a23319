"""What has happened so far, as it is counted."""

from jobs.app.tally import Tally
from runner.events import Attempted, LimitChanged, Loaded, Paused, Resumed, Settled, Started
from runner.outcome import Action, State
from runner.text import Text

STARTED = Started("run-1", "upload", "https://vendor/", "key-****", 16)


def settled(tally: Tally, count: int, state: State = State.SUCCEEDED) -> None:
    for _ in range(count):
        tally.add(Settled(1, "1", state))


def begun(total: int = 100) -> Tally:
    tally = Tally()
    tally.add(Loaded(rows=total, ready=total, invalid=0))
    tally.add(STARTED)
    return tally


def test_a_retry_is_counted_by_what_led_to_it() -> None:
    tally = begun()
    for number, code in enumerate(("-18", "-18", "http-429"), start=1):
        tally.add(Attempted(1, "1", number, Action.BACK_OFF, code, 0.1))
    tally.add(Attempted(1, "1", 4, Action.SUCCEED, "0", 0.1))
    tally.add(Attempted(2, "2", 1, Action.SUCCEED, "0", 0.1))
    assert tally.sent == 5
    assert tally.retried() == [("-18", 2), ("http-429", 1)]


def test_a_last_attempt_and_one_of_an_earlier_run_are_no_retries() -> None:
    tally = begun()
    tally.add(Attempted(1, "1", 6, Action.BACK_OFF, "-18", 0.1))
    tally.add(Settled(1, "1", State.UNKNOWN))
    assert (tally.sent, tally.retried()) == (1, [])


def test_what_was_not_sent_is_not_done() -> None:
    tally = begun()
    settled(tally, 2)
    settled(tally, 3, State.NOT_SENT)
    assert (tally.done, tally.states) == (2, {State.SUCCEEDED: 2, State.NOT_SENT: 3})


def test_requests_per_second_are_those_of_the_last_few_seconds() -> None:
    tally = begun(10_000)
    for second in range(100):
        tally.mark(float(second))
        settled(tally, 10 if second < 80 else 1)
    assert tally.rate(100.0) == 1.0
    assert 1.0 < (tally.total - tally.done) / (tally.left(100.0) or 1) < 10.0, "how long it takes does not jump"


def test_nobody_can_tell_how_long_it_takes_before_anything_is_done_or_while_it_is_paused() -> None:
    tally = begun()
    assert tally.left(0.0) is None
    tally.mark(0.0)
    assert (tally.rate(0.0), tally.left(1.0)) == (0.0, None)
    settled(tally, 50)
    assert tally.left(10.0) == 10.0
    tally.add(Paused(4.0, Text.verbatim("down")))
    assert tally.left(10.0) is None
    tally.add(Resumed())
    assert tally.left(10.0) == 10.0


def test_the_marks_of_a_long_run_take_no_more_memory_than_those_of_a_short_one() -> None:
    tally = begun()
    for tenth in range(100_000):
        tally.mark(tenth / 10)
    assert len(tally._marks) < 200  # noqa: SLF001 - what it keeps is the point


def test_the_limit_is_the_concurrency_until_it_is_changed() -> None:
    tally = begun()
    assert (tally.limit, tally.concurrency) == (16, 16)
    tally.add(LimitChanged(8, "-18"))
    assert (tally.limit, tally.concurrency) == (8, 16)
