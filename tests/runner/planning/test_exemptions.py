from datetime import date

import pytest

from runner.planning.exemptions import Exemption, Exemptions

TODAY = date(2026, 6, 30)


def until(day: date, *, key: str | None = "299", field: str | None = "text", reason: str = "") -> Exemption:
    return Exemption(key=key, field=field, until=day, reason=reason)


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2026, 6, 29), False), (date(2026, 6, 30), True), (date(2026, 7, 1), True)],
)
def test_a_line_holds_up_to_its_last_day(day: date, *, holds: bool) -> None:
    exemptions = Exemptions([until(day)], TODAY)
    assert (exemptions.of("299", "nodeList[0].text") is not None) is holds
    assert (exemptions.expired == ()) is holds


@pytest.mark.parametrize(
    ("line", "exempt"),
    [
        (until(TODAY), [("299", "nodeList[0].text")]),
        (until(TODAY, field=None), [("299", "nodeList[0].text"), ("299", "recallNum")]),
        (until(TODAY, key=None), [("299", "nodeList[0].text"), ("300", "nodeList[0].text")]),
        (
            until(TODAY, key=None, field=None),
            [("299", "nodeList[0].text"), ("299", "recallNum"), ("300", "nodeList[0].text"), ("300", "recallNum")],
        ),
    ],
)
def test_a_line_is_of_one_request_or_all_and_of_one_field_or_all(
    line: Exemption, exempt: list[tuple[str, str]]
) -> None:
    exemptions = Exemptions([line], TODAY)
    places = [(key, field) for key in ("299", "300") for field in ("nodeList[0].text", "recallNum")]
    assert [place for place in places if exemptions.of(*place)] == exempt


def test_the_line_of_a_request_comes_before_one_of_all() -> None:
    own, of_all = until(TODAY, reason="own"), until(TODAY, key=None, reason="all")
    exemptions = Exemptions([of_all, own], TODAY)
    assert exemptions.of("299", "text") == own
    assert exemptions.of("300", "text") == of_all


def test_a_line_that_has_expired_does_not_hide_one_that_holds() -> None:
    old, new = until(date(2026, 1, 1), reason="old"), until(TODAY, reason="new")
    exemptions = Exemptions([old, new], TODAY)
    assert exemptions.of("299", "text") == new
    assert exemptions.expired == (old,)


def test_it_says_until_when_and_why() -> None:
    assert str(until(TODAY)) == "2026-06-30"
    assert str(until(TODAY, reason="the client asked")) == "2026-06-30: the client asked"
