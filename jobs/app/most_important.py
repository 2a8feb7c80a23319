"""The requests of a run that a person has to see, a line each, behind its summary."""

from rich.console import Console

from jobs.app.night.lines import most_important
from jobs.app.printing import print_line
from jobs.app.target import Target
from runner.journal.ledger import Ledger, RunRecord
from runner.text import Language, Text


def print_most_important(
    console: Console, ledger: Ledger, record: RunRecord, language: Language, target: Target
) -> None:
    """Prints the first few, and where all the others are; invalid requests are left to `print_problems`.

    Raises:
        JournalError: the journal cannot be read.
    """
    lines, more = most_important(ledger.database, record.id, invalid=False)
    for line in lines:
        print_line(console, line.text, language)
    if more:
        print_line(console, _MORE.format(count=f"{more:,}", command=target.command("results", record.name)), language)


_MORE = Text("and {count} more; all of them: {command}", "另有 {count} 个；全部列表：{command}")
