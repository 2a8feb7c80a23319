"""`recallflow runs --abandon RUN`: puts a run aside that can never go on, or that nobody wants any more."""

import time
from pathlib import Path

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.summary import print_json, run_json
from jobs.app.target import Target
from jobs.app.which_run import say_which
from runner.journal.abandoning import abandon
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.lookup import find_run
from runner.journal.owner import is_gone
from runner.report.words import STATES
from runner.text import Language, Text


def abandon_run(journal: Path, name: str, target: Target, *, language: Language, json: bool) -> int:
    """Abandons the run, and says what is left of it. Gives the exit code.

    Args:
        journal: where the journal is.
        name: of the run, or a beginning that is its alone.
        target: where the commands lead that are printed.
        language: of the words.
        json: as one JSON object.

    Raises:
        InputError: there is no such run, or it cannot be abandoned.
        JournalError: the journal cannot be written.
    """
    with Database(journal) as database:
        found = find_run(database, name)
        abandon(database, found, now=time.time(), is_gone=is_gone)
        record = Ledger(database).run(found.id)
    say_which(record, name, language)
    if json:
        print_json(run_json(record, 0, language) | {"remaining": record.remaining})
        return 0
    counts = [(STATES[state], count) for state, count in record.counts.items() if count]
    words = _ABANDONED.format(
        run=record.name,
        left=f"{record.remaining:,}",
        requests=f"{record.requests:,}",
        command=target.command("report", record.name),
        counts=Text(
            " · ".join(f"{word.en} {count:,}" for word, count in counts),
            " · ".join(f"{word.zh} {count:,}" for word, count in counts),
        ),
    )
    print_line(Console(), words, language)
    return 0


_ABANDONED = Text(
    "Run {run} is abandoned: `resume` passes it over from now on. {left} of its {requests} requests are left as they "
    "are ({counts}). Its report: {command}",
    "运行 {run} 已放弃：`resume` 不再继续该运行。{requests} 个请求中尚余 {left} 个，保持原状（{counts}）。"
    "生成报告：{command}",
)
