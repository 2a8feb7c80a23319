import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runner.errors import NotSent, SettingsError, TransportError, Unclear
from runner.exchange import Call
from runner.sending.limits import Timeouts
from runner.sending.transport import LARGEST_ANSWER, Transport, check_endpoint
from tests.runner.sending.loopback import Answer, read_request, saying, server
from tests.runner.sending.self_signed import CERTIFICATE, PRIVATE_KEY

SECRET_WORD = "hunter2-geheim"
PATIENT = Timeouts(connect=10.0, answer=10.0)
HASTY = Timeouts(connect=10.0, answer=0.05)


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport(PATIENT, connections=4) as transport:
        yield transport


def call(url: str, body: bytes = b"hello") -> Call:
    return Call(url, {"Timestamp": "1750000000", "Sign": SECRET_WORD}, body)


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.Event().wait()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.transport.abort()


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)


async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf an ans")


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"220 mail.example ESMTP ready\r\n")


async def greet_first(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP ready\r\n")
    await writer.drain()


async def never_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_an_answer_comes_back_whole(transport: Transport) -> None:
    async with server(saying("200 OK", "Content-Type: application/json", body=b'{"code":0}')) as url:
        response = await transport.post(call(url))
    assert (response.status, response.body) == (200, b'{"code":0}')


async def test_the_vendor_gets_a_post_with_the_headers_and_exactly_the_bytes_that_were_checked(
    transport: Transport,
) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    body = '{"text": "您好 \\u00e9"}'.encode()
    async with server(listen) as url:
        await transport.post(call(url, body))
    head, _, received = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /greet HTTP/1.1\r\n")
    assert f"Sign: {SECRET_WORD}".encode() in head.split(b"\r\n")
    assert b"Timestamp: 1750000000" in head.split(b"\r\n")
    assert received == body


async def test_headers_of_an_answer_are_found_in_any_case(transport: Transport) -> None:
    async with server(saying("503 Busy", "rEtRy-aFtEr: 7")) as url:
        response = await transport.post(call(url))
    assert response.headers["Retry-After"] == response.headers["retry-after"] == "7"


async def test_an_http_error_is_an_answer(transport: Transport) -> None:
    async with server(saying("502 Bad Gateway", body=b"<html>")) as url:
        response = await transport.post(call(url))
    assert (response.status, response.body) == (502, b"<html>")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed_so_that_the_signature_goes_nowhere_else(
    transport: Transport, status: str
) -> None:
    elsewhere: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        elsewhere.append(await read_request(reader))

    async with server(listen) as other, server(saying(status, f"Location: {other}")) as url:
        response = await transport.post(call(url))
    assert response.status == int(status[:3])
    assert elsewhere == []


async def test_the_proxy_of_the_environment_does_not_see_the_call(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    async with server(saying("200 OK", body=b"direct")) as url:
        response = await transport.post(call(url))
    assert response.body == b"direct"


async def test_a_cookie_is_not_sent_back(transport: Transport) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heard.append(await read_request(reader))
            writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n")

    async with server(listen) as url:
        for _ in range(2):
            await transport.post(call(url.replace("127.0.0.1", "localhost")))
    assert [b"cookie" in request.lower() for request in heard] == [False, False]


async def test_a_refused_connection_means_that_nothing_was_sent(transport: Transport) -> None:
    with pytest.raises(NotSent) as told:
        await transport.post(call(f"http://127.0.0.1:{free_port()}/greet"))
    assert_says_what_happened(told.value)


async def test_a_certificate_that_nobody_vouches_for_means_that_nothing_was_sent(
    transport: Transport, tmp_path: Path
) -> None:
    (tmp_path / "certificate.pem").write_text(CERTIFICATE)
    (tmp_path / "key.pem").write_text(PRIVATE_KEY)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await read_request(reader))

    async with server(listen, tls=tls) as url:
        with pytest.raises(NotSent) as told:
            await transport.post(call(url))
    assert_says_what_happened(told.value)
    assert heard == []


async def test_a_server_that_does_not_speak_tls_means_that_nothing_was_sent(transport: Transport) -> None:
    async with server(greet_first) as url:
        with pytest.raises(NotSent) as told:
            await transport.post(call(url.replace("http://", "https://")))
    assert_says_what_happened(told.value)


async def test_a_call_that_never_got_a_connection_of_its_own_was_not_sent() -> None:
    arrived = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        arrived.set()
        await asyncio.Event().wait()

    async with server(hold) as url, Transport(Timeouts(connect=0.05, answer=10.0), connections=1) as narrow:
        first = asyncio.ensure_future(narrow.post(call(url)))
        await arrived.wait()
        with pytest.raises(NotSent) as told:
            await narrow.post(call(url))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert_says_what_happened(told.value)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reset, id="reset after the request"),
        pytest.param(hang_up, id="closed without an answer"),
        pytest.param(cut_off, id="cut off within the answer"),
        pytest.param(babble, id="something that is not HTTP"),
        pytest.param(never_end, id="an answer that never ends"),
        pytest.param(saying("200 OK", body=bytes(LARGEST_ANSWER + 1)), id="an answer that is too long"),
    ],
)
async def test_what_went_wrong_after_the_request_left_is_unclear(transport: Transport, answer: Answer) -> None:
    async with server(answer) as url:
        with pytest.raises(Unclear) as told:
            await transport.post(call(url))
    assert_says_what_happened(told.value)


async def test_no_answer_in_time_is_unclear() -> None:
    async with server(hang) as url, Transport(HASTY, connections=1) as hasty:
        with pytest.raises(Unclear, match="in time") as told:
            await hasty.post(call(url))
    assert_says_what_happened(told.value)


async def test_an_answer_as_long_as_is_allowed_is_read(transport: Transport) -> None:
    async with server(saying("200 OK", body=bytes(LARGEST_ANSWER))) as url:
        assert len((await transport.post(call(url))).body) == LARGEST_ANSWER


async def test_a_lost_call_is_not_sent_again_behind_the_runners_back(transport: Transport) -> None:
    heard: list[bytes] = []

    async def answer_once_a_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        heard.append(await read_request(reader))

    async with server(answer_once_a_connection) as url:
        await transport.post(call(url))
        with pytest.raises(Unclear):
            await transport.post(call(url))
    assert len(heard) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://api.vendor.example/v3/voice/",
        "https://api.vendor.example:8443/",
        "http://127.0.0.1:8080/v3/",
        "http://127.8.9.10/",
        "http://localhost:8080/",
        "http://[::1]:8080/",
    ],
)
def test_calls_may_go_over_https_or_stay_on_this_machine(url: str) -> None:
    assert check_endpoint(url) == url


def test_an_endpoint_is_taken_in_one_spelling_however_it_was_typed() -> None:
    assert check_endpoint("HTTPS://API.vendor.example:443/v3/voice") == "https://api.vendor.example/v3/voice/"
    assert check_endpoint("http://LOCALHOST") == "http://localhost/"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://api.vendor.example/", id="plain http"),
        pytest.param("http://192.168.0.7/", id="plain http in the local network"),
        pytest.param("http://127.0.0.1.vendor.example/", id="a host that looks like this machine"),
        pytest.param("http://localhost.vendor.example/", id="a host that begins like this machine"),
        pytest.param("ftp://api.vendor.example/", id="ftp"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("api.vendor.example/v3", id="no scheme"),
        pytest.param("https:///v3", id="no host"),
        pytest.param("", id="nothing"),
        pytest.param("https://api.vendor.example/?a=b", id="a query"),
        pytest.param("https://api.vendor.example/#a", id="a fragment"),
        pytest.param("https://[::1/", id="half an IPv6 address"),
        pytest.param("https://[vendor]/", id="brackets without an IPv6 address"),
        pytest.param("https://api.vendor.example:port/", id="a port that is no number"),
        pytest.param("https://api.vendor.example:99999/", id="a port that there is none of"),
        pytest.param("https://api vendor example/", id="blanks in the host"),
        pytest.param(f"https://li:{SECRET_WORD}@api.vendor.example/", id="a user and a password"),
        pytest.param(f"https://:{SECRET_WORD}@api.vendor.example/", id="a password alone"),
        pytest.param("https://li@api.vendor.example/", id="a user alone"),
        pytest.param(f"http://li:{SECRET_WORD}@api.vendor.example/", id="a password over plain http"),
        pytest.param(f"ftp://li:{SECRET_WORD}@api.vendor.example/", id="a password over ftp"),
        pytest.param(f"https://li:{SECRET_WORD}@/v3", id="a password and no host"),
        pytest.param(f"https://li:{SECRET_WORD}@[::1/", id="a password and half an address"),
    ],
)
def test_any_other_endpoint_is_refused_in_both_languages_and_no_password_is_shown(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        check_endpoint(url)
    cause = told.value.__cause__
    for message in (told.value.en, told.value.zh, str(cause)):
        assert SECRET_WORD not in message
    assert told.value.en != told.value.zh


def assert_says_what_happened(error: TransportError) -> None:
    """In both languages, in one line, without the signature."""
    for message in (error.en, error.zh):
        assert message.strip()
        assert "\n" not in message
        assert SECRET_WORD not in message
    assert error.en != error.zh
