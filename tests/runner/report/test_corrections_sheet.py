"""The sheet Corrections and its links, for a job of which nothing is known but its fields."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from runner.errors import InputError
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RecordedProblem
from runner.journal.new_run import Destination
from runner.journal.tenancy import LeaseTerms
from runner.loading import Source, load
from runner.outcome import Action, Outcome, State, Stop
from runner.report.book import Book
from runner.report.cells import printable
from runner.report.long_sheet import Place
from runner.report.problems_sheet import Problems
from runner.report.workbook import write_report
from runner.tables.read import read_table
from runner.tables.table import Cell, Misread, Row, WrittenHeading
from runner.text import Language, Text
from tests.runner.journal.sample_run import NEW_RUN, STARTED, attempt, guests, succeeded
from tests.runner.sending.fake_job import Greet

Rows = Sequence[Sequence[object]]
HEADINGS = ("Guest", "备注", "", "times")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def written(path: Path, rows: Rows, headings: Sequence[object] = HEADINGS) -> Path:
    """A file with these rows: a workbook or delimited text, by its name."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (headings, *rows):
        sheet.append([None if cell == "" else cell for cell in row])
    workbook.save(path)
    return path


def loaded(database: Database, path: Path, **source: Any) -> int:
    return load(
        Greet(),
        Source(path=path, **source),
        database,
        destination=None,
        observe=lambda _: None,
        random=Random(path.name),
        now=lambda: STARTED,
    )


def settle(database: Database, run: int, **states: State) -> None:
    """What the vendor said of the first requests, in order; each by the key of its guest."""
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claimed = claims.claim(len(states), now=STARTED)
    made = attempt(1, action=Action.FAIL, code="-22")
    said = Text("no such guest", "没有该客人")
    assert [request.key for request in claimed] == list(states)
    claims.settle(
        [
            succeeded(request.ordinal)
            if state is State.SUCCEEDED
            else Outcome(
                ordinal=request.ordinal,
                key=request.key,
                state=state,
                code="-22",
                message=said,
                attempts=(made,),
                unclear=False,
            )
            for request, state in zip(claimed, states.values(), strict=True)
        ],
        now=STARTED + 9,
    )


def report(database: Database, run: int, folder: Path, language: Language = "en", **options: Any) -> Any:
    path = write_report(folder / "report.xlsx", Ledger(database), run, Greet(), language, **options)
    return openpyxl.load_workbook(path)


def values(sheet: Any) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_rows_of_what_did_not_succeed_stand_below_the_users_own_headings(
    database: Database, tmp_path: Path
) -> None:
    rows = [(key, f"note {key}", "", 5) for key in "abcd"] + [("e", "", "aside", 500)]
    run = loaded(database, written(tmp_path / "in.csv", rows))
    settle(database, run, a=State.SUCCEEDED, b=State.FAILED, c=State.UNKNOWN)
    sheet = report(database, run, tmp_path)["Corrections"]
    assert values(sheet) == [
        ["Guest", "备注", None, "times"],
        ["b", "note b", None, "5"],
        ["c", "note c", None, "5"],
        ["d", "note d", None, "5"],
        ["e", None, "aside", "500"],
    ]
    assert sheet.freeze_panes == "B2"


def test_only_the_states_that_are_asked_for_come_back_and_all_problems_are_listed(
    database: Database, tmp_path: Path
) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 5), ("b", "", "", 500), ("c", "", "", 5)]))
    settle(database, run, a=State.FAILED)
    workbook = report(database, run, tmp_path, corrected=[State.FAILED])
    assert values(workbook["Corrections"])[1:] == [["a", None, None, "5"]]
    assert [row[:2] for row in values(workbook["Problems"])[1:]] == [["D3", None]]


def test_a_bad_cell_has_a_colour_and_a_note_that_says_what_to_do_in_the_language_of_the_report(
    database: Database, tmp_path: Path
) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 5), ("b", "", "", 500)]))
    cell = report(database, run, tmp_path, corrected=[State.INVALID])["Corrections"]["D2"]
    assert cell.value == "500"
    assert cell.comment.text == "500 is not 0 to 100.\nCorrect the number.\nIn in.csv: D3"
    assert cell.fill.fill_type == "solid"
    chinese = report(database, run, tmp_path / "zh", "zh")["Corrections"]["D3"]
    assert chinese.comment.text == "500 不在 0 到 100 之间。\n请更正数字。\n原文件 in.csv：D3"


def test_several_problems_of_one_cell_are_one_note_with_a_blank_line_between(
    database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "in.csv", [("a", ""), ("b", ""), ("a", "")], HEADINGS[:2])
    run = loaded(database, path)
    # Without a column for it, a problem stands at the key, where that of the twins is as well.
    note = report(database, run, tmp_path)["Corrections"]["A2"].comment.text
    first, second = note.split("\n\n")
    assert first.endswith("Correct the number.\nIn in.csv: A2")
    assert second.startswith("a is also in row 4")


def test_the_key_says_what_became_of_a_request_that_was_sent_or_was_not(database: Database, tmp_path: Path) -> None:
    rows = [(key, "", "", 5) for key in "abc"]
    run = loaded(database, written(tmp_path / "in.csv", rows))
    settle(database, run, a=State.FAILED, b=State.UNKNOWN)
    Journal(database).end_run(run, stop=Stop(reason=Text("The key is wrong", "密钥错误")), seconds=1.0)
    sheet = report(database, run, tmp_path)["Corrections"]
    notes = [sheet[f"A{row}"].comment.text.split("\n") for row in (2, 3, 4)]
    assert notes[0] == ["failed (-22): no such guest.", "Correct what the message names, then send it again."]
    assert notes[1][0] == "unknown (-22): no such guest."
    assert notes[2] == ["not sent: The key is wrong.", "Mend what stopped the run, then send it again."]
    assert len({sheet[f"A{row}"].fill.start_color.rgb for row in (2, 3, 4)}) == 3
    chinese = report(database, run, tmp_path / "zh", "zh")["Corrections"]["A2"].comment.text
    assert chinese == "失败（-22）：没有该客人。\n请按消息修正后重新发送。"


def test_what_is_right_and_was_only_checked_has_no_colour(database: Database, tmp_path: Path) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 5)]))
    [cell] = [cell for row in report(database, run, tmp_path)["Corrections"]["A2:A2"] for cell in row]
    assert (cell.value, cell.comment, cell.fill.fill_type) == ("a", None, None)


def test_values_are_what_they_were_and_never_a_formula(database: Database, tmp_path: Path) -> None:
    remarks = [299, 2.5, True, datetime(2025, 6, 15, 10, 30), date(2025, 6, 15), "00299", " x\ny ", "+1", "_x0041_"]  # noqa: DTZ001 - as in a cell
    path = written(tmp_path / "in.xlsx", [(f"g{index}", remark, "", "5") for index, remark in enumerate(remarks)])
    sheet = report(database, loaded(database, path), tmp_path)["Corrections"]
    assert [sheet[f"B{row}"].value for row in range(2, 7)] == [
        299,
        2.5,
        True,
        datetime(2025, 6, 15, 10, 30),  # noqa: DTZ001
        datetime(2025, 6, 15),  # noqa: DTZ001
    ]
    assert sheet["B5"].is_date
    assert [sheet[f"B{row}"].value for row in (7, 8, 9)] == ["00299", " x\ny ", "+1"]
    formulas = written(tmp_path / "in.csv", [("g", "=1+1", "", 5), ("h", "@SUM(A1)", "", 5), ("i", "#N/A", "", 5)])
    told = report(database, loaded(database, formulas), tmp_path / "formulas")["Corrections"]
    assert [(cell.value, cell.data_type) for cell in told["B"][1:]] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
        ("#N/A", "s"),
    ]


@pytest.mark.parametrize("key", ["a\x07b", "x" * 32_768])
def test_what_no_cell_can_hold_is_an_error_that_says_what_was_there_and_is_refused(
    database: Database, tmp_path: Path, key: str
) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [(key, "", "", 5), ("b", key, "", 5)]))
    workbook = report(database, run, tmp_path)
    cell, remark = workbook["Corrections"]["A2"], workbook["Corrections"]["B3"]
    assert (cell.value, cell.data_type, cell.fill.fill_type) == ("#N/A", "e", "solid")
    assert cell.comment.text.startswith("What it held cannot stand in this cell: ")
    assert cell.comment.text.split(": ")[1][0] == key[0]
    assert (remark.value, remark.fill.fill_type, remark.comment) == (printable(key), None, None), "it is not read"
    with read_table(tmp_path / "report.xlsx", Greet().headings) as table:
        first, second = table.rows
        assert isinstance(table.cell(first, "guest"), Misread)
        assert table.cell(second, "guest") == "b"


MOMENTS = [
    date(1850, 1, 1),
    date(1900, 2, 28),
    datetime(1899, 12, 31, 10),  # noqa: DTZ001 - as in a cell, as the next
    datetime(1900, 2, 28, 23, 59, 59),  # noqa: DTZ001
    datetime(2025, 6, 15, 10, 0, 0, 1),  # noqa: DTZ001
    datetime(2025, 6, 15, tzinfo=UTC),
    time(10, 0, 0, 999_999),
    timedelta(-1),
    timedelta(microseconds=1),
    timedelta(days=2_958_466),
    1.5e308,
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_that_would_come_back_as_another_is_an_error_and_no_text(tmp_path: Path, moment: Cell) -> None:
    heading = WrittenHeading("Guest", "guest")
    with Database(None) as database:
        journal = Journal(database)
        new = replace(NEW_RUN, headings=(heading,), key_heading="Guest")
        run, _ = journal.open_run(new, now=STARTED, random=Random(1))
        journal.fill(run, guests(1), rows_of=lambda _: [Row(2, (moment,))])
        cell = report(database, run, tmp_path)["Corrections"]["A2"]
    assert (cell.value, cell.data_type, cell.fill.fill_type) == ("#N/A", "e", "solid")
    assert f"What it held cannot stand in this cell: {moment}." in cell.comment.text


def test_an_error_and_a_formula_without_a_value_come_back_as_errors(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "in.xlsx", [("a", "=1+1", "", "5"), ("b", "x", "", "5")])
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["B3"].value = "#REF!"
    workbook.save(path)
    sheet = report(database, loaded(database, path), tmp_path)["Corrections"]
    assert [(sheet[at].value, sheet[at].data_type) for at in ("B2", "B3")] == [("#N/A", "e"), ("#REF!", "e")]
    assert "=1+1" in sheet["B2"].comment.text


def test_each_problem_leads_to_the_cell_where_it_is_corrected(database: Database, tmp_path: Path) -> None:
    rows = [("a", "", "", 5), ("b", "", "", 500), ("c", "", "", 5), ("d", "", "", 700)]
    run = loaded(database, written(tmp_path / "in.csv", rows))
    workbook = report(database, run, tmp_path, corrected=[State.INVALID])
    assert workbook.sheetnames[:4] == ["Summary", "Results", "Problems", "Corrections"]
    problems = workbook["Problems"]
    assert [cell.value for cell in problems["A"]] == ["Cell", "D3", "D5"]
    assert [cell.value for cell in problems["B"]] == ["Correct here", "D2", "D3"]
    assert [problems[at].hyperlink.location for at in ("B2", "B3")] == ["'Corrections'!D2", "'Corrections'!D3"]
    assert [workbook["Corrections"][at].value for at in ("D2", "D3")] == ["500", "700"]


def test_a_link_to_a_further_sheet_says_which_one_it_is(tmp_path: Path) -> None:
    text = Text("wrong", "错误")
    problem = RecordedProblem(
        ordinal=1,
        key="a",
        row=9,
        field="times",
        heading="Times",
        cell="AB9",
        value="500",
        code="x",
        message=text,
        remedy=text,
    )
    with Book(tmp_path) as book:
        problems = Problems(book, key="guest", language="en")
        problems.add(problem, Place("Corrections 2", 7))
        problems.close()
        book.save(tmp_path / "book.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "book.xlsx")["Problems"]["B2"]
    assert cell.value == "Corrections 2!AB7"
    assert cell.hyperlink is not None
    assert cell.hyperlink.location == "'Corrections 2'!AB7"


def test_two_requests_of_one_key_do_not_become_one_because_what_was_between_them_is_not_there(
    database: Database, tmp_path: Path
) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 5), ("b", "", "", 5), ("a", "", "", 6)]))
    together = report(database, run, tmp_path / "all")["Corrections"]
    assert [cell.value for cell in together["A"]] == ["Guest", "a", "b", "a"]
    apart = report(database, run, tmp_path, corrected=[State.INVALID])["Corrections"]
    assert [cell.value for cell in apart["A"]] == ["Guest", "a", "#N/A"]
    twin = apart["A3"].comment.text
    assert twin.startswith("It was a, as is the one above")
    assert twin.endswith("\nIn in.csv: A4")
    assert "--duplicates" not in twin
    assert "\n\n" not in twin, "there is nothing else to be said of it"


def test_the_workbook_is_read_again_as_the_corrections_of_its_run_without_a_mapping_or_a_word_on_other_sheets(
    database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "in.csv", [("a", "x", "", 500)], ("Besucher", "times much", "", "How often"))
    mapping = {"Besucher": "guest", "How often": "times", "times much": ""}
    run = loaded(database, path, mapping=mapping)
    workbook = report(database, run, tmp_path)
    assert workbook.sheetnames[-1] == "_run"
    assert workbook["_run"].sheet_state == "hidden"
    with read_table(tmp_path / "report.xlsx", Greet().headings) as table:
        assert (table.sheet, table.notices) == ("Corrections", ())
        assert table.origin is not None
        assert table.origin.run == Ledger(database).run(run).name
        [row] = table.rows
        assert (table.cell(row, "guest"), table.cell(row, "times")) == ("a", "500")


class Dismiss(Greet):
    """Another job, with the same columns."""

    name = "dismiss"


def test_what_the_report_of_one_job_gives_back_is_not_sent_by_another(database: Database, tmp_path: Path) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 500)]))
    report(database, run, tmp_path)
    destination = Destination(endpoint="https://vendor.example/greet/", account="ab**")
    with pytest.raises(InputError, match=r'of the job "greet".* not for "dismiss"') as told:
        load(
            Dismiss(),
            Source(path=tmp_path / "report.xlsx"),
            database,
            destination=destination,
            observe=lambda _: None,
            random=Random(2),
        )
    assert "任务“greet”" in told.value.zh
    assert len(list(Ledger(database).runs())) == 1


def test_a_report_of_what_no_journal_keeps_names_no_run(database: Database, tmp_path: Path) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 500)]))
    report(database, run, tmp_path, recorded=False)
    with read_table(tmp_path / "report.xlsx", Greet().headings) as table:
        assert table.sheet == "Corrections"
        assert table.origin is not None
        assert table.origin.run is None


def test_nothing_to_correct_is_an_empty_sheet_and_rows_that_are_not_kept_are_none(
    database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "in.csv", [("a", "", "", 5)])
    run = loaded(database, path)
    settle(database, run, a=State.SUCCEEDED)
    assert values(report(database, run, tmp_path)["Corrections"]) == [["Guest", "备注", None, "times"]]
    forgotten = loaded(database, written(tmp_path / "two.csv", [("b", "", "", 500)]), keep_rows=False)
    workbook = report(database, forgotten, tmp_path / "two")
    assert {"Corrections", "_run"}.isdisjoint(workbook.sheetnames)
    assert [row[0] for row in values(workbook["Problems"])[1:]] == ["D2"]


def test_a_report_is_of_one_moment_and_leaves_the_journal_free_again(database: Database, tmp_path: Path) -> None:
    run = loaded(database, written(tmp_path / "in.csv", [("a", "", "", 5)]))
    report(database, run, tmp_path)
    settle(database, run, a=State.SUCCEEDED)
    assert Ledger(database).run(run).counts[State.SUCCEEDED] == 1
