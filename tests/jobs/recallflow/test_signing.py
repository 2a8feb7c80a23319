"""Signatures, and that nothing shows what they are made of."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from jobs.recallflow.client import BASE_URL, UPDATE, Client
from jobs.recallflow.signing import Account, sign
from runner.exchange import Call

KEY, SECRET, TIMESTAMP = "bDqJFiq9", "7bz1lzh9", 1_630_468_800
SIGNATURE = "05d7a50893e22a5c4bb3216ae3396c7c"
ACCOUNT = Account(key=SecretStr(KEY), secret=SecretStr(SECRET))


def call(base_url: str = BASE_URL) -> Call:
    """The update of the vendor's example."""
    return Client(base_url, ACCOUNT).call(UPDATE, b'{"keyId": 299}', TIMESTAMP)


def test_the_signature_is_the_one_on_the_vendors_page() -> None:
    assert sign(KEY, SECRET, TIMESTAMP) == SIGNATURE


@pytest.mark.parametrize(
    ("key", "secret", "timestamp"),
    [(KEY.lower(), SECRET, TIMESTAMP), (KEY, SECRET.upper(), TIMESTAMP), (KEY, SECRET, TIMESTAMP + 1)],
)
def test_another_key_secret_or_time_gives_another_signature(key: str, secret: str, timestamp: int) -> None:
    assert sign(key, secret, timestamp) != SIGNATURE


def test_a_call_has_the_headers_of_the_vendors_page() -> None:
    assert dict(call().headers) == {
        "Content-Type": "application/json;charset=UTF-8",
        "Api-Key": KEY,
        "Timestamp": str(TIMESTAMP),
        "Sign": SIGNATURE,
    }


def test_every_call_is_signed_for_its_own_time_and_what_is_done_to_its_headers_is_no_other_calls() -> None:
    client = Client(BASE_URL, ACCOUNT)
    first, again, later = (client.call(UPDATE, b"{}", TIMESTAMP + seconds) for seconds in (0, 0, 1))
    assert first.headers == again.headers == ACCOUNT.headers(TIMESTAMP)
    assert later.headers == ACCOUNT.headers(TIMESTAMP + 1)
    assert isinstance(first.headers, dict)
    first.headers.clear()
    assert again.headers == client.call(UPDATE, b"{}", TIMESTAMP).headers == ACCOUNT.headers(TIMESTAMP)


def test_a_secret_outside_of_ascii_can_sign() -> None:
    assert len(sign("ключ", "密钥", TIMESTAMP)) == 32


def test_a_call_goes_to_the_updates_own_address_and_not_to_the_one_in_the_vendors_example() -> None:
    assert call().url == "https://api.laaffic.com/v3/voice/recallFlow/update"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8080/v3/voice", "http://127.0.0.1:8080/v3/voice//"])
def test_the_base_address_may_end_with_a_slash_or_without(base_url: str) -> None:
    assert call(base_url).url == "http://127.0.0.1:8080/v3/voice/recallFlow/update"


@pytest.mark.parametrize(
    "shown",
    [
        repr(ACCOUNT),
        str(ACCOUNT),
        f"{ACCOUNT}",
        repr({"account": ACCOUNT}),
        repr(replace(ACCOUNT, key=SecretStr(KEY))),
        repr(call()),
        str(call()),
        f"{call()}",
        repr([call()]),
        call().url,
        repr(Client(BASE_URL, ACCOUNT)),
    ],
    ids=str.isascii,  # a client is shown with its address in memory, which no name of a test may hold
)
def test_nothing_that_is_shown_has_the_key_the_secret_or_the_signature(shown: str) -> None:
    for hidden in (KEY, SECRET, SIGNATURE):
        assert hidden not in shown


def test_a_call_shows_where_it_goes_and_how_much_it_carries() -> None:
    assert "recallFlow/update" in repr(call())
    assert "14 bytes" in repr(call())
    assert "299" not in repr(call())


def test_only_the_beginning_of_the_key_is_shown_to_the_user() -> None:
    assert ACCOUNT.masked == "bDqJ****"
    assert SECRET[:4] not in ACCOUNT.masked


def test_a_short_key_is_not_shown_whole() -> None:
    assert "abcd" not in replace(ACCOUNT, key=SecretStr("abcd")).masked
