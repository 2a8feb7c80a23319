"""The plan as people read it: a line a difference, to tick and to sort; and the same as a sheet of the report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from runner.errors import ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State
from runner.plan import MovedBy, Plan
from runner.report.page import write_page
from runner.report.plan_workbook import write_plan
from runner.report.words import MOVED_BY, PLANS
from runner.report.workbook import write_report
from runner.text import Language
from tests.runner.journal.planned_run import apply_first, difference, planned, planned_run
from tests.runner.journal.sample_run import filled_run, guests
from tests.runner.sending.fake_job import Greet

LANGUAGES: tuple[Language, ...] = ("en", "zh")
TICKABLE = "report tick"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def sheet_of(path: Path, name: str = "Plan") -> Worksheet:
    sheet = openpyxl.load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def values(path: Path, name: str = "Plan") -> list[tuple[Any, ...]]:
    return list(sheet_of(path, name).iter_rows(values_only=True))


def plan(database: Database, folder: Path, run: int, language: Language = "en") -> Path:
    return write_plan(folder / "plan.xlsx", Ledger(database), run, Greet(), language)


def test_a_plan_has_a_line_for_each_difference_and_one_for_what_cannot_be_put_right(
    database: Database, tmp_path: Path
) -> None:
    path = plan(database, tmp_path, planned_run(database))
    until = "Ignored until 2026-12-31: the client asked"
    theirs, ours, both = "changed at the vendor's", "changed on our side", "changed on both sides"
    assert values(path) == [
        ("Apply", "guest", "Rows", "Plan", "Field", "Field label", "At the vendor's", "Wanted", "Who moved", "Note"),
        (None, "guest-2", "3", "drifted", "times", "次数", 2, 3, ours, None),
        (None, "guest-2", "3", "drifted", "text", None, "Hi", "Hello", theirs, until),
        (None, "guest-3", "4", "conflict", "nodeList[0].text", None, "one", "two", both, None),
        (None, "guest-3", "4", "conflict", "nodeList[1]", None, '{"text": "three", "rate": 1.5}', None,
         "never applied before", None),
        (None, "guest-4", "5", "missing", None, None, None, None, None, "The vendor has nothing under this key"),
        (None, "guest-5", "6", "locked", "text", None, "=1+1", "您好", theirs, "It cannot be edited any more"),
        (None, "guest-6", "7", "unreadable", None, None, None, None, None,
         "What the vendor has could not be read: system error"),
        (None, "guest-7", "8", "ignored", "text", None, None, "x", theirs, until),
    ]  # fmt: skip


def test_only_what_can_be_ticked_looks_so(database: Database, tmp_path: Path) -> None:
    sheet = sheet_of(plan(database, tmp_path, planned_run(database)))
    assert [row for row in range(2, 10) if sheet.cell(row, 1).style == TICKABLE] == [2, 4, 5]
    assert {sheet.cell(row, 2).style for row in (3, 6, 7, 8, 9)} == {"report grey"}


def test_people_sort_filter_and_pick_from_a_list_that_forbids_nothing(database: Database, tmp_path: Path) -> None:
    sheet = sheet_of(plan(database, tmp_path, planned_run(database)))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:J9")
    (offered,) = sheet.data_validations.dataValidation
    assert (str(offered.sqref), offered.formula1, offered.showErrorMessage) == ("A2:A1048576", '"x"', False)


def test_what_the_vendor_has_is_never_a_formula_and_never_too_long(database: Database, tmp_path: Path) -> None:
    found = planned(Plan.DRIFTED, difference("text", '=HYPERLINK("http://evil.example")', "字" * 40_000))
    row = sheet_of(plan(database, tmp_path, planned_run(database, [found])))[2]
    assert [cell.data_type for cell in row if cell.value is not None] == ["s"] * 7
    assert row[6].value == '=HYPERLINK("http://evil.example")'
    wanted = row[7].value
    assert isinstance(wanted, str)
    assert (len(wanted), wanted[-1]) == (32_767, "…")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_sheet_explains_every_column_and_word(database: Database, tmp_path: Path, language: Language) -> None:
    path = plan(database, tmp_path, planned_run(database), language)
    assert openpyxl.load_workbook(path).sheetnames == ["Plan", "Notes", "_run"]
    assert sheet_of(path, "_run").sheet_state == "hidden"
    explained = [row[0] for row in values(path, "Notes")]
    assert set(values(path)[0]) <= set(explained)
    assert {PLANS[word].in_language(language) for word in Plan if word is not Plan.UNCHANGED} <= set(explained)
    assert any("recallflow apply" in str(row[1]) for row in values(path, "Notes") if len(row) > 1)
    assert not any("plan.xlsx" in str(cell) for row in values(path, "Notes") for cell in row)  # users rename it


def test_what_was_applied_is_said(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    apply_first(database, run)
    apply_first(database, other := planned_run(database, name_seed=1), state=State.FAILED)
    assert values(plan(database, tmp_path, run))[1][-1] == "It is applied already"
    assert values(plan(database, tmp_path / "other", other))[1][-1] == "failed: ok"


def test_a_note_does_not_repeat_the_plan_and_says_why_else_nothing_was_sent(database: Database, tmp_path: Path) -> None:
    run = planned_run(database, [planned(Plan.DRIFTED, difference())] * 2)
    for ordinal, code, message in ((1, "drifted", "Not as wanted: text"), (2, "stale", "Changed since")):
        database.execute(
            "UPDATE requests SET state = 'not_sent', code = ?, message_en = ? WHERE run = ? AND ordinal = ?",
            (code, message, run, ordinal),
        )
    assert [row[-1] for row in values(plan(database, tmp_path, run))[1:]] == [None, "Changed since"]


def test_a_plan_is_never_written_under_another_name_and_nothing_is_overwritten_or_left_behind(
    database: Database, tmp_path: Path
) -> None:
    run = planned_run(database)
    before = plan(database, tmp_path / "out", run).read_bytes()
    with pytest.raises(ReportError, match=r"plan\.xlsx is there by now.+ Name another place with --plan\.$"):
        plan(database, tmp_path / "out", run)
    assert (tmp_path / "out" / "plan.xlsx").read_bytes() == before
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match=r"^The plan cannot be written to .+ Name another place with --plan\.$"):
        plan(database, tmp_path / "file", run)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"plan.xlsx"}


def test_the_report_of_a_run_that_plans_has_its_plan(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = write_report(tmp_path / "report.xlsx", Ledger(database), run, Greet(), "en")
    assert values(path)[0][0] == "guest"
    assert [row[0] for row in values(path)[1:]] == [row[1] for row in values(plan(database, tmp_path, run))[1:]]
    facts = {row[0]: row[1] for row in values(path, "Summary")}
    counts = "as wanted 1 · drifted 1 · conflict 1 · missing 1 · locked 1 · unreadable 1 · ignored 1"
    assert facts["Plan"] in {counts, "what is not as wanted at the vendor's, field by field"}
    assert counts in {row[1] for row in values(path, "Summary")}
    page = write_page(tmp_path / "report.html", Ledger(database), run, Greet(), "zh")
    assert "有偏离 1 · 冲突 1" in page.read_text(encoding="utf-8")


def test_the_report_of_any_other_run_has_none(database: Database, tmp_path: Path) -> None:
    path = write_report(tmp_path / "report.xlsx", Ledger(database), filled_run(database, guests(1)), Greet(), "en")
    assert "Plan" not in openpyxl.load_workbook(path).sheetnames
    assert "Plan" not in {row[0] for row in values(path, "Summary")}


def test_the_report_says_what_to_do_about_what_was_left_alone(database: Database, tmp_path: Path) -> None:
    path = write_report(tmp_path / "report.xlsx", Ledger(database), planned_run(database), Greet(), "en")
    to_do = {row[3]: row[5] for row in values(path, "Results")[1:]}
    assert to_do["missing"] == "Check the key, or take its rows out of the spreadsheet."
    assert to_do["locked"] == "It cannot be edited any more: take its rows out of the spreadsheet."
    assert to_do["ignored"] is None


def test_every_word_of_a_plan_is_said_in_both_languages() -> None:
    assert set(PLANS) == set(Plan)
    assert set(MOVED_BY) == {*MovedBy, None}
    for texts in (PLANS.values(), MOVED_BY.values()):
        assert all(text.en and text.zh for text in texts)
        assert len({text.en for text in texts}) == len({text.zh for text in texts}) == len(texts)
