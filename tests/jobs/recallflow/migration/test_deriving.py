"""What is wanted of a flow as a whole: what cannot be sent, by which rule, and what goes back as it is."""

from pathlib import Path

import pytest
from pydantic_core import to_json

from runner.plan import Remote
from tests.jobs.recallflow.migration.written_rules import (
    PLAYED,
    SPOKEN,
    Values,
    derived,
    flow,
    rules_of,
    wanted,
)

AGAIN = '[[change]]\nname = "again"\nfield = "recallNum"\nset = 5\n'
TOKEN = "attachments/" + "ab" * 32
OWN_AUDIO: Values = {"source": 2, "uploadName": "hello.wav", "hangUpSms": 0, "toSeat": 0}


def test_what_no_rule_changes_goes_back_byte_for_byte(tmp_path: Path) -> None:
    odd = {"text": " 双十一\t\U0001f600\u200b\n", "speakingRate": 1.25, "smsContent": "${text1}", "accent": 2**62}
    values = flow(SPOKEN | odd, PLAYED, keyId=9007199254740993)
    found = derived(rules_of(tmp_path, AGAIN), values)
    assert found.body == to_json(values | {"recallNum": 5})
    assert found.rules == {"recallNum": "again"}


def test_nothing_is_wanted_of_a_flow_that_is_as_the_rules_make_it(tmp_path: Path) -> None:
    found = derived(rules_of(tmp_path, AGAIN), flow(SPOKEN, recallNum=5))
    assert (found.body, found.problems) == (None, ())
    assert found.why is not None
    assert found.why.en == "The rules leave it as it is"


def test_a_flow_that_ends_as_it_was_is_not_changed(tmp_path: Path) -> None:
    there_and_back = '[[change]]\nfield = "recallNum"\nshift = 1\n[[change]]\nfield = "recallNum"\nshift = -1\n'
    assert derived(rules_of(tmp_path, there_and_back), flow(SPOKEN)).why is not None


ONE_AND_TWO = (SPOKEN | {"text": "one"}, SPOKEN | {"text": "two"})
TO_THE_END = """
[[change]]
remove_node = true
where = [ { field = "text", equals = "one" } ]
[[change]]
add_node = { source = 3, text = "one", lan = "EN", hangUpSms = 0, toSeat = 0 }
at = "end"
"""


def test_of_a_flow_whose_nodes_would_only_be_in_another_order_that_is_said(tmp_path: Path) -> None:
    found = derived(rules_of(tmp_path, TO_THE_END), flow(*ONE_AND_TWO))
    assert (found.body, found.problems) == (None, ())
    assert found.why is not None
    assert "only the order of its nodes, which is not compared" in found.why.en
    assert "节点的顺序" in found.why.zh


def test_a_flow_whose_nodes_come_in_another_order_and_with_other_words_is_changed(tmp_path: Path) -> None:
    found = derived(rules_of(tmp_path, TO_THE_END.replace("EN", "VN")), flow(*ONE_AND_TWO))
    assert found.body is not None
    assert found.rules


def test_a_rule_that_leaves_a_field_without_what_it_needs_is_named(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, '[[change]]\nname = "to a seat"\nfield = "toSeat"\nset = 1\n')
    problems = derived(rules, flow(PLAYED, SPOKEN)).problems
    assert {each.field for each in problems} == {
        f"nodeList[{place}].{name}"
        for place in (0, 1)
        for name in ("sipGroupId", "outboundControl", "calloutRate", "toSeatType")
    }
    assert {each.violation.code for each in problems} == {"required-when"}
    assert all('(by the rule "to a seat")' in each.violation.message.en for each in problems)


def test_a_rule_of_the_vendors_that_was_broken_before_is_told_as_such(tmp_path: Path) -> None:
    (problem,) = derived(rules_of(tmp_path, AGAIN), flow(SPOKEN | {"lan": None})).problems
    assert (problem.field, problem.value) == ("nodeList[0].lan", "")
    assert "(the flow has it so already, without any rule)" in problem.violation.message.en
    (problem,) = derived(rules_of(tmp_path, AGAIN), flow(SPOKEN, recallInterval=9999)).problems
    assert (problem.field, problem.value) == ("recallInterval", "9999")
    assert "已" in problem.violation.message.zh or "原本如此" in problem.violation.message.zh


def test_a_flow_that_breaks_a_rule_and_is_not_changed_is_left_alone(tmp_path: Path) -> None:
    assert not derived(rules_of(tmp_path, AGAIN), flow(SPOKEN | {"lan": None}, recallNum=5)).problems


def test_all_problems_of_a_flow_are_told_at_once(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        '[[change]]\nname = "more"\nfield = "recallInterval"\nshift = 1440\n'
        '[[change]]\nname = "no text"\nfield = "text"\nclear = true\n',
    )
    problems = derived(rules, flow(SPOKEN, SPOKEN | {"lan": None})).problems
    assert [(each.field, each.violation.code) for each in problems] == [
        ("recallInterval", "out-of-range"),
        ("nodeList[0].text", "required-when"),
        ("nodeList[1].text", "required-when"),
        ("nodeList[1].lan", "required-when"),
    ]


def test_places_are_those_of_what_is_wanted(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        '[[change]]\nname = "less"\nremove_node = true\nwhere = [ { field = "text", equals = "Hello" } ]\n'
        '[[change]]\nname = "else"\nfield = "text"\nset = "Else"\nwhere = [ { field = "lan", equals = "VN" } ]\n'
        '[[change]]\nname = "more"\nadd_node = { source = 3, text = "New", lan = "DE", hangUpSms = 0, toSeat = 0 }\n'
        'at = "start"\n',
    )
    other = SPOKEN | {"text": "Other", "lan": "VN", "senderId": "me", "accent": 3, "speakingRate": 2.0}
    found = derived(rules, flow(SPOKEN, PLAYED, other))
    assert [each["text"] for each in wanted(rules, flow(SPOKEN, PLAYED, other))["nodeList"]] == ["New", None, "Else"]
    assert found.rules["nodeList[2].text"] == "else"
    assert {rule for field, rule in found.rules.items() if field.startswith("nodeList[0]")} == {"more"}
    broken = '[[change]]\nname = "worse"\nfield = "text"\nclear = true\n'
    rules = rules_of(tmp_path, broken + '[[change]]\nremove_node = true\nwhere = [ { field = "lan", equals = "EN" } ]')
    (problem,) = derived(rules, flow(SPOKEN, other)).problems
    assert problem.field == "nodeList[0].text"


def test_a_node_that_was_removed_is_named_behind_those_that_are_wanted(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path, '[[change]]\nname = "less"\nremove_node = true\nwhere = [ { field = "source", equals = 3 } ]'
    )
    assert derived(rules, flow(SPOKEN, PLAYED)).rules == {"nodeList[1]": "less"}


@pytest.mark.parametrize(
    ("node", "files"),
    [(OWN_AUDIO, {}), (OWN_AUDIO | {"baseFile": TOKEN}, {}), (PLAYED | {"baseFile": TOKEN}, {})],
    ids=["kept to itself", "given back and not kept", "without effect, and not kept"],
)
def test_audio_that_is_not_here_cannot_be_sent_again(tmp_path: Path, node: Values, files: dict[str, bytes]) -> None:
    (problem,) = derived(rules_of(tmp_path, AGAIN), flow(SPOKEN, node), files=files).problems
    assert (problem.field, problem.violation.code) == ("nodeList[1].baseFile", "audio-not-here")


def test_audio_that_is_here_is_sent_again(tmp_path: Path) -> None:
    values = flow(OWN_AUDIO | {"baseFile": TOKEN})
    assert wanted(rules_of(tmp_path, AGAIN), values, files={TOKEN: b"RIFF"}) == values | {"recallNum": 5}


@pytest.mark.parametrize("audio", [None, TOKEN])
@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"source": 1, "voiceFileId": '"v-9"'}, {"source": 1, "voiceFileId": "v-9"}),
        ({"source": 3, "text": '"Hi"', "lan": '"EN"'}, {"source": 3, "text": "Hi", "lan": "EN"}),
    ],
)
def test_audio_that_a_rule_replaces_need_not_be_here(
    tmp_path: Path, audio: str | None, changes: dict[str, object], after: Values
) -> None:
    where = 'where = [ { field = "uploadName", equals = "hello.wav" } ]'
    text = "".join(f'[[change]]\nfield = "{field}"\nset = {value}\n{where}\n' for field, value in changes.items())
    values = flow(OWN_AUDIO | {"baseFile": audio}, PLAYED)
    assert wanted(rules_of(tmp_path, text), values) == flow(OWN_AUDIO | after, PLAYED)
    assert ("nodeList[0].baseFile" in derived(rules_of(tmp_path, text), values).rules) == (audio is not None)


def test_nothing_is_said_of_audio_where_nothing_is_changed(tmp_path: Path) -> None:
    assert not derived(rules_of(tmp_path, AGAIN), flow(OWN_AUDIO, recallNum=5)).problems


def test_a_value_of_an_odd_type_is_left_as_it_is_or_told(tmp_path: Path) -> None:
    values = flow(SPOKEN, recallInterval=[1])
    shift = '[[change]]\nfield = "recallInterval"\nshift = 1\n'
    found = derived(rules_of(tmp_path, shift), values)
    assert {(each.field, each.violation.code) for each in found.problems} == {("recallInterval", "wrong-type")}
    assert derived(rules_of(tmp_path, '[[where]]\nfield = "recallInterval"\nequals = 1\n' + AGAIN), values).why


def test_it_is_always_the_same_of_the_same_state(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, AGAIN)
    values = flow(SPOKEN)
    before = Remote(body=to_json(values), locked=True, facts={})
    from jobs.recallflow.migration.deriving import derive

    assert derive(rules, "299", before) == derive(rules, "299", before) == derived(rules, values)
