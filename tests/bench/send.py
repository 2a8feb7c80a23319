"""How much our own code slows sending down: the send phase against a plain aiohttp loop.

    python -m tests.bench.send --flows 20000 --concurrency 64 --rounds 5

Both send the same bodies to the same loopback server with the same session settings, on the same kind of event loop,
each in a process of its own that measures nothing but the sending. The plain loop has a permit and a task for each
request; it keeps no journal, retries nothing and counts what succeeded. The send phase has all of it, and the program's
setting of the garbage collector. They take turns; what is printed are the medians of the rounds, and of their ratios.
"""

import argparse
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from jobs.app.garbage import collect_rarely
from jobs.app.loop import run_loop
from jobs.recallflow.client import Client
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.upload import Upload
from runner.engine import send
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.loading import Source, load
from runner.outcome import State
from runner.sending.limits import Limits, RetryPolicy, Timeouts
from runner.sending.transport import Transport
from tests.bench.answering import answering_server
from tests.bench.figures import Taken, measured, show
from tests.bench.plain import send_plainly
from tests.bench.tables import kept_flows

Contender = Callable[[str, Path, int, int], Taken]
"""Takes the URL, the journal, the run and the concurrency."""


def send_phase(url: str, journal: Path, run: int, concurrency: int) -> Taken:
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

    collect_rarely()  # as the program does
    with Database(journal) as database:
        taken = measured(lambda: run_loop(main()), Ledger(database).run(run).requests)
        assert Ledger(database).run(run).counts[State.SUCCEEDED] == taken.requests
    return taken


def plain_loop(url: str, journal: Path, run: int, concurrency: int) -> Taken:
    """The bodies of the run, which are all in memory before."""
    with Database(journal) as database:
        bodies = [row[0] for row in database.stream("SELECT body FROM bodies WHERE run = ? ORDER BY ordinal", (run,))]
    succeeded = 0

    def send_all() -> None:
        nonlocal succeeded
        succeeded = send_plainly(url, bodies, concurrency)

    taken = measured(send_all, len(bodies))
    assert succeeded == taken.requests
    return taken


def in_its_own_process(contender: Contender, url: str, journal: Path, run: int, concurrency: int) -> Taken:
    """Its memory is its own, and nobody has warmed up for it."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(contender, url, journal, run, concurrency).result()


def load_run(flows: Path, journal: Path, url: str) -> int:
    """The flows as a run of a journal, ready to be sent."""
    with Database(journal) as database:
        destination = Destination(endpoint=url, account="bench")
        return load(
            Upload(None),
            Source(path=flows),
            database,
            destination=destination,
            observe=lambda _: None,
            random=Random(),
        )


CONTENDERS: dict[str, Contender] = {"send phase": send_phase, "plain loop": plain_loop}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rounds: dict[str, list[Taken]] = {name: [] for name in CONTENDERS}
    with TemporaryDirectory() as folder, answering_server() as url:
        journal = Path(folder) / "journal.sqlite3"
        for number in range(given.rounds):
            run = load_run(kept_flows(given.flows), journal, url)
            in_turn = list(CONTENDERS.items())
            for name, contender in in_turn if number % 2 else reversed(in_turn):
                rounds[name].append(in_its_own_process(contender, url, journal, run, given.concurrency))
    print(f"{given.flows:,} flows, concurrency {given.concurrency}")
    show(rounds)


if __name__ == "__main__":
    main()
