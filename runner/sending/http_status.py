"""What HTTP itself says of a call, before a job reads the answer (RFC 9110, sections 15.5 and 15.6; RFC 6585)."""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

from runner.exchange import Response
from runner.outcome import Action, Verdict
from runner.text import Text

UNREADABLE = "unreadable"
"""The code of an answer that the job cannot read."""

LONGEST_WAIT = 300.0
"""Seconds; no answer makes a request wait for longer than this."""


def status_verdict(response: Response, *, now: Callable[[], float]) -> Verdict | None:
    """The verdict on HTTP 429 and 5xx; None for what the job is to judge by the body.

    Args:
        response: the answer.
        now: gives Unix seconds, for a `Retry-After` that is a date.
    """
    if response.status == 429:
        return Verdict(
            action=Action.SLOW_DOWN,
            code="http-429",
            message=Text("The vendor asks to slow down", "供应商要求降低请求频率"),
            wait=retry_after(response, now=now()),
        )
    if response.status >= 500:
        return Verdict(
            action=Action.BACK_OFF,
            code=f"http-{response.status}",
            message=Text(
                f"The vendor's server answered HTTP {response.status}", f"供应商服务器返回 HTTP {response.status}"
            ),
            ambiguous=True,
            wait=retry_after(response, now=now()),
        )
    return None


def unreadable(status: int) -> Verdict:
    """The verdict on an answer whose body is not what the job can read: a gateway's page, a cut-off body."""
    return Verdict(
        action=Action.BACK_OFF,
        code=UNREADABLE,
        message=Text(f"The answer could not be read (HTTP {status})", f"无法识别返回内容（HTTP {status}）"),
        ambiguous=True,
    )


def retry_after(response: Response, *, now: float) -> float | None:
    """Seconds to wait as the header `Retry-After` says, as seconds or as a date (RFC 9110, section 10.2.3).

    Such a date is by the clock of whoever answers: it is compared with the answer's `Date`, where there is one, and
    with our own clock otherwise.
    """
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    until = http_date(value)
    if until is None:
        return None
    theirs = http_date(response.headers.get("Date", ""))
    return min(max(until - (now if theirs is None else theirs), 0.0), LONGEST_WAIT)


def http_date(value: str) -> float | None:
    """A date of an HTTP header as Unix seconds; None where it is none."""
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
