from email.utils import formatdate

import pytest

from runner.exchange import Response
from runner.outcome import Action
from runner.sending.http_status import LONGEST_WAIT, http_date, retry_after, status_verdict, unreadable

NOW = 1_750_000_000.0

ABSURD_DATES = [
    "soon",
    "",
    "-5",
    "1.5",
    "+7",
    "٧",
    "Mon, 32 Foo 2025 99:99:99 GMT",
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2024 99999999999999999999:00:00 GMT",
    "Mon, 01 Jan 2024 00:00:00 +9999",
    "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
]


def response(status: int, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize("status", [200, 201, 204, 301, 302, 400, 401, 403, 404, 418, 499])
def test_what_is_neither_429_nor_5xx_is_left_to_the_job(status: int) -> None:
    assert status_verdict(response(status), now=lambda: NOW) is None


def test_too_many_requests_slows_down_and_is_not_ambiguous() -> None:
    verdict = status_verdict(response(429), now=lambda: NOW)
    assert verdict is not None
    assert (verdict.action, verdict.code, verdict.ambiguous, verdict.wait) == (
        Action.SLOW_DOWN,
        "http-429",
        False,
        None,
    )


@pytest.mark.parametrize("status", [500, 502, 503, 504, 511, 599])
def test_a_server_error_is_tried_again_and_says_nothing_of_whether_it_was_applied(status: int) -> None:
    verdict = status_verdict(response(status), now=lambda: NOW)
    assert verdict is not None
    assert (verdict.action, verdict.code, verdict.ambiguous) == (Action.BACK_OFF, f"http-{status}", True)
    assert str(status) in verdict.message.en
    assert str(status) in verdict.message.zh


@pytest.mark.parametrize("status", [429, 500, 503])
def test_how_long_to_wait_is_taken_from_the_answer(status: int) -> None:
    verdict = status_verdict(response(status, Retry_After="7"), now=lambda: NOW)
    assert verdict is not None
    assert verdict.wait == 7.0


def test_an_answer_that_cannot_be_read_is_tried_again_and_is_ambiguous() -> None:
    verdict = unreadable(200)
    assert (verdict.action, verdict.code, verdict.ambiguous) == (Action.BACK_OFF, "unreadable", True)
    assert "200" in verdict.message.en
    assert "200" in verdict.message.zh


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("007", 7.0),
        ("300", 300.0),
        ("301", LONGEST_WAIT),
        ("86400", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        ("9" * 10_000, LONGEST_WAIT),
        (formatdate(NOW + 12, usegmt=True), 12.0),
        (formatdate(NOW - 12, usegmt=True), 0.0),
        (formatdate(NOW + 86_400, usegmt=True), LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Sunday, 15-Jun-25 15:07:00 GMT", 20.0),
        ("Sun Jun 15 15:07:00 2025", 20.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_a_longer_wait_than_is_sane(header: str, seconds: float) -> None:
    assert retry_after(response(429, Retry_After=header), now=NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("off", [-600, 0, 600])
def test_a_clock_that_is_off_changes_nothing_of_how_long_to_wait(off: float) -> None:
    until, theirs = (formatdate(NOW + off + seconds, usegmt=True) for seconds in (12, 0))
    assert retry_after(response(503, Retry_After=until, Date=theirs), now=NOW) == 12.0
    assert retry_after(response(503, Retry_After="12", Date=theirs), now=NOW) == 12.0


def test_an_answer_whose_own_date_makes_no_sense_is_held_against_our_clock() -> None:
    until = formatdate(NOW + 12, usegmt=True)
    assert retry_after(response(503, Retry_After=until, Date="soon"), now=NOW) == 12.0


@pytest.mark.parametrize("header", ABSURD_DATES)
def test_a_retry_after_that_makes_no_sense_is_as_good_as_none(header: str) -> None:
    assert retry_after(response(429, Retry_After=header), now=NOW) is None


def test_no_retry_after_says_nothing() -> None:
    assert retry_after(response(429), now=NOW) is None


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert http_date("Sun, 15 Jun 2025 15:06:40 -0000") == NOW
    assert http_date("Sun, 15 Jun 2025 23:06:40 +0800") == NOW


@pytest.mark.parametrize("header", ABSURD_DATES)
def test_what_is_no_date_is_none(header: str) -> None:
    assert http_date(header) is None
