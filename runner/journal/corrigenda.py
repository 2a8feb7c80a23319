"""The requests of a run that are to be corrected: with their rows as they stand in the user's file, and problems."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from runner.journal.as_if_ended import AS_IF_ENDED
from runner.journal.database import Database
from runner.journal.family import later_corrections, taken_over
from runner.journal.ledger import Ledger, RecordedProblem, recorded_text
from runner.journal.source_rows import decode_cells
from runner.journal.superseded import SUPERSEDED
from runner.outcome import State
from runner.tables.delimited import TOO_MANY_CELLS
from runner.tables.table import Row
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrigendum:
    """One of them."""

    ordinal: int
    key: str
    state: State
    code: str | None
    message: Text | None
    taken_over: bool
    """Whether a later run that corrects this one has it."""
    rows: tuple[Row, ...]
    problems: tuple[RecordedProblem, ...]


def corrigenda(database: Database, run: int, states: Collection[State]) -> Iterator[Corrigendum]:
    """The requests of a run that are in some states, in input order; none where its rows were not kept. Streams.

    What later runs have sent is left out: corrected here, older values would go over newer ones.

    Args:
        database: the journal.
        run: the journal's number of the run.
        states: as the ledger tells them, of what has not ended as well.

    Raises:
        JournalError: they cannot be read.
    """
    left = taken_over(later_corrections(database, run))
    found = database.stream(
        f"SELECT ordinal, key, {AS_IF_ENDED} AS ended, {left} AS taken_over, code, message_en, message_zh, row, cells"  # noqa: S608 - our own words
        " FROM requests CROSS JOIN source_rows USING (run, ordinal)"  # in this order, so that nothing is sorted
        f" WHERE run = ? AND ended IN ({', '.join('?' * len(states))}) AND code IS NOT ? ORDER BY ordinal, row",
        (run, *states, SUPERSEDED),
    )
    problems = groupby(Ledger(database).problems(run), key=lambda problem: problem.ordinal)
    at, of_it = next(problems, _NO_MORE)
    for ordinal, group in groupby(found, key=lambda row: row["ordinal"]):
        rows = list(group)
        while at is not None and at < ordinal:
            at, of_it = next(problems, _NO_MORE)
        yield Corrigendum(
            ordinal=ordinal,
            key=rows[0]["key"],
            state=State(rows[0]["ended"]),
            code=rows[0]["code"],
            message=recorded_text(rows[0]["message_en"], rows[0]["message_zh"]),
            taken_over=bool(rows[0]["taken_over"]),
            rows=tuple(Row(row["row"], decode_cells(row["cells"])) for row in rows),
            problems=tuple(of_it) if at == ordinal else (),
        )


def width_of_rows(database: Database, run: int) -> int:
    """How many cells the widest of those rows has which were held back because they have more than there are headings.

    Raises:
        JournalError: they cannot be read.
    """
    [width] = database.execute(
        "SELECT max(json_array_length(cells)) FROM problems JOIN source_rows USING (run, ordinal, row)"
        " WHERE run = ? AND code = ?",
        (run, TOO_MANY_CELLS),
    ).fetchone()
    return int(width or 0)


_NO_MORE: tuple[None, Iterator[RecordedProblem]] = None, iter(())
