from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from random import Random

import pytest

from runner.journal.claims import Claims
from runner.journal.corrigenda import corrigenda
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import FINAL_STATES, Action, Outcome, State
from runner.request import Draft
from runner.tables.table import Row, WrittenHeading
from runner.text import Text
from tests.runner.journal.sample_run import NEW_RUN, STARTED, attempt, bad, good, guests, succeeded


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def kept_run(database: Database, drafts: list[Draft], *, name_seed: int = 0) -> int:
    """A run that keeps its rows."""
    journal = Journal(database)
    new = replace(NEW_RUN, headings=(WrittenHeading("Guest", "guest"), WrittenHeading("Times", "times")))
    run, _ = journal.open_run(new, now=STARTED, random=Random(name_seed))
    journal.fill(
        run, drafts, rows_of=lambda draft: [Row(number, (draft.key, f"row {number}")) for number in draft.rows]
    )
    return run


def settled_run(database: Database) -> int:
    """A request in every state, and two whose fate the ledger tells: claimed, and waiting."""
    drafts = [*guests(5), bad("b", 7), good("claimed", 8, 9), good("waiting", 10)]
    run = kept_run(database, drafts)
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(6, now=STARTED)
    made = attempt(1, action=Action.FAIL, code="-22")
    others = [
        Outcome(
            ordinal=ordinal, key="guest", state=state, code="-22", message=Text("no", "否"), attempts=(made,),
            unclear=False,
        )
        for ordinal, state in enumerate([State.FAILED, State.UNKNOWN, State.NOT_SENT, State.UNCHANGED], start=2)
    ]  # fmt: skip
    claims.settle([succeeded(1), *others], now=STARTED + 9)
    return run


def test_a_request_comes_with_its_rows_its_answer_and_its_problems(database: Database) -> None:
    run = settled_run(database)
    found = {each.key: each for each in corrigenda(database, run, FINAL_STATES)}
    assert [(row.number, row.cells) for row in found["claimed"].rows] == [
        (8, ("claimed", "row 8")),
        (9, ("claimed", "row 9")),
    ]
    assert (found["guest-2"].code, found["guest-2"].message) == ("-22", Text("no", "否"))
    assert [problem.cell for problem in found["b"].problems] == ["B7"]
    assert not any(each.problems for key, each in found.items() if key != "b")


@pytest.mark.parametrize("state", FINAL_STATES)
def test_the_states_are_those_that_the_ledger_tells_and_the_order_is_that_of_the_input(
    database: Database, state: State
) -> None:
    run = settled_run(database)
    told = [result.ordinal for result in Ledger(database).results(run) if result.state is state]
    found = list(corrigenda(database, run, [state]))
    assert [each.ordinal for each in found] == told != []
    assert {each.state for each in found} == {state}


def test_rows_come_back_in_their_order_with_cells_of_every_kind(database: Database) -> None:
    rows = {2: Row(2, ("a", 1)), 4: Row(4, (date(2026, 3, 1), time(9), None)), 5: Row(5, ("b",))}
    journal = Journal(database)
    run, _ = journal.open_run(
        replace(NEW_RUN, headings=(WrittenHeading("Guest", "guest"),)), now=STARTED, random=Random(1)
    )
    drafts = [good("a", 2, 4), good("b", 5)]
    journal.fill(run, drafts, rows_of=lambda draft: [rows[number] for number in reversed(draft.rows)])
    assert [list(each.rows) for each in corrigenda(database, run, FINAL_STATES)] == [[rows[2], rows[4]], [rows[5]]]


def test_problems_stay_with_their_requests_where_others_are_passed_over(database: Database) -> None:
    drafts = [bad(f"b{number}", number) if number % 3 else good(f"g{number}", number) for number in range(2, 40)]
    run = kept_run(database, drafts)
    for states in ([State.INVALID], [State.NOT_SENT], FINAL_STATES):
        for each in corrigenda(database, run, states):
            assert [problem.row for problem in each.problems] == [
                row.number for row in each.rows if each.key.startswith("b")
            ]


def test_a_run_whose_rows_were_not_kept_has_nothing_to_give_back_nor_has_another_run(database: Database) -> None:
    journal = Journal(database)
    run, _ = journal.open_run(NEW_RUN, now=STARTED, random=Random(5))
    journal.fill(run, guests(3))
    kept_run(database, guests(3), name_seed=6)
    assert list(corrigenda(database, run, FINAL_STATES)) == []


def test_nothing_is_sorted_on_the_way_so_that_a_million_requests_stream(database: Database) -> None:
    run = settled_run(database)
    asked: list[str] = []
    database._connection.set_trace_callback(asked.append)  # noqa: SLF001 - which statements there are
    list(corrigenda(database, run, FINAL_STATES))
    database._connection.set_trace_callback(None)  # noqa: SLF001
    [statement] = [sql for sql in asked if "source_rows" in sql]
    plan = [row["detail"] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()]
    assert not any("TEMP B-TREE" in step for step in plan), plan
