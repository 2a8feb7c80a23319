"""A plan comes back from its user: what is ticked in it, and what cannot be."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.plans import planned_requests
from runner.outcome import State
from runner.plan import Plan
from runner.planning.complaints import MOST_TOLD
from runner.planning.plan_lines import said
from runner.planning.ticks import NO_TICKS, TICKS, TickedRequest, Ticks, read_ticks
from runner.report.plan_workbook import write_plan
from runner.report.workbook import write_report
from runner.tables.read import read_table
from runner.text import Language
from tests.runner.journal.planned_run import EVERY_PLAN, apply_first, difference, planned, planned_run
from tests.runner.journal.sample_run import filled_run, guests
from tests.runner.sending.fake_job import Greet

SOFFICE = shutil.which("soffice")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ALL = {"guest-2": ("times",), "guest-3": ("nodeList[0].text", "nodeList[1]")}
"""All that can be ticked in a plan with every word."""

VALUES: tuple[object, ...] = (
    "=1+1", "+1", "-1", "#N/A", "00299", "1e5", "TRUE", "2025-06-15", " ends ", "two\nlines", "a\r\nb", "a  b", "x\ty",
    "line1\nline2\n  tab\there", "a \n\n b", "x\n\ty \t z",
    "", None, 0, 3, 0.1, 1.0, -7, 10**12, 2**63, True, False, "您好 😀", "_x0041_", "a\x07b", "x" * 40_000,
    [], {}, {"text": "您好", "rate": 1.5, "none": None}, ["a", 1], "<b>&amp;</b>", "'", '"', "\u200b", "1,440", "30",
)  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def plan_of(database: Database, run: int, path: Path, language: Language = "en") -> Path:
    return write_plan(path, Ledger(database), run, Greet(), language)


def edited(path: Path, edit: Callable[[Any], None], *, sheet: str = "Plan") -> Path:
    """The file, saved by another program after this was done to a sheet of it."""
    workbook = openpyxl.load_workbook(path)
    edit(workbook[sheet])
    workbook.save(path)
    return path


def ticked(path: Path, *rows: int, mark: object = "x") -> Path:
    def tick(sheet: Any) -> None:
        for row in rows or range(2, sheet.max_row + 1):
            sheet.cell(row, 1).value = mark

    return edited(path, tick)


def rows_that_can_be(path: Path) -> list[int]:
    sheet = openpyxl.load_workbook(path)["Plan"]
    return [row for row in range(2, (sheet.max_row or 0) + 1) if sheet.cell(row, 1).style == "report tick"]


def fields_of(requests: tuple[TickedRequest, ...]) -> dict[str, tuple[str, ...]]:
    return {request.key: request.fields for request in requests}


def checked(ticks: Ticks, database: Database, run: int) -> tuple[TickedRequest, ...]:
    return ticks.check(planned_requests(database, run))


def complaint(ticks: Ticks, database: Database, run: int) -> str:
    with pytest.raises(InputError) as raised:
        checked(ticks, database, run)
    assert raised.value.zh
    return raised.value.en


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_ticked_comes_back_with_its_run(database: Database, tmp_path: Path, language: Language) -> None:
    run = planned_run(database)
    path = plan_of(database, run, tmp_path / "plan.xlsx", language)
    ticks = read_ticks(ticked(path, *rows_that_can_be(path)))
    assert ticks.run == Ledger(database).run(run).name
    requests = checked(ticks, database, run)
    assert fields_of(requests) == ALL
    assert [(request.ordinal, request.rows) for request in requests] == [(2, "3"), (3, "4")]


def test_only_the_fields_that_are_ticked_are_meant(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = plan_of(database, run, tmp_path / "plan.xlsx")
    ticks = read_ticks(ticked(path, 5))
    assert fields_of(checked(ticks, database, run)) == {"guest-3": ("nodeList[1]",)}


@pytest.mark.parametrize("word", [*sorted(TICKS), "X", "YES", "ｘ", " x ", "True", 1, 1.0, True])
def test_a_tick_is_what_people_type_for_one(database: Database, tmp_path: Path, word: object) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"), 2, mark=word)
    assert fields_of(checked(read_ticks(path), database, run)) == {"guest-2": ("times",)}


@pytest.mark.parametrize("word", [*sorted(NO_TICKS), "No", "FALSE", 0, False, "  "])
def test_what_says_no_is_none(database: Database, tmp_path: Path, word: object) -> None:
    path = ticked(plan_of(database, planned_run(database), tmp_path / "plan.xlsx"), 2, mark=word)
    with pytest.raises(InputError, match=r"Nothing is ticked in plan\.xlsx\. Type x"):
        read_ticks(path)


def test_anything_else_in_a_cell_for_ticks_is_told_with_its_address(database: Database, tmp_path: Path) -> None:
    path = plan_of(database, planned_run(database), tmp_path / "plan.xlsx")
    ticked(ticked(ticked(path, 2), 4, mark="maybe"), 5, mark=2)
    with pytest.raises(InputError) as raised:
        read_ticks(path)
    assert raised.value.en.splitlines() == [
        'plan.xlsx, A4: "maybe" is neither a tick nor none: type x, or leave it blank.',
        'A5: "2" is neither a tick nor none: type x, or leave it blank.',
    ]


def test_lines_may_be_sorted_and_deleted_and_columns_moved_and_added(database: Database, tmp_path: Path) -> None:
    seed = 7
    print(f"seed {seed}")
    run = planned_run(database)
    path = plan_of(database, run, tmp_path / "plan.xlsx")
    ticked(path, *rows_that_can_be(path))

    def shuffle(sheet: Any) -> None:
        random = Random(seed)
        head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        rows = [row for row in rows if row[1] != "guest-4"]
        random.shuffle(rows)
        order = random.sample(range(len(head)), len(head))
        sheet.delete_rows(1, sheet.max_row)
        sheet.append(["my remarks", *(head[index] for index in order)])
        for row in rows:
            sheet.append(["?", *(row[index] for index in order)])
        sheet.title = "For Monday"

    ticks = read_ticks(edited(path, shuffle))
    assert {key: set(fields) for key, fields in fields_of(checked(ticks, database, run)).items()} == {
        key: set(fields) for key, fields in ALL.items()
    }


def test_a_line_that_was_copied_counts_once(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"), 2)
    edited(path, lambda sheet: sheet.append([cell.value for cell in sheet[2]]))
    assert fields_of(checked(read_ticks(path), database, run)) == {"guest-2": ("times",)}


@pytest.mark.parametrize(("column", "cell"), [(7, "G2"), (8, "H2")])
def test_a_line_whose_values_were_edited_is_refused(database: Database, tmp_path: Path, column: int, cell: str) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"), 2)
    edited(path, lambda sheet: sheet.cell(2, column, value=4))
    told = complaint(read_ticks(path), database, run)
    assert told.startswith(f'plan.xlsx, {cell}: It was edited; the plan has "')


@pytest.mark.parametrize("word", ["Hell o", "Hello!", "hello", ""])
def test_no_word_may_be_edited(database: Database, tmp_path: Path, word: str) -> None:
    run = planned_run(database, [planned(Plan.DRIFTED, difference())])
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"))
    edited(path, lambda sheet: sheet.cell(2, 8, value=word))
    assert 'H2: It was edited; the plan has "Hello"' in complaint(read_ticks(path), database, run)


def test_a_line_that_is_not_in_the_plan_is_refused(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"), 2, 4)

    def edit(sheet: Any) -> None:
        sheet["B2"] = "guest-99"
        sheet["E4"] = "colour"

    first, second = complaint(read_ticks(edited(path, edit)), database, run).splitlines()
    assert first.startswith("plan.xlsx, A2: The plan of run ")
    assert "nothing of field times under guest-99. Delete the line" in first
    assert second.startswith("A4: ")
    assert "field colour under guest-3" in second


def test_what_cannot_be_put_right_cannot_be_ticked(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"))
    assert complaint(read_ticks(path), database, run).splitlines() == [
        "plan.xlsx, A3: guest-2 cannot be ticked here: Ignored until 2026-12-31: the client asked. Take the tick away.",
        "A6: guest-4 cannot be ticked here: The vendor has nothing under this key. Take the tick away.",
        "A7: guest-5 cannot be ticked here: It cannot be edited any more. Take the tick away.",
        "A8: guest-6 cannot be ticked here: What the vendor has could not be read. Take the tick away.",
        "A9: guest-7 cannot be ticked here: Ignored until 2026-12-31: the client asked. Take the tick away.",
    ]


def test_what_was_applied_meanwhile_cannot_be_ticked_and_what_failed_can(database: Database, tmp_path: Path) -> None:
    applied, failed = planned_run(database), planned_run(database, name_seed=1)
    apply_first(database, applied)
    apply_first(database, failed, state=State.FAILED)
    for run, number in ((applied, 1), (failed, 2)):
        ticked(plan_of(database, run, tmp_path / f"plan{number}.xlsx"), 2)
    assert "It is applied already" in complaint(read_ticks(tmp_path / "plan1.xlsx"), database, applied)
    assert fields_of(checked(read_ticks(tmp_path / "plan2.xlsx"), database, failed)) == {"guest-2": ("times",)}


def test_at_most_ten_lines_are_told_and_the_others_counted(database: Database, tmp_path: Path) -> None:
    run = planned_run(database, [planned(Plan.MISSING)] * 14)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"))
    told = complaint(read_ticks(path), database, run).splitlines()
    assert len(told) == MOST_TOLD
    assert told[-1].endswith("(and 4 more)")


def test_a_plan_is_not_uploaded_and_a_report_is_not_applied(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = ticked(plan_of(database, run, tmp_path / "plan.xlsx"), 2)
    name = Ledger(database).run(run).name
    with (
        pytest.raises(InputError, match=f"is the plan of run {name}.+recallflow apply .+plan.xlsx"),
        read_table(path, Greet().headings),
    ):
        pass
    other = filled_run(database, guests(1), name_seed=3)
    database.execute('UPDATE runs SET headings = \'[["guest", "guest"]]\' WHERE id = ?', (other,))
    write_report(tmp_path / "report.xlsx", Ledger(database), other, Greet(), "en")
    with pytest.raises(InputError, match=r"is the report of a run, not a plan.+recallflow upload .+report\.xlsx"):
        read_ticks(tmp_path / "report.xlsx")


def test_any_other_workbook_is_no_plan(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    (tmp_path / "plan.csv").write_text("Apply,keyId\nx,1\n")
    with pytest.raises(InputError, match=r"other\.xlsx is no plan"):
        read_ticks(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match=r"plan\.csv is in no format that can be read"):
        read_ticks(tmp_path / "plan.csv")
    with pytest.raises(InputError, match="There is no file"):
        read_ticks(tmp_path / "gone.xlsx")


def test_a_column_that_was_deleted_is_named(database: Database, tmp_path: Path) -> None:
    path = ticked(plan_of(database, planned_run(database), tmp_path / "plan.xlsx"), 2)
    edited(path, lambda sheet: sheet.delete_cols(8))
    with pytest.raises(InputError, match=r"^plan\.xlsx: .+required heading new \(Wanted\) is missing") as raised:
        read_ticks(path)
    for told in (raised.value.en, raised.value.zh):
        assert "--map" not in told  # which apply does not have
    assert raised.value.en.endswith("Put back what is missing, or make a new plan.")


def test_a_plan_that_goes_on_on_a_further_sheet_is_read_to_its_end(database: Database, tmp_path: Path) -> None:
    run = planned_run(database)
    path = plan_of(database, run, tmp_path / "plan.xlsx")
    ticked(path, *rows_that_can_be(path))

    def split(sheet: Any) -> None:
        further = sheet.parent.create_sheet("Plan 2")
        for row in (1, 4, 5):
            further.append([cell.value for cell in sheet[row]])
        sheet.delete_rows(4, 2)

    assert fields_of(checked(read_ticks(edited(path, split)), database, run)) == ALL


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_no_value_is_taken_for_an_edited_one_after_libreoffice_has_saved_it(
    database: Database, tmp_path: Path, ending: str
) -> None:
    differences = tuple(
        difference(f"f{place}", old, new)
        for place, (old, new) in enumerate(zip(VALUES, reversed(VALUES), strict=True))
        if said_of(old) != said_of(new)
    )
    run = planned_run(database, [*EVERY_PLAN, planned(Plan.DRIFTED, *differences)])
    path = plan_of(database, run, tmp_path / "plan.xlsx")
    ticked(path, *rows_that_can_be(path))
    assert SOFFICE
    profile = (tmp_path / "profile").as_uri()
    convert = [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", ending, "--outdir"]
    done = subprocess.run([*convert, tmp_path / "saved", path], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    ticks = read_ticks(tmp_path / "saved" / f"plan.{ending}")
    assert fields_of(checked(ticks, database, run)) == ALL | {"guest-8": tuple(each.field for each in differences)}


def said_of(value: object) -> str:
    return said(value) if isinstance(value, str) else repr(value)
