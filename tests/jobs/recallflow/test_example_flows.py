"""Example flows of the simulated vendor: of every kind, all of them right, and the same ones each time."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.rules import check_flow
from jobs.recallflow.sandbox.example_flows import DAYS, fill_with_examples
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def filled(count: int, *, newest_first: bool = False) -> SimulatedVendor:
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=NOW.timestamp, newest_first=newest_first)
    fill_with_examples(vendor, count, now=NOW)
    return vendor


def page(vendor: SimulatedVendor, **params: object) -> dict[str, Any]:
    asked = {"strTime": "2026-01-01 00:00:00", "endTime": "2027-01-01 00:00:00"} | params
    reply = vendor.carry_out("recallFlow/queryPage", json.dumps({"current": 1, "size": 100, "params": asked}).encode())
    data = reply.data
    assert isinstance(data, dict)
    return data


def test_every_example_keeps_every_rule_and_is_just_what_an_update_would_make_of_it() -> None:
    for flow in filled(300).flows.values():
        checked = check_flow(flow.fields)
        assert isinstance(checked, FlowUpdate), checked
        assert checked.model_dump() == flow.fields


def test_there_are_flows_of_every_kind() -> None:
    flows = list(filled(300).flows.values())
    nodes = [node for flow in flows for node in flow.fields["nodeList"] or []]
    assert set(Counter(flow.status for flow in flows)) == {0, 1, 2, 3, 4}
    assert {len(flow.fields["nodeList"] or []) for flow in flows} == {0, 1, 2, 3}
    for name, values in {
        "source": {1, 2, 3},
        "toSeat": {0, 1},
        "hangUpSms": {0, 1},
        "toSeatType": {None, 1, 2},
    }.items():
        assert {node[name] for node in nodes} == values
    assert {node["voiceFileId"] is None for node in nodes if node["source"] == 2} == {True, False}
    assert {flow.task_name.rstrip("0123456789 ") for flow in flows} >= {"Survey", "账单提醒"}


def test_they_were_created_in_the_days_before_now_and_are_the_same_each_time() -> None:
    flows = filled(300).flows
    assert flows == filled(300).flows
    created = [flow.created for flow in flows.values()]
    assert created == sorted(set(created))
    assert NOW - timedelta(days=DAYS, seconds=1) <= created[0]
    assert created[-1] < NOW


@pytest.mark.parametrize(("newest_first", "first"), [(False, 1_000_001), (True, 1_000_250)])
def test_pages_begin_with_the_oldest_or_the_newest(*, newest_first: bool, first: int) -> None:
    told = page(filled(250, newest_first=newest_first))
    assert (told["total"], told["pages"], len(told["records"])) == (250, 3, 100)
    assert told["records"][0]["keyId"] == first


def test_pages_are_of_a_range_and_of_a_task_name() -> None:
    vendor = filled(300)
    assert page(vendor, taskName="Survey")["total"] == 75
    assert page(vendor, endTime="2026-11-01 00:00:00")["total"] < 100
