"""How much our own code slows the reading of remote states down: a night without drift against a plain aiohttp loop.

    python -m tests.bench.reconcile --flows 10000 --concurrency 64 --rounds 3

Both ask the same loopback server for the same flows, of two nodes each, with the same session settings, on the same
kind of event loop, each in a process of its own that measures nothing but that. The plain loop knows beforehand what it
asks, and looks at nothing but the code of an answer. A reconciliation compares every field and writes the plan. They
take turns; what is printed are the medians of the rounds, and of their ratios; how many requests a flow took; and what
a reconciliation has in memory at most, for four times as many flows as well.
"""

import argparse
import json
from contextlib import nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from jobs.app.garbage import collect_rarely
from jobs.app.loop import run_loop
from jobs.recallflow.client import QUERY_DETAIL, Client
from jobs.recallflow.reference import KEY
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.reconcile import Reconcile
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.journal.plans import wanted_bodies
from runner.loading import Source, load
from runner.outcome import State
from runner.planning.terms import PlanTerms, encode_terms
from runner.reconciling import reconcile
from runner.sending.limits import Limits, RetryPolicy, Timeouts
from runner.sending.transport import Transport
from tests.bench.answering import telling_server
from tests.bench.figures import Taken, measured, show
from tests.bench.plain import send_plainly
from tests.bench.send import Contender, in_its_own_process
from tests.bench.tables import kept_flows_of_two_nodes

TIMES_AS_MANY = 4


def reconciliation(url: str, journal: Path, run: int, concurrency: int) -> Taken:
    """The runner's phases after loading, journal and all."""

    async def main() -> None:
        async with Transport(Timeouts(), connections=concurrency) as carrier:
            await reconcile(
                Reconcile(Client(url, EXAMPLE_ACCOUNT)),
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
        assert Ledger(database).run(run).counts[State.UNCHANGED] == taken.requests
    return taken


def plain_loop(url: str, journal: Path, run: int, concurrency: int) -> Taken:
    """The queries of the run, which are all in memory before."""
    with Database(journal) as database:
        queries = [json.dumps({KEY: int(result.key)}).encode() for result in Ledger(database).results(run)]
    succeeded = 0

    def ask_all() -> None:
        nonlocal succeeded
        succeeded = send_plainly(url, queries, concurrency, QUERY_DETAIL)

    taken = measured(ask_all, len(queries))
    assert succeeded == taken.requests
    return taken


def load_night(flows: Path, journal: Path, url: str) -> int:
    """The flows as a run of a journal, to be compared."""
    with Database(journal) as database:
        return load(
            Reconcile(None),
            Source(path=flows, keep_rows=False),
            database,
            destination=Destination(endpoint=url, account="bench"),
            observe=lambda _: None,
            random=Random(),
            terms=encode_terms(PlanTerms()),
        )


CONTENDERS: dict[str, Contender] = {"reconciliation": reconciliation, "plain loop": plain_loop}


def take_turns(number: int, rounds: int, concurrency: int) -> dict[str, list[Taken]]:
    """Each of the contenders so many times; says how many requests a flow took, and what the server took."""
    flows = kept_flows_of_two_nodes(number)
    taken: dict[str, list[Taken]] = {name: [] for name in CONTENDERS}
    with TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.sqlite3"
        with Database(journal) as database:
            bodies = list(wanted_bodies(database, load_night(flows, journal, "http://127.0.0.1/")))
        with telling_server(bodies) as server:
            asked = 0
            for turn in range(rounds):
                run = load_night(flows, journal, server.url)
                in_turn = list(CONTENDERS.items())
                for name, contender in in_turn if turn % 2 else reversed(in_turn):
                    before = server.served().requests
                    taken[name].append(in_its_own_process(contender, server.url, journal, run, concurrency))
                    if contender is reconciliation:
                        asked += server.served().requests - before
            served = server.served()
    print(
        f"{number:,} flows, concurrency {concurrency}: {asked / rounds / number:g} requests a flow; the server takes"
        f" {served.processors / served.requests * 1e6:,.0f} µs of CPU a request"
    )
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for number, rounds in ((given.flows, given.rounds), (TIMES_AS_MANY * given.flows, 1)):
        show(take_turns(number, rounds, given.concurrency))


if __name__ == "__main__":
    main()
