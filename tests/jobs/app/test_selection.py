"""Which flows the command line means: a range by the vendor's clock, which nobody knows, or a list."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.app.selection import SelectionOptions
from jobs.recallflow.migration.selection import KeySelection, PageSelection
from runner.errors import SettingsError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def moment(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - by the vendor's clock


def pages(**options: str) -> PageSelection:
    found = SelectionOptions(**options).selection(NOW)  # type: ignore[arg-type]  # only words
    assert isinstance(found, PageSelection)
    return found


def test_by_default_it_is_the_last_thirty_days_in_every_time_zone() -> None:
    assert pages() == PageSelection(first=moment(2026, 10, 24, 12), last=moment(2026, 11, 24, 2), task_name=None)


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ("2026-11-01", "2026-11-02", (moment(2026, 11, 1), moment(2026, 11, 2, 23, 59, 59))),
        ("2026-11-01 08:30:00", "2026-11-02 09:00", (moment(2026, 11, 1, 8, 30), moment(2026, 11, 2, 9))),
        (" 2026-11-01T08:30 ", "20261102", (moment(2026, 11, 1, 8, 30), moment(2026, 11, 2, 23, 59, 59))),
    ],
)
def test_a_range_is_of_days_or_of_moments(first: str, last: str, wanted: tuple[datetime, datetime]) -> None:
    found = pages(first=first, last=last, task_name="Survey")
    assert (found.first, found.last, found.task_name) == (*wanted, "Survey")


def test_a_range_that_ends_in_the_past_has_thirty_days_before_its_end() -> None:
    assert pages(last="2026-01-31").first < moment(2026, 1, 2)


@pytest.mark.parametrize("words", ["yesterday", "", "2026-13-01", "2026-01-01T00:00:00+08:00"])
def test_what_is_no_time_of_the_vendors_clock_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="Write 2026-12-31"):
        pages(first=words)


def test_a_list_is_a_list_and_nothing_else() -> None:
    path = Path("keys.xlsx")
    assert SelectionOptions(keys=path, keys_sheet="x").selection() == KeySelection(path=path, sheet="x")
    for options in (SelectionOptions(keys=path, task_name="x"), SelectionOptions(keys_sheet="x")):
        with pytest.raises(SettingsError):
            options.selection()


def test_what_was_typed_can_be_typed_again() -> None:
    assert SelectionOptions().words == ()
    assert SelectionOptions(first="2026-11-01", keys=Path("k.csv")).words == ("--from", "2026-11-01", "--keys", "k.csv")
