import pytest

from runner.allowance import Allowance


@pytest.mark.parametrize(
    ("allowance", "number", "total", "exceeded"),
    [
        (Allowance(), 100, 100, False),
        (Allowance(count=0), 0, 100, False),
        (Allowance(count=0), 1, 100, True),
        (Allowance(count=5), 5, 5, False),
        (Allowance(count=5), 6, 10_000, True),
        (Allowance(share=0.2), 20, 100, False),
        (Allowance(share=0.2), 21, 100, True),
        (Allowance(share=0.0), 0, 100, False),
        (Allowance(share=0.0), 1, 100, True),
        (Allowance(share=0.2), 0, 0, False),
        (Allowance(share=1.0), 100, 100, False),
        (Allowance(share=0.29), 29, 100, False),
        (Allowance(count=5, share=0.5), 6, 100, True),
        (Allowance(count=50, share=0.05), 6, 100, True),
    ],
)
def test_as_many_as_are_allowed_are_not_too_many(
    allowance: Allowance, number: int, total: int, *, exceeded: bool
) -> None:
    assert allowance.exceeded(number, total) is exceeded


@pytest.mark.parametrize(
    ("allowance", "words"),
    [(Allowance(count=20), "20"), (Allowance(share=0.05), "5%"), (Allowance(share=0.125), "12.5%")],
)
def test_it_is_shown_as_it_is_written_on_the_command_line(allowance: Allowance, words: str) -> None:
    assert str(allowance) == words


def test_no_share_of_whole_percents_is_exceeded_by_just_that_share() -> None:
    for percent in range(101):
        assert not Allowance(share=percent / 100).exceeded(percent, 100)
        assert Allowance(share=percent / 100).exceeded(percent + 1, 100)
