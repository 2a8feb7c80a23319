"""The simulated vendor over HTTP: what goes wrong at it looks to a caller as it would at the real one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from jobs.recallflow.client import Client
from jobs.recallflow.sandbox.faults import Fault, FaultShares
from jobs.recallflow.sandbox.gate import Gate, Opening, Refused
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from runner.errors import SettingsError, Unclear
from runner.exchange import Call, Response
from runner.sending.limits import Timeouts
from runner.sending.transport import Transport

NOW = 1_754_879_679.25
FLOW = {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0}
UPDATE = "recallFlow/update"
MANY = 40
PATIENT = Timeouts(connect=10.0, answer=10.0)
HASTY = Timeouts(connect=10.0, answer=0.5)
"""Shorter than any connection of these tests is held without an answer."""

CUTS = (Fault.DROP, Fault.CUT_BODY, Fault.TIMEOUT)
"""What brings no answer at all."""


@dataclass
class Neighbour:
    """A simulated vendor that is running, a caller of it, and its clock, which stands still."""

    url: str
    vendor: SimulatedVendor
    carrier: Transport
    log: Path
    time: list[float] = field(default_factory=lambda: [NOW])

    def call(self, key: int = 299, path: str = UPDATE) -> Call:
        client = Client(self.url, EXAMPLE_ACCOUNT)
        return client.call(path, json.dumps(FLOW | {"keyId": key}).encode(), int(self.time[0]))

    async def post(self, key: int = 299, path: str = UPDATE) -> Response:
        return await self.carrier.post(self.call(key, path))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@asynccontextmanager
async def neighbour(folder: Path, *, timeouts: Timeouts = PATIENT, **settings: Any) -> AsyncIterator[Neighbour]:
    log, time = folder / "requests.jsonl", [NOW]
    async with (
        sandbox(SandboxSettings(request_log=log, **settings), now=lambda: time[0]) as (url, vendor),
        Transport(timeouts, connections=MANY) as carrier,
    ):
        yield Neighbour(url, vendor, carrier, log, time)


def shares(fault: Fault, **others: float) -> FaultShares:
    return FaultShares(**{fault.value.replace("-", "_"): 1.0}, **others, seed=7)


async def test_a_request_that_nothing_befalls_is_answered_and_logged(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as near:
        response = await near.post()
        (line,) = near.lines()
    assert (response.status, json.loads(response.body)["code"]) == (200, 0)
    assert response.headers["Date"] == formatdate(NOW, usegmt=True)
    assert line == {
        "at": NOW,
        "path": UPDATE,
        "keyId": 299,
        "timestamp": str(int(NOW)),
        "fault": None,
        "answered": "0",
        "outcome": "0",
        "message": "success",
        "applied": True,
    }


@pytest.mark.parametrize("fault", Fault)
async def test_the_log_names_the_fault_and_whether_the_update_was_applied_all_the_same(
    tmp_path: Path, fault: Fault
) -> None:
    timeouts = HASTY if fault is Fault.TIMEOUT else PATIENT
    async with neighbour(tmp_path, timeouts=timeouts, faults=shares(fault)) as near:
        answers = await asyncio.gather(*map(near.post, range(1, MANY + 1)), return_exceptions=True)
        lines, applied = near.lines(), set(near.vendor.flows)
    assert {line["fault"] for line in lines} == {fault.value}
    assert {line["keyId"] for line in lines if line["applied"]} == applied
    assert {line["keyId"] for line in lines if line["outcome"] == "0"} == applied
    if fault is Fault.EXPIRED:
        assert not applied
    else:
        assert MANY * 0.2 < len(applied) < MANY * 0.8, "it strikes after the update as often as before"
    told = {Fault.EXPIRED: "-16", Fault.SYSTEM_ERROR: "-18"}.get(fault)
    assert {line["answered"] for line in lines} == {told}
    assert {type(answer) for answer in answers} == {Unclear if fault in CUTS else Response}


@pytest.mark.parametrize("fault", CUTS, ids=lambda fault: fault.value)
async def test_a_connection_that_is_cut_leaves_nothing_to_complain_of_on_the_other_side(
    tmp_path: Path, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    async with neighbour(tmp_path, faults=shares(fault, hang=0.01)) as near:
        for key in range(1, 6):
            with pytest.raises(Unclear):
                await near.post(key)
    assert caplog.records == []


async def test_a_caller_that_is_more_patient_than_the_vendor_is_cut_off_in_the_end(tmp_path: Path) -> None:
    async with neighbour(tmp_path, faults=shares(Fault.TIMEOUT, hang=0.01)) as near:
        with pytest.raises(Unclear, match="broke"):
            await near.post()


async def test_a_vendor_that_holds_a_connection_can_be_ended(tmp_path: Path) -> None:
    async with neighbour(tmp_path, timeouts=HASTY, faults=shares(Fault.TIMEOUT, hang=3_600)) as near:
        with pytest.raises(Unclear, match="in time"):
            await near.post()


@pytest.mark.parametrize(
    ("settings", "of_429", "of_503"),
    [
        ({}, "1", None),
        ({"retry_after": 7.0}, "7", "7"),
        ({"retry_after": 0.0}, "0", "0"),
        ({"retry_after": 1.2}, "2", "2"),
        ({"retry_after_date": True}, formatdate(NOW + 1.75, usegmt=True), None),
        ({"retry_after": 90.0, "retry_after_date": True}, *[formatdate(NOW + 90.75, usegmt=True)] * 2),
        (
            {"retry_after": 90.0, "retry_after_date": True, "clock_skew": 600.0},
            *[formatdate(NOW + 690.75, usegmt=True)] * 2,
        ),
    ],
)
async def test_how_long_to_wait_is_said_as_it_is_wished(
    tmp_path: Path, settings: dict[str, Any], of_429: str, of_503: str | None
) -> None:
    async with neighbour(tmp_path, opening=Opening(rate_limit=0), **settings) as near:
        busy = await near.post()
    async with neighbour(tmp_path, faults=shares(Fault.HTTP_503), **settings) as near:
        overloaded = await near.post()
    assert (busy.status, busy.headers.get("Retry-After")) == (429, of_429)
    assert (overloaded.status, overloaded.headers.get("Retry-After")) == (503, of_503)


async def test_a_vendor_goes_down_and_comes_back(tmp_path: Path) -> None:
    async with neighbour(tmp_path, opening=Opening(down_from=10.0, down_for=5.0)) as near:
        heard: list[bool] = []
        for seconds in (0.0, 9.0, 10.0, 14.0, 15.0, 100.0):
            near.time[0] = NOW + seconds
            try:
                heard.append((await near.post()).status == 200)
            except Unclear:
                heard.append(False)
        lines = near.lines()
    assert heard == [True, True, False, False, True, True]
    assert [line["fault"] for line in lines] == [None, None, "down", "down", None, None]
    assert [line["applied"] for line in lines] == heard


async def test_more_requests_at_once_than_are_let_in_are_told_to_slow_down(tmp_path: Path) -> None:
    async with neighbour(
        tmp_path,
        timeouts=HASTY,
        faults=shares(Fault.TIMEOUT, hang=60),
        opening=Opening(concurrency_limit=3),
    ) as near:
        answers = await asyncio.gather(*map(near.post, range(10)), return_exceptions=True)
        lines = near.lines()
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [429] * 7
    assert sum(isinstance(answer, Unclear) for answer in answers) == 3
    refused = [line for line in lines if line["fault"] == "concurrency-limit"]
    assert len(refused) == 7
    assert not any(line["applied"] or line["outcome"] for line in refused)


def test_a_place_is_free_again_once_a_request_is_done() -> None:
    gate = Gate(Opening(concurrency_limit=1), started=NOW)
    with gate.passing(NOW) as first, gate.passing(NOW) as second, gate.passing(NOW) as third:
        assert (first, second, third) == (None, Refused.CONCURRENCY_LIMIT, Refused.CONCURRENCY_LIMIT)
    with gate.passing(NOW) as fourth:
        assert fourth is None


def test_the_rate_is_counted_anew_each_second() -> None:
    gate = Gate(Opening(rate_limit=2), started=NOW)

    def passes(now: float) -> bool:
        with gate.passing(now) as refused:
            return refused is None

    assert [passes(now) for now in (1.0, 1.1, 1.9, 2.0, 2.5, 2.6, 7.0)] == [True, True, False, True, True, False, True]


@pytest.mark.parametrize(
    ("opening", "down"),
    [
        (Opening(), []),
        (Opening(down_for=5), []),
        (Opening(down_from=3), [3, 4, 99]),
        (Opening(down_from=0, down_for=4), [0, 2, 3]),
        (Opening(down_from=3, down_for=1), [3]),
    ],
)
def test_a_vendor_is_down_from_when_to_when_it_was_wished(opening: Opening, down: list[int]) -> None:
    assert [seconds for seconds in (0, 2, 3, 4, 99) if opening.is_down(seconds)] == down


async def test_other_calls_are_logged_by_their_path(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as near:
        await near.post()
        await near.post(path="recallFlow/queryDetail")
        assert [(line["path"], line["applied"]) for line in near.lines()] == [
            (UPDATE, True),
            ("recallFlow/queryDetail", False),
        ]


async def test_a_call_that_the_vendor_does_not_know_is_not_found(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as near:
        assert (await near.post(path="recallFlow/delete")).status == 404
        assert near.lines() == []


async def test_a_request_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--request-log"):
        async with sandbox(SandboxSettings(request_log=tmp_path / "nowhere" / "requests.jsonl")):
            pass
