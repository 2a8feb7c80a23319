"""Loopback servers in a process of their own that answer at once, success or a flow: what is measured is the sender."""

import asyncio
import json
import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from jobs.app.loop import run_loop
from jobs.recallflow.client import QUERY_DETAIL, UPDATE
from jobs.recallflow.reference import KEY
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    _Pipe = PipeConnection[Any, Any]
else:
    from multiprocessing.connection import Connection

    _Pipe = Connection[Any, Any]

_BODY = '{"code":0,"msg":"success","data":null}'
_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {}\r\nConnection: keep-alive"
)

_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        default_type "application/json;charset=UTF-8";
        location / {{ return 200 '{body}'; }}
    }}
}}
"""

_DAY = 86_400.0

PATIENCE = 10.0
"""Seconds that a server may take to start, and to end."""


@contextmanager
def answering_server() -> Iterator[str]:
    """Serves for as long as the context lasts: nginx where it is installed, a server of ours elsewhere.

    Gives the base URL.
    """
    nginx = shutil.which("nginx")
    if nginx:
        with _nginx(nginx) as port:
            yield f"http://127.0.0.1:{port}/"
    else:
        with _own_server() as (port, _):
            yield f"http://127.0.0.1:{port}/"


@contextmanager
def _nginx(program: str) -> Iterator[int]:
    with TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
        config = Path(folder) / "nginx.conf"
        config.write_text(_NGINX.format(folder=folder, port=port, body=_BODY))
        process = subprocess.Popen([program, "-e", "stderr", "-p", folder, "-c", config])
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    raise RuntimeError("nginx did not start")


@dataclass(frozen=True, slots=True)
class Served:
    """By a server of ours, so far."""

    requests: int
    processors: float
    """Seconds of processors."""


@dataclass(frozen=True, slots=True)
class Teller:
    """A server that tells flows."""

    url: str
    pipe: _Pipe

    def served(self) -> Served:
        """What it has done so far."""
        self.pipe.send("so far")
        served: Served = self.pipe.recv()
        return served


@contextmanager
def telling_server(bodies: list[bytes]) -> Iterator[Teller]:
    """Answers recallFlow/queryDetail for as long as the context lasts, with flows that are as these updates want them.

    The answers are those of the sandbox's vendor, made before the first request comes.
    """
    with _own_server(bodies) as (port, pipe):
        yield Teller(f"http://127.0.0.1:{port}/", pipe)


@contextmanager
def _own_server(bodies: list[bytes] | None = None) -> Iterator[tuple[int, _Pipe]]:
    context = multiprocessing.get_context("spawn")
    ours: _Pipe
    theirs: _Pipe
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, bodies), daemon=True)
    process.start()
    theirs.close()  # so that nobody waits for a server that did not start
    try:
        yield ours.recv(), ours
    finally:
        ours.send(None)
        process.join(PATIENCE)


def _serve(pipe: _Pipe, bodies: list[bytes] | None) -> None:
    success = _whole(_BODY.encode())
    answer = (lambda _: success) if bodies is None else _answers(bodies).__getitem__
    requests = 0

    def counted(asked: bytes) -> bytes:
        nonlocal requests
        requests += 1
        return answer(asked)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(counted), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        began = time.process_time()
        while await loop.run_in_executor(None, pipe.recv):
            pipe.send(Served(requests, time.process_time() - began))
        server.close()

    run_loop(main())


def _answers(bodies: list[bytes]) -> dict[bytes, bytes]:
    """By what is asked."""
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=_DAY, now=time.time)
    for body in bodies:
        assert vendor.carry_out(UPDATE, body).applied
    asked = (json.dumps({KEY: key}).encode() for key in vendor.flows)
    return {query: _whole(_as_sent(vendor.carry_out(QUERY_DETAIL, query).body)) for query in asked}


def _as_sent(answer: object) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _whole(body: bytes) -> bytes:
    return _HEAD.format(len(body)).encode() + b"\r\n\r\n" + body


class _Answering(asyncio.Protocol):
    """Reads just as much of HTTP as it takes to find where a request ends."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's derives from nothing of asyncio's
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            start = head.index(b"content-length:") + len(b"content-length:")
            length = int(head[start : head.find(b"\r\n", start) if b"\r\n" in head[start:] else None])
            whole = end + 4 + length
            if len(self._received) < whole:
                return
            asked, self._received = self._received[end + 4 : whole], self._received[whole:]
            self._transport.write(self._answer(asked))
