"""Where a run's report lies, and what is in it."""

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from jobs.app.job_of import check_known, is_known, job_to_report
from runner.errors import InputError, SettingsError
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import State
from runner.report.workbook import write_report
from runner.text import Language, Text

_LONGEST_STEM = 180
"""Bytes of the file's name that its report's begins with: no file system takes a name of more than 255."""

THE_REPORT, THE_PLAN = Text("The report", "报告"), Text("The plan", "计划")

_OF_A_REPORT = re.compile(r"-report-\d{8}-\d{6}-[0-9a-f]{4}(-\d+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTerms:
    """What report a user wants."""

    path: Path | None
    """Where it is to lie; None for the current folder, under the name of the file and the run."""
    language: Language
    corrected: Collection[State]
    """The states whose requests it gives back to be corrected."""
    recorded: bool = True
    """Whether the journal keeps the run."""


def report(run: int, database: Database, terms: ReportTerms) -> None:
    """Writes the workbook of a run, and notes in the journal where it lies.

    Raises:
        ReportError: it cannot be written.
        JournalError: the journal cannot be read, or not written.
    """
    note_report(run, database, write_report_file(run, database, terms, ending=".xlsx"))


def write_report_file(run: int, database: Database, terms: ReportTerms, *, ending: str) -> Path:
    """Writes the report of a run: a workbook, or a page where the ending is `.html`. Gives where it lies.

    Raises:
        ReportError: it cannot be written.
        JournalError: the journal cannot be read.
    """
    ledger = Ledger(database)
    record = ledger.run(run)
    job, known = job_to_report(record), is_known(record)
    path = terms.path or _usual_path(record, ending)
    if ending == ".html":
        from runner.report.page import write_page  # noqa: PLC0415 - only those who want one wait for its library

        return write_page(path, ledger, run, job, terms.language, known=known)
    return write_report(
        path, ledger, run, job, terms.language, corrected=terms.corrected, recorded=terms.recorded, known=known
    )


def note_report(run: int, database: Database, path: Path | None) -> None:
    """Notes in the journal where the report of a run lies; None where there is none.

    Raises:
        JournalError: it cannot be written.
    """
    Journal(database).set_report(run, None if path is None else str(path))


def _usual_path(run: RunRecord, ending: str) -> Path:
    """`flows-report-20260301-013000-ab12.xlsx`; that of a report that was corrected is named as if it were the file."""
    stem = _OF_A_REPORT.sub("", Path(run.source).stem).encode(errors="replace")[:_LONGEST_STEM].decode(errors="ignore")
    return Path(f"{stem}-report-{run.name}{ending}")


def check_report(
    path: Path | None, ending: str = ".xlsx", *, what: Text = THE_REPORT, option: str = "--report"
) -> None:
    """Checks before anything is sent that a report can be written there afterwards, or what is written as one is.

    Args:
        path: where; None for the current folder.
        ending: of the file.
        what: is to be written.
        option: says where.

    Raises:
        SettingsError: it cannot.
    """
    if path is None:
        path = Path(f"report{ending}")
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where the name is too long
        raise SettingsError(
            f"{what.en} {path} is a folder. Name a file in it with {option}.",
            f"{what.zh} {path} 是文件夹。请用 {option} 指定其中的文件名。",
        )
    if path.suffix.lower() != ending:
        raise SettingsError(
            f"{what.en} {path} must be a file that ends in {ending}. Name one with {option}.",
            f"{what.zh} {path} 必须是以 {ending} 结尾的文件。请用 {option} 指定。",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.stat()  # raises where the name is too long
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise SettingsError(
            f"{what.en} cannot be written to {path} ({error.strerror}). Name another place with {option}.",
            f"无法将{what.zh}写入 {path}（{error.strerror}）。请用 {option} 指定其他位置。",
        ) from error


def check_plan(path: Path | None) -> None:
    """Checks before anything is read that a plan can be written there afterwards, where one is wanted.

    A file that is there is never passed by for a numbered name: whoever applies it would apply an old plan.

    Raises:
        SettingsError: it cannot, or a file is there already.
    """
    if path is None:
        return
    check_report(path, what=THE_PLAN, option="--plan")
    if path.exists() or path.is_symlink():
        raise SettingsError(
            f"{path} is there already, and a plan is never written over another file. Name another one with --plan, or "
            "move that one away.",
            f"{path} 已存在，计划不会覆盖其他文件。请用 --plan 指定其他文件名，或先移走该文件。",
        )


def check_has_plan(record: RunRecord, path: Path | None) -> None:
    """Refuses the plan of a run that has none, where one is wanted, and of a job whose plans this program cannot apply.

    Raises:
        InputError: it compares nothing, or by a job that this program does not know.
    """
    if path is not None:
        check_known(record)
    if path is not None and record.terms is None:
        raise InputError(
            f"Run {record.name} compares nothing with the vendor's state, so that it has no plan. Name a run of "
            "`recallflow reconcile`, or leave --plan out.",
            f"运行 {record.name} 不与供应商状态比对，没有计划。请指定 `recallflow reconcile` 的运行，或不加 --plan。",
        )


def plan_line(path: Path) -> Text:
    """Where the plan is."""
    return _PLAN.format(path=path)


_PLAN = Text("Plan: {path}", "计划：{path}")
