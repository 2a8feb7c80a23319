"""Every rule of the vendor's page, at its boundaries and both ways."""

from collections.abc import Mapping

import pytest

from jobs.recallflow.fields import LANGUAGES, FlowUpdate
from jobs.recallflow.reference import ALL_FIELDS, NODE_FIELDS, FieldSpec
from jobs.recallflow.rules import FieldViolation, broken_by, check_flow, is_complete, notices_on

FLOW: dict[str, object] = {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0}
SPEECH: dict[str, object] = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
UPLOADED: dict[str, object] = {"source": 1, "voiceFileId": "1202508.wav", "hangUpSms": 0, "toSeat": 0}
NEW_FILE: dict[str, object] = {
    "source": 2,
    "uploadName": "hello.wav",
    "baseFile": "UklGRg==",
    "hangUpSms": 0,
    "toSeat": 0,
}
SMS: dict[str, object] = SPEECH | {"hangUpSms": 1, "smsContent": "Call us", "ringPush": 1}
SEAT: dict[str, object] = SPEECH | {
    "toSeat": 1,
    "sipGroupId": 1_000_038,
    "outboundControl": 1,
    "calloutRate": 1,
    "toSeatType": 1,
}
KEY_SEAT: dict[str, object] = SEAT | {"toSeatType": 2, "toSeatKey": "5"}

Broken = dict[str, str]
"""Paths to the codes of the rules that are broken there."""


def broken(values: Mapping[str, object]) -> Broken:
    """What is wrong with a flow; nothing for one that is right. What is said of it is said in both languages."""
    checked = check_flow(values)
    if isinstance(checked, FlowUpdate):
        return {}
    assert checked, "neither a flow nor a violation"
    for each in checked:
        for text in (each.violation.message, each.violation.remedy):
            assert text.en
            assert text.zh
            assert text.en != text.zh
    assert len({each.path for each in checked}) == len(checked), "a field is named twice"
    return {each.path: each.violation.code for each in checked}


def of_flow(field: str, value: object) -> Broken:
    """What is wrong when one field of a flow has this value."""
    return broken(FLOW | {field: value})


def of_node(*nodes: Mapping[str, object]) -> Broken:
    """What is wrong with a flow of these nodes, each path without its list."""
    found = broken(FLOW | {"nodeList": [dict(node) for node in nodes]})
    return {path.removeprefix("nodeList[0].") if len(nodes) == 1 else path: code for path, code in found.items()}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("keyId", 1, None),
        ("keyId", 9_007_199_254_740_993, None),
        ("keyId", -1, None),
        ("keyId", None, "required"),
        ("keyId", "299", "wrong-type"),
        ("keyId", 299.5, "wrong-type"),
        ("keyId", True, "wrong-type"),
        ("recallInterval", 0, "out-of-range"),
        ("recallInterval", 1, None),
        ("recallInterval", 1440, None),
        ("recallInterval", 1441, "out-of-range"),
        ("recallInterval", -1, "out-of-range"),
        ("recallInterval", None, "required"),
        ("recallInterval", "30", "wrong-type"),
        ("recallNum", 0, "out-of-range"),
        ("recallNum", 1, None),
        ("recallNum", 10, None),
        ("recallNum", 11, "out-of-range"),
        ("recallNum", None, "required"),
        ("recallType", 0, None),
        ("recallType", 1, None),
        ("recallType", 2, "not-an-option"),
        ("recallType", -1, "not-an-option"),
        ("recallType", "0", "not-an-option"),
        ("recallType", None, "required"),
        ("nodeList", None, None),
        ("nodeList", [], None),
        ("nodeList", "none", "wrong-type"),
        ("nodeList", {}, "wrong-type"),
        ("nodeList", [5], "wrong-type"),
        ("taskName", "August", "unknown-field"),
    ],
)
def test_a_field_of_a_flow_is_held_to_its_rule(field: str, value: object, code: str | None) -> None:
    assert of_flow(field, value) == ({field: code} if code else {})


@pytest.mark.parametrize(
    ("node", "field", "value", "code"),
    [
        (SPEECH, "source", None, "required"),
        (SPEECH, "source", 0, "not-an-option"),
        (SPEECH, "source", 4, "not-an-option"),
        (SPEECH, "source", "3", "not-an-option"),
        (SPEECH, "source", 3, None),
        (UPLOADED, "source", 1, None),
        (UPLOADED, "voiceFileId", None, "required-when"),
        (UPLOADED, "voiceFileId", "", "wrong-length"),
        (UPLOADED, "voiceFileId", 120, "wrong-type"),
        (UPLOADED, "voiceFileId", "a\nb", "line-break"),
        (UPLOADED, "voiceFileId", "a\x00b", "control-character"),
        (SPEECH, "voiceFileId", None, None),
        (NEW_FILE, "voiceFileId", None, None),
        (NEW_FILE, "uploadName", "a.wa", "wrong-length"),
        (NEW_FILE, "uploadName", "a.wav", None),
        (NEW_FILE, "uploadName", "a" * 32, None),
        (NEW_FILE, "uploadName", "a" * 33, "wrong-length"),
        (NEW_FILE, "uploadName", "语音语音音", None),
        (NEW_FILE, "uploadName", "😀" * 16, None),
        (NEW_FILE, "uploadName", "😀" * 16 + "a", "wrong-length"),
        (NEW_FILE, "uploadName", None, "required-when"),
        (UPLOADED, "uploadName", None, None),
        (NEW_FILE, "baseFile", None, "required-when"),
        (SPEECH, "baseFile", None, None),
        (NEW_FILE, "baseFile", "hello.wav", "not-base64"),
        (NEW_FILE, "baseFile", "UklGRg=", "not-base64"),
        (NEW_FILE, "baseFile", "UklG\nRg==", "not-base64"),
        (NEW_FILE, "baseFile", "语音文件", "not-base64"),
        (NEW_FILE, "baseFile", "", "wrong-length"),
        (SPEECH, "text", None, "required-when"),
        (SPEECH, "text", "", "wrong-length"),
        (SPEECH, "text", "好" * 2048, None),
        (SPEECH, "text", "好" * 2049, "wrong-length"),
        (SPEECH, "text", "😀" * 1024, None),
        (SPEECH, "text", "😀" * 1024 + "!", "wrong-length"),
        (SPEECH, "text", "one\r\ntwo\tthree", None),
        (SPEECH, "text", "bell\x07", "control-character"),
        (SPEECH, "text", " \u200b\n", "only-blanks"),
        (SPEECH, "text", "${name}", None),
        (SPEECH, "text", 5, "wrong-type"),
        (UPLOADED, "text", None, None),
        (UPLOADED, "text", "a" * 2049, "wrong-length"),
        (SPEECH, "lan", None, "required-when"),
        (SPEECH, "lan", "a language that came later", None),
        (UPLOADED, "lan", None, None),
        (SPEECH, "speakingRate", 0.24, "out-of-range"),
        (SPEECH, "speakingRate", 0.25, None),
        (SPEECH, "speakingRate", 1, None),
        (SPEECH, "speakingRate", 4.0, None),
        (SPEECH, "speakingRate", 4.01, "out-of-range"),
        (SPEECH, "speakingRate", float("nan"), "out-of-range"),
        (SPEECH, "speakingRate", "1.0", "wrong-type"),
        (SPEECH, "speakingRate", True, "wrong-type"),
        (SPEECH, "ssmlGender", 0, "not-an-option"),
        (SPEECH, "ssmlGender", 1, None),
        (SPEECH, "ssmlGender", 2, None),
        (SPEECH, "ssmlGender", 3, "not-an-option"),
        (SPEECH, "accent", 7, None),
        (SPEECH, "accent", "7", "wrong-type"),
        (SPEECH, "accent", 7.5, "wrong-type"),
        (SPEECH, "hangUpSms", None, "required"),
        (SPEECH, "hangUpSms", 2, "not-an-option"),
        (SMS, "smsContent", None, "required-when"),
        (SMS, "smsContent", "好" * 1000, None),
        (SMS, "smsContent", "好" * 1001, "wrong-length"),
        (SMS, "smsContent", "Dear ${text1}", None),
        (SMS, "smsContent", "${text10}", None),
        (SMS, "smsContent", "${text11}", "unknown-variable"),
        (SMS, "smsContent", "Dear ${text1", "unclosed-variable"),
        (SPEECH, "smsContent", None, None),
        (SPEECH, "smsContent", "a" * 1001, "wrong-length"),
        (SMS, "senderId", None, None),
        (SMS, "senderId", "a" * 32, None),
        (SMS, "senderId", "a" * 33, "wrong-length"),
        (SPEECH, "toSeat", None, "required"),
        (SPEECH, "toSeat", 2, "not-an-option"),
        (SPEECH, "sipGroupId", None, None),
        (SEAT, "sipGroupId", None, "required-when"),
        (SEAT, "sipGroupId", "1000038", "wrong-type"),
        (SPEECH, "outboundControl", None, None),
        (SEAT, "outboundControl", None, "required-when"),
        (SEAT, "outboundControl", 0, "not-an-option"),
        (SEAT, "outboundControl", 2, "not-an-option"),
        (SPEECH, "calloutRate", None, None),
        (SPEECH, "calloutRate", 101, "out-of-range"),
        (SEAT, "calloutRate", None, "required-when"),
        (SEAT, "calloutRate", 0, "out-of-range"),
        (SEAT, "calloutRate", 1, None),
        (SEAT, "calloutRate", 100, None),
        (SEAT, "calloutRate", 101, "out-of-range"),
        (SPEECH, "toSeatType", None, None),
        (SEAT, "toSeatType", None, "required-when"),
        (SEAT, "toSeatType", 0, "not-an-option"),
        (SEAT, "toSeatType", 3, "not-an-option"),
        (SEAT, "toSeatKey", None, None),
        (KEY_SEAT, "toSeatKey", "#", None),
        (KEY_SEAT, "toSeatKey", None, "required-when"),
        (KEY_SEAT, "toSeatKey", 5, "wrong-type"),
        (KEY_SEAT, "toSeat", 0, None),
        (KEY_SEAT | {"toSeat": 0}, "toSeatKey", None, None),
        (KEY_SEAT, "delayTransfer", None, None),
        (KEY_SEAT, "delayTransfer", 0, None),
        (SPEECH, "delayTransfer", 10, None),
        (SPEECH, "voiceFileName", "hello.wav", "unknown-field"),
    ],
)
def test_a_field_of_a_node_is_held_to_its_rule(
    node: dict[str, object], field: str, value: object, code: str | None
) -> None:
    assert of_node(node | {field: value}) == ({field: code} if code else {})


def test_true_and_false_are_not_taken_for_numbers() -> None:
    assert list(of_flow("recallType", value=False)) == ["recallType"]
    assert list(of_node(SPEECH | {"hangUpSms": False})) == ["hangUpSms"]
    assert list(of_node(SEAT | {"outboundControl": True})) == ["outboundControl"]


NO_PUSH: dict[str, object] = SMS | {"ringPush": None}


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ({}, {"feedbackPush": "no-push"}),
        ({"feedbackPush": 0, "successPush": 0, "failedPush": 0, "ringPush": 0}, {"feedbackPush": "no-push"}),
        ({"hangUpSms": 0, "smsContent": None}, {}),
        ({"ringPush": 1}, {}),
        ({"failedPush": 1}, {}),
        ({"failedPush": 1, "ringPush": 0}, {}),
        ({"successPush": 1, "successPushTime": 1}, {}),
        ({"successPush": 1, "successPushTime": 9999}, {}),
        ({"successPush": 1}, {"successPushTime": "required-when"}),
        ({"successPush": 1, "successPushTime": 0}, {"successPushTime": "out-of-range"}),
        ({"successPush": 1, "successPushTime": 10_000}, {"successPushTime": "out-of-range"}),
        ({"ringPush": 1, "successPush": 0}, {}),
        ({"feedbackPush": 1, "feedbackValue": "0"}, {}),
        ({"feedbackPush": 1, "feedbackValue": "9"}, {}),
        ({"feedbackPush": 1}, {"feedbackValue": "required-when"}),
        ({"feedbackPush": 1, "feedbackValue": "10"}, {"feedbackValue": "not-a-digit"}),
        ({"feedbackPush": 1, "feedbackValue": "*"}, {"feedbackValue": "not-a-digit"}),
        ({"feedbackPush": 1, "feedbackValue": ""}, {"feedbackValue": "not-a-digit"}),
        ({"feedbackPush": 1, "feedbackValue": "５"}, {"feedbackValue": "not-a-digit"}),
        ({"feedbackPush": 1, "feedbackValue": "5\n"}, {"feedbackValue": "not-a-digit"}),
        ({"feedbackPush": 1, "feedbackValue": 5}, {"feedbackValue": "wrong-type"}),
        ({"ringPush": 1, "feedbackPush": 0}, {}),
        ({"hangUpSms": 0, "feedbackPush": 1}, {"feedbackValue": "required-when"}),
        ({"ringPush": 2, "failedPush": 1}, {"ringPush": "not-an-option"}),
        ({"feedbackPush": 1, "successPush": 1}, {"feedbackValue": "required-when", "successPushTime": "required-when"}),
    ],
)
def test_a_message_after_the_call_needs_an_occasion_and_its_details(
    pushes: dict[str, object], expected: Broken
) -> None:
    assert of_node(NO_PUSH | pushes) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({}, {"source": "required", "hangUpSms": "required", "toSeat": "required"}),
        (
            {"source": 2, "hangUpSms": 1, "toSeat": 1},
            {
                "uploadName": "required-when",
                "baseFile": "required-when",
                "smsContent": "required-when",
                "feedbackPush": "no-push",
                "sipGroupId": "required-when",
                "outboundControl": "required-when",
                "calloutRate": "required-when",
                "toSeatType": "required-when",
            },
        ),
        (
            KEY_SEAT | {"toSeatKey": None, "calloutRate": 0, "lan": None, "tone": 1},
            {
                "toSeatKey": "required-when",
                "calloutRate": "out-of-range",
                "lan": "required-when",
                "tone": "unknown-field",
            },
        ),
    ],
)
def test_everything_that_is_wrong_with_a_node_is_told_at_once(node: dict[str, object], expected: Broken) -> None:
    assert of_node(node) == expected


def test_everything_that_is_wrong_with_a_flow_and_its_nodes_is_told_at_once() -> None:
    nodes = [SPEECH, SPEECH | {"text": None, "speakingRate": 5.0}, UPLOADED | {"toSeat": 3}]
    assert broken({"keyId": 299, "recallInterval": 0, "recallNum": 11, "nodeList": nodes}) == {
        "recallInterval": "out-of-range",
        "recallNum": "out-of-range",
        "recallType": "required",
        "nodeList[1].text": "required-when",
        "nodeList[1].speakingRate": "out-of-range",
        "nodeList[2].toSeat": "not-an-option",
    }


def test_an_empty_flow_lacks_every_required_field() -> None:
    assert broken({}) == dict.fromkeys(FLOW, "required")


def only(values: Mapping[str, object]) -> FieldViolation:
    """The one violation that there is."""
    checked = check_flow(values)
    assert isinstance(checked, list)
    [found] = checked
    return found


def test_a_condition_is_told_with_what_it_depends_on_in_the_users_words() -> None:
    found = only(FLOW | {"nodeList": [KEY_SEAT | {"toSeatKey": None}]}).violation.message
    assert "toSeat = 1 and toSeatType = 2" in found.en
    assert "是否转坐席" in found.zh
    assert "转坐席条件" in found.zh


@pytest.mark.parametrize(("rate", "shown"), [(4.01, "4.01"), (4.0000001, "4.0000001"), (0.2499999, "0.2499999")])
def test_a_value_out_of_range_is_shown_as_it_was_typed(rate: float, shown: str) -> None:
    found = only(FLOW | {"nodeList": [SPEECH | {"speakingRate": rate}]}).violation.message
    assert shown in found.en
    assert shown in found.zh
    assert "0.25" in found.en


def test_a_field_that_a_node_has_not_is_told_with_its_node() -> None:
    found = only(FLOW | {"nodeList": [SPEECH, SPEECH | {"nodeList": []}]})
    assert (found.path, found.violation.code) == ("nodeList[1].nodeList", "unknown-field")


def test_half_a_character_is_refused_in_words_that_can_be_written_down() -> None:
    found = only(FLOW | {"nodeList": [SPEECH | {"text": "Hello \ud83d"}]})
    assert found.path == "nodeList[0].text"
    assert found.violation.message.en.encode()
    assert found.violation.message.zh.encode()


RIGHT_NODES = (SPEECH, UPLOADED, NEW_FILE, SMS, SEAT, KEY_SEAT)


def met(spec: FieldSpec) -> dict[str, object]:
    """A right node in which the field is required: with what its condition needs, and then what that needs."""
    node = SPEECH | {"hangUpSms": 1, "smsContent": "Call us", "ringPush": 1} | KEY_SEAT
    node |= {"feedbackPush": 1, "feedbackValue": "5", "successPush": 1, "successPushTime": 60, "ringPush": 1}
    node |= {"hangUpSms": 1, "smsContent": "Call us", "voiceFileId": "a.wav"}
    return node | {"uploadName": "a.wav", "baseFile": "UklGRg=="} | dict(spec.required_when or {})


@pytest.mark.parametrize("spec", [spec for spec in NODE_FIELDS if spec.required_when], ids=lambda spec: spec.name)
def test_every_condition_that_is_declared_is_enforced(spec: FieldSpec) -> None:
    assert of_node(met(spec)) == {}
    assert of_node(met(spec) | {spec.name: None}) == {spec.name: "required-when"}
    assert of_node({name: value for name, value in met(spec).items() if name != spec.name}) == {
        spec.name: "required-when"
    }


@pytest.mark.parametrize("spec", [spec for spec in ALL_FIELDS if spec.required], ids=lambda spec: spec.name)
def test_every_field_that_is_always_required_is_missed(spec: FieldSpec) -> None:
    if spec in NODE_FIELDS:
        assert of_node(SPEECH | {spec.name: None}) == {spec.name: "required"}
    else:
        assert of_flow(spec.name, None) == {spec.name: "required"}


@pytest.mark.parametrize("spec", [spec for spec in NODE_FIELDS if spec.effective_when], ids=lambda spec: spec.name)
def test_a_value_is_pointed_out_where_and_only_where_it_has_no_effect(spec: FieldSpec) -> None:
    node = met(spec) | dict(spec.effective_when or {}) | {spec.name: 1}
    assert spec.name not in {notice.field for notice in notices_on(node) if notice.code == "no-effect"}
    for other, value in (spec.effective_when or {}).items():
        without = node | {other: 0 if value else 1}
        told = {notice.field: notice for notice in notices_on(without) if notice.code == "no-effect"}
        assert told[spec.name].code == "no-effect"
        assert f"{other} = {value}" in told[spec.name].message.en
        assert other in told[spec.name].message.zh


@pytest.mark.parametrize("value", [None, 0, ""])
def test_what_says_nothing_is_not_pointed_out(value: object) -> None:
    assert list(notices_on(SPEECH | {"delayTransfer": value, "feedbackPush": value, "senderId": value})) == []


def test_a_language_that_may_not_exist_is_pointed_out_and_never_refused() -> None:
    for known in LANGUAGES:
        assert list(notices_on(SPEECH | {"lan": known})) == []
    [notice] = notices_on(SPEECH | {"lan": "XX"})
    assert (notice.field, notice.code) == ("lan", "unknown-language")
    assert "XX" in notice.message.en
    assert "IDN" in notice.message.zh
    assert of_node(SPEECH | {"lan": "XX"}) == {}


@pytest.mark.parametrize("node", RIGHT_NODES)
def test_a_right_node_is_complete(node: dict[str, object]) -> None:
    assert is_complete(node)


@pytest.mark.parametrize(
    "node",
    [
        {},
        SPEECH | {"toSeat": None},
        SPEECH | {"text": None},
        NO_PUSH,
        SPEECH | {"lan": "XX"},
        SPEECH | {"voiceFileId": "a.wav"},
    ],
)
def test_a_node_that_lacks_something_or_is_worth_a_notice_is_not_complete(node: dict[str, object]) -> None:
    assert not is_complete(node)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("recallNum", 10, None),
        ("recallNum", 11, "out-of-range"),
        ("source", 4, "not-an-option"),
        ("voiceFileId", "", "wrong-length"),
        ("text", None, None),
        ("toSeatKey", 5, "wrong-type"),
        ("speakingRate", 4, None),
        ("feedbackValue", "10", "not-a-digit"),
        ("baseFile", "UklGRg", "not-base64"),
    ],
)
def test_a_value_is_held_to_its_own_rule_whatever_is_beside_it(field: str, value: object, code: str | None) -> None:
    found = broken_by(field, value)
    assert (found.code if found else None) == code
