"""The results of a run, as somebody analyses them in Python."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import FINAL_STATES
from runner.report.frame import results_frame
from tests.runner.journal.sample_run import STARTED, bad, filled_run, good, succeeded


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Database(tmp_path / "journal.db") as database:
        yield Ledger(database)


def test_each_request_is_a_row_with_values_that_can_be_counted_with(ledger: Ledger) -> None:
    run = filled_run(ledger.database, [good("007", 2), bad("b", 3), good("c", 4, 5)])
    claims = Claims(ledger.database, run, LeaseTerms(owner="host:1"), now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED + 2)
    frame = results_frame(ledger, run)
    assert list(frame.index) == [1, 2, 3]
    assert list(frame["key"]) == ["007", "b", "c"]
    assert list(frame["rows"]) == ["2", "3", "4-5"]
    assert frame["state"].value_counts().to_dict() == dict.fromkeys(FINAL_STATES, 0) | {
        "succeeded": 1, "invalid": 1, "not_sent": 1,
    }  # fmt: skip
    assert list(frame["problems"]) == [0, 1, 0]
    assert frame["attempts"].sum() == 1
    assert frame.loc[1, "settled"] == pd.Timestamp(STARTED + 2, unit="s", tz="UTC")
    assert frame["settled"].isna().tolist() == [False, True, True]
    assert frame["code"].isna().tolist() == [False, True, True]


def test_a_run_without_requests_has_the_same_columns(ledger: Ledger) -> None:
    full = results_frame(ledger, filled_run(ledger.database, [good("a", 2)]))
    empty = results_frame(ledger, filled_run(ledger.database, [], name_seed=1))
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
