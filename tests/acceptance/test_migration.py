"""Thousands of flows are migrated while the vendor fails and the program is killed; then all of it is taken back.

`python -m tests.acceptance.migration SEED…` does it with others.
"""

import random
from pathlib import Path

import pytest

from jobs.recallflow.sandbox.faults import Fault
from tests.acceptance.migration.there_and_back import FLOWS, there_and_back

FIXED = 7

EVERYTHING = (
    *("invalid", "not chosen", "killed", "taken back"),
    *("left alone: conflict", "left alone: locked", "left alone: missing"),
    *(fault.value for fault in Fault),
)


@pytest.mark.process
@pytest.mark.parametrize(
    ("seed", "flows"),
    [
        (FIXED, 1_000),
        pytest.param(FIXED, FLOWS, marks=pytest.mark.campaign),
        pytest.param(None, 1_000, marks=pytest.mark.campaign),
    ],
)
def test_flows_become_as_the_rules_say_and_then_as_they_were_whoever_kills_the_program(
    tmp_path: Path, seed: int | None, flows: int
) -> None:
    drawn = random.SystemRandom().randrange(10**6, 10**9) if seed is None else seed
    print(f"seed {drawn}")
    seen = there_and_back(drawn, tmp_path, flows=flows)
    if seed is not None:
        lacking = [what for what in EVERYTHING if not seen[what]]
        assert not lacking, "the fixed seed is to have everything in it that the promises are about"
    if flows == FLOWS:
        assert seen["flows migrated"] >= 5_000
