"""Serves the simulated vendor on loopback. The owner of aiohttp's server."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any, TextIO

from aiohttp import web
from pydantic import SecretStr

from jobs.recallflow.sandbox.faults import Fault, FaultDice, FaultShares
from jobs.recallflow.sandbox.vendor import Reply, SimulatedVendor
from jobs.recallflow.signing import Account
from runner.errors import SettingsError

EXAMPLE_ACCOUNT = Account(key=SecretStr("bDqJFiq9"), secret=SecretStr("7bz1lzh9"))
"""The one whose signature the vendor's page shows. It opens nothing but this simulation."""

BASE_PATH = "/v3/voice/"
LARGEST_BODY = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """How the simulated vendor behaves."""

    account: Account = EXAMPLE_ACCOUNT
    host: str = "127.0.0.1"
    port: int = 0
    """0 for any that is free."""
    faults: FaultShares = field(default_factory=FaultShares)
    rate_limit: int | None = None
    """Requests in each second of the clock; the others are told HTTP 429."""
    clock_skew: float = 0.0
    """Seconds that its clock is ahead of this machine's."""
    window: float = 300.0
    """Seconds that a timestamp may be off."""
    date_header: bool = True
    hide_base_file: bool = False
    request_log: Path | None = None
    """Gets a line of JSON for every request."""


@asynccontextmanager
async def sandbox(
    settings: SandboxSettings, *, now: Callable[[], float] = time.time
) -> AsyncIterator[tuple[str, SimulatedVendor]]:
    """Serves for as long as the context lasts; gives the base URL and the vendor behind it.

    Raises:
        SettingsError: the port or the request log cannot be opened.
    """
    server = _Server(settings, now)
    app = web.Application(client_max_size=LARGEST_BODY)
    for prefix in (BASE_PATH, "/"):  # the base URL may be given with or without its path
        app.router.add_post(prefix + "{call:.+}", server.handle)
    app.on_response_prepare.append(server.set_date)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    try:
        await _listen(runner, settings)
        yield f"http://{settings.host}:{runner.addresses[0][1]}{BASE_PATH}", server.vendor
    finally:
        await runner.cleanup()
        server.close()


async def _listen(runner: web.AppRunner, settings: SandboxSettings) -> None:
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise SettingsError(
            f"The sandbox cannot listen on {settings.host}:{settings.port} ({error.strerror}). Choose another --port.",
            f"沙箱无法监听 {settings.host}:{settings.port}（{error.strerror}）。请用 --port 换一个端口。",
        ) from error


class _Server:
    """Wraps the vendor into HTTP, faults included."""

    def __init__(self, settings: SandboxSettings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._machine_now = now
        self._dice = FaultDice(settings.faults)
        self._second = 0
        self._in_second = 0
        self._log = _open_log(settings.request_log)
        self.vendor = SimulatedVendor(
            settings.account, window=settings.window, now=self._now, hide_base_file=settings.hide_base_file
        )

    def close(self) -> None:
        if self._log:
            self._log.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["call"].removeprefix(BASE_PATH[1:])
        if not self.vendor.knows(path):
            return web.Response(status=404, text="Not Found")
        body = await request.read()
        if self._settings.faults.latency:
            await asyncio.sleep(self._settings.faults.latency)
        exchange = _Exchange(request, path, _subject(body), self._machine_now())
        if self._over_limit():
            return self._answer(exchange, "rate-limit", None)
        draw = self._dice.draw(f"{path} {exchange.subject}")
        reply = self.vendor.refusal(request.headers)
        if reply is None and draw.fault is Fault.EXPIRED:
            reply = Reply("-16", "timestamp expired")
        if reply is None and (draw.fault is None or draw.applied):
            reply = self.vendor.carry_out(path, body)
        return self._answer(exchange, draw.fault and draw.fault.value, reply)

    async def set_date(self, _: web.Request, response: web.StreamResponse) -> None:
        if self._settings.date_header:
            response.headers["Date"] = formatdate(self._now(), usegmt=True)
        else:
            response.headers.popall("Date", None)

    def _answer(self, exchange: "_Exchange", fault: str | None, reply: Reply | None) -> web.Response:
        told = Reply("-18", "system error") if fault == Fault.SYSTEM_ERROR.value else reply
        match fault:
            case "rate-limit":
                response = web.Response(status=429, headers={"Retry-After": "1"}, text="Too Many Requests")
            case Fault.HTTP_503.value:
                response = web.Response(status=503, text="<html><h1>503 Service Unavailable</h1></html>")
            case Fault.NOT_JSON.value:
                response = web.Response(text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
            case Fault.DROP.value:
                response = web.Response()
                if exchange.request.transport is not None:
                    exchange.request.transport.abort()
            case _:
                assert told is not None, "only a fault keeps a request from being answered"
                response = web.json_response(told.body)
                exchange.answered = told.code
        if self._log:
            self._log.write(exchange.line(fault, reply) + "\n")
            self._log.flush()
        return response

    def _over_limit(self) -> bool:
        if self._settings.rate_limit is None:
            return False
        second = int(self._machine_now())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > self._settings.rate_limit

    def _now(self) -> float:
        return self._machine_now() + self._settings.clock_skew


@dataclass(slots=True)
class _Exchange:
    """A request, and what the log says of it."""

    request: web.Request
    path: str
    subject: Any
    """The flow's key, if it names one."""
    at: float
    answered: str | None = None
    """The code that the caller was told; None where the answer was none."""

    def line(self, fault: str | None, reply: Reply | None) -> str:
        """For the log; `outcome` is the code that the request really came to, whatever a fault made of the answer."""
        return json.dumps(
            {
                "at": self.at,
                "path": self.path,
                "keyId": self.subject,
                "timestamp": self.request.headers.get("Timestamp"),
                "fault": fault,
                "answered": self.answered,
                "outcome": reply.code if reply else None,
                "message": reply.message if reply else None,
                "applied": bool(reply and reply.applied),
            },
            ensure_ascii=False,
        )


def _open_log(path: Path | None) -> TextIO | None:
    if path is None:
        return None
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The request log {path} cannot be written ({error.strerror}). Choose another --request-log.",
            f"无法写入请求日志 {path}（{error.strerror}）。请更换 --request-log。",
        ) from error


def _subject(body: bytes) -> Any:  # noqa: ANN401 - whatever the caller put there
    """What a request is about: the flow's key, if it names one."""
    try:
        values = json.loads(body)
    except ValueError:
        return None
    return values.get("keyId", values.get("id")) if isinstance(values, dict) else None
