"""An event loop beside the test: what answers there needs no process of its own."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def aside(server: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """Keep an asynchronous server open in a thread with a loop of its own; give what it gives."""
    opened: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        async with server as value:
            opened.set_result((value, asyncio.get_running_loop(), ended))
            await ended.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if opened.done():
                raise
            opened.set_exception(error)

    thread = Thread(target=run)
    thread.start()
    try:
        value, loop, ended = opened.result()
        try:
            yield value
        finally:
            loop.call_soon_threadsafe(ended.set)
    finally:
        thread.join()
