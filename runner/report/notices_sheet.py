"""The sheet Notices: a line for each thing that is not wrong, and may surprise."""

from runner.journal.ledger import Ledger, RunRecord
from runner.report.book import Book
from runner.report.long_sheet import LongSheet, ReportColumn
from runner.report.styles import WRAPPED
from runner.report.words import NOTICES
from runner.text import Language, Text


def add_notices(book: Book, ledger: Ledger, run: RunRecord, *, key: str, language: Language) -> None:
    """Adds the sheet Notices to a workbook, where there are any."""
    columns = (
        (Text("Cell", "单元格"), 10),
        (Text("Heading", "标题"), 24),
        (Text("Value", "当前值"), 24),
        (Text("Notice", "提示"), 80),
        (Text("Code", "代码"), 20),
        (Text.verbatim(key), 16),
        (Text("Row", "行号"), 8),
    )
    notices: LongSheet | None = None
    for notice in ledger.notices(run.id):
        if notices is None:
            titles = [ReportColumn(heading.in_language(language), width, style=WRAPPED) for heading, width in columns]
            notices = LongSheet(book, NOTICES, titles)
        notices.append(
            [
                notice.cell,
                notice.heading,
                notice.value,
                notice.message.in_language(language),
                notice.code,
                notice.key,
                notice.row,
            ]
        )
    if notices is not None:
        notices.close()
