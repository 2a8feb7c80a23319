"""Replays one history, or lives through many: see the package."""

import argparse
import sys

from tests.simulation.campaign import campaign
from tests.simulation.history import live


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one, and print its story")
    parser.add_argument("--histories", type=int, default=2_000, help="how many to live through")
    parser.add_argument("--from-seed", type=int, default=1, help="the first one's seed")
    parser.add_argument("--processes", type=int, default=2, help="how many at once")
    parser.add_argument("--overlapping", action="store_true", help="only histories of runs with keys of others")
    given = parser.parse_args()
    overlapping = True if given.overlapping else None
    if given.seed is None:
        return campaign(given.histories, first=given.from_seed, processes=given.processes, overlapping=overlapping)
    ending = live(given.seed, told=True, overlapping=overlapping)
    print("\n".join(ending.story))
    for violation in ending.violations:
        print(f"BROKEN  {violation}")
    if not ending.violations:
        print("Every promise was kept.")
    return 1 if ending.violations else 0


if __name__ == "__main__":
    sys.exit(main())
