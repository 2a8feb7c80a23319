"""What the vendor gives back of a flow is compared with what was sent: strictly where it counts, and no further."""

import base64
import hashlib
import json
from copy import deepcopy
from datetime import timedelta
from time import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.client import Client
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import SPECS
from jobs.recallflow.sandbox.faults import FaultShares
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.upload import Upload
from runner.errors import Unclear
from runner.exchange import Call, Response
from runner.job import Job, ReadsBack
from runner.outcome import Action, Finding
from runner.request import Attachment, Request
from runner.sending.limits import Timeouts
from runner.sending.transport import Transport
from tests.jobs.recallflow.valid_flows import Values, flows, value_of
from tests.jobs.recallflow.vendor_answers import fields_of, json_values, relaxed

NOW = 1_754_879_679
AUDIO = b"RIFF....WAVE"
NODE: Values = {"source": 3, "text": "Hello", "lan": "EN", "speakingRate": 1.25, "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [NODE]}
quickly = settings(max_examples=50, deadline=timedelta(seconds=5), print_blob=True)


def a_vendor(*, hide_base_file: bool = False) -> SimulatedVendor:
    return SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: NOW, hide_base_file=hide_base_file)


def upload() -> Upload:
    return Upload(Client("https://vendor.example/v3/voice/", EXAMPLE_ACCOUNT))


def body_of(flow: Values) -> bytes:
    return FlowUpdate.model_validate(flow).body()


def request_of(body: bytes, *attachments: Attachment) -> Request:
    return Request(ordinal=1, key=str(json.loads(body)["keyId"]), body=body, attachments=attachments)


def state_after(flow: Values, *, hide_base_file: bool = False) -> dict[str, Any]:
    """What the simulated vendor gives back after an update."""
    vendor = a_vendor(hide_base_file=hide_base_file)
    assert vendor.carry_out("recallFlow/update", body_of(flow)).applied
    query = upload().query(request_of(body_of(flow)), NOW)
    answer = vendor.carry_out("recallFlow/queryDetail", query.body)
    state: dict[str, Any] = json.loads(json.dumps(answer.body))["data"]
    return state


def finding(sent: bytes | Values, data: object) -> Finding:
    """On an answer that gives the state as `data`."""
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    answer = Response(200, {}, json.dumps({"code": 0, "msg": "success", "data": data}).encode())
    assert upload().verdict(answer).action is Action.SUCCEED
    return upload().finding(request_of(body), answer)


def test_upload_is_a_job_that_reads_back() -> None:
    job: Job = upload()
    assert isinstance(job, ReadsBack)


def test_the_query_asks_for_the_flow_and_is_signed_like_every_call() -> None:
    query = upload().query(request_of(body_of(FLOW)), NOW)
    assert query.url == "https://vendor.example/v3/voice/recallFlow/queryDetail"
    assert json.loads(query.body) == {"keyId": 299}
    assert query.headers == EXAMPLE_ACCOUNT.headers(NOW)


async def test_an_update_that_was_cut_off_is_seen_for_what_it_came_to() -> None:
    settings = SandboxSettings(faults=FaultShares(drop=0.6, seed=7))
    seen: dict[bool, set[Finding | str]] = {True: set(), False: set()}
    async with sandbox(settings) as (url, vendor), Transport(Timeouts(), connections=1) as carrier:
        job = Upload(Client(url, EXAMPLE_ACCOUNT))

        async def ask(call: Call) -> Response | None:
            try:
                return await carrier.post(call)
            except Unclear:
                return None

        for key in range(1, 41):
            request = request_of(body_of(FLOW | {"keyId": key}))
            if await ask(job.call(request, int(time()))):
                continue
            while (answer := await ask(job.query(request, int(time())))) is None:
                pass
            verdict = job.verdict(answer)
            found = job.finding(request, answer) if verdict.action is Action.SUCCEED else verdict.code
            seen[key in vendor.flows].add(found)
    assert seen == {True: {Finding.AS_WANTED}, False: {"-22"}}


@quickly
@given(flow=flows())
def test_after_an_update_was_applied_everything_is_as_wanted(flow: Values) -> None:
    assert finding(body_of(flow), state_after(flow)) is Finding.AS_WANTED


@quickly
@given(flow=flows(), data=st.data())
def test_one_field_that_is_otherwise_is_found_whichever_it_is(flow: Values, data: st.DataObject) -> None:
    state = state_after(flow)
    holder, name = data.draw(st.sampled_from([each for each in fields_of(state) if each[1] != "keyId"]))
    there = holder[name]
    holder[name] = data.draw(value_of(SPECS[name]).filter(lambda value: value != there))
    assert finding(body_of(flow), state) is Finding.OTHERWISE


@quickly
@given(flow=flows(), data=st.data())
def test_one_field_that_is_blank_over_there_is_found_but_for_audio_which_may_never_be_given_back(
    flow: Values, data: st.DataObject
) -> None:
    state = state_after(flow)
    holder, name = data.draw(
        st.sampled_from([each for each in fields_of(state) if each[0][each[1]] is not None and each[1] != "keyId"])
    )
    holder[name] = data.draw(st.sampled_from([None, ""]))
    assert finding(body_of(flow), state) is (Finding.UNCLEAR if name == "baseFile" else Finding.OTHERWISE)


@quickly
@given(flow=flows(), data=st.data())
def test_one_field_that_is_not_given_back_leaves_it_open_if_it_was_sent(flow: Values, data: st.DataObject) -> None:
    state = state_after(flow)
    holder, name = data.draw(st.sampled_from(list(fields_of(state))))
    blank = holder.pop(name) is None
    assert finding(body_of(flow), state) is (Finding.AS_WANTED if blank else Finding.UNCLEAR)


@quickly
@given(flow=flows(), data=st.data())
def test_the_types_of_the_answer_do_not_matter_nor_does_what_the_vendor_adds(flow: Values, data: st.DataObject) -> None:
    state = state_after(flow)
    for holder, name in list(fields_of(state)):
        holder[name] = data.draw(relaxed(SPECS[name].kind, holder[name]))
        if holder[name] in (None, "") and data.draw(st.booleans()):
            del holder[name]
        holder["addedBy"] = {"the": ["vendor", None]}
    if not state["nodeList"]:
        state["nodeList"] = data.draw(st.sampled_from([None, []]))
        if data.draw(st.booleans()):
            del state["nodeList"]
    assert finding(body_of(flow), state) is Finding.AS_WANTED


@quickly
@given(flow=flows(), data=st.data())
def test_whatever_json_comes_back_there_is_a_finding(flow: Values, data: st.DataObject) -> None:
    state: Any = state_after(flow)
    holder, name = data.draw(st.sampled_from([*fields_of(state), (state, "nodeList")]))
    holder[name] = data.draw(json_values)
    assert finding(body_of(flow), state) in Finding
    assert finding(body_of(flow), data.draw(json_values)) in Finding


@quickly
@given(body=st.binary() | json_values.map(json.dumps).map(str.encode))
def test_whatever_bytes_come_back_there_is_a_finding(body: bytes) -> None:
    assert upload().finding(request_of(body_of(FLOW)), Response(200, {}, body)) in Finding


@pytest.mark.parametrize("data", [None, [], "", 5, True, {}, {"keyId": None}, {"keyId": 300}, {"keyId": True}])
def test_what_is_not_the_flow_says_nothing_of_it(data: object) -> None:
    assert finding(FLOW, data) is Finding.UNCLEAR


@pytest.mark.parametrize("key", [300, None, "300", [299], 299.5])
def test_another_flow_says_nothing_of_this_one_even_where_all_else_differs(key: object) -> None:
    assert finding(FLOW, FLOW | {"keyId": key, "recallNum": 9}) is Finding.UNCLEAR


def test_an_answer_that_cannot_be_read_says_nothing() -> None:
    for body in (b"", b"<html>", b"\xff", b"[" * 100_000, b'{"code": 0}'):
        assert upload().finding(request_of(body_of(FLOW)), Response(200, {}, body)) is Finding.UNCLEAR


@pytest.mark.parametrize(
    ("field", "sent", "there", "equal"),
    [
        ("toSeatKey", "007", "007", True),
        ("toSeatKey", "007", "7", False),
        ("toSeatKey", "007", 7, False),
        ("toSeatKey", "7", 7, True),
        ("toSeatKey", "7", "7.0", False),
        ("feedbackValue", "5", 5, True),
        ("feedbackValue", "5", "05", False),
        ("feedbackValue", "1", True, False),
        ("text", "Hello", "hello", False),
        ("text", "Hello", "Hello ", False),
        ("text", "5", 5.0, False),
        ("sipGroupId", 7, "007", True),
        ("sipGroupId", 2**63 - 1, str(2**63 - 1), True),
        ("sipGroupId", 2**63 - 1, str(2**63 - 2), False),
        ("sipGroupId", 2**63 - 1, float(2**63), False),
        ("sipGroupId", 7, "7e0", False),
        ("sipGroupId", 7, "NaN", False),
        ("sipGroupId", 7, float("nan"), False),
        ("sipGroupId", 7, "9" * 10_000, False),
        ("sipGroupId", 7, "٧", False),
        ("sipGroupId", 7, [7], False),
        ("sipGroupId", 7, {}, False),
        ("delayTransfer", 0, False, False),
        ("delayTransfer", 0, "", False),
        ("delayTransfer", 0, None, False),
        ("hangUpSms", 0, "0", True),
        ("hangUpSms", 1, True, False),
        ("toSeat", 0, 0.0, True),
        ("speakingRate", 1.1, "1.1", True),
        ("speakingRate", 1.1, "1.10", True),
        ("speakingRate", 1.0, 1, True),
        ("speakingRate", 1.1, 1.100001, False),
        ("delayTransfer", None, 5, False),
        ("delayTransfer", None, 0, False),
        ("delayTransfer", None, False, False),
        ("delayTransfer", None, "", True),
        ("delayTransfer", None, None, True),
        ("smsContent", None, " ", False),
    ],
)
def test_numbers_are_compared_as_numbers_and_texts_as_texts(
    field: str, sent: object, there: object, *, equal: bool
) -> None:
    flow = FLOW | {"nodeList": [NODE | {field: sent}]}
    state = FLOW | {"nodeList": [NODE | {field: there}]}
    assert finding(flow, state) is (Finding.AS_WANTED if equal else Finding.OTHERWISE)


OTHER_NODE = NODE | {"text": "Goodbye"}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([NODE, OTHER_NODE], Finding.AS_WANTED),
        ([OTHER_NODE, NODE], Finding.OTHERWISE),
        ([NODE], Finding.OTHERWISE),
        ([NODE, OTHER_NODE, NODE], Finding.OTHERWISE),
        ([], Finding.OTHERWISE),
        (None, Finding.OTHERWISE),
        ({"0": NODE}, Finding.UNCLEAR),
        ([NODE, "Goodbye"], Finding.UNCLEAR),
        ([OTHER_NODE, "Goodbye"], Finding.OTHERWISE),
    ],
)
def test_number_and_order_of_the_nodes_count(there: object, expected: Finding) -> None:
    sent = FLOW | {"nodeList": [NODE, OTHER_NODE]}
    assert finding(sent, sent | {"nodeList": there}) is expected


def without_nodes(flow: Values) -> Values:
    return {name: value for name, value in flow.items() if name != "nodeList"}


@pytest.mark.parametrize("sent", [without_nodes(FLOW), FLOW | {"nodeList": None}, FLOW | {"nodeList": []}])
@pytest.mark.parametrize("there", [without_nodes(FLOW), FLOW | {"nodeList": None}, FLOW | {"nodeList": []}])
def test_no_nodes_are_no_nodes_however_that_is_said(sent: Values, there: Values) -> None:
    assert finding(sent, there) is Finding.AS_WANTED


@pytest.mark.parametrize("nothing", [None, []])
def test_nodes_that_were_to_be_deleted_and_are_still_there_were_not(nothing: object) -> None:
    assert finding(FLOW | {"nodeList": nothing}, FLOW) is Finding.OTHERWISE


def test_what_an_update_without_a_word_on_nodes_does_to_them_is_not_known() -> None:
    assert finding(without_nodes(FLOW), FLOW) is Finding.UNCLEAR
    assert finding(without_nodes(FLOW), FLOW | {"recallNum": 9}) is Finding.OTHERWISE


def test_nodes_that_are_not_given_back_leave_it_open_unless_something_else_differs() -> None:
    assert finding(FLOW, without_nodes(FLOW)) is Finding.UNCLEAR
    assert finding(FLOW, without_nodes(FLOW) | {"recallNum": 9}) is Finding.OTHERWISE


SOUND = base64.b64encode(AUDIO).decode()
TOKEN = f"attachments/{hashlib.sha256(AUDIO).hexdigest()}"
PLAYED: Values = {"source": 2, "uploadName": "hello.wav", "baseFile": SOUND, "hangUpSms": 0, "toSeat": 0}


@pytest.mark.parametrize("sent", [SOUND, TOKEN], ids=["in the body", "attached"])
@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (SOUND, Finding.AS_WANTED),
        (base64.b64encode(AUDIO[:-1]).decode(), Finding.OTHERWISE),
        (None, Finding.UNCLEAR),
        ("", Finding.UNCLEAR),
        ("https://files.vendor.example/1.wav", Finding.UNCLEAR),
        (5, Finding.UNCLEAR),
        ("é", Finding.UNCLEAR),
    ],
)
def test_audio_is_compared_by_its_bytes_where_it_is_given_back(sent: str, there: object, expected: Finding) -> None:
    flow = FLOW | {"nodeList": [PLAYED | {"baseFile": sent}]}
    assert finding(flow, FLOW | {"nodeList": [PLAYED | {"baseFile": there}]}) is expected


def test_audio_that_the_vendor_keeps_to_itself_leaves_it_open_unless_something_else_differs() -> None:
    flow = FLOW | {"nodeList": [NODE, PLAYED]}
    state = state_after(flow, hide_base_file=True)
    assert "baseFile" not in state["nodeList"][1]
    assert finding(body_of(flow), state) is Finding.UNCLEAR
    otherwise = deepcopy(state)
    otherwise["nodeList"][1]["uploadName"] = "other.wav"
    assert finding(body_of(flow), otherwise) is Finding.OTHERWISE


def test_audio_over_there_that_was_to_be_gone_was_not_replaced() -> None:
    assert finding(FLOW, FLOW | {"nodeList": [NODE | {"baseFile": None}]}) is Finding.AS_WANTED
    sent = FLOW | {"nodeList": [NODE | {"baseFile": None}]}
    assert finding(sent, FLOW | {"nodeList": [NODE | {"baseFile": SOUND}]}) is Finding.OTHERWISE
