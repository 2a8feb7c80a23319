"""How much our own code slows sending down: the send phase against a plain aiohttp loop.

    python -m tests.bench.send --flows 10000 --concurrency 64 --rounds 5

Both send the same bodies to the same loopback server with the same session settings, on the same kind of event loop.
The plain loop has a semaphore, a task a request, and one signature for all; it keeps no journal, retries nothing and
counts what succeeded. The send phase has all of it. They run in turn; what is printed is the median of the rounds, and
of their ratios.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from jobs.app.loop import run_loop
from jobs.recallflow.client import UPDATE, Client
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.upload import Upload
from runner.engine import Source, load, send
from runner.journal.database import Database
from runner.journal.journal import Destination
from runner.journal.ledger import Ledger
from runner.outcome import State
from runner.sending.limits import Limits
from runner.sending.retry import RetryPolicy
from runner.sending.transport import Timeouts, Transport
from tests.acceptance.sheets import generator
from tests.bench.answering import answering_server

Seconds = tuple[float, float]
"""By the wall, and of this process' processors."""


def measured(work: Callable[[], int], expected: int) -> Seconds:
    """Runs it, and checks that it sent everything."""
    wall, processors = time.perf_counter(), time.process_time()
    succeeded = work()
    seconds = time.perf_counter() - wall, time.process_time() - processors
    assert succeeded == expected, f"{succeeded} of {expected} succeeded"
    return seconds


def plain_loop(url: str, bodies: list[bytes], concurrency: int) -> int:
    """What somebody would write who needs nothing of what the runner promises."""

    async def main() -> int:
        headers = EXAMPLE_ACCOUNT.headers(int(time.time()))
        permits = asyncio.Semaphore(concurrency)

        async def one(session: aiohttp.ClientSession, body: bytes) -> bool:
            async with permits, session.post(url + UPDATE, data=body, headers=headers, allow_redirects=False) as answer:
                return bool(json.loads(await answer.read())["code"] == 0)

        timeouts = Timeouts()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=concurrency),
            timeout=aiohttp.ClientTimeout(total=timeouts.answer, connect=timeouts.connect),
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            return sum(await asyncio.gather(*(one(session, body) for body in bodies)))

    return run_loop(main())


def send_phase(url: str, run: int, database: Database, concurrency: int) -> int:
    """The runner's send phase, journal and all."""

    async def main() -> None:
        async with Transport(Timeouts(), connections=concurrency) as carrier:
            await send(
                Upload(Client(url, EXAMPLE_ACCOUNT)),
                run,
                database,
                carrier,
                limits=Limits(concurrency=concurrency),
                retry=RetryPolicy(),
                observe=lambda _: None,
                random=Random(),
                control=lambda _: nullcontext(),
            )

    run_loop(main())
    return Ledger(database).run(run).counts[State.SUCCEEDED]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    make = generator()
    ours: list[Seconds] = []
    plain: list[Seconds] = []
    with TemporaryDirectory() as folder, answering_server() as url:
        flows = Path(folder) / "flows.csv"
        rows = ([row.get(spec.name) for spec in make.FIELDS] for flow in make.flows(given.flows, 7) for row in flow)
        make.write_csv(flows, make.headings("en"), rows)
        with Database(Path(folder) / "journal.sqlite3") as database:
            destination = Destination(endpoint=url, account="bench")
            source = Source(path=flows)

            def loaded() -> int:
                return load(
                    Upload(None), source, database, destination=destination, observe=lambda _: None, random=Random()
                )

            first = loaded()
            bodies = [row[0] for row in database.stream("SELECT body FROM bodies WHERE run = ?", (first,))]
            for _ in range(given.rounds):
                run = loaded()
                ours.append(measured(partial(send_phase, url, run, database, given.concurrency), given.flows))
                plain.append(measured(partial(plain_loop, url, bodies, given.concurrency), given.flows))
    for name, seconds in (("send phase", ours), ("plain loop", plain)):
        wall, processors = (median(each) for each in zip(*seconds, strict=True))
        print(
            f"{name}: {given.flows / wall:,.0f} requests/s, {processors / given.flows * 1e6:,.0f} µs of CPU a request"
        )
    ratio = median(other[0] / own[0] for own, other in zip(ours, plain, strict=True))
    print(f"requests/s, send phase to plain loop: {ratio:.2f} (median of {given.rounds} rounds in turn)")


if __name__ == "__main__":
    main()
