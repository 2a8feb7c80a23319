"""Which run a command has taken, where its user has not written the whole name."""

from pathlib import PurePath

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.times import local_time
from runner.journal.ledger import RunRecord
from runner.report.words import RUN_STATES
from runner.text import Language, Text


def say_which(record: RunRecord, name: str | None, language: Language, *, quiet: bool = False) -> None:
    """Says on stderr which run was taken, unless its whole name was written.

    Args:
        record: the run.
        name: what the user has written; None for nothing, which means the latest.
        language: of the words.
        quiet: whether nothing is to be said.
    """
    if quiet or (name is not None and name.strip() == record.name):
        return
    words = _TAKEN if name else _LATEST
    said = words.format(
        run=record.name,
        state=RUN_STATES[record.state],
        job=record.job,
        source=PurePath(record.source).name,
        date=local_time(record.started),
    )
    print_line(Console(stderr=True), said, language)


_LATEST = Text(
    "The latest run: {run} ({job} {source}, {date}, {state}).",
    "最近一次运行：{run}（{job} {source}，{date}，{state}）。",
)
_TAKEN = Text("Run {run} ({job} {source}, {date}, {state}).", "运行 {run}（{job} {source}，{date}，{state}）。")
