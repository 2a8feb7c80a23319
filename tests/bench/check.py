"""What a check takes: rows per second, memory, and where the time goes.

    python -m tests.bench.check --rows 100000 --rounds 5

A table of flows with one node each, every column filled where it has an effect, is checked as .xlsx and as .csv, in
turn, by the program itself. Reading is what the process that reads workbooks takes of the processors; for .csv it is
reading the rows and nothing else, in this process. Normalising (cells to meanings), validating (grouping, rules and
bodies: what drafts take beyond normalising) and the journal are measured in this process as well, on the rows of the
.csv and of the .xlsx. All figures are medians of the rounds. The tables are kept for the next time, in the folder for
temporary files.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from operator import attrgetter, getitem, itemgetter
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeVar

from jobs.recallflow.flows import flow_drafts
from jobs.recallflow.meanings import meanings_of
from jobs.recallflow.reference import ALL_FIELDS
from jobs.upload import Upload
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.new_run import NewRun
from runner.request import Draft
from runner.tables.read import read_table
from runner.tables.table import Row, Table
from tests.acceptance.measured import Measured, measured
from tests.acceptance.sheets import generator

SEED = 7
LONGEST = 600
"""Seconds that one check may take."""
KINDS = (".xlsx", ".csv")
HEADINGS = [*(spec.name for spec in ALL_FIELDS), "备注", "memo"]

Result = TypeVar("Result")

Steps = dict[str, float]
"""Of processors, in seconds."""


def full_rows(number: int) -> Iterator[list[object]]:
    """A flow a row; blank are only the cells that would have no effect."""
    random = Random(SEED)
    message = {
        "hangUpSms": 1,
        "senderId": "NOTICE",
        "feedbackPush": 1,
        "successPush": 1,
        "failedPush": 0,
        "ringPush": 1,
    }
    seats = {"toSeat": 1, "sipGroupId": 1_000_001, "outboundControl": 1, "toSeatType": 2}
    for key, (flow, *_) in enumerate(generator().flows(number, SEED), start=1):
        speech = {"accent": random.randint(1, 5), "speakingRate": 0.75, "ssmlGender": random.randint(1, 2)}
        row = flow | message | seats | (speech if flow["source"] == 3 else {})
        row |= {
            "smsContent": f"尊敬的客户 {key}，您的账单将于明天到期，请及时处理。",
            "feedbackValue": str(random.randint(0, 9)),
            "successPushTime": random.randint(1, 9_999),
            "calloutRate": random.randint(1, 100),
            "toSeatKey": str(random.randint(0, 9)),
            "delayTransfer": random.randint(0, 10),
            "备注": f"客户 {key}",
            "memo": key / 4,
        }
        yield [row.get(heading) for heading in HEADINGS]


def kept_table(rows: int, kind: str) -> Path:
    """A file of so many rows, made if it is not there yet."""
    path = Path(tempfile.gettempdir()) / f"recallflow-bench-{rows}{kind}"
    if not path.exists():
        make = generator()
        begun = path.with_stem(f"{path.stem}-begun")
        (make.write_csv if kind == ".csv" else make.write_xlsx)(begun, HEADINGS, full_rows(rows))
        begun.rename(path)
    return path


def checked(path: Path, folder: Path) -> Measured:
    """The program's own check, which finds nothing wrong."""
    done = measured("check", path, "--json", cwd=folder, within=LONGEST)
    assert done.code == 0, done.err
    return done


def steps(path: Path) -> Steps:
    """Reading, normalising, validating and the journal, one after the other, in this process."""
    taken: Steps = {}
    with read_table(path, Upload(None).headings) as table:
        rows, taken["reading"] = processors(partial(list[Row], table.rows))
        gc.collect()
        gc.freeze()  # all these rows are not alive at once in a real check, so nobody looks through them
        _, taken["normalising"] = processors(partial(normalise, table, rows))
        _, together = processors(partial(count, table, rows))
        taken["validating"] = together - taken["normalising"]
        drafts = list(flow_drafts(replace(table, rows=iter(rows))))
        _, taken["journal"] = processors(partial(write, drafts))
        gc.unfreeze()
    return taken


def normalise(table: Table, rows: list[Row]) -> None:
    """Every cell of every field to its meaning."""
    specs = [spec for spec in ALL_FIELDS if spec.name in table.columns]
    meanings = [meanings_of(spec) for spec in specs]
    indexes = [table.columns[spec.name].index for spec in specs]
    pick, width = itemgetter(*indexes), max(indexes) + 1
    for row in rows:
        list(map(getitem, meanings, pick(row.cells + (None,) * (width - len(row.cells)))))


def count(table: Table, rows: list[Row]) -> None:
    """All drafts, none of them kept."""
    for draft in flow_drafts(replace(table, rows=iter(rows))):
        assert draft.body is not None, draft.problems


def write(drafts: list[Draft]) -> None:
    """The drafts into the journal of a check, which is in memory."""
    new = NewRun(job="bench", source="", sha256="", sheet=None, key_column="A", key_heading="keyId", destination=None)
    with Database(None) as database:
        run, _ = Journal(database).open_run(new, now=time.time(), random=Random())
        Journal(database).fill(run, drafts)


def processors(work: Callable[[], Result]) -> tuple[Result, float]:
    """Runs it; gives what it gives, and the processor time that it took."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    paths = {kind: kept_table(given.rows, kind) for kind in KINDS}
    checks: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    inside: dict[str, list[Steps]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(given.rounds):
            for kind, path in paths.items():
                checks[kind].append(checked(path, Path(folder)))
                inside[kind].append(steps(path))
    print(f"{given.rows:,} rows of {len(HEADINGS)} columns; medians of {given.rounds} rounds in turn")
    for kind in KINDS:
        show(kind, given.rows, checks[kind], inside[kind])


def show(kind: str, rows: int, checks: list[Measured], inside: list[Steps]) -> None:
    """The figures of one kind of file."""

    def middle(name: str) -> float:
        return float(median(map(attrgetter(name), checks)))

    seconds, own, children = middle("seconds"), middle("own_seconds"), middle("children_seconds")
    print(
        f"{kind}: {rows / seconds:,.0f} rows/s ({seconds:.1f} s; {own:.1f} s of CPU, reading process {children:.1f} s)"
    )
    print(f"  memory: {middle('own_mb'):,.0f} MiB, reading process {middle('children_mb'):,.0f} MiB")
    in_steps = {name: median(taken[name] for taken in inside) for name in inside[0]}
    if kind != ".csv":
        in_steps["taking rows over"] = in_steps["reading"]
        in_steps["reading"] = children
    print("  " + ", ".join(f"{name} {taken / rows * 1e6:.1f} µs a row" for name, taken in in_steps.items()))


if __name__ == "__main__":
    main()
