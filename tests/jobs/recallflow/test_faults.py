"""Faults come as often as they were asked for, and the same ones for the same seed."""

from collections import Counter
from random import Random

import pytest

from jobs.recallflow.sandbox.faults import A_LITTLE_OF_EVERYTHING, Draw, Fault, FaultDice, FaultShares

MANY = 10_000
SUBJECTS = [f"recallFlow/update {key}" for key in range(MANY)]


def drawn(shares: FaultShares) -> Counter[Fault | None]:
    """How often each fault comes in many requests, each about another flow."""
    dice = FaultDice(shares)
    return Counter(dice.draw(subject).fault for subject in SUBJECTS)


def test_the_same_seed_draws_the_same_for_each_flow_in_whatever_order_they_come() -> None:
    shares = FaultShares(http_503=0.2, drop=0.2, system_error=0.2, seed=7)
    shuffled = SUBJECTS[:500] * 3
    Random(1).shuffle(shuffled)
    orders = (SUBJECTS[:500] * 3, list(reversed(SUBJECTS[:500] * 3)), shuffled)
    draws: list[dict[str, list[Draw]]] = []
    for order in orders:
        dice = FaultDice(shares)
        by_subject: dict[str, list[Draw]] = {}
        for subject in order:
            by_subject.setdefault(subject, []).append(dice.draw(subject))
        draws.append(by_subject)
    assert draws[0] == draws[1] == draws[2]


def test_another_seed_draws_otherwise() -> None:
    first, second = (FaultDice(FaultShares(drop=0.5, seed=seed)) for seed in (1, 2))
    assert [first.draw(subject) for subject in SUBJECTS[:100]] != [second.draw(subject) for subject in SUBJECTS[:100]]


def test_a_flow_that_met_with_a_fault_gets_through_when_it_comes_again() -> None:
    dice = FaultDice(FaultShares(drop=0.5, seed=7))
    for subject in SUBJECTS[:100]:
        assert None in {dice.draw(subject).fault for _ in range(30)}


def test_no_fault_comes_unasked() -> None:
    assert drawn(FaultShares(seed=7)) == {None: MANY}


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        (FaultShares(http_503=0.1, seed=7), Fault.HTTP_503),
        (FaultShares(expired=0.1, seed=7), Fault.EXPIRED),
        (FaultShares(system_error=0.1, seed=7), Fault.SYSTEM_ERROR),
        (FaultShares(drop=0.1, seed=7), Fault.DROP),
        (FaultShares(not_json=0.1, seed=7), Fault.NOT_JSON),
        (FaultShares(timeout=0.1, seed=7), Fault.TIMEOUT),
        (FaultShares(cut_body=0.1, seed=7), Fault.CUT_BODY),
    ],
)
def test_a_fault_comes_as_often_as_it_was_asked_for(shares: FaultShares, fault: Fault) -> None:
    counts = drawn(shares)
    assert set(counts) == {fault, None}
    assert counts[fault] == pytest.approx(0.1 * MANY, rel=0.1)


@pytest.mark.parametrize("share", [0.1, 1 / 7])
def test_faults_that_come_together_each_keep_their_share(share: float) -> None:
    counts = drawn(
        FaultShares(
            http_503=share,
            expired=share,
            system_error=share,
            drop=share,
            not_json=share,
            timeout=share,
            cut_body=share,
            seed=7,
        )
    )
    assert {fault: counts[fault] / MANY for fault in Fault} == {
        fault: pytest.approx(share, rel=0.12) for fault in Fault
    }


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        (FaultShares(http_503=1), Fault.HTTP_503),
        (FaultShares(expired=1), Fault.EXPIRED),
        (FaultShares(system_error=1), Fault.SYSTEM_ERROR),
        (FaultShares(drop=1), Fault.DROP),
        (FaultShares(not_json=1), Fault.NOT_JSON),
        (FaultShares(timeout=1), Fault.TIMEOUT),
        (FaultShares(cut_body=1), Fault.CUT_BODY),
    ],
)
def test_a_fault_that_is_always_to_come_always_does(shares: FaultShares, fault: Fault) -> None:
    assert drawn(shares) == {fault: MANY}


def test_a_fault_that_leaves_it_open_strikes_after_the_update_as_often_as_before() -> None:
    dice = FaultDice(FaultShares(drop=1.0, seed=7))
    applied = sum(dice.draw(subject).applied for subject in SUBJECTS)
    assert applied == pytest.approx(MANY / 2, rel=0.05)


def test_a_first_run_meets_with_every_fault_and_mostly_with_none() -> None:
    counts = drawn(A_LITTLE_OF_EVERYTHING)
    assert set(counts) == {*Fault, None}
    assert counts[None] > 0.85 * MANY
