"""The vendor's list of flows, over real HTTP: stable while flows come and go, and whole or not at all."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from pydantic import SecretStr

from jobs.recallflow.client import Client
from jobs.recallflow.facts import facts_of
from jobs.recallflow.listing import FlowPages
from jobs.recallflow.migration.selection import PageSelection
from jobs.recallflow.sandbox.faults import A_LITTLE_OF_EVERYTHING, FaultShares
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import Flow, SimulatedVendor
from jobs.recallflow.signing import Account
from runner.errors import InputError, UnreadableState
from runner.events import Event, PageRead
from runner.exchange import Call, Response
from runner.job import Lists
from runner.outcome import Stop
from runner.request import Request
from runner.sending.limits import Limits, RetryPolicy, Timeouts
from runner.sending.line import Carrier
from runner.sending.listing import Listed, list_keys
from runner.sending.pool import Pool
from runner.sending.transport import Transport
from runner.text import Text

ALL = PageSelection(first=datetime(2000, 1, 1), last=datetime(2100, 1, 1))  # noqa: DTZ001 - by the vendor's clock
HASTY = RetryPolicy(attempts=8, backoff=0.001, longest_backoff=0.002, budget_floor=1_000.0)
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)


@contextmanager
def nobody_stops(_: Pool) -> Iterator[None]:
    yield


@dataclass(slots=True)
class Meddling:
    """Does something at the vendor's before each page is asked for, one page at a time."""

    carrier: Carrier
    meddle: Callable[[int], None]
    """Is given how many pages were asked for before."""
    calls: list[Call] = field(default_factory=list)

    async def post(self, call: Call) -> Response:
        self.meddle(len(self.calls))
        self.calls.append(call)
        return await self.carrier.post(call)


async def listed(
    settings: SandboxSettings,
    *,
    meddle: Callable[[SimulatedVendor, int], None] = lambda _, __: None,
    selection: PageSelection = ALL,
    account: Account = EXAMPLE_ACCOUNT,
    concurrency: int = 1,
    control: Callable[[Pool], object] = nobody_stops,
    events: list[Event] | None = None,
    pages: type[FlowPages] = FlowPages,
) -> tuple[Listed | Stop, SimulatedVendor, int]:
    async with sandbox(settings) as (url, vendor), Transport(Timeouts(), connections=concurrency) as carrier:
        meddling = Meddling(carrier, lambda number: meddle(vendor, number))
        found = await list_keys(
            pages(Client(url, account), selection),
            meddling,
            limits=Limits(concurrency=concurrency),
            retry=HASTY,
            observe=(events if events is not None else []).append,
            random=Random(1),
            control=control,  # type: ignore[arg-type]  # a context manager
        )
    return found, vendor, len(meddling.calls)


def keys_of(found: Listed | Stop) -> list[int]:
    assert isinstance(found, Listed), found
    return [int(key) for key in found.keys]


def created(vendor: SimulatedVendor, key: int, when: datetime | None = None) -> None:
    vendor.flows[key] = Flow(key, when or vendor.today())


def test_the_job_lists() -> None:
    assert isinstance(FlowPages(None, ALL), Lists)


@pytest.mark.parametrize(("flows", "calls"), [(0, 2), (1, 2), (100, 2), (101, 4), (250, 6)])
async def test_a_list_that_nobody_changes_is_read_twice_and_nothing_is_said(flows: int, calls: int) -> None:
    events: list[Event] = []
    found, vendor, asked = await listed(SandboxSettings(flows=flows), concurrency=4, events=events)
    assert keys_of(found) == sorted(vendor.flows)
    assert isinstance(found, Listed)
    assert found.notices == ()
    assert asked == calls
    assert len([event for event in events if isinstance(event, PageRead)]) == calls
    assert {type(event) for event in events} <= {PageRead}


async def test_only_what_is_in_the_range_and_has_the_task_name_is_listed() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    last_week = replace(ALL, first=now - timedelta(days=7), task_name="Survey")
    found, vendor, _ = await listed(SandboxSettings(flows=300), selection=last_week)
    wanted = [
        flow.key_id
        for flow in vendor.flows.values()
        if flow.created.replace(tzinfo=None) >= last_week.first.replace(microsecond=0) and "Survey" in flow.task_name
    ]
    assert 10 < len(wanted) < 75
    assert keys_of(found) == wanted


async def test_the_list_tells_task_name_status_and_day_of_each_flow_as_they_were_last() -> None:
    def meddle(vendor: SimulatedVendor, number: int) -> None:
        if number == 2:
            vendor.flows[1_000_001].status = 3

    found, vendor, _ = await listed(SandboxSettings(flows=3), meddle=meddle)
    assert isinstance(found, Listed)
    assert found.facts == {
        str(flow.key_id): (flow.task_name, flow.status, f"{flow.created:%Y-%m-%d %H:%M:%S}")
        for flow in vendor.flows.values()
    }


def test_what_a_record_does_not_tell_is_not_made_up() -> None:
    assert facts_of({"keyId": 7}) == (None, None, None)
    assert facts_of({"taskName": "007", "status": "2", "createTime": ""}) == ("007", 2, None)
    assert facts_of({"taskName": ["x"], "status": True, "createTime": 20261101}) == (None, None, 20261101)


@pytest.mark.parametrize("newest_first", [False, True])
async def test_a_flow_that_goes_while_pages_are_read_takes_no_other_with_it(*, newest_first: bool) -> None:
    def meddle(vendor: SimulatedVendor, number: int) -> None:
        if number == 1:
            for key in (1_000_003, 1_000_248):  # each in turn stands before a page that is still to be read
                del vendor.flows[key]

    found, vendor, _ = await listed(SandboxSettings(flows=250, newest_first=newest_first), meddle=meddle)
    assert len(vendor.flows) == 248
    assert keys_of(found) == sorted(vendor.flows)
    assert isinstance(found, Listed)
    [notice] = found.notices
    assert notice.code == "list-moved"
    assert "read 3 times" in notice.message.en


@pytest.mark.parametrize("newest_first", [False, True])
async def test_a_flow_that_comes_while_pages_are_read_is_listed_and_none_is_listed_twice(*, newest_first: bool) -> None:
    def meddle(vendor: SimulatedVendor, number: int) -> None:
        if number in {1, 2}:
            created(vendor, 2_000_000 + number)

    found, vendor, _ = await listed(SandboxSettings(flows=250, newest_first=newest_first), meddle=meddle)
    assert keys_of(found) == sorted(vendor.flows)
    assert isinstance(found, Listed)
    assert [notice.code for notice in found.notices] == ["list-moved"]


async def test_what_no_total_shows_is_noticed_as_well_one_goes_as_one_comes() -> None:
    def meddle(vendor: SimulatedVendor, number: int) -> None:
        if number == 1:
            del vendor.flows[1_000_001]
            created(vendor, 2_000_000)

    found, vendor, _ = await listed(SandboxSettings(flows=250), meddle=meddle)
    assert keys_of(found) == sorted(vendor.flows)
    assert 1_000_101 in keys_of(found)  # the flow that moved from the second page to the first


async def test_whatever_comes_and_goes_for_a_while_the_list_is_that_of_the_end() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    for story in range(8):
        dice = Random(f"{seed} {story}")
        meddled = dice.randrange(1, 8)

        def meddle(vendor: SimulatedVendor, number: int, dice: Random = dice, meddled: int = meddled) -> None:
            if number < meddled:
                for _ in range(dice.randrange(3)):
                    vendor.flows.pop(dice.choice(list(vendor.flows)), None)
                for _ in range(dice.randrange(3)):
                    created(
                        vendor,
                        dice.randrange(5_000_000),
                        datetime.fromtimestamp(10**9 + dice.randrange(7 * 10**8), UTC),
                    )

        settings = SandboxSettings(flows=230, newest_first=dice.random() < 0.5)
        found, vendor, _ = await listed(settings, meddle=meddle)
        assert keys_of(found) == sorted(vendor.flows), (seed, story)


async def test_a_list_that_never_settles_is_refused_and_the_user_is_told_how_to_narrow_it() -> None:
    def meddle(vendor: SimulatedVendor, number: int) -> None:
        created(vendor, 2_000_000 + number)

    with pytest.raises(InputError, match=r"never settled: in 5 passes \d+ came.*range that ends in the past"):
        await listed(SandboxSettings(flows=150), meddle=meddle)


async def test_with_a_little_of_every_fault_the_list_is_the_same() -> None:
    found, vendor, asked = await listed(SandboxSettings(flows=1_000, faults=A_LITTLE_OF_EVERYTHING), concurrency=8)
    assert keys_of(found) == sorted(vendor.flows)
    assert asked > 20


async def test_a_wrong_key_stops_the_listing_with_the_vendors_words() -> None:
    wrong = Account(key=SecretStr("nobody"), secret=SecretStr("nothing"))
    found, _, asked = await listed(SandboxSettings(flows=250), account=wrong)
    assert isinstance(found, Stop)
    assert "-1" in found.reason.en
    assert asked == 1


class WithoutARange(FlowPages):
    """What the vendor refuses."""

    def page_call(self, request: Request, timestamp: int) -> Call:
        return replace(super().page_call(request, timestamp), body=b'{"current": 1, "size": 100, "params": {}}')


async def test_a_page_that_is_refused_is_told_in_the_vendors_words() -> None:
    with pytest.raises(InputError, match=r"Page 1 .*strTime and params.endTime are required.*\(-22\)"):
        await listed(SandboxSettings(flows=10), pages=WithoutARange)


async def test_a_vendor_that_has_nothing_but_system_errors_is_not_taken_for_one_without_flows() -> None:
    with pytest.raises(InputError, match=r"Page 1 .*\(-18\)"):
        await listed(SandboxSettings(flows=10, faults=FaultShares(system_error=1.0)))


async def test_ctrl_c_stops_the_listing() -> None:
    pools: list[Pool] = []

    @contextmanager
    def control(pool: Pool) -> Iterator[None]:
        pools.append(pool)
        yield

    def meddle(_: SimulatedVendor, number: int) -> None:
        if number == 3:
            pools[-1].stop(CTRL_C)

    found, _, asked = await listed(SandboxSettings(flows=900), meddle=meddle, control=control)
    assert found == CTRL_C
    assert asked == 4


@pytest.mark.parametrize(
    "data",
    [
        b"null",
        b"[]",
        b'{"total": 1, "pages": 1}',
        b'{"total": 1, "pages": 1, "records": [7]}',
        b'{"total": 1, "pages": 1, "records": [{"keyId": "x"}]}',
        b'{"total": true, "pages": 1, "records": []}',
        b'{"total": -1, "pages": 1, "records": []}',
        b'{"total": 3, "pages": 1000000000, "records": [{"keyId": 1}]}',
    ],
)
def test_an_answer_that_tells_no_page_is_none(data: bytes) -> None:
    with pytest.raises(UnreadableState):
        FlowPages(None, ALL).page(Response(200, {}, b'{"code": 0, "msg": "success", "data": ' + data + b"}"))


def test_numbers_as_text_are_numbers_and_no_records_of_nothing_are_none() -> None:
    answers = {
        b'{"total": "2", "pages": "1", "records": [{"keyId": "7"}, {"keyId": 8}]}': ("7", "8"),
        b'{"total": 0, "pages": 0, "records": null}': (),
    }
    for data, keys in answers.items():
        answer = Response(200, {}, b'{"code": 0, "msg": "success", "data": ' + data + b"}")
        assert FlowPages(None, ALL).page(answer).keys == keys
