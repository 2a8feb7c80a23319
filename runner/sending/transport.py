"""Carries calls over HTTP, and tells what surely did not leave from what perhaps did. The owner of aiohttp's client."""

import ipaddress
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

import aiohttp

from runner.endpoint import normal_endpoint
from runner.errors import NotSent, SettingsError, Unclear
from runner.exchange import Call, Response
from runner.sending.limits import Timeouts

LARGEST_ANSWER = 2**20
"""Bytes. An answer is a few hundred; whatever is longer is none."""


class Transport:
    """One session: connections kept, TLS verified, no redirect followed, no proxy and no cookie of the environment."""

    def __init__(self, timeouts: Timeouts, *, connections: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(total=timeouts.answer, connect=timeouts.connect),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def post(self, call: Call) -> Response:
        """Makes the call, once.

        Raises:
            NotSent: no connection came about.
            Unclear: it was cut off or timed out when bytes may have left already.
        """
        try:
            response = await self._session.post(
                call.url, data=aiohttp.BytesPayload(call.body), headers=call.headers, allow_redirects=False
            )
            return Response(response.status, response.headers, await _whole_body(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            reason = _reason(error)
            raise NotSent(f"no connection ({reason})", f"无法建立连接（{reason}）") from error
        except TimeoutError as error:
            raise Unclear("no answer in time", "未在时限内收到应答") from error
        except (aiohttp.ClientError, OSError) as error:
            reason = _reason(error)
            raise Unclear(f"the connection broke ({reason})", f"连接中断（{reason}）") from error


async def _whole_body(response: aiohttp.ClientResponse) -> bytes:
    """The body. In any case the connection is given back or closed."""
    length = None if "Content-Encoding" in response.headers else response.content_length  # it is of what was packed
    if length is not None and length <= LARGEST_ANSWER:
        return await response.read()
    body = bytearray()
    async with response:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise Unclear("the answer is too long to be one", "应答过长，不是有效应答")
    return bytes(body)


def check_endpoint(url: str) -> str:
    """The URL in its usual spelling, where calls may go there: https, or plain http that stays on this machine.

    Raises:
        SettingsError: it is no such URL.
    """
    if "@" in url or "?" in url or "#" in url:
        raise SettingsError(
            "The base URL may have no user name, password, query or fragment. Set --base-url without them.",
            "基础网址不能包含用户名、密码、查询参数或片段。请去掉后重新设置 --base-url。",
        )
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            f'"{url}" is not a web address. Set --base-url to one like https://host/path/.',
            f"“{url}”不是有效的网址。请将 --base-url 设为 https://主机/路径/ 的形式。",
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise SettingsError(
            f"Plain http to {parts.hostname} would send the signature for all to read. Use https.",
            f"向 {parts.hostname} 使用明文 http 会暴露签名。请使用 https。",
        )
    return normal_endpoint(url)


def _split(url: str) -> SplitResult | None:
    """The URL's parts; None where it is malformed."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is only looked at when it is asked for
        (parts.hostname or "").encode("idna")
    except ValueError:  # a UnicodeError is one
        return None
    return None if any(character.isspace() for character in url) else parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    """What the system said, without the URL that aiohttp may put into it."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__
