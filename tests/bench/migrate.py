"""Whether planning a migration needs no more memory, however many flows there are.

    python -m tests.bench.migrate --flows 5000 --flows 20000

For each number of flows: what `recallflow migrate` takes that lists, reads and plans all of them, which the simulated
vendor has, and sends nothing: processor time and peak memory of the program.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.measured import measured
from tests.acceptance.program import ACCOUNT, sandbox_process

LONGEST = 3_600.0

RULES = """
[flows]
from = {first}
to = {last}

[[change]]
field = "recallInterval"
set = 77
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, action="append", help="how many; may be given several times")
    given = parser.parse_args()
    for number in given.flows or (5_000, 20_000):
        with TemporaryDirectory() as name, sandbox_process("--flows", str(number), cwd=Path(name)) as url:
            folder = Path(name)
            today = datetime.now(UTC).astimezone().date()
            rules = RULES.format(first=today - timedelta(days=29), last=today)
            (folder / "rules.toml").write_text(rules, encoding="utf-8")
            words = ("migrate", "rules.toml", "--base-url", url, "--json")
            done = measured(*words, cwd=folder, within=LONGEST, env=ACCOUNT)
            assert done.code == 4, done.err
            plan = json.loads(done.out)["plan"]
            assert plan["unchanged"] + plan["drifted"] + plan["locked"] == number, plan
            print(f"{number:,} flows: {done.own_seconds:.1f} s of CPU, at most {done.own_mb:,.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
