"""The whole upload, CSV in and report out, against what somebody would write instead.

    python -m tests.bench.upload --flows 20000 --concurrency 64 --rounds 5

`recallflow upload` and `tests.bench.homemade` (pandas, requests, a pool of threads) take turns, each as a process, with
the same file, the same concurrency and the same loopback server; everything counts, from the start of the interpreter
to its end. What is printed are the medians of the rounds, and of their ratios.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.measured import Measured, measured
from tests.acceptance.program import ACCOUNT
from tests.bench.answering import answering_server
from tests.bench.figures import Taken, show
from tests.bench.tables import kept_flows

LONGEST = 3_600
"""Seconds that one upload may take."""

FROM_HERE = {"PYTHONPATH": str(Path(__file__).parents[2])}
"""This very code is measured, whatever is installed."""

ANY_SIZE = FROM_HERE | {"RECALLFLOW_FILE_MB": "10000", "RECALLFLOW_FILE_ROWS": "10000000"}

HOMEMADE = (sys.executable, "-m", "tests.bench.homemade")


def uploaded(flows: Path, number: int, url: str, concurrency: int) -> Taken:
    """By the program, with a journal of its own."""
    with TemporaryDirectory() as folder:
        options = ("--json", "--report", "report.xlsx", "--concurrency", str(concurrency), "--base-url", url)
        done = measured("upload", flows, *options, cwd=Path(folder), within=LONGEST, env=ACCOUNT | ANY_SIZE)
        assert done.code == 0, done.err
        assert json.loads(done.out)["counts"]["succeeded"] == number
        assert (Path(folder) / "report.xlsx").is_file()
    return taken(done, number)


def by_hand(flows: Path, number: int, url: str, concurrency: int) -> Taken:
    """By what somebody would write instead."""
    with TemporaryDirectory() as folder:
        options = ("--url", url, "--concurrency", str(concurrency))
        done = measured(
            flows, "report.xlsx", *options, cwd=Path(folder), within=LONGEST, env=FROM_HERE, program=HOMEMADE
        )
        assert done.code == 0, done.err
        assert json.loads(done.out)["succeeded"] == number
    return taken(done, number)


def taken(done: Measured, number: int) -> Taken:
    """By the process and those that it started."""
    processors = done.own_seconds + done.children_seconds
    return Taken(requests=number, seconds=done.seconds, processors=processors, mb=done.together_mb)


CONTENDERS = {"upload": uploaded, "by hand": by_hand}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    flows = kept_flows(given.flows)
    rounds: dict[str, list[Taken]] = {name: [] for name in CONTENDERS}
    with answering_server() as url:
        for _ in range(given.rounds):
            for name, contender in CONTENDERS.items():
                rounds[name].append(contender(flows, given.flows, url, given.concurrency))
    print(f"{given.flows:,} flows, concurrency {given.concurrency}")
    show(rounds)


if __name__ == "__main__":
    main()
