"""Writes the report workbook, from the journal. Whole or not at all, and never over another file."""

from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import ReportError
from runner.job import Job
from runner.journal.ledger import Ledger
from runner.outcome import RunState, State
from runner.report.detail_sheets import add_notices, add_problems, add_results
from runner.report.placing import put_in_place, unfinished
from runner.report.styles import add_styles
from runner.report.summary_sheet import add_summary
from runner.report.words import ADVICE
from runner.text import Language, Text

if TYPE_CHECKING:
    from openpyxl import Workbook


def write_report(path: Path, ledger: Ledger, run: int, job: Job, language: Language) -> Path:
    """Writes a run's report, streaming from the journal.

    Args:
        path: where; if something is there already, a numbered name beside it is taken.
        ledger: the journal.
        run: the journal's number of the run.
        job: whose run it is; it knows what to do about a code.
        language: of the report's words.

    Returns:
        Where it lies.

    Raises:
        ReportError: it cannot be written there; nothing is left behind.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - heavy; only for those who write a workbook

    try:
        with unfinished(path) as file:
            workbook = Workbook(write_only=True)
            try:
                _fill(workbook, ledger, run, job, language)
                workbook.save(file)
            except BaseException:
                _abandon(workbook)
                raise
            return _put_beside(file, path)
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {path} ({error.strerror}). Name another place with --report.",
            f"无法将报告写入 {path}（{error.strerror}）。请用 --report 指定其他位置。",
        ) from error


def _fill(workbook: "Workbook", ledger: Ledger, run: int, job: Job, language: Language) -> None:
    record = ledger.run(run)

    def advise(state: State, code: str | None) -> Text:
        if state is State.NOT_SENT and record.state is RunState.PLANNED:
            return Text("", "")
        settled_by_code = state in {State.FAILED, State.NOT_SENT}
        return (job.advice(code) if code and settled_by_code else None) or ADVICE[state]

    add_styles(workbook)
    add_summary(workbook, ledger, record, advise, language)
    add_results(workbook, ledger, record, key=job.key, advise=advise, language=language)
    add_problems(workbook, ledger, record, key=job.key, language=language)
    add_notices(workbook, ledger, record, key=job.key, language=language)


def _abandon(workbook: "Workbook") -> None:
    """Ends the sheets' own temporary files, which would complain about it later."""
    for sheet in workbook.worksheets:
        with suppress(Exception):
            sheet.close()


def _put_beside(file: Path, path: Path) -> Path:
    """Gives the file its name, or the first numbered one that is free."""
    for number in count(1):
        free = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            put_in_place(file, free)
        except FileExistsError:
            continue
        return free
    raise AssertionError
