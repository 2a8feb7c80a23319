"""What each answer of the vendor leads to, and each way to get none: from the bytes on the wire to the verdict."""

import asyncio
import json
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from jobs.recallflow.client import Client
from jobs.recallflow.codes import CODES
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.upload import Upload
from runner.errors import NotSent, Unclear
from runner.outcome import Action, Verdict
from runner.request import Request
from runner.sending.http_status import LONGEST_WAIT, status_verdict
from runner.sending.limits import Timeouts
from runner.sending.transport import LARGEST_ANSWER, Transport
from tests.jobs.recallflow.test_codes import DOCUMENTED, UNREADABLE
from tests.runner.sending.loopback import Answer, read_request, saying, server
from tests.runner.sending.self_signed import CERTIFICATE, PRIVATE_KEY

NOW = 1_754_879_679
BODY = b'{"keyId":299,"recallInterval":30,"recallNum":1,"recallType":0}'
SUCCESS = b'{"code": 0, "msg": "success", "data": null}'
REFUSAL = b'{"code": -22, "msg": "no", "data": null}'
PAGE = b"<html><h1>Something is wrong</h1></html>"
PATIENT = Timeouts(connect=10.0, answer=10.0)
HASTY = Timeouts(connect=10.0, answer=0.05)


@dataclass(frozen=True)
class Seen:
    """What a sender makes of an attempt."""

    action: Action
    code: str
    ambiguous: bool = False
    wait: float | None = None


OPEN = Seen(Action.BACK_OFF, "unreadable", ambiguous=True)
"""An answer that says nothing of the update."""
NO_ANSWER = Seen(Action.BACK_OFF, "unclear", ambiguous=True)
NOT_CONNECTED = Seen(Action.BACK_OFF, "not-connected")


async def sent_to(url: str, timeouts: Timeouts = PATIENT) -> Seen:
    """One attempt at an update, as the sender makes it: the transport, then what HTTP says, then the job."""
    upload = Upload(Client(url, EXAMPLE_ACCOUNT))
    request = Request(ordinal=1, key="299", body=BODY)
    async with Transport(timeouts, connections=1) as carrier:
        try:
            response = await carrier.post(upload.call(request, NOW))
        except NotSent:
            return NOT_CONNECTED
        except Unclear:
            return NO_ANSWER
    verdict: Verdict = status_verdict(response, now=lambda: NOW) or upload.verdict(response)
    assert verdict.message.en, "there is always something to tell"
    assert verdict.message.zh
    return Seen(verdict.action, verdict.code, verdict.ambiguous, verdict.wait)


async def seen(answer: Answer, timeouts: Timeouts = PATIENT) -> Seen:
    async with server(answer) as url:
        return await sent_to(url, timeouts)


def saying_json(body: bytes | dict[str, object], status: str = "200 OK", *headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return saying(status, "Content-Type: application/json;charset=UTF-8", *headers, body=content)


def writing(*parts: bytes, then: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None) -> Answer:
    """Reads the request, writes these bytes whatever they are, and closes the connection, or goes on."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then:
            await then(writer)

    return answer


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def hang(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


# What the vendor says


@pytest.mark.parametrize("code", sorted({*DOCUMENTED, *CODES}))
async def test_every_documented_code_as_a_number_and_as_text_under_either_name(code: str) -> None:
    expected = Seen(DOCUMENTED[code], code, ambiguous=code == "-18")
    for written in (int(code), code):
        assert await seen(saying_json({"code": written, "msg": "said", "data": None})) == expected
        assert await seen(saying_json({"status": written, "reason": "said"})) == expected


@pytest.mark.parametrize("code", ["-3", "-17", "-99", "1", "16", "200", "20000", "OK", "success", "０"])
async def test_a_code_that_nobody_documented_is_a_failure_and_never_a_success_nor_tried_again(code: str) -> None:
    written: list[object] = [code] + ([int(code)] if code.isascii() and code.lstrip("-").isdigit() else [])
    for each in written:
        assert await seen(saying_json({"code": each, "msg": "said"})) == Seen(Action.FAIL, code)
        assert await seen(saying_json({"status": each, "reason": "said"})) == Seen(Action.FAIL, code)


@pytest.mark.parametrize("header", ["Content-Type: text/html", "Content-Type: text/plain; charset=GBK", "X-None: 0"])
async def test_what_the_answer_calls_itself_does_not_matter(header: str) -> None:
    assert await seen(saying("200 OK", header, body=SUCCESS)) == Seen(Action.SUCCEED, "0")


async def test_an_answer_with_a_byte_order_mark_or_compressed_is_read() -> None:
    assert await seen(saying_json(b"\xef\xbb\xbf" + SUCCESS)) == Seen(Action.SUCCEED, "0")
    packed = zlib.compress(SUCCESS)
    assert await seen(saying_json(packed, "200 OK", "Content-Encoding: deflate")) == Seen(Action.SUCCEED, "0")


# What HTTP says


@pytest.mark.parametrize("status", ["300", "301", "302", "303", "304", "307", "308"])
@pytest.mark.parametrize("body", [b"", PAGE, SUCCESS, REFUSAL])
async def test_a_redirect_is_neither_followed_nor_believed(status: str, body: bytes) -> None:
    answer = saying_json(b"" if status == "304" else body, f"{status} Elsewhere", "Location: /elsewhere")
    assert await seen(answer) == OPEN


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "405", "408", "413", "418", "451", "499"])
async def test_a_client_error_counts_by_what_the_vendor_says_in_it_and_never_as_a_success(status: str) -> None:
    for nothing in (b"", PAGE, SUCCESS, b'{"error": "not found"}'):
        assert await seen(saying_json(nothing, f"{status} No")) == OPEN
    assert await seen(saying_json(REFUSAL, f"{status} No")) == Seen(Action.FAIL, "-22")
    assert await seen(saying_json({"code": -1}, f"{status} No")) == Seen(Action.STOP, "-1")
    assert await seen(saying_json({"code": -18}, f"{status} No")) == Seen(Action.BACK_OFF, "-18", ambiguous=True)


@pytest.mark.parametrize("status", ["500", "501", "502", "503", "504", "507", "511", "520", "599"])
@pytest.mark.parametrize("body", [b"", PAGE, SUCCESS, REFUSAL])
async def test_a_server_error_leaves_it_open_whatever_it_says(status: str, body: bytes) -> None:
    assert await seen(saying_json(body, f"{status} Oh")) == Seen(Action.BACK_OFF, f"http-{status}", ambiguous=True)


@pytest.mark.parametrize("status", ["201", "202", "203", "204", "206", "226"])
async def test_success_of_another_kind_is_not_believed(status: str) -> None:
    assert await seen(saying_json(b"" if status == "204" else SUCCESS, f"{status} Well")) == OPEN


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("86400", LONGEST_WAIT),
        (formatdate(NOW + 12, usegmt=True), 12.0),
        (formatdate(NOW - 12, usegmt=True), 0.0),
        ("soon", None),
        (None, None),
    ],
)
async def test_how_long_to_wait_is_as_the_answer_says_in_seconds_or_as_a_date(
    header: str | None, wait: float | None
) -> None:
    headers = [f"Retry-After: {header}"] if header else []
    for body in (b"Too Many Requests", SUCCESS):
        busy = await seen(saying("429 Too Many Requests", *headers, body=body))
        assert busy == Seen(Action.SLOW_DOWN, "http-429", wait=wait)
    overloaded = await seen(saying("503 Service Unavailable", *headers, body=PAGE))
    assert overloaded == Seen(Action.BACK_OFF, "http-503", ambiguous=True, wait=wait)


async def test_a_date_to_wait_for_is_by_the_clock_of_whoever_says_it() -> None:
    ahead = NOW + 600
    headers = (f"Retry-After: {formatdate(ahead + 5, usegmt=True)}", f"Date: {formatdate(ahead, usegmt=True)}")
    assert (await seen(saying("429 Too Many Requests", *headers))).wait == 5.0


# What cannot be read


@pytest.mark.parametrize(
    "body",
    [
        *UNREADABLE,
        PAGE,
        SUCCESS[:-1],
        SUCCESS + b"}",
        b'{"code": 0, "msg": "\xff"}',
        '{"code": 0, "msg": "成功"}'.encode("gb18030"),
        b'{"code": ' + b"9" * 5_000 + b"}",
        b'{"a":' * 50_000 + b"0" + b"}" * 50_000,
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_a_body_that_is_no_answer_leaves_it_open(body: bytes) -> None:
    assert await seen(saying_json(body)) == OPEN


# How to get no answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(writing(then=reset), id="reset before the answer"),
        pytest.param(writing(), id="closed before the answer"),
        pytest.param(writing(b"HTTP/1.1 20", then=reset), id="reset within the status"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-"), id="closed within the head"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n", then=reset), id="reset after the head"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n" + SUCCESS[:20]), id="closed in the body"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n" + SUCCESS), id="a byte is missing"),
        pytest.param(
            writing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2b\r\n" + SUCCESS + b"\r\n"),
            id="the last chunk is missing",
        ),
        pytest.param(
            writing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + SUCCESS), id="a chunk of no size"
        ),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + SUCCESS), id="a length below nothing"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n" + SUCCESS), id="a length in words"),
        pytest.param(
            writing(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\nContent-Length: 9\r\n\r\n" + SUCCESS), id="two lengths"
        ),
        pytest.param(writing(b"220 mail.example ESMTP ready\r\n"), id="no HTTP"),
        pytest.param(writing(b"\x16\x03\x01\x02\x00\x01\x00"), id="TLS where none is due"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n"), id="an endless header"),
        pytest.param(saying_json(b"no zlib", "200 OK", "Content-Encoding: deflate"), id="packed wrongly"),
        pytest.param(saying_json(b" " * LARGEST_ANSWER + SUCCESS), id="a huge body"),
        pytest.param(
            saying_json(zlib.compress(b" " * 16 * LARGEST_ANSWER + SUCCESS), "200 OK", "Content-Encoding: deflate"),
            id="a huge body that was packed well",
        ),
    ],
)
async def test_whatever_breaks_once_the_update_was_sent_leaves_it_open(answer: Answer) -> None:
    assert await seen(answer) == NO_ANSWER


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(writing(then=hang), id="before the answer"),
        pytest.param(writing(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n", then=hang), id="within the head"),
        pytest.param(
            writing(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n" + SUCCESS[:20], then=hang), id="in the body"
        ),
        pytest.param(writing(b"HTTP/1.1 100 Continue\r\n\r\n", then=hang), id="after a first word"),
    ],
)
async def test_a_vendor_that_falls_silent_leaves_it_open(answer: Answer) -> None:
    assert await seen(answer, HASTY) == NO_ANSWER


async def test_an_answer_that_is_longer_than_it_says_leaves_it_open() -> None:
    heard = await seen(writing(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + SUCCESS))
    assert heard in (OPEN, NO_ANSWER), "by whether the rest of it came along at once"


async def test_an_answer_that_ends_with_its_connection_is_read() -> None:
    assert await seen(writing(b"HTTP/1.1 200 OK\r\n\r\n" + SUCCESS)) == Seen(Action.SUCCEED, "0")


async def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert await sent_to(f"http://127.0.0.1:{port}/") == NOT_CONNECTED


async def test_where_nobody_vouches_for_the_certificate_nothing_was_sent(tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").write_text(CERTIFICATE)
    (tmp_path / "key.pem").write_text(PRIVATE_KEY)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    async with server(saying_json(SUCCESS), tls=tls) as url:
        assert await sent_to(url) == NOT_CONNECTED


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
async def test_where_no_tls_is_spoken_nothing_was_sent(words: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)

    async with server(answer) as url:
        assert await sent_to(url.replace("http://", "https://")) == NOT_CONNECTED
