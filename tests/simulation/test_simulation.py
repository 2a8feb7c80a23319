import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.history import live

ROOT = Path(__file__).parents[2]
CHUNK = 40
SAMPLE, CHUNKS = 4, 50
"""Chunks of histories."""


def check(seeds: range, *, overlapping: bool | None = None) -> None:
    """Every promise is kept in each of these histories, or the seeds of the others are named."""
    endings = (live(seed, overlapping=overlapping) for seed in seeds)
    broken = [(ending.seed, str(ending.violations[0])) for ending in endings if ending.violations]
    assert broken == [], "replay one with: python -m tests.simulation --seed N"


@pytest.mark.parametrize(
    "chunk", [*range(SAMPLE), *(pytest.param(each, marks=pytest.mark.campaign) for each in range(SAMPLE, CHUNKS))]
)
def test_every_promise_is_kept_in_a_fixed_set_of_histories(chunk: int) -> None:
    check(range(1 + chunk * CHUNK, 1 + (chunk + 1) * CHUNK))


@pytest.mark.parametrize("number", [CHUNK, pytest.param(10 * CHUNK, marks=pytest.mark.campaign)])
def test_every_promise_is_kept_in_histories_that_nobody_has_seen_before(number: int) -> None:
    first = random.SystemRandom().randrange(10**6, 10**12)
    print(f"seeds {first} to {first + number - 1}")
    check(range(first, first + number))


@pytest.mark.parametrize("number", [CHUNK, pytest.param(25 * CHUNK, marks=pytest.mark.campaign)])
def test_no_older_value_goes_over_a_newer_one_in_whatever_order_runs_come_back(number: int) -> None:
    first = random.SystemRandom().randrange(10**6, 10**12)
    print(f"seeds {first} to {first + number - 1}, --overlapping")
    check(range(first, first + number), overlapping=True)


def test_a_seed_tells_the_same_story_word_for_word_in_another_process() -> None:
    eventful = next(ending for ending in (live(seed, told=True) for seed in range(1, 200)) if ending.processes > 3)
    for hash_seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", str(eventful.seed)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.splitlines()
        assert told == [*eventful.story, "Every promise was kept."]


def test_the_story_is_the_same_whether_it_is_told_or_not() -> None:
    for seed in range(1, 20):
        told, untold = live(seed, told=True), live(seed)
        assert (told.steps, told.updates, told.violations) == (untold.steps, untold.updates, untold.violations)
        assert told.story
        assert not untold.story


def test_the_histories_have_everything_in_them_that_the_promises_are_about() -> None:
    stories = "\n".join("\n".join(live(seed, told=True).story) for seed in range(1, 200))
    for words in (
        "kill -9",
        "killed before the commit",
        "killed after the commit",
        "the disk is full",
        "a power cut",
        "is sending again",
        "is frozen",
        "is back",
        "gets a Ctrl-C",
        "gets a second Ctrl-C",
        "sets its clock",
        "cannot begin",
        "lease on the run has run out",
        "no connection",
        "lost before it arrives",
        "cut off before it arrives",
        "its answer is lost",
        "cut off after it arrived",
        "arrives long after it timed out",
        "HTTP 429",
        "HTTP 503",
        "-16 timestamp expired",
        "-18 system error, applied",
        "<html>gateway</html>, applied",
        "-1 who are you",
        "-22 not like this",
        "-41 no longer pending",
        "→ unknown",
        "→ not_sent",
        "→ failed",
        "asks about",
        "sending → unknown",
        "ready → not_sent",
        "begins to send run 2",
    ):
        assert words in stories, words
