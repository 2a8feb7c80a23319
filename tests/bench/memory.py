"""Whether memory stays what it is, however many flows there are.

    python -m tests.bench.memory --flows 10000 --flows 1000000

For each number of flows: what `recallflow check` has in memory at most, which is what reading and checking the input
needs, and what `recallflow upload` has, which is to be no more than at the smaller number and that. A million flows
take about ten minutes.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.measured import measured
from tests.bench.answering import answering_server
from tests.bench.tables import kept_flows
from tests.bench.upload import ANY_SIZE, LONGEST, uploaded


def checked_mb(flows: Path) -> float:
    """What a check has in memory at most, in MiB."""
    with TemporaryDirectory() as folder:
        done = measured("check", flows, "--json", cwd=Path(folder), within=LONGEST, env=ANY_SIZE)
        assert done.code == 0, done.err
    return done.together_mb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, action="append", help="how many; may be given several times")
    parser.add_argument("--concurrency", type=int, default=64)
    given = parser.parse_args()
    with answering_server() as url:
        for number in given.flows or (10_000, 1_000_000):
            flows = kept_flows(number)
            check = checked_mb(flows)
            upload = uploaded(flows, number, url, given.concurrency)
            print(
                f"{number:,} flows: check at most {check:,.0f} MiB, upload at most {upload.mb:,.0f} MiB"
                f" ({number / upload.seconds:,.0f} flows/s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
