"""What the vendor has is compared with what is wanted and what was applied last: nothing is overlooked or made up."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import SPECS
from jobs.recallflow.rules import check_flow
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.reconcile import Reconcile
from runner.exchange import Response
from runner.problem import Violation
from runner.request import Request
from tests.jobs.recallflow.moved_flows import (
    SOUNDS,
    Line,
    Version,
    are_told_apart,
    differing,
    put_together,
    token,
    versions,
)
from tests.jobs.recallflow.valid_flows import Values, flows, value_of

NODE: Values = {"source": 3, "text": "Hello", "lan": "EN", "speakingRate": 1.25, "hangUpSms": 0, "toSeat": 0}
A, B, C = (NODE | {"text": text, "senderId": text} for text in ("Hello", "Goodbye", "Welcome back"))
PLAYED: Values = {"source": 2, "uploadName": "hello.wav", "baseFile": SOUNDS[0], "hangUpSms": 0, "toSeat": 0}
HIDDEN = PLAYED | {"baseFile": None}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1}
ONE, TWO = (f"audio file {token(sound)[12:20]}" for sound in SOUNDS[:2])
JOB = Reconcile(None)
quickly = settings(max_examples=100, deadline=timedelta(seconds=5), print_blob=True)


def flow(*nodes: Values, **values: object) -> bytes:
    """A body; nulls are left out."""
    return json.dumps(FLOW | values | {"nodeList": nodes}).encode()


def bare(**values: object) -> bytes:
    return json.dumps(FLOW | values).encode()


def body_of(values: Values) -> bytes:
    return FlowUpdate.model_validate(values).body()


def state_after(values: Values, **variants: bool) -> bytes:
    """The body of what the simulated vendor tells after an update."""
    vendor = SimulatedVendor(EXAMPLE_ACCOUNT, window=300, now=lambda: 0, **variants)
    assert vendor.carry_out("recallFlow/update", body_of(values)).applied
    request = Request(ordinal=1, key=str(values["keyId"]), body=b"")
    answer = vendor.carry_out("recallFlow/queryDetail", json.dumps({"keyId": values["keyId"]}).encode())
    remote = JOB.remote(request, Response(200, {}, json.dumps(answer.body).encode()))
    assert remote is not None
    return remote.body


def differences(base: bytes | None, remote: bytes, wanted: bytes) -> list[Line]:
    found = JOB.differences(base, remote, wanted)
    assert not (found and JOB.is_as_wanted(remote, wanted))
    return [(each.field, each.old, each.new, each.moved_by) for each in found]


def but(*fields: str) -> Callable[[str], bool]:
    """All stays as the vendor has it, but for these fields."""
    return lambda field: field not in fields


def merged(remote: bytes, wanted: bytes, *fields: str) -> Any:
    """What would be sent; the code where there is none."""
    body = JOB.merged(remote, wanted, but(*fields))
    if isinstance(body, Violation):
        assert body.message.en != body.message.zh
        return body.code
    checked = check_flow(json.loads(body))
    assert isinstance(checked, FlowUpdate)
    assert body == checked.body()
    return json.loads(body)


def nodes_of(body: Any) -> list[Values]:
    """The nodes of a merged body, without what is blank in them."""
    return [{name: value for name, value in node.items() if value is not None} for node in body["nodeList"]]


@pytest.mark.parametrize(
    ("base", "remote", "wanted", "moved_by"),
    [
        (None, 1, 2, None),
        (2, 1, 2, "remote"),
        (1, 1, 2, "ours"),
        (3, 1, 2, "both"),
    ],
)
def test_who_has_moved_a_field_is_told_by_what_was_applied_last(
    base: int | None, remote: int, wanted: int, moved_by: str | None
) -> None:
    def of(recall_num: int) -> bytes:
        return flow(NODE | {"accent": recall_num}, recallNum=recall_num)

    assert differences(of(base) if base else None, of(remote), of(wanted)) == [
        ("recallNum", remote, wanted, moved_by),
        ("nodeList[0].accent", remote, wanted, moved_by),
    ]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("accent", 0, 1),
        ("accent", None, 1),
        ("accent", 1, None),
        ("accent", "five", 5),
        ("accent", [5], 5),
        ("hangUpSms", True, 1),
        ("hangUpSms", False, 0),
        ("speakingRate", 1.0, 1.1),
        ("speakingRate", None, 1.0),
        ("text", "Hello ", "Hello"),
        ("text", "hello", "Hello"),
        ("toSeatKey", "7", "007"),
        ("toSeatKey", {"key": 7}, "7"),
        ("feedbackValue", None, "0"),
        ("senderId", "me", None),
        ("baseFile", token(SOUNDS[0]), SOUNDS[1]),
    ],
)
def test_a_field_of_every_kind_is_seen_to_differ(field: str, old: Any, new: Any) -> None:
    [(name, was, wanted, _)] = differences(None, flow(NODE | {field: old}), flow(NODE | {field: new}))
    assert name == f"nodeList[0].{field}"
    if field != "baseFile":
        assert (was, wanted) == (old, new)
        assert type(was) is type(old)


@pytest.mark.parametrize("name", ["recallInterval", "recallNum", "recallType"])
def test_what_is_not_told_of_a_flow_differs_from_what_is_wanted(name: str) -> None:
    assert differences(None, flow(**{name: None}), flow()) == [(name, None, FLOW[name], None)]


def test_true_is_not_one() -> None:
    assert differences(flow(), flow(recallType=True), flow(recallType=1)) == [("recallType", True, 1, "remote")]


def test_the_key_never_differs_nor_does_null_from_absent_nor_a_number_from_the_same_one() -> None:
    remote = flow(NODE | {"accent": None, "speakingRate": 1}, keyId=300)
    assert differences(None, remote, flow(NODE | {"speakingRate": 1.0})) == []
    assert JOB.is_as_wanted(remote, flow(NODE | {"speakingRate": 1.0}))


@pytest.mark.parametrize(
    ("base", "remote", "wanted", "expected"),
    [
        # in another order
        ([A, B, C], [C, B, A], [A, B, C], []),
        (None, [B, A], [A, B], []),
        (None, [A, A, B], [A, B, A], []),
        ([A, B], [B | {"lan": "VN"}, A], [A, B], [("nodeList[1].lan", "VN", "EN", "remote")]),
        ([A, B], [B, A], [A | {"lan": "VN"}, B], [("nodeList[0].lan", "EN", "VN", "ours")]),
        (
            [A, B],
            [B, A],
            [A | {"lan": "VN"}, B | {"lan": "JP"}],
            [("nodeList[0].lan", "EN", "VN", "ours"), ("nodeList[1].lan", "EN", "JP", "ours")],
        ),
        (
            [NODE | {"text": "1"}, NODE | {"text": "2"}],
            [NODE | {"text": "2"}, NODE | {"text": "1"}],
            [NODE | {"text": "3"}, NODE | {"text": "4"}],
            [("nodeList[0].text", "2", "3", "ours"), ("nodeList[1].text", "1", "4", "ours")],
        ),
        (None, [A | {"lan": "VN"}, A], [A, A], [("nodeList[0].lan", "VN", "EN", None)]),
        (None, [A, A | {"lan": "VN"}], [A, A], [("nodeList[1].lan", "VN", "EN", None)]),
        # wanted, and not there
        (None, [A], [A, B], [("nodeList[1]", None, B, None)]),
        ([A, B], [A], [A, B], [("nodeList[1]", None, B, "remote")]),
        ([A], [A], [A, B], [("nodeList[1]", None, B, "ours")]),
        ([A], [A], [B, A], [("nodeList[0]", None, B, "ours")]),
        ([A, B | {"lan": "VN"}], [A], [A, B], [("nodeList[1]", None, B, "both")]),
        ([], [], [A], [("nodeList[0]", None, A, "ours")]),
        # there, and not wanted
        (None, [A, B], [A], [("nodeList[1]", B, None, None)]),
        ([A], [A, B], [A], [("nodeList[1]", B, None, "remote")]),
        ([A], [B, A], [A], [("nodeList[1]", B, None, "remote")]),
        ([A, B], [A, B], [A], [("nodeList[1]", B, None, "ours")]),
        ([A, B], [A, B | {"lan": "VN"}], [A], [("nodeList[1]", B | {"lan": "VN"}, None, "both")]),
        (
            [A],
            [B, A, C],
            [A],
            [("nodeList[1]", B, None, "remote"), ("nodeList[2]", C, None, "remote")],
        ),
        ([A, B], [A, B], [], [("nodeList[0]", A, None, "ours"), ("nodeList[1]", B, None, "ours")]),
        (None, [A], [], [("nodeList[0]", A, None, None)]),
        # on both sides
        ([A], [A | {"lan": "VN"}], [A | {"lan": "JP"}], [("nodeList[0].lan", "VN", "JP", "both")]),
        ([], [A | {"lan": "VN"}], [A], [("nodeList[0].lan", "VN", "EN", "both")]),
        (
            [A, B, C],
            [B | {"lan": "VN"}, C],
            [A, B, C],
            [("nodeList[0]", None, A, "remote"), ("nodeList[1].lan", "VN", "EN", "remote")],
        ),
        ([A, B], [B | {"lan": "VN"}], [B], [("nodeList[0].lan", "VN", "EN", "remote")]),
    ],
)
def test_nodes_are_compared_with_those_that_they_are(
    base: list[Values] | None, remote: list[Values], wanted: list[Values], expected: list[Line]
) -> None:
    assert differences(flow(*base) if base is not None else None, flow(*remote), flow(*wanted)) == expected
    assert JOB.is_as_wanted(flow(*remote), flow(*wanted)) is (not expected)


def test_a_whole_node_is_shown_without_what_is_blank_and_without_its_audio() -> None:
    node = PLAYED | {"accent": None}
    assert differences(None, flow(), flow(node)) == [("nodeList[0]", None, PLAYED | {"baseFile": ONE}, None)]
    told = flow(node | {"baseFile": token(SOUNDS[0])})
    assert differences(None, told, flow()) == [("nodeList[0]", PLAYED | {"baseFile": ONE}, None, None)]


def test_nodes_that_a_spreadsheet_does_not_name_are_not_compared() -> None:
    for wanted in (bare(), bare(nodeList=None)):
        assert differences(flow(A), flow(B, C), wanted) == []
        assert JOB.is_as_wanted(flow(B, C), wanted)
        assert differences(None, flow(B, recallNum=1), wanted) == [("recallNum", 1, 3, None)]


def test_nodes_that_were_never_applied_are_nobodys_move() -> None:
    assert differences(bare(recallNum=1), flow(A, recallNum=1), flow(B)) == [
        ("recallNum", 1, 3, "ours"),
        ("nodeList[0].text", "Hello", "Goodbye", None),
        ("nodeList[0].senderId", "Hello", "Goodbye", None),
    ]
    assert differences(bare(), flow(A), flow()) == [("nodeList[0]", A, None, None)]
    assert differences(bare(), flow(), flow(A)) == [("nodeList[0]", None, A, None)]


@pytest.mark.parametrize("wanted", [SOUNDS[0], token(SOUNDS[0])], ids=["in the body", "attached"])
def test_audio_is_compared_by_its_bytes(wanted: str) -> None:
    remote = flow(PLAYED | {"baseFile": token(SOUNDS[0])})
    assert JOB.is_as_wanted(remote, flow(PLAYED | {"baseFile": wanted}))
    other = flow(PLAYED | {"baseFile": token(SOUNDS[1])})
    assert differences(remote, other, flow(PLAYED | {"baseFile": wanted})) == [
        ("nodeList[0].baseFile", TWO, ONE, "remote")
    ]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (None, []),
        (flow(PLAYED), []),
        (flow(PLAYED | {"baseFile": token(SOUNDS[0])}), []),
        (flow(PLAYED | {"baseFile": SOUNDS[1]}), [("nodeList[0].baseFile", TWO, ONE, "ours")]),
        (flow(), [("nodeList[0].baseFile", None, ONE, "ours")]),
        (bare(), []),
    ],
)
def test_audio_that_is_not_given_back_differs_only_from_what_was_applied_last(
    base: bytes | None, expected: list[Line]
) -> None:
    assert differences(base, flow(HIDDEN), flow(PLAYED)) == expected
    assert not JOB.is_as_wanted(flow(HIDDEN), flow(PLAYED))


def test_audio_that_could_not_be_there_is_missing() -> None:
    spoken = NODE | {"uploadName": "hello.wav"}
    assert ("nodeList[0].baseFile", None, ONE, None) in differences(None, flow(spoken), flow(PLAYED))


def test_nodes_whose_audio_is_given_back_are_told_apart_from_one_whose_audio_is_not() -> None:
    remote = flow(HIDDEN, PLAYED | {"baseFile": token(SOUNDS[0])})
    assert differences(None, remote, flow(PLAYED, PLAYED | {"baseFile": SOUNDS[1]})) == []


VARIANTS = ("hide_base_file", "numbers_as_text", "reverse_nodes")


@quickly
@given(values=flows(), variants=st.fixed_dictionaries({name: st.booleans() for name in VARIANTS}))
def test_nothing_differs_after_an_update_whatever_the_vendor_makes_of_it(
    values: Values, variants: dict[str, bool]
) -> None:
    remote, wanted = state_after(values, **variants), body_of(values)
    assert differences(None, remote, wanted) == []
    assert differences(wanted, remote, wanted) == []
    hidden = variants["hide_base_file"] and any(node.get("baseFile") for node in values.get("nodeList") or ())
    assert JOB.is_as_wanted(remote, wanted) is not hidden


@quickly
@given(values=flows(), reverse_nodes=st.booleans(), data=st.data())
def test_one_field_that_differs_is_the_only_difference(
    values: Values, data: st.DataObject, *, reverse_nodes: bool
) -> None:
    remote, wanted = state_after(values, reverse_nodes=reverse_nodes), json.loads(body_of(values))
    holder = data.draw(st.sampled_from([wanted, *wanted.get("nodeList", ())]))
    name = data.draw(st.sampled_from([name for name in holder if name not in {"keyId", "nodeList"}]))
    there = holder[name]
    holder[name] = data.draw(value_of(SPECS[name]).filter(lambda value: value != there))
    [(field, *_, moved_by)] = differences(body_of(values), remote, json.dumps(wanted).encode())
    assert field.rpartition(".")[2] == name
    assert moved_by == "ours"


three = st.tuples(versions(), versions(), versions()).filter(lambda those: are_told_apart(*those))


@quickly
@given(those=three, known=st.booleans(), hidden=st.booleans())
def test_the_differences_are_those_of_which_one_knows_that_they_were_made(
    those: tuple[Version, Version, Version], *, known: bool, hidden: bool
) -> None:
    base, remote, wanted = those
    before = base if known else None
    expected = list(differing(before, remote, wanted, hidden=hidden))
    assert differences(before.body() if before else None, remote.told(hidden=hidden), wanted.body()) == expected


@quickly
@given(those=three, hidden=st.booleans(), data=st.data())
def test_just_what_was_chosen_is_as_wanted_and_all_else_stays(
    those: tuple[Version, Version, Version], data: st.DataObject, *, hidden: bool
) -> None:
    base, remote, wanted = those
    there = remote.told(hidden=hidden)
    found = [field for field, *_ in differences(base.body(), there, wanted.body())]
    chosen = data.draw(st.lists(st.sampled_from(found), unique=True) if found else st.just([]))
    expected = put_together(remote, wanted, chosen, hidden=hidden)
    body = merged(there, wanted.body(), *chosen)
    if expected is None:
        assert body == "audio-not-here"
        return
    assert body == json.loads(expected.body())
    if hidden:
        return
    sent = json.dumps(body).encode()
    assert len(differences(None, sent, wanted.body())) == len(found) - len(chosen)
    assert len(differences(None, there, sent)) == len(chosen)


@quickly
@given(old=flows(), values=flows())
def test_with_all_differences_everything_is_as_wanted(old: Values, values: Values) -> None:
    remote, wanted = state_after(old | {"keyId": values["keyId"]}), body_of(values)
    body = JOB.merged(remote, wanted, but(*(field for field, *_ in differences(None, remote, wanted))))
    assert isinstance(body, bytes)
    assert differences(None, body, wanted) == []


@quickly
@given(old=flows(), values=flows())
def test_with_no_difference_everything_stays(old: Values, values: Values) -> None:
    remote, wanted = state_after(old | {"keyId": values["keyId"]}), body_of(values)
    body = JOB.merged(remote, wanted, but())
    assert isinstance(body, bytes)
    assert differences(None, remote, body) == []


def test_a_node_is_added_or_removed_only_if_that_was_chosen() -> None:
    assert nodes_of(merged(flow(A), flow(A, B), "nodeList[1]")) == [A, B]
    assert nodes_of(merged(flow(A), flow(A, B))) == [A]
    assert nodes_of(merged(flow(C, A, B), flow(A), "nodeList[1]")) == [A, B]
    assert nodes_of(merged(flow(C, A, B), flow(A), "nodeList[2]")) == [A, C]
    assert nodes_of(merged(flow(A), flow(), "nodeList[0]")) == []


def test_nodes_are_sent_in_the_order_that_is_wanted() -> None:
    assert nodes_of(merged(flow(C, B, A, recallNum=1), flow(A, B), "recallNum")) == [A, B, C]


def test_nodes_that_are_not_named_are_sent_as_the_vendor_has_them() -> None:
    body = merged(flow(A, B, recallNum=1), bare(), "recallNum")
    assert (body["recallNum"], nodes_of(body)) == (3, [A, B])
    assert "nodeList" not in merged(flow(), bare())
    assert merged(flow(), flow())["nodeList"] == []


def test_a_rule_that_would_be_broken_is_told_with_the_field_as_it_is_called_in_the_plan() -> None:
    uploaded = A | {"source": 1, "voiceFileId": "7"}
    remote, wanted = flow(A), flow(B | {"lan": "JP"}, uploaded)
    assert [field for field, *_ in differences(None, remote, wanted)] == [
        "nodeList[0]",
        "nodeList[1].source",
        "nodeList[1].voiceFileId",
    ]
    violation = JOB.merged(remote, wanted, but("nodeList[1].source"))
    assert isinstance(violation, Violation)
    assert violation.code == "cannot-be-merged"
    assert "nodeList[1].voiceFileId: It is blank, and it is required when source = 1" in violation.message.en
    assert "nodeList[1].voiceFileId：" in violation.message.zh


def test_what_the_vendor_has_and_no_update_may_have_cannot_stay() -> None:
    assert merged(flow(recallNum=True, recallInterval=5), flow(), "recallInterval") == "cannot-be-merged"
    assert merged(flow(recallNum=None, recallInterval=5), flow(), "recallInterval") == "cannot-be-merged"
    assert merged(flow(NODE | {"accent": "five"}, recallNum=1), flow(NODE), "recallNum") == "cannot-be-merged"


@pytest.mark.parametrize(
    ("remote", "wanted", "fields", "expected"),
    [
        (token(SOUNDS[0]), SOUNDS[0], ["recallNum"], SOUNDS[0]),
        (token(SOUNDS[0]), token(SOUNDS[0]), ["recallNum"], token(SOUNDS[0])),
        (token(SOUNDS[0]), SOUNDS[1], ["nodeList[0].baseFile"], SOUNDS[1]),
        (token(SOUNDS[0]), SOUNDS[1], ["recallNum"], token(SOUNDS[0])),
        (None, SOUNDS[0], ["nodeList[0].baseFile"], SOUNDS[0]),
        (None, SOUNDS[0], ["recallNum"], "audio-not-here"),
    ],
)
def test_audio_is_sent_if_it_is_known_and_never_guessed(
    remote: str | None, wanted: str, fields: list[str], expected: str
) -> None:
    body = merged(flow(PLAYED | {"baseFile": remote}, recallNum=1), flow(PLAYED | {"baseFile": wanted}), *fields)
    assert (body if isinstance(body, str) else body["nodeList"][0]["baseFile"]) == expected


def test_audio_of_another_node_that_is_wanted_is_here() -> None:
    first, second = PLAYED, PLAYED | {"uploadName": "bye-bye.wav", "senderId": "me", "baseFile": SOUNDS[1]}
    told = [node | {"baseFile": token(sound)} for node, sound in ((first, SOUNDS[1]), (second, SOUNDS[0]))]
    body = merged(flow(*told, recallNum=1), flow(first, second), "recallNum")
    assert [node["baseFile"] for node in body["nodeList"]] == [SOUNDS[1], SOUNDS[0]]


def test_audio_of_a_node_that_stays_though_it_is_not_wanted_is_known_if_it_is_given_back() -> None:
    given, hidden = flow(PLAYED | {"baseFile": token(SOUNDS[0])}), flow(PLAYED | {"baseFile": None})
    for wanted in (flow(), bare()):
        assert merged(given, wanted)["nodeList"][0]["baseFile"] == token(SOUNDS[0])
        assert merged(hidden, wanted) == "audio-not-here"


def test_a_great_many_nodes_are_compared_in_one_sitting() -> None:
    many = [NODE | {"text": f"{number}"} for number in range(2000)]
    other = [node | {"accent": 7} for node in many]
    assert len(differences(None, flow(*other), flow(*many))) == 2000
    assert differences(None, flow(*reversed(many)), flow(*many)) == []
    played = [PLAYED | {"uploadName": f"{number:05}.wav"} for number in range(2000)]
    assert differences(None, flow(*(node | {"baseFile": None} for node in reversed(played))), flow(*played)) == []


def test_audio_that_is_not_given_back_is_sent_with_the_rest_unless_it_is_to_stay() -> None:
    hidden, wanted = flow(PLAYED | {"baseFile": None}, recallNum=1), flow(PLAYED | {"baseFile": SOUNDS[0]})
    body = JOB.merged(hidden, wanted, lambda _: False)
    assert isinstance(body, bytes)
    assert JOB.is_as_wanted(body, wanted)
    assert SOUNDS[0].encode() in body
    violation = JOB.merged(hidden, wanted, lambda field: field == "nodeList[0].baseFile")
    assert isinstance(violation, Violation)
    assert violation.code == "audio-not-here"
