"""What the vendor gives back of a flow is read into the form of an update, whatever types it comes in."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import SPECS
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.reconcile import Reconcile
from runner.errors import UnreadableState
from runner.exchange import Response
from runner.outcome import Action, Verdict
from runner.plan import Remote
from runner.request import Request
from runner.text import Text
from tests.jobs.recallflow.valid_flows import Values, flows
from tests.jobs.recallflow.vendor_answers import fields_of, json_values, relaxed

AUDIO = b"RIFF....WAVE"
SOUND = base64.b64encode(AUDIO).decode()
TOKEN = f"attachments/{hashlib.sha256(AUDIO).hexdigest()}"
NODE: Values = {"source": 3, "text": "Hello", "lan": "EN", "speakingRate": 1.25, "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [NODE]}
JOB = Reconcile(None)
quickly = settings(max_examples=40, deadline=timedelta(seconds=5), print_blob=True)


def body_of(flow: Values) -> bytes:
    return FlowUpdate.model_validate(flow).body()


def told(answer: bytes, key: object = 299) -> Remote | None:
    """What the job makes of an answer about a flow."""
    return JOB.remote(Request(ordinal=1, key=str(key), body=b"{}"), Response(200, {}, answer))


def of_data(data: object, key: object = 299) -> Remote | None:
    return told(json.dumps({"code": 0, "msg": "success", "data": data}).encode(), key)


def state(data: object, key: object = 299) -> dict[str, Any]:
    """The body of what is told."""
    remote = of_data(data, key)
    assert remote is not None
    body: dict[str, Any] = json.loads(remote.body)
    return body


def as_told(flow: Values) -> bytes:
    """A valid flow as its state is told: audio by its tokens, nodes as a list."""
    body = json.loads(body_of(flow | {"nodeList": flow.get("nodeList") or []}))
    for node in body["nodeList"]:
        if node["baseFile"] is not None:
            content = base64.b64decode(node["baseFile"])
            node["baseFile"] = f"attachments/{hashlib.sha256(content).hexdigest()}"
    return body_of(body)


def detail_after(flow: Values, **variants: bool) -> Any:
    """What the simulated vendor gives back after an update."""
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: 0, **variants)
    assert vendor.carry_out("recallFlow/update", body_of(flow)).applied
    query = json.dumps({"keyId": flow["keyId"]}).encode()
    return json.loads(json.dumps(vendor.carry_out("recallFlow/queryDetail", query).data))


def test_a_state_has_the_fields_of_an_update_in_the_order_of_the_page_and_no_others() -> None:
    remote = of_data(detail_after(FLOW))
    assert remote == Remote(body=body_of(FLOW), locked=False, facts={"status": 0})


@quickly
@given(flow=flows(), numbers_as_text=st.booleans())
def test_what_was_applied_is_told_in_the_very_bytes_of_the_update(flow: Values, *, numbers_as_text: bool) -> None:
    remote = of_data(detail_after(flow, numbers_as_text=numbers_as_text), flow["keyId"])
    assert remote is not None
    assert remote.body == as_told(flow)


@quickly
@given(flow=flows(), data=st.data())
def test_the_types_of_the_answer_do_not_matter_nor_does_what_the_vendor_adds(flow: Values, data: st.DataObject) -> None:
    detail = detail_after(flow)
    for holder, name in list(fields_of(detail)):
        holder[name] = data.draw(relaxed(SPECS[name].kind, holder[name]))
        if holder[name] in (None, "") and data.draw(st.booleans()):
            del holder[name]
        holder["voiceFileName"] = {"the": ["vendor", None]}
    if not detail["nodeList"]:
        detail["nodeList"] = data.draw(st.sampled_from([None, []]))
    remote = of_data(detail, flow["keyId"])
    assert remote is not None
    assert remote.body == as_told(flow)


@pytest.mark.parametrize(
    ("field", "there", "expected"),
    [
        ("sipGroupId", "5", 5),
        ("sipGroupId", "5.0", 5),
        ("sipGroupId", 5.0, 5),
        ("sipGroupId", "-05.00", -5),
        ("sipGroupId", "", None),
        ("sipGroupId", "5.5", "5.5"),
        ("sipGroupId", 5.5, 5.5),
        ("sipGroupId", "five", "five"),
        ("sipGroupId", " 5", " 5"),
        ("sipGroupId", "٥", "٥"),
        ("sipGroupId", True, True),
        ("sipGroupId", [5], [5]),
        ("sipGroupId", "9" * 5000, "9" * 5000),
        ("sipGroupId", 10**30, 10**30),
        ("speakingRate", "1", 1.0),
        ("speakingRate", 2, 2.0),
        ("speakingRate", "fast", "fast"),
        ("speakingRate", 2**53 + 1, 2**53 + 1),
        ("speakingRate", "9" * 5000, "9" * 5000),
        ("speakingRate", 10**400, 10**400),
        ("speakingRate", False, False),
        ("toSeatKey", 7, "7"),
        ("toSeatKey", 7.5, 7.5),
        ("toSeatKey", "007", "007"),
        ("text", "", None),
        ("text", " ", " "),
        ("text", {"en": "Hello"}, {"en": "Hello"}),
        ("hangUpSms", "1", 1),
        ("hangUpSms", False, False),
    ],
)
def test_a_value_is_told_as_declared_and_one_that_cannot_be_stays_as_it_came(
    field: str, there: object, expected: object
) -> None:
    told = state(FLOW | {"nodeList": [NODE | {field: there}]})["nodeList"][0][field]
    assert told == expected
    assert type(told) is type(expected)


def test_numbers_that_json_does_not_have_never_get_into_a_body() -> None:
    answer = json.dumps({"code": 0, "data": FLOW | {"recallNum": float("nan"), "recallType": float("inf")}}).encode()
    remote = told(answer)
    assert remote is not None
    assert b'"recallNum":"NaN","recallType":"Infinity"' in remote.body


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (SOUND, TOKEN),
        (None, None),
        ("", None),
        ("https://files.vendor.example/1.wav", None),
        (5, None),
        ("é", None),
    ],
)
def test_audio_is_told_by_its_token_where_it_is_given_back(there: object, expected: str | None) -> None:
    assert state(FLOW | {"nodeList": [NODE | {"baseFile": there}]})["nodeList"][0]["baseFile"] == expected


@pytest.mark.parametrize(
    ("status", "locked"),
    [
        (0, False),
        ("0", False),
        (0.0, False),
        ("0.0", False),
        (None, False),
        ("", False),
        (1, True),
        ("1", True),
        (3, True),
        (-1, True),
        ("pending", True),
        (False, True),
        ([], True),
    ],
)
def test_a_flow_whose_status_is_not_pending_is_locked(status: object, *, locked: bool) -> None:
    remote = of_data(FLOW | {"status": status})
    assert remote is not None
    assert remote.locked is locked
    assert b"status" not in remote.body


def test_a_flow_whose_status_is_not_told_is_not_locked() -> None:
    remote = of_data(FLOW)
    assert remote is not None
    assert not remote.locked


@pytest.mark.parametrize("data", [None, {}, []])
def test_an_answer_without_data_says_that_there_is_no_such_flow(data: object) -> None:
    assert of_data(data) is None
    assert told(b'{"code": 0, "msg": "success"}') is None


def test_the_vendors_refusal_of_the_key_says_that_there_is_no_such_flow_and_no_other_refusal_does() -> None:
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: 0)
    refusal = json.dumps(vendor.carry_out("recallFlow/queryDetail", b'{"keyId": 299}').body).encode()
    assert JOB.is_missing(JOB.verdict(Response(200, {}, refusal)))
    for code in ("-1", "-18", "-41", "-99", "http-503"):
        assert not JOB.is_missing(Verdict(action=Action.FAIL, code=code, message=Text.verbatim("")))


def test_a_vendor_that_answers_with_success_and_no_data_says_so_too() -> None:
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: 0, null_for_unknown=True)
    answer = Response(200, {}, json.dumps(vendor.carry_out("recallFlow/queryDetail", b'{"keyId": 299}').body).encode())
    assert JOB.verdict(answer).action is Action.SUCCEED
    assert told(answer.body) is None


@pytest.mark.parametrize(
    "data",
    [
        "",
        "Hello",
        0,
        5,
        False,
        [FLOW],
        FLOW | {"keyId": 300},
        FLOW | {"keyId": None},
        FLOW | {"keyId": True},
        FLOW | {"keyId": [299]},
        {name: value for name, value in FLOW.items() if name != "keyId"},
        {name: value for name, value in FLOW.items() if name != "nodeList"},
        FLOW | {"nodeList": {}},
        FLOW | {"nodeList": ""},
        FLOW | {"nodeList": 0},
        FLOW | {"nodeList": [None]},
        FLOW | {"nodeList": [NODE, "Goodbye"]},
        FLOW | {"nodeList": [[NODE]]},
    ],
)
def test_what_does_not_tell_the_flow_is_said_to_be_unreadable_in_both_languages(data: object) -> None:
    with pytest.raises(UnreadableState) as caught:
        of_data(data)
    assert "queryDetail" in caught.value.en
    assert "queryDetail" in caught.value.zh


def test_nodes_that_are_null_are_none_and_nodes_that_are_not_told_are_not_known() -> None:
    assert state(FLOW | {"nodeList": None})["nodeList"] == []


@pytest.mark.parametrize("key", ["299", 299.0, "299.0"])
def test_the_key_may_come_in_any_type(key: object) -> None:
    assert state(FLOW | {"keyId": key})["keyId"] == 299


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\xff", b"[]", b"5", b"[" * 100_000])
def test_an_answer_that_is_no_such_json_is_unreadable(answer: bytes) -> None:
    with pytest.raises(UnreadableState):
        told(answer)


def test_half_of_a_character_matters_only_where_it_is_compared() -> None:
    half = json.dumps({"code": 0, "data": FLOW | {"taskName": "\ud83d"}}).encode()
    remote = told(half)
    assert remote is not None
    assert remote.body == body_of(FLOW)
    with pytest.raises(UnreadableState):
        of_data(FLOW | {"nodeList": [NODE | {"text": "\ud83d"}]})


@quickly
@given(flow=flows(), data=st.data())
def test_whatever_json_comes_back_it_is_a_state_or_unreadable(flow: Values, data: st.DataObject) -> None:
    detail: Any = detail_after(flow)
    holder, name = data.draw(st.sampled_from([*fields_of(detail), (detail, "nodeList")]))
    holder[name] = data.draw(json_values)
    for given_back in (detail, data.draw(json_values)):
        try:
            remote = of_data(given_back, flow["keyId"])
        except UnreadableState:
            continue
        assert remote is None or json.loads(remote.body)["keyId"] == flow["keyId"]
