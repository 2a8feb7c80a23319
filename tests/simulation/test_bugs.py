import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.history import live

CAUGHT_AS = {
    "it settles before it sends": "success invented",
    "it claims after it has sent": "sent before its claim",
    "it sends before its claim is on the disk": "applied unawares",
    "it calls failed what is unknown": "refusal invented",
    "it forgets that what was claimed may have been sent": "applied unawares",
    "it sends again what has succeeded": "sent after its success",
    "it does not look whether it has lost its lease": "sent without the lease",
    "it writes outcomes over those of others": "outcome not fenced",
    "it takes the timestamp before the permit": "stale timestamp",
    "it keeps the timestamp of the first attempt": "stale timestamp",
    "it sends more at once than it may": "too many in flight",
    "it sends faster than it may": "faster than the rate",
    "it attempts more often than it may": "too many attempts",
    "it does not read back what it resumes": "sent again unread",
    "it does not look what later runs have sent": "older over newer",
}

ENOUGH = 400
"""Histories within which each is to be noticed."""


@pytest.mark.parametrize("bug", BUGS)
def test_the_oracle_notices_it_if(bug: str) -> None:
    for seed in range(1, ENOUGH + 1):
        if CAUGHT_AS[bug] in {violation.rule for violation in live(seed, parts=BUGS[bug]()).violations}:
            return
    pytest.fail(f"{bug}, and the oracle did not notice in {ENOUGH} histories")
