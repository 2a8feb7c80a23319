"""A plain aiohttp loop: what somebody would write who needs nothing of what the runner promises."""

import asyncio
import json
import time
from collections.abc import Iterable

import aiohttp

from jobs.app.loop import run_loop
from jobs.recallflow.client import UPDATE
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from runner.sending.limits import Timeouts


def send_plainly(url: str, bodies: Iterable[bytes], concurrency: int, path: str = UPDATE) -> int:
    """Sends all to one path, with one signature; gives how many succeeded.

    The session has the send phase's own settings, and the event loop is of the same kind. The permit comes before the
    task, since a task for each body from the start is no faster and takes more memory.
    """

    async def main() -> int:
        headers = EXAMPLE_ACCOUNT.headers(int(time.time()))
        permits = asyncio.Semaphore(concurrency)
        succeeded = 0

        async def one(body: bytes) -> None:
            nonlocal succeeded
            try:
                async with session.post(url + path, data=body, headers=headers, allow_redirects=False) as answer:
                    succeeded += json.loads(await answer.read())["code"] == 0
            finally:
                permits.release()

        timeouts = Timeouts()
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=concurrency, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=timeouts.answer, connect=timeouts.connect),
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            asyncio.TaskGroup() as sending,
        ):
            for body in bodies:
                await permits.acquire()
                sending.create_task(one(body))
        return succeeded

    return run_loop(main())
