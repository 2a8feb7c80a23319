"""The simulated vendor of the migration: full of flows, with faults, and somebody beside it who counts."""

import asyncio
import json
from collections import Counter
from datetime import datetime, timedelta
from random import Random

from jobs.recallflow.rules import check_flow
from jobs.recallflow.sandbox.vendor import Flow as VendorFlow
from jobs.recallflow.sandbox.vendor import Reply, SimulatedVendor
from tests.acceptance.fortnight.flows import Flow, drawn_flow, drawn_node
from tests.acceptance.migration.truth import FIRST, LAST

PENDING, CANCELLED = 0, 3


def fill(vendor: SimulatedVendor, number: int, random: Random) -> None:
    """Gives it so many flows in March, and a tenth as many before and after."""
    for key in random.sample(range(10**6, 10**7), number + number // 10):
        flow = drawn_flow(random)
        if random.random() < 0.02:
            flow["nodeList"] += [drawn_node(random) for _ in range(4 - len(flow["nodeList"]))]
        seconds = random.randrange(int((LAST - FIRST).total_seconds()))
        created = FIRST + timedelta(seconds=seconds)
        if len(vendor.flows) >= number:
            created += timedelta(days=31) * random.choice((-1, 1))
        put(vendor, key, flow, created, status=random.choice((PENDING,) * 30 + (1, 2, CANCELLED)))


def put(vendor: SimulatedVendor, key: int, flow: Flow, created: datetime, *, status: int) -> None:
    """A flow just as it would be there, had it been sent."""
    checked = check_flow({"keyId": key, **flow})
    assert not isinstance(checked, list), checked
    vendor.flows[key] = VendorFlow(key, created, status, checked.model_dump())


def states(vendor: SimulatedVendor) -> dict[int, bytes]:
    """All that it has of each flow, byte for byte."""
    return {
        key: json.dumps([flow.status, str(flow.created), flow.fields], ensure_ascii=False).encode()
        for key, flow in vendor.flows.items()
    }


class Counted:
    """Counts what the vendor has carried out, and says when there is enough of it."""

    def __init__(self, vendor: SimulatedVendor) -> None:
        self.updates: Counter[int] = Counter()
        """That were applied, by their keys."""
        self._awaited: tuple[int, asyncio.Event] | None = None
        self._carry_out = vendor.carry_out
        vendor.carry_out = self._watched  # type: ignore[method-assign]  # it is the vendor's own side of the wire

    async def more(self, number: int) -> None:
        """Waits until so many more updates were applied."""
        enough = asyncio.Event()
        self._awaited = self.updates.total() + number, enough
        await enough.wait()

    def _watched(self, path: str, body: bytes) -> Reply:
        reply = self._carry_out(path, body)
        if reply.applied and path == "recallFlow/update":
            self.updates[json.loads(body)["keyId"]] += 1
            if self._awaited and self.updates.total() >= self._awaited[0]:
                self._awaited[1].set()
        return reply
