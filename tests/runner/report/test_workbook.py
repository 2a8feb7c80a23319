import gc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from runner.errors import ReportError
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Outcome, State, Stop
from runner.problem import Violation
from runner.report.words import STATES
from runner.report.workbook import write_report
from runner.request import Draft
from runner.text import Language, Text
from tests.runner.journal.sample_run import STARTED, attempt, bad, filled_run, good, guests, succeeded
from tests.runner.sending.fake_job import Greet

LANGUAGES: tuple[Language, ...] = ("en", "zh")
LONGEST_CELL = 32_767

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://evil.example","click")',
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "#REF!",
    "00299",
    "1e5",
    "TRUE",
    "2025-06-15",
    " leading and trailing ",
    "two\nlines",
    "<b>&amp;</b>",
    "您好 😀",
]
UNPRINTABLE = ["a\x00b", "a\x07b", "a\x0bb", "a\x1bb", "a\ufffeb", "\x1f" * 10]
TOO_LONG = ["x" * 40_000, "字" * 40_000, "=" * 40_000, "\x01" * 40_000, "😀" * 20_000]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def refused(ordinal: int, words: str, code: str = "-22", state: State = State.FAILED) -> Outcome:
    made = attempt(1, action=Action.FAIL, code=code)
    return Outcome(
        ordinal=ordinal,
        key="guest",
        state=state,
        code=code,
        message=Text.verbatim(words),
        attempts=(made,),
        unclear=False,
    )


def mixed_run(database: Database) -> int:
    """A stopped run that has something in every state but one."""
    run = filled_run(database, [good("007", 2, 3), good("a", 4), bad("b", 5), good("c", 6), good("d", 7), good("e", 8)])
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(4, now=STARTED)
    claims.settle(
        [succeeded(1), refused(2, "parameter error"), refused(4, "cut off", "unclear", State.UNKNOWN)], now=STARTED + 9
    )
    Journal(database).mark_loaded(run, rows=7, seconds=0.5)
    Journal(database).end_run(run, stop=Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断")), seconds=2.0)
    return run


def report(database: Database, run: int, path: Path, language: Language = "en") -> dict[str, Worksheet]:
    """The sheets of the report by name, as they are read back."""
    written = write_report(path, Ledger(database), run, Greet(), language)
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(written).worksheets}


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Each row by heading."""
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def facts(sheet: Worksheet) -> dict[str, Any]:
    """What the first column of the summary names and the second says."""
    said: dict[str, Any] = {}
    for label, value in sheet.iter_rows(values_only=True, max_col=2):
        if label is not None:
            said.setdefault(str(label), value)
    return said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheets_are_found_under_the_same_names_in_every_language(
    database: Database, tmp_path: Path, language: Language
) -> None:
    sheets = report(database, mixed_run(database), tmp_path / "report.xlsx", language)
    assert list(sheets) == ["Summary", "Results", "Problems"]


def test_every_request_has_a_row_in_input_order(database: Database, tmp_path: Path) -> None:
    rows = table(report(database, mixed_run(database), tmp_path / "report.xlsx")["Results"])
    assert [(row["Rows"], row["guest"], row["State"], row["Code"], row["Attempts"]) for row in rows] == [
        ("2-3", "007", "succeeded", "0", 1),
        ("4", "a", "failed", "-22", 1),
        ("5", "b", "invalid", None, 0),
        ("6", "c", "unknown", "unclear", 1),
        ("7", "d", "unknown", None, 0),
        ("8", "e", "not sent", None, 0),
    ]
    assert rows[1]["Message"] == "parameter error"
    assert rows[2]["Message"] == "1 problem"
    assert all(row["What to do"] for row in rows[1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_are_told_in_the_users_language_and_each_is_counted_as_the_journal_counts(
    database: Database, tmp_path: Path, language: Language
) -> None:
    run = mixed_run(database)
    sheets = report(database, run, tmp_path / "report.xlsx", language)
    said = facts(sheets["Summary"])
    counts = Ledger(database).run(run).counts
    assert len(counts) == 6
    for state, count in counts.items():
        assert said[STATES[state].in_language(language)] == count
    words = [row[2] for row in sheets["Results"].iter_rows(min_row=2, values_only=True)]
    for state, count in counts.items():
        assert words.count(STATES[state].in_language(language)) == count


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_says_what_ran_and_why_it_stopped(database: Database, tmp_path: Path, language: Language) -> None:
    run = mixed_run(database)
    record = Ledger(database).run(run)
    said = set(facts(report(database, run, tmp_path / "report.xlsx", language)["Summary"]).values())
    assert record.reason is not None
    assert {record.name, record.job, record.source, record.endpoint, record.account} <= said
    assert record.reason.in_language(language) in said
    assert {record.rows, record.requests, record.attempts, record.seconds} <= said


def test_a_problem_is_listed_with_its_cell_and_what_to_do(database: Database, tmp_path: Path) -> None:
    [row] = table(report(database, mixed_run(database), tmp_path / "report.xlsx")["Problems"])
    assert row == {
        "Cell": "B5",
        "Correct here": None,
        "Heading": "Times",
        "Value": "500",
        "Problem": "500 is more than 100",
        "What to do": "Write 1 to 100.",
        "Code": "out-of-range",
        "guest": "b",
        "Row": 5,
    }


def test_a_problem_is_told_in_chinese_to_who_reads_chinese(database: Database, tmp_path: Path) -> None:
    sheet = report(database, mixed_run(database), tmp_path / "report.xlsx", "zh")["Problems"]
    values = [cell.value for cell in sheet[2]]
    assert "500 大于 100" in values
    assert "请填写 1 到 100。" in values


def test_ids_are_text_and_counts_are_numbers(database: Database, tmp_path: Path) -> None:
    sheets = report(database, mixed_run(database), tmp_path / "report.xlsx")
    rows, key, state, code, *_ = sheets["Results"][2]
    assert [cell.data_type for cell in (rows, key, state, code)] == ["s"] * 4
    assert (key.value, code.value) == ("007", "0")
    assert sheets["Results"]["G2"].data_type == "n"
    assert sheets["Results"]["H2"].is_date
    counted = [row[1] for row in sheets["Summary"].iter_rows() if row[0].value in {"succeeded", "not sent", "Requests"}]
    assert {cell.data_type for cell in counted if cell.value != "Requests"} == {"n"}


@pytest.mark.parametrize("text", [*HOSTILE, *UNPRINTABLE, *TOO_LONG], ids=lambda text: ascii(text)[:20])
def test_what_others_wrote_is_never_a_formula_nor_an_error_and_the_file_opens(
    database: Database, tmp_path: Path, text: str
) -> None:
    violation = Violation("odd", Text.verbatim(text), Text.verbatim(text))
    odd = bad(text, 3, violation, value=text)
    run = filled_run(database, [Draft(key=text + "!", rows=(2,), body=b"hello"), odd])
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([refused(1, text, code=text)], now=STARTED)
    sheets = report(database, run, tmp_path / "report.xlsx")
    result, problem = sheets["Results"], sheets["Problems"]
    theirs = [*result[2][1:2], *result[2][3:5], result["B3"], *problem[2][3:8]]
    for cell in theirs:
        assert cell.data_type == "s"
        assert isinstance(cell.value, str)
        assert len(cell.value.encode("utf-16-le")) // 2 <= LONGEST_CELL
    for sheet in sheets.values():
        assert {cell.data_type for row in sheet.iter_rows() for cell in row}.isdisjoint({"f", "e", "b"})
    if text in HOSTILE:
        assert problem["D2"].value == result["E2"].value == text
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        sheets_only = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]  # charts name cells so
        assert not any(b"<f>" in archive.read(name) for name in sheets_only)


def test_a_text_that_was_cut_ends_with_a_mark(database: Database, tmp_path: Path) -> None:
    run = filled_run(database, [bad("b", 2, value="x" * 40_000)])
    value = report(database, run, tmp_path / "report.xlsx")["Problems"]["D2"].value
    assert value == "x" * (LONGEST_CELL - 1) + "…"


def test_a_control_character_is_made_visible(database: Database, tmp_path: Path) -> None:
    run = filled_run(database, [bad("b", 2, value="a\x07b")])
    assert report(database, run, tmp_path / "report.xlsx")["Problems"]["D2"].value == "a␇b"


def test_a_run_without_requests_has_a_report_too(database: Database, tmp_path: Path) -> None:
    sheets = report(database, filled_run(database, []), tmp_path / "report.xlsx")
    assert (sheets["Results"].max_row, sheets["Problems"].max_row) == (1, 1)


def test_an_earlier_report_is_never_overwritten(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("precious")
    (tmp_path / "report-2.xlsx").write_text("precious too")
    run = filled_run(database, guests(2))
    ledger = Ledger(database)
    names = [write_report(path, ledger, run, Greet(), "en").name for _ in range(2)]
    assert names == ["report-3.xlsx", "report-4.xlsx"]
    assert path.read_text() == "precious"
    assert (tmp_path / "report-2.xlsx").read_text() == "precious too"


def test_a_folder_of_that_name_is_left_alone(database: Database, tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").mkdir()
    path = write_report(tmp_path / "report.xlsx", Ledger(database), filled_run(database, []), Greet(), "en")
    assert path.name == "report-2.xlsx"


def test_the_folder_is_made_and_nothing_but_the_report_lies_in_it(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "reports" / "june" / "report.xlsx"
    assert write_report(path, Ledger(database), filled_run(database, guests(2)), Greet(), "en") == path
    assert [file.name for file in path.parent.iterdir()] == ["report.xlsx"]


@pytest.mark.parametrize("name", ["letter.txt/report.xlsx", "letter.txt/june/report.xlsx", f"{'n' * 300}.xlsx"])
def test_a_place_that_cannot_be_written_is_one_clear_error_and_nothing_is_left_behind(
    database: Database, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear customer")
    run = filled_run(database, guests(2))
    for message, hint in zip(
        refusal(database, run, folder / name), ("cannot be written", "无法将报告写入"), strict=True
    ):
        assert hint in message
        assert str(folder / name) in message
        assert "--report" in message
    assert [file.name for file in folder.iterdir()] == ["letter.txt"]
    assert (folder / "letter.txt").read_text() == "Dear customer"
    gc.collect()  # what was begun and never closed complains on stderr when it is collected; pytest then fails the test


def refusal(database: Database, run: int, path: Path) -> tuple[str, str]:
    """What is said in English and in Chinese where a report cannot be written."""
    with pytest.raises(ReportError) as told:
        write_report(path, Ledger(database), run, Greet(), "en")
    return told.value.en, told.value.zh
