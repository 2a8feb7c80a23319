"""`recallflow results`: a run's requests and what became of each, for programs and for Excel. Streams."""

import csv
import errno
import json as json_format
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from jobs.app.formats import check_format
from jobs.app.plans import Plans, plan_json
from jobs.app.problems import problems_json
from jobs.app.states import states_named
from jobs.app.summary import print_json, run_json
from runner.journal.database import Database
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import find_run
from runner.outcome import FINAL_STATES
from runner.text import Language

FORMATS = ("jsonl", "csv")

_COLUMNS = ("key", "rows", "state", "code", "message", "attempts", "problems")
_COLUMNS_OF_PLANS = (*_COLUMNS, "plan", "changes")
_MARK = "\ufeff"
"""Without a byte order mark, Excel does not take a file for UTF-8."""
_CLOSED = {errno.EPIPE, errno.EINVAL}
"""Whoever reads has seen enough, as `head` has; the second is what Windows says of it."""
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-\d+(\.\d+)?")


def results(journal: Path, name: str | None, *, layout: str, states: str | None, language: Language, json: bool) -> int:
    """Prints the requests of a run in input order. Gives the exit code.

    Args:
        journal: where the journal is.
        name: of the run, or its beginning; None for the latest.
        layout: one of `FORMATS`.
        states: the states whose requests are wanted, with commas between them; None for all.
        language: of the messages.
        json: as one JSON object: the run's summary, and the lines as its `results`.

    Raises:
        SettingsError: there is no such format or state.
        InputError: there is no such run.
        JournalError: the journal cannot be read.
    """
    check_format(layout, FORMATS)
    wanted = states_named(states, FINAL_STATES)
    with Database(journal, to_read=True) as database:
        record = find_run(database, name)
        lines = (line for line in _lines(Ledger(database), record, language) if line["state"] in wanted)
        try:
            if json:
                print_json(run_json(record, None, language), results=lines)
            elif layout == "csv":
                _print_csv(lines, _COLUMNS if record.plan is None else _COLUMNS_OF_PLANS)
            else:
                _print_lines(lines)
            sys.stdout.flush()
        except OSError as error:
            if error.errno not in _CLOSED:
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _lines(ledger: Ledger, run: RunRecord, language: Language) -> Iterator[dict[str, object]]:
    problems = problems_json(ledger, run.id, language)  # in the order of their requests
    plans = None if run.plan is None else Plans(ledger.database, run.id)
    for result in ledger.results(run.id):
        line: dict[str, object] = {
            "key": result.key,
            "rows": result.rows,
            "state": result.state.value,
            "code": result.code,
            "message": result.message.in_language(language) if result.message else None,
            "attempts": result.attempts,
            "problems": list(islice(problems, result.problems)),
        }
        yield line if plans is None else line | plan_json(plans.of(result.ordinal))


def _print_lines(lines: Iterable[dict[str, object]]) -> None:
    for line in lines:
        sys.stdout.write(json_format.dumps(line, ensure_ascii=False) + "\n")


def _print_csv(lines: Iterable[dict[str, object]], columns: Sequence[str]) -> None:
    sys.stdout.write(_MARK)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_harmless(_counted(line[column])) for column in columns])


def _counted(value: object) -> object:
    """How many there are of what is a list."""
    return len(value) if isinstance(value, list) else value


def _harmless(value: object) -> object:
    """The value; a text that Excel would take for a formula begins with an apostrophe. A negative number is none."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value
