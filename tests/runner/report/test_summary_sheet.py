import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet

from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State, Stop
from runner.report.styles import state_colour
from runner.report.words import STATES
from runner.report.workbook import write_report
from runner.text import Language, Text
from tests.runner.journal.sample_run import STARTED, bad, filled_run, guests
from tests.runner.report.reported_runs import outcome, run_of_attempts, settle
from tests.runner.sending.fake_job import Greet

REASON = Text("The vendor is down, and has been for five minutes", "供应商已中断五分钟")
LANGUAGES: tuple[Language, ...] = ("en", "zh")

CHART = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"} | {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main"
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def stopped_run(database: Database) -> int:
    run = filled_run(database, [*guests(4), bad("x", 9)])
    refused = outcome(2, State.FAILED, code="-22", message="parameter error", at=(STARTED, STARTED + 2))
    settle(database, run, [outcome(1), refused], now=STARTED + 9, stop=Stop(reason=REASON))
    return run


def report(database: Database, run: int, folder: Path, language: Language = "en") -> Path:
    return write_report(folder / "report.xlsx", Ledger(database), run, Greet(), language)


def summary(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path)["Summary"]
    assert isinstance(sheet, Worksheet)
    return sheet


def charts(path: Path) -> list[Any]:
    """The charts, as their XML."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        return [etree.fromstring(archive.read(name)) for name in names]


def said(chart: Any, path: str) -> list[str]:
    return [str(found) for found in chart.xpath(path, namespaces=CHART)]


def cells(sheet: Worksheet, reference: str) -> list[Any]:
    """What stands where a chart looks."""
    title, _, area = reference.rpartition("!")
    assert title == "'Summary'"
    return [row[0].value for row in sheet[area.replace("$", "")]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_of_states_shows_the_counts_each_bar_in_the_colour_of_its_state(
    database: Database, tmp_path: Path, language: Language
) -> None:
    path = report(database, stopped_run(database), tmp_path, language)
    chart = charts(path)[0]
    words = cells(summary(path), said(chart, "//c:cat/c:strRef/c:f/text()")[0])
    counts = cells(summary(path), said(chart, "//c:val/c:numRef/c:f/text()")[0])
    states = list(STATES)
    assert words == [STATES[state].in_language(language) for state in states]
    assert dict(zip(states, counts, strict=True))[State.NOT_SENT] == 2
    assert said(chart, "//c:dPt/c:spPr/a:solidFill/a:srgbClr/@val") == [state_colour(state) for state in states]


def test_only_states_that_have_requests_have_a_number_at_their_bar(database: Database, tmp_path: Path) -> None:
    chart = charts(report(database, stopped_run(database), tmp_path))[0]
    states = list(STATES)
    labelled = [states[int(place)] for place in said(chart, "//c:dLbl/c:idx/@val")]
    assert labelled == [State.SUCCEEDED, State.FAILED, State.INVALID, State.NOT_SENT]
    assert said(chart, "//c:legend") == []


def test_the_chart_over_time_shows_first_attempts_and_retries_by_the_users_clock(
    database: Database, tmp_path: Path
) -> None:
    path = report(database, run_of_attempts(database, [(STARTED, STARTED + 2), (STARTED + 1,)]), tmp_path)
    sheet, chart = summary(path), charts(path)[1]
    first, retries = (cells(sheet, reference) for reference in said(chart, "//c:val/c:numRef/c:f/text()"))
    assert (first, retries) == ([1, 1, 0], [0, 0, 1])
    names = [
        cells(sheet, reference + ":" + reference.rpartition("!")[2])[0]
        for reference in said(chart, "//c:tx/c:strRef/c:f/text()")
    ]
    assert names == ["First attempts", "Retries"]
    times = cells(sheet, said(chart, "//c:cat/c:strRef/c:f/text()")[0])
    assert [len(label.split(":")) for label in times] == [3, 3, 3]
    assert said(chart, "//c:grouping/@val") == ["stacked"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axes_are_there_and_say_what_they_are(database: Database, tmp_path: Path, language: Language) -> None:
    chart = charts(report(database, run_of_attempts(database, [(STARTED,)]), tmp_path, language))[1]
    assert said(chart, "//c:catAx/c:delete/@val") == said(chart, "//c:valAx/c:delete/@val") == ["0"]
    titles = {"en": ("Time (UTC", "Attempts"), "zh": ("时间（UTC", "发送次数")}[language]
    [time], [attempts] = (said(chart, f"//c:{axis}/c:title//a:t/text()") for axis in ("catAx", "valAx"))
    assert time.startswith(titles[0])
    assert attempts == titles[1]


def test_many_steps_have_no_more_labels_than_can_be_read(database: Database, tmp_path: Path) -> None:
    run = run_of_attempts(database, [(STARTED + second,) for second in range(50)])
    [every] = said(charts(report(database, run, tmp_path))[1], "//c:tickLblSkip/@val")
    assert 50 / int(every) <= 8


def test_where_nothing_was_sent_there_is_no_chart_over_time(database: Database, tmp_path: Path) -> None:
    assert len(charts(report(database, filled_run(database, guests(2)), tmp_path))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stopped_the_run_stands_above_all_else(database: Database, tmp_path: Path, language: Language) -> None:
    sheet = summary(report(database, stopped_run(database), tmp_path, language))
    assert sheet["B2"].value == REASON.in_language(language)
    assert "B2:E2" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_it_leads_to_every_other_sheet(database: Database, tmp_path: Path) -> None:
    path = report(database, stopped_run(database), tmp_path)
    links = {
        str(cell.value): cell.hyperlink.location for row in summary(path).iter_rows() for cell in row if cell.hyperlink
    }
    shown = [sheet.title for sheet in openpyxl.load_workbook(path).worksheets if sheet.sheet_state == "visible"]
    assert links == {title: f"'{title}'!A1" for title in shown if title != "Summary"}


@pytest.mark.parametrize(
    ("language", "words"), [("en", "this run's rows were not kept"), ("zh", "未保留该运行的原始行")]
)
def test_a_run_whose_rows_were_not_kept_says_so_in_place_of_the_link_to_its_corrections(
    database: Database, tmp_path: Path, language: Language, words: str
) -> None:
    sheet = summary(report(database, stopped_run(database), tmp_path, language))
    [(title, told)] = [row for row in sheet.iter_rows(max_col=2) if row[0].value == "Corrections"]
    assert title.hyperlink is None
    assert str(told.value).startswith(words)


def test_every_state_is_told_by_its_word_and_messages_say_what_to_do(database: Database, tmp_path: Path) -> None:
    sheet = summary(report(database, stopped_run(database), tmp_path))
    rows = list(sheet.iter_rows(max_col=5, values_only=True))
    start = next(place for place, row in enumerate(rows) if row[3] == "Most frequent messages")
    told = [row[:4] for row in rows[start + 1 : start + 3]]
    assert ("failed", "-22", 1, "parameter error") in told
    assert ("invalid", "out-of-range", 1, "Times: 500 is more than 100 (first in B9)") in told
    assert all(row[4] for row in rows[start + 1 : start + 3])


def test_what_is_read_fits_one_page_and_the_numbers_of_the_chart_are_beside_it(
    database: Database, tmp_path: Path
) -> None:
    run = run_of_attempts(database, [(STARTED + second,) for second in range(60)])
    sheet = summary(report(database, run, tmp_path))
    assert str(sheet.print_area).startswith("'Summary'!$A$1:$E$")
    assert {row[6].value for row in sheet.iter_rows() if len(row) > 6} > {None}
    assert sheet.max_row >= 60
