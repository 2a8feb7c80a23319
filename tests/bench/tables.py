"""Tables of flows as the samples have them, which are kept for the next time in the folder for temporary files."""

import tempfile
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from jobs.recallflow.reference import FLOW_FIELDS, KEY
from tests.acceptance.sheets import generator

SEED = 7


def kept_flows(number: int) -> Path:
    """A CSV file of so many flows, made if it is not there yet."""
    make = generator()
    return _kept(f"{number}-flows", chain.from_iterable(make.flows(number, SEED)))


def kept_flows_of_two_nodes(number: int) -> Path:
    """The same, with two nodes each."""
    make = generator()
    first_rows = (rows[0] for rows in make.flows(2 * number, SEED))
    of_flow = {spec.name for spec in FLOW_FIELDS} - {KEY}
    pairs = zip(first_rows, first_rows, strict=True)
    flows = (
        (first, {name: cell for name, cell in second.items() if name not in of_flow} | {KEY: first[KEY]})
        for first, second in pairs
    )
    return _kept(f"{number}-flows-of-two-nodes", chain.from_iterable(flows))


def _kept(name: str, rows: Iterable[Mapping[str, object]]) -> Path:
    path = Path(tempfile.gettempdir()) / f"recallflow-bench-{name}.csv"
    if not path.exists():
        make = generator()
        begun = path.with_stem(f"{path.stem}-begun")
        make.write_csv(begun, make.headings("en"), ([row.get(spec.name) for spec in make.FIELDS] for row in rows))
        begun.rename(path)
    return path
