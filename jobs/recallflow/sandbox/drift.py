"""A simulated vendor that has the flows of a run already, though not all of them as they are wanted: to try it out."""

from collections.abc import Iterable

from pydantic_core import from_json

from jobs.recallflow.reference import KEY, NODES
from jobs.recallflow.sandbox.vendor import CANCELLED, Flow, SimulatedVendor

EVERY = 10
"""Of so many flows, one each is changed, is missing, and was cancelled after a change."""

_CHANGED, _MISSING, _CANCELLED = 2, 5, 8


def fill_with_drift(vendor: SimulatedVendor, bodies: Iterable[bytes]) -> None:
    """Gives the vendor the flows of these updates: most as they are, some not.

    Args:
        vendor: has none of them yet.
        bodies: of updates that keep every rule.
    """
    for number, body in enumerate(bodies):
        case, flow = number % EVERY, from_json(body)
        if case == _MISSING:
            continue
        if case in {_CHANGED, _CANCELLED}:
            flow["recallNum"] = flow["recallNum"] % 10 + 1
        for node in flow.get(NODES) or ():
            node["baseFile"] = None  # the journal has no files, and the vendor need not give them back
        kept = Flow(flow[KEY], vendor.today(), fields=flow)
        if case == _CANCELLED:
            kept.status = CANCELLED
        vendor.flows[kept.key_id] = kept
