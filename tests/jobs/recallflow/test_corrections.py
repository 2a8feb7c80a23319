"""The corrections of an upload: what comes back is what was there, or an error, which is refused as it stands."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.flows import HEADINGS, flow_drafts
from jobs.recallflow.reference import ALL_FIELDS, SPECS
from jobs.recallflow.template.workbook import write_template
from jobs.upload import Upload
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.loading import Source, load
from runner.problem import Violation
from runner.report.cells import printable
from runner.report.form import HasForms
from runner.report.workbook import write_report
from runner.request import Draft
from runner.tables.cells import is_blank
from runner.tables.table import Cell, Column, Misread, Row, Table, Truth, WrittenHeading
from runner.text import Language, Text
from tests.jobs.recallflow.valid_flows import Values, flows
from tests.runner.journal.sample_run import NEW_RUN, STARTED
from tests.runner.report.reported_runs import outcome, settle
from tests.runner.tables.reading import table_here

SOFFICE = shutil.which("soffice")
COLUMNS = tuple(spec.name for spec in ALL_FIELDS if spec.name != "nodeList")
REMARK, GAP = "备注 _x0041_", ""
HEADED = (COLUMNS[0], REMARK, GAP, *COLUMNS[1:])
NUMERIC = {spec.name for spec in ALL_FIELDS if spec.kind in {"integer", "number", "option"}}
LANGUAGES: tuple[Language, ...] = ("en", "zh")

thoroughly = settings(deadline=timedelta(seconds=20), max_examples=8, print_blob=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was loaded, and what came of it."""

    rows: list[Row]
    drafts: list[Draft]


def table_of(rows: Sequence[Row]) -> Table:
    return Table(
        sheet=None,
        columns={name: Column(name, index, name) for index, name in enumerate(HEADED) if name in SPECS},
        headings=tuple(WrittenHeading(name, name if name in SPECS else None) for name in HEADED),
        rows=iter(rows),
    )


def reported(path: Path, cells: Sequence[Sequence[Cell]], language: Language = "en") -> Loaded:
    """Loads a table into a journal of its own, and writes the report."""
    numbered = enumerate(map(tuple, cells), start=2)
    rows = [Row(number, row) for number, row in numbered if not all(map(is_blank, row))]
    table = table_of(rows)
    drafts = list(flow_drafts(table))
    by_number = {row.number: row for row in rows}
    with Database(None) as database:
        journal = Journal(database)
        new = replace(NEW_RUN, job="upload", headings=table.headings, key_heading="keyId")
        run, _ = journal.open_run(new, now=0.0, random=Random(1))
        journal.fill(run, drafts, rows_of=lambda draft: [by_number[number] for number in draft.rows])
        journal.mark_loaded(run, rows=len(rows), seconds=0.0)
        write_report(path, Ledger(database), run, Upload(None), language)
    return Loaded(rows, drafts)


def read(path: Path) -> Loaded:
    with table_here(path, HEADINGS) as table:
        assert table.sheet == "Corrections"
        assert table.origin is not None
        assert table.origin.run is not None
        assert {notice.code for notice in table.notices} <= {"unknown-heading", "column-without-heading"}
        rows = list(table.rows)
        drafts = list(flow_drafts(replace(table, rows=iter(rows))))
    return Loaded(rows, drafts)


def lost(cell: Cell) -> bool:
    """Whether no cell holds it as it is; what `lost_of` says is what is tested."""
    if isinstance(cell, datetime | date):
        moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        return moment < FIRST or moment.microsecond % 1000 != 0
    if isinstance(cell, time):
        return cell.microsecond % 1000 != 0
    if isinstance(cell, timedelta):
        return cell < timedelta(0) or cell.microseconds % 1000 != 0
    return isinstance(cell, Misread) or (isinstance(cell, str) and printable(cell) != cell)


def assert_same(cell: Cell, back: Cell, field: str) -> None:
    """That a cell came back as it was, or as an error."""
    if lost(cell) and isinstance(cell, str) and field not in SPECS:
        assert back == printable(cell), "nothing is read from there"
    elif lost(cell):
        assert isinstance(back, Misread)
    elif isinstance(cell, str):
        if field in NUMERIC and isinstance(back, int | float):
            assert cell == str(int(back))
        else:
            assert (back or "") == cell
    elif isinstance(cell, datetime):
        # A workbook has no other midnight than the date, so that is what the reader makes of it.
        assert isinstance(back, datetime) or (type(back) is date and cell.time() == time())
        moment = back if isinstance(back, datetime) else datetime.combine(back, time())
        assert moment == cell
    elif isinstance(cell, date):
        assert (back.date() if isinstance(back, datetime) else back) == cell
    elif isinstance(cell, int | float):
        assert isinstance(back, int | float)
        assert back == float(cell)
    else:
        assert back == cell


FIRST, LAST = datetime(1900, 3, 1), datetime(9999, 12, 30)  # noqa: DTZ001 - as a cell has them

MISREADS = [
    Misread(shown, Violation("error-cell", Text("error", "错误"), Text("mend", "修正")))
    for shown in ("#N/A", "#REF!", "=1+1", "#BUSY!")
]
HOSTILE = [
    "=1+1", '=HYPERLINK("http://evil.example","x")', "+1", "-1", "@SUM(A1)", "#N/A", "00299", "299", "1e5", "TRUE",
    "_x0041_", "_x000D_", "a_x005F_x0041_", "two\nlines", "a\r\nb", " ends ", "😀", "您好", "<b>&amp;</b>", "'quoted",
    "a\x07b", "\x00", "\ufffe", "x" * 32_767, "x" * 32_768, "😀" * 16_384, "50%", "1-2", "-0", "0", "-7",
    "123456789012345", "1234567890123456", "2025-06-15",
]  # fmt: skip

hostile_cells: st.SearchStrategy[Cell] = st.one_of(
    st.sampled_from([*HOSTILE, *MISREADS]),
    st.text(max_size=30),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300).filter(
        lambda number: number == 0 or abs(number) > 1e-300
    ),
    st.sampled_from(list(Truth)),
    st.datetimes(FIRST, LAST).map(
        lambda each: each.replace(microsecond=each.microsecond // 1000 * 1000 if each.second % 2 else 0)
    ),
    st.dates(FIRST.date(), LAST.date()),
    st.datetimes(max_value=LAST),
    st.dates(max_value=LAST.date()),
    st.times(),
    st.timedeltas(timedelta(days=-9), timedelta(days=9_999)),
    st.timedeltas(timedelta(0), timedelta(days=9_999)).map(
        lambda each: each - timedelta(microseconds=each.microseconds)
    ),
    st.sampled_from([FIRST, time(10, 30), time(23, 59, 59), timedelta(hours=30), timedelta(seconds=-5)]),
    st.sampled_from([datetime(1899, 12, 31, 10), datetime(1900, 2, 28), date(1850, 1, 1), time(10, 0, 0, 500_000)]),  # noqa: DTZ001
    st.none(),
)


def rows_of(flow: Values) -> list[list[Cell]]:
    """A row for each node."""
    own = {name: value for name, value in flow.items() if name != "nodeList"}
    return [[(own | node).get(name) for name in HEADED] for node in flow.get("nodeList") or [{}]]


@st.composite
def hostile_tables(draw: st.DrawFn) -> list[list[Cell]]:
    """Right flows, some cells of which hold anything; and anything in columns that no field is read from."""
    rows = [row for flow in draw(st.lists(flows(), min_size=1, max_size=3)) for row in rows_of(flow)]
    for row in rows:
        row[HEADED.index(REMARK)] = draw(hostile_cells)
        row[HEADED.index(GAP)] = draw(hostile_cells)
    for _ in range(draw(st.integers(0, 4))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(HEADED) - 1))] = draw(hostile_cells)
    return rows


@thoroughly
@given(cells=hostile_tables())
def test_whatever_can_stand_in_a_cell_comes_back_and_makes_the_same_requests(cells: list[list[Cell]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.xlsx")
        told = reported(path, cells)
        back = read(path)
    wanted = {row.number: row.cells for row in told.rows}
    assert len(back.rows) == len(told.rows)
    numbers = {}
    for given_back, number in zip(back.rows, wanted, strict=True):
        numbers[number] = given_back.number
        padded = (*given_back.cells, *[None] * (len(HEADED) - len(given_back.cells)))
        for cell, same, field in zip(wanted[number], padded, HEADED, strict=True):
            assert_same(cell, same, field)
    assert [len(draft.rows) for draft in back.drafts] == [len(draft.rows) for draft in told.drafts]
    for draft, again in zip(told.drafts, back.drafts, strict=True):
        read_from = [
            cell for number in draft.rows for cell, name in zip(wanted[number], HEADED, strict=True) if name in SPECS
        ]
        if any(map(lost, read_from)):
            assert again.body is None, "what is lost is never sent"
        else:
            assert again.body == draft.body
            assert again.key == draft.key
            assert [(problem.field, problem.violation.code, numbers[problem.row]) for problem in draft.problems] == [
                (problem.field, problem.violation.code, problem.row) for problem in again.problems
            ]


FLOW: Values = {
    "keyId": 7,
    "recallInterval": 30,
    "recallNum": 3,
    "recallType": 1,
    "nodeList": [
        {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0},
        {"source": 3, "text": "Thank you", "lan": "EN", "hangUpSms": 0, "toSeat": 0},
    ],
}


def changed(row: int, **cells: Cell) -> list[list[Cell]]:
    """The rows of a right flow but for some cells of one of them."""
    rows = rows_of(FLOW)
    for name, cell in cells.items():
        rows[row][HEADED.index(name)] = cell
    return rows


def corrections(path: Path) -> Any:
    return openpyxl.load_workbook(path)["Corrections"]


def letter(field: str) -> str:
    return Column(field, HEADED.index(field), "").letter


def test_a_flow_with_a_mistake_in_one_row_comes_back_whole(tmp_path: Path) -> None:
    reported(tmp_path / "report.xlsx", changed(1, source=None))
    sheet = corrections(tmp_path / "report.xlsx")
    assert [cell.value for cell in sheet["A"]] == ["keyId", 7, 7]
    bad = sheet[f"{letter('source')}3"]
    assert (bad.value, bad.comment.text.split("\n")[:2]) == (None, ["It is blank, and it is required.", "Fill it in."])
    assert bad.fill.start_color.rgb.endswith("F8CBAD")
    assert sheet[f"{letter('source')}2"].comment is None


def test_correcting_the_coloured_cell_makes_the_flow_right(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    reported(path, changed(1, source=None))
    workbook = openpyxl.load_workbook(path)
    workbook["Corrections"][f"{letter('source')}3"] = 3
    workbook.save(path)
    [draft] = read(path).drafts
    [right] = flow_drafts(table_of([Row(number, tuple(row)) for number, row in enumerate(rows_of(FLOW), start=2)]))
    assert draft.body == right.body is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_have_the_lists_formats_and_rules_of_the_template(tmp_path: Path, language: Language) -> None:
    reported(tmp_path / "report.xlsx", changed(0, recallNum=0), language)
    write_template(tmp_path / "template.xlsx", language)
    sheet: Any = corrections(tmp_path / "report.xlsx")
    template: Any = openpyxl.load_workbook(tmp_path / "template.xlsx").worksheets[0]
    labels = {cell.value.rstrip("*"): cell for cell in template[1]}
    for name in COLUMNS:
        spec = SPECS[name]
        heading = labels[spec.label.short if language == "zh" else name]
        column, own = sheet.column_dimensions[letter(name)], template.column_dimensions[heading.column_letter]
        assert column.number_format == own.number_format
        assert column.width >= own.width
        assert sheet[f"{letter(name)}1"].comment.text == heading.comment.text
        assert rules(sheet, letter(name)) == rules(template, heading.column_letter)


def rules(sheet: Any, column: str) -> list[tuple[Any, ...]]:
    return [
        (each.type, each.formula1, each.formula2, each.errorStyle, each.error)
        for each in sheet.data_validations.dataValidation
        if f"{column}2" in each.sqref
    ]


def test_every_field_has_a_form_in_both_languages() -> None:
    upload = Upload(None)
    assert isinstance(upload, HasForms)
    for spec in ALL_FIELDS:
        for language in LANGUAGES:
            form = upload.form(spec.name, language)
            assert form.width > 0
            assert form.note
            assert form.numeric is (spec.name in NUMERIC)


def test_a_number_that_a_text_file_had_is_a_number_and_a_key_of_the_telephone_stays_text(tmp_path: Path) -> None:
    reported(tmp_path / "report.xlsx", changed(0, recallNum="11", recallInterval="030", toSeatKey="5"))
    sheet = corrections(tmp_path / "report.xlsx")
    assert sheet[f"{letter('recallNum')}2"].value == 11
    assert sheet[f"{letter('recallInterval')}2"].value == "030"
    assert sheet[f"{letter('toSeatKey')}2"].value == "5"


def test_decimals_are_seen_where_the_column_is_for_whole_numbers(tmp_path: Path) -> None:
    reported(tmp_path / "report.xlsx", changed(0, recallNum=2.5))
    cell = corrections(tmp_path / "report.xlsx")[f"{letter('recallNum')}2"]
    assert (cell.value, cell.number_format) == (2.5, "General")


def uploaded(folder: Path, *lines: str) -> Path:
    """The report of a CSV file, none of which was sent."""
    path = folder / "in.csv"
    headings = "keyId,recallInterval,recallNum,recallType,source,hangUpSms,toSeat,lan,text"
    path.write_text("\n".join([headings, *lines, ""]), encoding="utf-8")
    return report_of(path)


def report_of(path: Path, folder: Path | None = None) -> Path:
    with Database(None) as database:
        run = load(
            Upload(None), Source(path=path), database, destination=None, observe=lambda _: None, random=Random(1)
        )
        return write_report((folder or path.parent) / "report.xlsx", Ledger(database), run, Upload(None), "en")


def held_back(path: Path) -> list[tuple[str, list[str]]]:
    """The keys of what is not sent, and why."""
    with table_here(path, HEADINGS) as table:
        return [
            (draft.key, [problem.violation.code for problem in draft.problems])
            for draft in flow_drafts(table)
            if draft.body is None
        ]


SURPLUS = "7,30,3,1,3,0,0,EN,Hello, 202,,you", "8,30,0,1,3,0,0,EN,Hi"


def test_a_row_with_more_cells_than_headings_comes_back_with_all_of_them_and_its_key(tmp_path: Path) -> None:
    sheet = corrections(uploaded(tmp_path, *SURPLUS))
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [7, 30, 3, 1, 3, 0, 0, "EN", "Hello", " 202", None, "you"],
        [8, 30, 0, 1, 3, 0, 0, "EN", "Hi", None, None, None],
    ]
    key = sheet["A2"].comment.text.split("\n")
    assert key[0] == 'Row 2 has 12 cells, the headings in row 1 only 9: " 202" stands below no heading.'
    assert key[2:] == ["In in.csv: A2"]
    joined = [sheet[f"{column}2"] for column in "IJL"]
    assert all(cell.fill.fill_type == "solid" for cell in (sheet["A2"], *joined))
    assert {cell.comment.text.split("\n")[1] for cell in joined} == {
        "Join what belongs together in one cell, and clear all cells of this row behind the last heading."
    }
    assert all(sheet[f"{column}2"].comment is None for column in "BCDEFGHK")


@pytest.mark.parametrize("changes", [{}, {"J2": 202, "L2": None}, {"A2": 9}, {"I2": "Hello, 202,,you"}])
def test_a_row_with_more_cells_than_headings_is_refused_for_as_long_as_one_is_left(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = uploaded(tmp_path, *SURPLUS)
    typed(path, changes)
    key = changes.get("A2", 7)
    assert held_back(path) == [(str(key), ["too-many-cells"]), ("8", ["out-of-range"])]
    (tmp_path / "again").mkdir()
    again = report_of(path, tmp_path / "again")
    assert held_back(again) == held_back(path)
    assert corrections(again)["A2"].value == key


@pytest.mark.parametrize("above", [(), ("6,30,3,1,3,0,0,EN,Welcome",)])
def test_a_flow_of_which_a_row_has_too_many_cells_is_not_sent_without_it_but_whole_once_it_is_corrected(
    tmp_path: Path, above: tuple[str, ...]
) -> None:
    flow = "7,30,3,1,3,0,0,EN,Hello, 202", "7,30,3,1,3,0,0,EN,Goodbye"
    path = uploaded(tmp_path, *above, *flow, "8,30,3,1,3,0,0,EN,Welcome")
    for each in (tmp_path / "in.csv", path):
        assert sent(each) == {"8": ["Welcome"]}, "half of its nodes would delete the other half"
    row = 2 + len(above)
    typed(path, {f"I{row}": "Hello, 202", f"J{row}": None})
    assert held_back(path) == []
    assert sent(path) == {"7": ["Hello, 202", "Goodbye"], "8": ["Welcome"]} | ({"6": ["Welcome"]} if above else {})


def test_a_row_that_is_held_back_does_not_join_another_flow_of_its_key_that_stood_further_down(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    right = ["30,3,1,3,0,0,EN,Hello"] * 4
    lines = [f"{key},{rest}" for key, rest in zip((5, 7, 6, 7), right, strict=True)]
    lines[1] += ", you"
    headings = "keyId,recallInterval,recallNum,recallType,source,hangUpSms,toSeat,lan,text"
    path.write_text("\n".join([headings, *lines, ""]), encoding="utf-8")
    with Database(None) as database:
        run = load(
            Upload(None), Source(path=path), database, destination=None, observe=lambda _: None, random=Random(1)
        )
        settle(database, run, [outcome(2)], now=STARTED)
        report = write_report(tmp_path / "report.xlsx", Ledger(database), run, Upload(None), "en")
    assert [cell.value for cell in corrections(report)["A"]] == ["keyId", 5, 7, "#N/A"]
    assert "It was 7, as is the one above" in corrections(report)["A4"].comment.text


def sent(path: Path) -> dict[str, list[str]]:
    """What would be: the texts of the nodes of each flow."""
    with table_here(path, HEADINGS) as table:
        return {
            draft.key: [node["text"] for node in json.loads(draft.body)["nodeList"]]
            for draft in flow_drafts(table)
            if draft.body
        }


def typed(path: Path, changes: dict[str, Any]) -> None:
    """Types values into cells of the corrections, and saves them."""
    workbook = openpyxl.load_workbook(path)
    for address, value in changes.items():
        workbook["Corrections"][address] = value
    workbook.save(path)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_keeps_what_a_user_needs_and_the_run_is_known_afterwards(
    tmp_path: Path, language: Language
) -> None:
    remark = HEADED.index(REMARK)
    rows = changed(1, recallInterval=MISREADS[0], recallNum=11, recallType="_x0041_")
    rows[0][remark], rows[1][remark] = "=1+1", date(2025, 6, 15)
    told = reported(tmp_path / "report.xlsx", rows, language)
    assert SOFFICE
    profile = (tmp_path / "profile").as_uri()
    convert = [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir"]
    done = subprocess.run(
        [*convert, tmp_path / "saved", tmp_path / "report.xlsx"], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    path = tmp_path / "saved" / "report.xlsx"
    before, after = corrections(tmp_path / "report.xlsx"), corrections(path)
    for row in before.iter_rows():
        for cell in row:
            same = after[cell.coordinate]
            if cell.data_type == "e":
                assert "#N/A" in {same.value, str(same.value).removeprefix("=")}
            elif cell.row > 1 and not isinstance(cell.value, str):
                assert same.value == cell.value
            if cell.comment:
                assert same.comment is not None
                assert same.comment.text.split() == cell.comment.text.split()
            if cell.fill.fill_type == "solid":
                assert same.fill.start_color.rgb[-6:] == cell.fill.start_color.rgb[-6:]
    assert len(after.data_validations.dataValidation) == len(before.data_validations.dataValidation)
    assert openpyxl.load_workbook(path)["_run"].sheet_state == "hidden"
    back = read(path)
    assert [len(draft.rows) for draft in back.drafts] == [len(draft.rows) for draft in told.drafts]
    assert [(each.field, each.row) for draft in back.drafts for each in draft.problems] == [
        (each.field, each.row) for draft in told.drafts for each in draft.problems
    ]
    for row, again in zip(told.rows, back.rows, strict=True):
        padded = (*again.cells, *[None] * (len(HEADED) - len(again.cells)))
        for cell, same, field in zip(row.cells, padded, HEADED, strict=True):
            assert_same(cell, same, field)
