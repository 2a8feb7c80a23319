"""A loopback server in a process of its own that does nothing but answer success: what is measured is the sender."""

import asyncio
import multiprocessing
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from jobs.app.loop import run_loop

_BODY = '{"code":0,"msg":"success","data":null}'
_ANSWER = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\n"
    f"Content-Length: {len(_BODY)}\r\nConnection: keep-alive\r\n\r\n{_BODY}"
).encode()

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

PATIENCE = 10.0
"""Seconds that a server may take to start, and to end."""


@contextmanager
def answering_server() -> Iterator[str]:
    """Serves for as long as the context lasts: nginx where it is installed, a server of ours elsewhere.

    Gives the base URL.
    """
    nginx = shutil.which("nginx")
    with _nginx(nginx) if nginx else _own_server() as port:
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


@contextmanager
def _own_server() -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(PATIENCE)


def _serve(pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        server.close()

    run_loop(main())


class _Answering(asyncio.Protocol):
    """Reads just as much of HTTP as it takes to find where a request ends."""

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
            self._received = self._received[whole:]
            self._transport.write(_ANSWER)
