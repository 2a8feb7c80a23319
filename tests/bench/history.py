"""What it takes to tell the story of a flow out of a journal that is kept for half a year.

    python -m tests.bench.history --runs 180 --flows 2000 --rounds 3

A journal is made of so many nightly runs of so many flows, most of which were as wanted and one in ten was not; then
`recallflow history` is asked for one of those: the processor time and memory of the whole program. Beside it, what the
program takes for a flow that no run has had, which is little more than its start.
"""

import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from runner.journal.database import Database
from runner.plan import Plan
from tests.acceptance.measured import Measured, measured
from tests.runner.journal.planned_run import difference, planned, planned_run
from tests.runner.journal.sample_run import STARTED

DAY = 86_400.0
LONGEST = 600.0


def make_journal(path: Path, runs: int, flows: int) -> None:
    """A journal of so many nights."""
    as_wanted, drifted = planned(Plan.UNCHANGED), planned(Plan.DRIFTED, difference())
    plans = [as_wanted if number % 10 else drifted for number in range(1, flows + 1)]
    path.parent.mkdir()
    with Database(path) as database:
        for night in range(runs):
            planned_run(database, plans, started=STARTED + night * DAY, name_seed=night)


def told(folder: Path, key: str) -> Measured:
    """Asks for the story of a flow."""
    return measured("history", key, "--json", cwd=folder, within=LONGEST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=180)
    parser.add_argument("--flows", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_journal(folder / "home" / "journal.sqlite3", given.runs, given.flows)
        for what, key, code in (("a story", "guest-10", 0), ("no story", "guest-0", 2)):
            taken = [told(folder, key) for _ in range(given.rounds)]
            assert all(each.code == code for each in taken), taken[0].err
            seconds, most = median(each.own_seconds for each in taken), max(each.own_mb for each in taken)
            print(
                f"{given.runs:,} runs of {given.flows:,} flows, {what}: {seconds:.2f} s CPU, at most {most:,.0f} MiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
