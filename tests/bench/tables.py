"""Tables of flows as the samples have them, which are kept for the next time in the folder for temporary files."""

import tempfile
from pathlib import Path

from tests.acceptance.sheets import generator

SEED = 7


def kept_flows(number: int) -> Path:
    """A CSV file of so many flows, made if it is not there yet."""
    path = Path(tempfile.gettempdir()) / f"recallflow-bench-{number}-flows.csv"
    if not path.exists():
        make = generator()
        rows = ([row.get(spec.name) for spec in make.FIELDS] for flow in make.flows(number, SEED) for row in flow)
        begun = path.with_stem(f"{path.stem}-begun")
        make.write_csv(begun, make.headings("en"), rows)
        begun.rename(path)
    return path
