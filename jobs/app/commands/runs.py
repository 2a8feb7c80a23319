"""`recallflow runs`: every run that the journal knows."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from jobs.app.printing import print_line
from jobs.app.summary import print_json, run_json
from jobs.app.target import Target
from jobs.app.times import local_time
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.report.words import RUN_STATES, STATES
from runner.text import Language, Text


def runs(journal: Path, target: Target, *, language: Language, json: bool) -> int:
    """Lists the runs, the latest first. Gives the exit code.

    Raises:
        JournalError: the journal cannot be read.
    """
    with Database(journal, to_read=True) as database:
        records = list(Ledger(database).runs())
    if json:
        print_json({"runs": [run_json(record, None, language) | {"started": record.started} for record in records]})
        return 0
    console = Console()
    if not records:
        print_line(console, _NONE.format(command=target.command("upload", "FILE")), language)
        return 0
    table = Table(box=None, padding=(0, 2, 0, 0))
    name, *others = _HEADINGS
    table.add_column(name.in_language(language), no_wrap=True, min_width=20)  # it is what `resume` asks for
    for heading in others:
        table.add_column(heading.in_language(language), overflow="fold")
    for record in records:
        counts = " · ".join(
            f"{STATES[state].in_language(language)} {count:,}" for state, count in record.counts.items() if count
        )
        table.add_row(
            record.name,
            local_time(record.started),
            record.job,
            RichText(Path(record.source).name),
            RUN_STATES[record.state].in_language(language),
            counts,
        )
    console.print(table)
    return 0


_HEADINGS = (
    Text("Run", "运行编号"),
    Text("Started", "开始时间"),
    Text("Job", "任务"),
    Text("File", "文件"),
    Text("State", "状态"),
    Text("Requests", "请求"),
)
_NONE = Text("No runs yet. Start one: {command}", "还没有运行记录。开始第一次：{command}")
