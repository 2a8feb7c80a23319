"""Fourteen nights over one journal: each plan is the truth, field by field, and nothing is sent but what was asked for.

`python -m tests.acceptance.fortnight SEED…` lives through others.
"""

import random
from pathlib import Path

import pytest

from jobs.recallflow.sandbox.faults import Fault
from runner.plan import Plan
from tests.acceptance.fortnight.fortnight import live
from tests.acceptance.fortnight.script import EVENTS

FIXED = 7

EVERYTHING = (
    *Plan,
    *("moved by None", "moved by remote", "moved by ours", "moved by both"),
    *("ignored fields", "not ignored any more", "merged with what is left alone", "cannot be merged", "invalid"),
    *("read before the crash", "settled before the crash", "being sent at the crash", "too many", "planned only"),
    *(fault.value for fault in Fault),
    *EVENTS,
    *("stale", "ticked and succeeded", "ticked and not_sent", "ticked and unchanged"),
)


@pytest.mark.parametrize("seed", [FIXED, pytest.param(None, marks=pytest.mark.campaign)])
def test_each_night_of_a_fortnight_finds_what_is_true_and_does_what_it_was_asked_though_two_of_them_crash(
    tmp_path: Path, seed: int | None
) -> None:
    drawn = random.SystemRandom().randrange(10**6, 10**9) if seed is None else seed
    print(f"seed {drawn}")
    seen = live(drawn, tmp_path)
    if seed is not None:
        lacking = [what for what in EVERYTHING if not seen[what]]
        assert not lacking, "the fixed seed is to have everything in it that the promises are about"
