"""Applies a plan as its users do: it is saved as a workbook, ticked in another program, and read back."""

from collections.abc import Collection, Mapping
from random import Random

import openpyxl

from jobs.reconcile import Reconcile
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import Stop
from runner.planning.applying import TickedPlan, load_ticked
from runner.planning.ticks import read_ticks
from runner.report.plan_workbook import write_plan
from tests.acceptance.fortnight.night import Errand, destination_of, reconcile_run


async def apply_ticked(errand: Errand, made: int, ticked: Mapping[int, Collection[str]]) -> tuple[int, Stop | None]:
    """Applies these lines of the plan of a run. Gives the journal's number of the new run, and why it stopped."""
    job = Reconcile(None, "apply")
    with Database(errand.journal) as database:
        path = write_plan(errand.table.with_name("plan.xlsx"), Ledger(database), made, job, "en")
        workbook = openpyxl.load_workbook(path)
        headings, *lines = workbook["Plan"].iter_rows()
        places = {cell.value: place for place, cell in enumerate(headings)}
        for line in lines:
            key, name = (line[places[heading]].value for heading in ("keyId", "Field"))
            if name in ticked.get(int(str(key)), ()):
                line[places["Apply"]].value = "x"
        workbook.save(path)
        run = load_ticked(
            job,
            TickedPlan(path=path, ticks=read_ticks(path), run=made),
            database,
            destination=destination_of(errand),
            random=Random(errand.seed + 50),
            now=lambda: errand.now,
        )
        return run, await reconcile_run(errand, run, database, resumed=None)
