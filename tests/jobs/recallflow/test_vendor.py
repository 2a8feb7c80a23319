"""The simulated vendor answers as the vendor's pages say."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from jobs.recallflow.rules import check_flow
from jobs.recallflow.sandbox.vendor import Reply, SimulatedVendor
from jobs.recallflow.signing import Account, sign

ACCOUNT = Account(key=SecretStr("bDqJFiq9"), secret=SecretStr("7bz1lzh9"))
NOW = 1_754_879_679
WINDOW = 300
NODE = {"source": 2, "uploadName": "hello.wav", "baseFile": "UklGRg==", "hangUpSms": 0, "toSeat": 0}
FLOW: dict[str, Any] = {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0, "nodeList": [NODE]}
AUGUST = {"strTime": "2025-08-01 00:00:00", "endTime": "2025-08-31 23:59:59"}


@pytest.fixture(name="vendor")
def _vendor() -> SimulatedVendor:
    return SimulatedVendor(ACCOUNT, window=WINDOW, now=lambda: NOW)


def ask(vendor: SimulatedVendor, call: str, values: object) -> Reply:
    """The answer to a call whose headers are right; always such as the vendor's page shows it."""
    reply = vendor.carry_out(f"recallFlow/{call}", json.dumps(values).encode())
    assert list(json.loads(json.dumps(reply.body))) == ["code", "msg", "data"]
    assert reply.body["code"] == int(reply.code)
    return reply


def refused(vendor: SimulatedVendor, headers: dict[str, str]) -> str | None:
    """The code of what is wrong with some headers."""
    reply = vendor.refusal(headers)
    return reply.code if reply else None


def test_a_call_with_the_right_headers_is_let_in(vendor: SimulatedVendor) -> None:
    assert refused(vendor, ACCOUNT.headers(NOW)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"Api-Key": "bDqJFiq8"},
        {"Api-Key": "bdqjfiq9"},
        {"Api-Key": ""},
        {"Sign": "0" * 32},
        {"Sign": ""},
        {"Sign": sign("bDqJFiq9", "7bz1lzh9", NOW - 1)},
        {"Sign": sign("bDqJFiq9", "another", NOW)},
        {"Timestamp": str(NOW - 1)},
        {"Timestamp": ""},
        {"Timestamp": "now"},
        {"Timestamp": f"{NOW}.0"},
        {"Timestamp": "-1", "Sign": ""},
        {"Timestamp": "", "Sign": ""},
    ],
)
def test_a_wrong_key_or_signature_is_refused(vendor: SimulatedVendor, wrong: dict[str, str]) -> None:
    assert refused(vendor, ACCOUNT.headers(NOW) | wrong) == "-1"


@pytest.mark.parametrize("missing", ["Api-Key", "Sign", "Timestamp"])
def test_a_missing_header_is_refused(vendor: SimulatedVendor, missing: str) -> None:
    headers = ACCOUNT.headers(NOW)
    del headers[missing]
    assert refused(vendor, headers) == "-1"


def test_the_signature_may_be_in_capitals(vendor: SimulatedVendor) -> None:
    headers = ACCOUNT.headers(NOW)
    assert refused(vendor, headers | {"Sign": headers["Sign"].upper()}) is None


@pytest.mark.parametrize(
    ("off", "code"),
    [(0, None), (-WINDOW, None), (WINDOW, None), (-WINDOW - 1, "-16"), (WINDOW + 1, "-16"), (-NOW, "-16")],
)
def test_a_timestamp_holds_for_a_while_either_way(vendor: SimulatedVendor, off: int, code: str | None) -> None:
    assert refused(vendor, ACCOUNT.headers(NOW + off)) == code


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json;charset=UTF-8", None),
        ("application/json; charset=utf-8", None),
        ("application/json", "-22"),
        ("text/plain", "-22"),
        ("", "-22"),
    ],
)
def test_the_content_type_must_be_the_one_of_the_page(
    vendor: SimulatedVendor, content_type: str, code: str | None
) -> None:
    assert refused(vendor, ACCOUNT.headers(NOW) | {"Content-Type": content_type}) == code


def test_an_update_is_kept_and_can_be_read_back(vendor: SimulatedVendor) -> None:
    updated = ask(vendor, "update", FLOW)
    assert (updated.code, updated.applied, updated.data) == ("0", True, None)
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert (detail["keyId"], detail["status"], detail["recallInterval"]) == (299, 0, 30)
    [node] = detail["nodeList"]
    assert node["keyId"] == 299
    assert node["nodeStatus"] == 0
    assert {name: node[name] for name in NODE} == NODE


def test_an_update_overwrites_the_one_before(vendor: SimulatedVendor) -> None:
    ask(vendor, "update", FLOW)
    ask(vendor, "update", FLOW | {"recallNum": 9, "nodeList": None})
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert (detail["recallNum"], detail["nodeList"]) == (9, [])


@pytest.mark.parametrize(
    "change",
    [{"recallNum": 11}, {"keyId": None}, {"nodeList": [NODE | {"uploadName": "a"}]}, {"nodeList": [{}]}, {"tone": 1}],
)
def test_an_update_that_breaks_a_rule_changes_nothing_and_is_told_which(
    vendor: SimulatedVendor, change: dict[str, object]
) -> None:
    ask(vendor, "update", FLOW)
    reply = ask(vendor, "update", FLOW | change)
    assert (reply.code, reply.applied) == ("-22", False)
    violations = check_flow(FLOW | change)
    assert isinstance(violations, list)
    assert all(broken.path in reply.message for broken in violations)
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert detail["recallNum"] == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"\xff", b"keyId=299"])
@pytest.mark.parametrize("call", ["update", "queryDetail", "queryPage", "cancel"])
def test_a_body_that_is_no_json_object_is_refused(vendor: SimulatedVendor, call: str, body: bytes) -> None:
    assert vendor.carry_out(f"recallFlow/{call}", body).code == "-22"


@pytest.mark.parametrize("key", [300, "299", None, [299], {"keyId": 299}])
def test_a_flow_that_nobody_knows_cannot_be_read_or_cancelled(vendor: SimulatedVendor, key: object) -> None:
    ask(vendor, "update", FLOW)
    assert ask(vendor, "queryDetail", {"keyId": key}).code == "-22"
    assert ask(vendor, "cancel", {"type": 1, "id": key}).code == "-22"
    assert ask(vendor, "queryDetail", {}).code == "-22"


def test_a_flow_that_was_cancelled_can_no_longer_be_edited(vendor: SimulatedVendor) -> None:
    ask(vendor, "update", FLOW)
    cancelled = ask(vendor, "cancel", {"type": 1, "id": 299})
    assert (cancelled.code, cancelled.applied, cancelled.data) == ("0", True, None)
    again = ask(vendor, "update", FLOW | {"recallNum": 9})
    assert (again.code, again.applied) == ("-41", False)
    assert ask(vendor, "cancel", {"type": 1, "id": 299}).code == "-41"
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert (detail["status"], detail["recallNum"]) == (3, 1)


@pytest.mark.parametrize("kind", [0, 4, None, "1"])
def test_a_flow_is_not_cancelled_in_a_way_that_nobody_knows(vendor: SimulatedVendor, kind: object) -> None:
    ask(vendor, "update", FLOW)
    assert ask(vendor, "cancel", {"type": kind, "id": 299}).code == "-22"
    assert ask(vendor, "update", FLOW).code == "0"


def test_flows_are_listed_page_by_page(vendor: SimulatedVendor) -> None:
    for key in range(1, 8):
        ask(vendor, "update", FLOW | {"keyId": key})
    pages: list[Any] = [
        ask(vendor, "queryPage", {"current": current, "size": 3, "params": AUGUST}).data for current in (1, 2, 3, 4)
    ]
    assert [[record["keyId"] for record in page["records"]] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]
    assert {(page["total"], page["pages"], page["size"]) for page in pages} == {(7, 3, 3)}
    assert [page["current"] for page in pages] == [1, 2, 3, 4]
    record = pages[0]["records"][0]
    assert (record["recallInterval"], record["status"], record["createTime"]) == (30, 0, "2025-08-11 02:34:39")


@pytest.mark.parametrize(
    ("params", "found"),
    [
        (AUGUST, [299, 300]),
        (AUGUST | {"endTime": "2025-08-11 02:34:39"}, [299, 300]),
        (AUGUST | {"endTime": "2025-08-11 02:34:38"}, []),
        (AUGUST | {"strTime": "2025-08-11 02:34:40"}, []),
        (AUGUST | {"taskName": "task 300"}, [300]),
        (AUGUST | {"taskName": ""}, [299, 300]),
        (AUGUST | {"taskName": "nobody's"}, []),
    ],
)
def test_flows_are_listed_by_time_and_name(vendor: SimulatedVendor, params: dict[str, str], found: list[int]) -> None:
    for key in (299, 300):
        ask(vendor, "update", FLOW | {"keyId": key})
    data: Any = ask(vendor, "queryPage", {"current": 1, "size": 100, "params": params}).data
    assert [record["keyId"] for record in data["records"]] == found


@pytest.mark.parametrize(
    "change",
    [
        {"current": 0},
        {"current": None},
        {"current": "1"},
        {"size": 0},
        {"size": 101},
        {"params": None},
        {"params": {}},
        {"params": []},
        {"params": AUGUST | {"strTime": "2025-08-01"}},
        {"params": AUGUST | {"endTime": None}},
    ],
)
def test_a_page_that_is_asked_for_wrongly_is_refused(vendor: SimulatedVendor, change: dict[str, object]) -> None:
    assert ask(vendor, "queryPage", {"current": 1, "size": 10, "params": AUGUST} | change).code == "-22"


@pytest.mark.parametrize("hidden", [True, False])
def test_the_audio_file_is_read_back_or_left_out_as_is_wished(*, hidden: bool) -> None:
    vendor = SimulatedVendor(ACCOUNT, window=WINDOW, now=lambda: NOW, hide_base_file=hidden)
    ask(vendor, "update", FLOW)
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert ("baseFile" in detail["nodeList"][0]) is not hidden
    assert detail["nodeList"][0]["uploadName"] == "hello.wav"


def test_numbers_are_given_back_as_text_if_that_is_wished() -> None:
    vendor = SimulatedVendor(ACCOUNT, window=WINDOW, now=lambda: NOW, numbers_as_text=True)
    spoken = {"source": 3, "text": "5", "lan": "EN", "speakingRate": 1.25, "hangUpSms": 0, "toSeat": 0}
    ask(vendor, "update", FLOW | {"nodeList": [spoken]})
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert (detail["keyId"], detail["status"], detail["recallInterval"]) == ("299", "0", "30")
    [node] = detail["nodeList"]
    assert (node["speakingRate"], node["text"], node["toSeat"], node["accent"]) == ("1.25", "5", "0", None)


def test_nodes_are_given_back_in_reverse_if_that_is_wished() -> None:
    vendor = SimulatedVendor(ACCOUNT, window=WINDOW, now=lambda: NOW, reverse_nodes=True)
    ask(vendor, "update", FLOW | {"nodeList": [NODE, NODE | {"uploadName": "goodbye.wav"}]})
    detail: Any = ask(vendor, "queryDetail", {"keyId": 299}).data
    assert [node["uploadName"] for node in detail["nodeList"]] == ["goodbye.wav", "hello.wav"]


def test_a_flow_that_nobody_knows_may_be_a_success_without_data() -> None:
    vendor = SimulatedVendor(ACCOUNT, window=WINDOW, now=lambda: NOW, null_for_unknown=True)
    reply = ask(vendor, "queryDetail", {"keyId": 300})
    assert (reply.code, reply.data) == ("0", None)
    assert ask(vendor, "cancel", {"type": 1, "id": 300}).code == "-22"


def test_only_the_calls_of_the_family_are_known(vendor: SimulatedVendor) -> None:
    calls = ("update", "queryDetail", "queryPage", "cancel")
    assert all(vendor.knows(f"recallFlow/{call}") for call in calls)
    assert not any(vendor.knows(path) for path in ("", "recallFlow/", "update", "recallFlow/delete"))
