"""The simulated vendor has the flows of a run already, and some of them not as they are wanted."""

import json
import time

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.rules import check_flow
from jobs.recallflow.sandbox.drift import EVERY, fill_with_drift
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import PENDING, SimulatedVendor

NODE = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}


def bodies(count: int) -> list[bytes]:
    flow = {"recallInterval": 30, "recallNum": 10, "recallType": 1, "nodeList": [NODE]}
    return [FlowUpdate.model_validate(flow | {"keyId": key}).body() for key in range(1, count + 1)]


def filled(count: int) -> SimulatedVendor:
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=60.0, now=time.time)
    fill_with_drift(vendor, bodies(count))
    return vendor


def test_of_so_many_one_is_changed_one_is_missing_and_one_was_cancelled() -> None:
    vendor = filled(3 * EVERY)
    wanted = {values["keyId"]: values for values in map(json.loads, bodies(3 * EVERY))}
    assert len(wanted) - len(vendor.flows) == 3
    changed = [key for key, flow in vendor.flows.items() if flow.fields["recallNum"] != wanted[key]["recallNum"]]
    cancelled = [key for key, flow in vendor.flows.items() if flow.status != PENDING]
    assert (len(changed), len(cancelled)) == (6, 3)
    assert set(cancelled) < set(changed)


def test_what_the_vendor_has_keeps_every_rule() -> None:
    for flow in filled(EVERY).flows.values():
        assert not isinstance(check_flow(flow.fields), list)
