"""Words calls to the vendor, and reads its answers. Does no input or output of its own."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from jobs.recallflow.codes import CODES
from jobs.recallflow.signing import Account
from runner.exchange import Call, Response
from runner.outcome import Action, Verdict
from runner.sending.http_status import unreadable
from runner.text import Text

BASE_URL = "https://api.laaffic.com/v3/voice/"
UPDATE = "recallFlow/update"
QUERY_DETAIL = "recallFlow/queryDetail"
QUERY_PAGE = "recallFlow/queryPage"

LONGEST_REMEMBERED = 1024
"""Bytes of an answer. Longer ones tell of one flow, audio included, and do not come again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor said."""

    code: str
    message: str
    """Word for word; may be empty."""
    data: object


class Client:
    """The vendor's calls, for one account."""

    def __init__(self, base_url: str, account: Account) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._account = account
        self._signed_for: int | None = None
        self._headers: dict[str, str] = {}

    def call(self, path: str, body: bytes, timestamp: int) -> Call:
        """One call of the family, signed for the given time (Unix seconds by the vendor's clock).

        The body is no part of the signature, so that all calls of one second have the same headers: each its own copy.
        """
        if timestamp != self._signed_for:
            self._headers = self._account.headers(timestamp)
            self._signed_for = timestamp
        return Call(self._base_url + path, self._headers.copy(), body)


@lru_cache(maxsize=1)
def read_answer(body: bytes) -> Answer | None:
    """The answer in the body of a response; None where it is no such JSON. Not to be changed by whoever is given it.

    The code is read as a number or a string, under `code` or, as on some of the vendor's pages, `status`; the message
    under `msg` or `reason`. The last one is remembered: first its code is looked at, then what it tells.
    """
    answer = _json(body)
    if not isinstance(answer, Mapping):
        return None
    code = answer.get("code", answer.get("status"))
    if isinstance(code, bool) or not isinstance(code, int | str) or not str(code).strip():
        return None
    message = answer.get("msg", answer.get("reason"))
    return Answer(str(code).strip(), "" if message is None else str(message), answer.get("data"))


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON it is; None where it is none
    try:
        return from_json(body)
    except ValueError:  # Python's own reader is slower, and takes more: half of a character, say
        with suppress(ValueError, RecursionError):
            return json.loads(body)
        return None


def verdict_on(response: Response) -> Verdict:
    """What an answer leads to; most are to updates.

    A code that is not documented is a refusal, kept word for word; it is never a success and never retried blindly.
    """
    judge = _remembered if len(response.body) <= LONGEST_REMEMBERED else _verdict
    return judge(response.status, response.body)


def _verdict(status: int, body: bytes) -> Verdict:
    answer = read_answer(body)
    if answer is None or 300 <= status < 400:
        return unreadable(status)
    known = CODES.get(answer.code)
    if known is None:
        return Verdict(action=Action.FAIL, code=answer.code, message=Text.verbatim(answer.message))
    if known.action is Action.SUCCEED and status != 200:
        return unreadable(status)
    return Verdict(
        action=known.action,
        code=known.code,
        message=Text.verbatim(answer.message) if answer.message else known.meaning,
        ambiguous=known.ambiguous,
    )


_remembered = lru_cache(maxsize=256)(_verdict)
"""Nearly all answers to updates are the same bytes."""


def advice_on(code: str) -> Text | None:
    """What a user is to do about a code."""
    known = CODES.get(code)
    return known.advice if known else None
