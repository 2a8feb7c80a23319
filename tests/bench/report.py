"""What a report takes: seconds, processor time and memory, and what other writers would take for its rows.

    python -m tests.bench.report --requests 100000 --requests 1000000 --rounds 5
    python -m tests.bench.report --requests 100000 --writers

A journal is made of a run that has so many requests, of which one in fifty was invalid, one in fifty refused and one in
a hundred is unknown, all of which are given back to be corrected; its report is written in a process of its own. With
`--writers`, what is measured instead is writing so many rows as the sheet Results has them: by our own sheet, by
openpyxl in its write-only mode, which is given one cell for each style again and again, and by XlsxWriter in its
constant-memory mode, each in a process of its own, in turn. All figures are medians of the rounds.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from jobs.upload import Upload
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination, NewRun
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, State
from runner.problem import Problem, Violation
from runner.report.book import Book
from runner.report.cells import local_time, printable
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.styles import TIME, state_style
from runner.report.workbook import write_report
from runner.request import Draft
from runner.tables.table import Row, WrittenHeading
from runner.text import Text
from tests.bench.figures import Taken, peak_mb, show

STARTED = 1_750_000_000.0
BATCH = 2_000
FORMAT = "yyyy-mm-dd hh:mm:ss"

FIELDS = ("keyId", "recallInterval", "recallNum", "recallType", "source", "text", "lan", "hangUpSms", "toSeat")

OUT_OF_RANGE = Violation(
    "out-of-range", Text("5000 is more than 1440", "5000 大于 1440"), Text("Write 1 to 1440.", "请填写 1 到 1440。")
)
SUCCESS, REFUSAL = Text.verbatim("success"), Text.verbatim("parameter error")
UNREADABLE = Text("The answer was no JSON", "返回内容不是 JSON")


def drafts(requests: int) -> Iterator[Draft]:
    """One in fifty has a problem."""
    for number in range(1, requests + 1):
        key, row = str(900_000_000 + number), number + 1
        if number % 50:
            yield Draft(key=key, rows=(row,), body=b'{"keyId":%d}' % number)
        else:
            wrong = Problem(
                row=row,
                field="recallInterval",
                heading="重呼间隔",
                cell=f"B{row}",
                value="5000",
                violation=OUT_OF_RANGE,
            )
            yield Draft(key=key, rows=(row,), body=None, problems=(wrong,))


def source_row(draft: Draft) -> list[Row]:
    """The row that a draft came from."""
    interval = 30 if draft.body else 5000
    return [Row(draft.rows[0], (int(draft.key), interval, 3, 1, 3, "Hello, your bill is due tomorrow.", "EN", 0, 0))]


def outcome(ordinal: int, key: str) -> Outcome:
    """What becomes of a request: most succeed at the first attempt."""
    sent = STARTED + ordinal / 100
    kind = ordinal % 100
    state, code, message, action = State.SUCCEEDED, "0", SUCCESS, Action.SUCCEED
    if kind in {1, 2}:
        state, code, message, action = State.FAILED, "-22", REFUSAL, Action.FAIL
    elif kind == 3:
        state, code, message, action = State.UNKNOWN, "unclear", UNREADABLE, Action.FAIL
    attempt = Attempt(number=1, started=sent, seconds=0.25, code=code, action=action)
    return Outcome(
        ordinal=ordinal, key=key, state=state, code=code, message=message, attempts=(attempt,), unclear=False
    )


def make_journal(path: Path, requests: int) -> int:
    """A journal with a run of so many requests; gives its number."""
    new = NewRun(
        job="upload",
        source="flows.xlsx",
        sha256="0" * 64,
        sheet="Flows",
        key_column="A",
        key_heading="keyId",
        headings=tuple(WrittenHeading(field, field) for field in FIELDS),
        destination=Destination(endpoint="https://vendor.example/update", account="ab******"),
    )
    with Database(path) as database:
        journal = Journal(database)
        run, _ = journal.open_run(new, now=STARTED, random=Random(0))
        journal.fill(run, drafts(requests), rows_of=source_row)
        journal.mark_loaded(run, rows=requests, seconds=1.0)
        claims = Claims(database, run, LeaseTerms(owner="bench"), now=STARTED)
        while claimed := claims.claim(BATCH, now=STARTED):
            settled = STARTED + claimed[-1].ordinal / 100
            claims.settle([outcome(request.ordinal, request.key) for request in claimed], now=settled)
        claims.release()
        journal.end_run(run, stop=None, seconds=requests / 100)
    return run


def report(journal: Path, run: int, requests: int) -> Taken:
    """Writes the report of the run."""
    with TemporaryDirectory(dir=journal.parent) as folder, Database(journal) as database:
        return measured(
            lambda: write_report(Path(folder, "report.xlsx"), Ledger(database), run, Upload(None), "zh"), requests
        )


HEADINGS = ("行号", "keyId", "状态", "代码", "消息", "处理建议", "发送次数", "首次发送", "完成时间", "耗时（秒）")
WIDTHS = (10, 16, 12, 12, 50, 50, 10, 22, 22, 10)
WORDS = {State.SUCCEEDED: "成功", State.FAILED: "失败", State.UNKNOWN: "结果未知", State.INVALID: "数据有误"}
COLOURS = {State.SUCCEEDED: "C6EFCE", State.FAILED: "FFC7CE", State.UNKNOWN: "FFE699", State.INVALID: "F8CBAD"}

ResultRow = tuple[str, str, State, str, str, str, int, datetime | None, datetime | None, float | None]


def rows(requests: int) -> Iterator[ResultRow]:
    """Those of the sheet Results."""
    for number in range(1, requests + 1):
        row, key = str(number + 1), str(900_000_000 + number)
        if not number % 50:
            yield row, key, State.INVALID, "", "1 个问题", "请修正 Problems 工作表中列出的单元格。", 0, None, None, None
            continue
        done = outcome(number, key)
        words = done.message.zh if done.message else ""
        advice = "" if done.state is State.SUCCEEDED else "请按消息修正后重新发送。"
        sent, settled = done.attempts[0].started, done.attempts[0].started + number % 1000 / 1000
        times = local_time(sent), local_time(settled)
        yield row, key, done.state, done.code or "", words, advice, 1, *times, round(settled - sent, 3)


def by_us(path: Path, requests: int) -> None:
    """By our own sheet."""
    columns = [ReportColumn(heading, width) for heading, width in zip(HEADINGS, WIDTHS, strict=True)]
    with Book(path.parent) as book:
        sheet = LongSheet(book, "Results", columns)
        for row, key, state, code, words, advice, attempts, sent, settled, took in rows(requests):
            shown = WORDS[state], state_style(state)
            times = sent and (sent, TIME), settled and (settled, TIME)
            sheet.append([row, key, shown, code, words, advice, attempts, *times, took])
        sheet.close()
        book.save(path)


def by_openpyxl(path: Path, requests: int) -> None:
    """By openpyxl in its write-only mode; texts that it could take for something else are not among these."""
    workbook = Workbook(write_only=True)
    sheet: Any = workbook.create_sheet("Results")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width

    def styled(colour: str | None = None) -> Any:
        cell: Any = WriteOnlyCell(sheet, "")
        if colour:
            cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        return cell

    headings = [styled("44546A") for _ in HEADINGS]
    for cell, heading in zip(headings, HEADINGS, strict=True):
        cell.value, cell.font, cell.alignment = heading, Font(bold=True, color="FFFFFF"), Alignment(vertical="top")
    sheet.append(headings)
    states = {state: styled(colour) for state, colour in COLOURS.items()}
    times = [styled(), styled()]
    for cell in times:
        cell.number_format = FORMAT
    for row, key, state, code, words, advice, attempts, *moments, took in rows(requests):
        shown = states[state]
        shown.value = WORDS[state]
        for cell, moment in zip(times, moments, strict=True):
            cell.value = moment
        texts = printable(words), printable(advice)
        sheet.append([row, key, shown, code or None, *texts, attempts, *(times if moments[0] else (None, None)), took])
    sheet.auto_filter.ref = f"A1:J{requests + 1}"
    workbook.save(path)


def by_xlsxwriter(path: Path, requests: int) -> None:
    """By XlsxWriter in its constant-memory mode."""
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = workbook.add_worksheet("Results")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, requests, len(HEADINGS) - 1)
    heading_format = workbook.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": "#44546A", "valign": "top"}
    )
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, heading_format)
    states = {state: workbook.add_format({"bg_color": f"#{colour}"}) for state, colour in COLOURS.items()}
    time_format = workbook.add_format({"num_format": FORMAT})
    for number, (row, key, state, code, words, advice, attempts, *moments, took) in enumerate(rows(requests), start=1):
        sheet.write_string(number, 0, row)
        sheet.write_string(number, 1, key)
        sheet.write_string(number, 2, WORDS[state], states[state])
        for column, text in enumerate((code, words, advice), start=3):
            if text:
                sheet.write_string(number, column, printable(text))
        sheet.write_number(number, 6, attempts)
        for column, moment in enumerate(moments, start=7):
            if moment:
                sheet.write_datetime(number, column, moment, time_format)
        if took is not None:
            sheet.write_number(number, 9, took)
    workbook.close()


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "our sheet": by_us,
    "openpyxl": by_openpyxl,
    "XlsxWriter": by_xlsxwriter,
}


def written(name: str, requests: int) -> Taken:
    """Writes the rows by one of the writers."""
    with TemporaryDirectory() as folder:
        return measured(lambda: WRITERS[name](Path(folder, "report.xlsx"), requests), requests)


def measured(work: Callable[[], object], requests: int) -> Taken:
    """Runs it; what it took of this process."""
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return Taken(
        requests=requests,
        seconds=time.perf_counter() - wall,
        processors=time.process_time() - processors,
        mb=peak_mb(),
    )


def in_its_own_process(work: Callable[..., Taken], *args: Any) -> Taken:
    """Its memory is its own, and nobody has warmed up for it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *args).result()


def compare_reports(requests: int, rounds: int) -> dict[str, list[Taken]]:
    """The report, as often as that."""
    with TemporaryDirectory() as folder:
        journal = Path(folder, "journal.sqlite3")
        run = make_journal(journal, requests)
        return {"report": [in_its_own_process(report, journal, run, requests) for _ in range(rounds)]}


def compare_writers(requests: int, rounds: int) -> dict[str, list[Taken]]:
    """All writers in turn, as often as that."""
    taken: dict[str, list[Taken]] = {name: [] for name in WRITERS}
    for number in range(rounds):
        for name in WRITERS if number % 2 else reversed(WRITERS):
            taken[name].append(in_its_own_process(written, name, requests))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, action="append", help="how many; may be given several times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--writers", action="store_true", help="compare writers of rows instead of writing reports")
    given = parser.parse_args()
    for requests in given.requests or [100_000]:
        taken = (compare_writers if given.writers else compare_reports)(requests, given.rounds)
        print(f"{requests:,} requests, {given.rounds} rounds", flush=True)
        show(taken)


if __name__ == "__main__":
    main()
