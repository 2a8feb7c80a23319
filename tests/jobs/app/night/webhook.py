"""A webhook on loopback that takes, refuses, or keeps whoever calls waiting."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class Webhook:
    """What has come in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[dict[str, Any]] = []
        self.reached = Event()

    def url(self, path: str = "", options: str = "") -> str:
        return f"json://127.0.0.1:{self.port}/{path}{options}"


@contextmanager
def webhook(*, status: int = 200, hangs: bool = False) -> Iterator[Webhook]:
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            hook.reached.set()
            if hangs:
                over.wait()
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    hook = Webhook(server.server_port)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
