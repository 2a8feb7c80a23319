"""Five thousand flows are migrated while the vendor fails and the program is killed; then all of it is taken back.

`python -m tests.acceptance.migration SEED…` does it with others.
"""

import random
from pathlib import Path

from jobs.recallflow.sandbox.faults import Fault
from tests.acceptance.migration.there_and_back import there_and_back

FIXED = 7

EVERYTHING = (
    *("invalid", "not chosen", "killed", "taken back"),
    *("left alone: conflict", "left alone: locked", "left alone: missing"),
    *(fault.value for fault in Fault),
)


def test_five_thousand_flows_become_as_the_rules_say_and_then_as_they_were_whoever_kills_the_program(
    tmp_path: Path,
) -> None:
    print(f"seed {FIXED}")
    seen = there_and_back(FIXED, tmp_path)
    lacking = [what for what in EVERYTHING if not seen[what]]
    assert not lacking, "the fixed seed is to have everything in it that the promises are about"
    assert seen["flows migrated"] >= 5_000


def test_so_do_flows_that_nobody_has_seen_before(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6, 10**9)
    print(f"seed {seed}")
    there_and_back(seed, tmp_path, flows=400)
