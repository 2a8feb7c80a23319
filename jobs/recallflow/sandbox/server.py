"""Serves the simulated vendor on loopback. The owner of aiohttp's server."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from math import ceil
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from jobs.recallflow.sandbox.example_flows import fill_with_examples
from jobs.recallflow.sandbox.faults import Fault, FaultDice, FaultShares
from jobs.recallflow.sandbox.gate import Gate, Opening, Refused
from jobs.recallflow.sandbox.request_log import Exchange, RequestLog, subject
from jobs.recallflow.sandbox.vendor import Reply, SimulatedVendor
from jobs.recallflow.signing import Account
from runner.errors import SettingsError

EXAMPLE_ACCOUNT = Account(key=SecretStr("bDqJFiq9"), secret=SecretStr("7bz1lzh9"))
"""The one whose signature the vendor's page shows. It opens nothing but this simulation."""

EXPIRED = Reply("-16", "timestamp expired")
SYSTEM_ERROR = Reply("-18", "system error")

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
    opening: Opening = field(default_factory=Opening)
    """How much is let in; of the others, those that find somebody there are told HTTP 429."""
    retry_after: float | None = None
    """Seconds that HTTP 429 and 503 say to wait; None where 429 says one second, and 503 nothing."""
    retry_after_date: bool = False
    """Whether they say it as a date."""
    clock_skew: float = 0.0
    """Seconds that its clock is ahead of this machine's."""
    window: float = 300.0
    """Seconds that a timestamp may be off."""
    date_header: bool = True
    hide_base_file: bool = False
    numbers_as_text: bool = False
    reverse_nodes: bool = False
    null_for_unknown: bool = False
    newest_first: bool = False
    """Whether queryPage begins with the newest flow."""
    flows: int = 0
    """Example flows that it has from the start."""
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
        self._gate = Gate(settings.opening, started=now())
        self._log = RequestLog(settings.request_log)
        self.vendor = SimulatedVendor(
            settings.account,
            window=settings.window,
            now=self._now,
            hide_base_file=settings.hide_base_file,
            numbers_as_text=settings.numbers_as_text,
            reverse_nodes=settings.reverse_nodes,
            null_for_unknown=settings.null_for_unknown,
            newest_first=settings.newest_first,
        )
        fill_with_examples(self.vendor, settings.flows, now=self.vendor.today())

    def close(self) -> None:
        self._log.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["call"].removeprefix(BASE_PATH[1:])
        if not self.vendor.knows(path):
            return web.Response(status=404, text="Not Found")
        body = await request.read()
        with self._gate.passing(self._machine_now()) as refused:
            if self._settings.faults.latency and refused is not Refused.DOWN:
                await asyncio.sleep(self._settings.faults.latency)
            about = subject(body)
            fault, reply = (refused, None) if refused else self._carry_out(request, path, body, f"{path} {about}")
            told = _told(fault, reply)
            self._log.write(
                Exchange(
                    at=self._machine_now(),
                    path=path,
                    subject=about,
                    timestamp=request.headers.get("Timestamp"),
                    fault=fault,
                    reply=reply,
                    answered=told.code if told else None,
                )
            )
            return web.json_response(told.body) if told else await self._fail(request, fault, reply)

    def _carry_out(
        self, request: web.Request, path: str, body: bytes, subject: str
    ) -> tuple[Fault | None, Reply | None]:
        draw = self._dice.draw(subject)
        reply = self.vendor.refusal(request.headers)
        if reply is None and draw.fault is Fault.EXPIRED:
            reply = EXPIRED
        if reply is None and (draw.fault is None or draw.applied):
            reply = self.vendor.carry_out(path, body)
        return draw.fault, reply

    async def _fail(
        self, request: web.Request, fault: Fault | Refused | None, reply: Reply | None
    ) -> web.StreamResponse:
        """What the caller gets instead of an answer."""
        match fault:
            case Refused.RATE_LIMIT | Refused.CONCURRENCY_LIMIT:
                return web.Response(status=429, headers=self._retry_after(1.0), text="Too Many Requests")
            case Fault.HTTP_503:
                page = "<html><h1>503 Service Unavailable</h1></html>"
                return web.Response(status=503, headers=self._retry_after(None), text=page)
            case Fault.NOT_JSON:
                return web.Response(text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
            case Fault.CUT_BODY:
                return await _half(request, web.json_response((reply or SYSTEM_ERROR).body))
            case Fault.TIMEOUT:
                await asyncio.sleep(self._settings.faults.hang)
        return _cut(request)

    def _retry_after(self, seconds: float | None) -> dict[str, str]:
        """The header, where there is anything to say by default or by the settings."""
        if self._settings.retry_after is not None:
            seconds = self._settings.retry_after
        if seconds is None:
            return {}
        if self._settings.retry_after_date:
            return {"Retry-After": formatdate(ceil(self._now() + seconds), usegmt=True)}
        return {"Retry-After": str(ceil(seconds))}

    async def set_date(self, _: web.Request, response: web.StreamResponse) -> None:
        if self._settings.date_header:
            response.headers["Date"] = formatdate(self._now(), usegmt=True)
        else:
            response.headers.popall("Date", None)

    def _now(self) -> float:
        return self._machine_now() + self._settings.clock_skew


def _told(fault: Fault | Refused | None, reply: Reply | None) -> Reply | None:
    """The answer that the caller hears; None where it is none."""
    if fault is Fault.SYSTEM_ERROR:
        return SYSTEM_ERROR
    return reply if fault in {None, Fault.EXPIRED} else None


def _cut(request: web.Request) -> web.Response:
    """Resets the connection; what is answered on it gets nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Answers with half of a body, and closes the connection."""
    body = whole.body
    assert isinstance(body, bytes)
    half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
