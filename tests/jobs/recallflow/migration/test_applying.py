"""What each kind of change makes of a flow, as tables."""

from pathlib import Path

import pytest

from jobs.recallflow.declarations import characters
from tests.jobs.recallflow.migration.written_rules import (
    PLAYED,
    SPOKEN,
    Values,
    complaints_on,
    derived,
    flow,
    rules_of,
    wanted,
)
from tests.jobs.recallflow.written_tables import write_csv, write_xlsx

ON_A_FIELD = [
    # field, change, before, after; where that is None for a problem: its code
    ("recallNum", "set = 5", 3, 5),
    ("recallNum", 'set = "5"', 3, 5),
    ("recallNum", "set = 5.0", 3, 5),
    ("recallType", 'set = "全部重呼"', 1, 0),
    ("voiceFileId", "set = 5", "v-1", "5"),
    ("senderId", 'set = "双十一"', None, "双十一"),
    ("senderId", "clear = true", "me", None),
    ("senderId", "clear = true", None, None),
    ("speakingRate", "set = 2", 1.0, 2.0),
    ("recallInterval", "shift = 30", 30, 60),
    ("recallInterval", "shift = -29", 30, 1),
    ("recallInterval", "shift = 30.0", 1410, 1440),
    ("recallInterval", "shift = 30", 1411, "out-of-range"),
    ("recallInterval", "shift = -30", 30, "out-of-range"),
    ("recallInterval", 'shift = 30\nbeyond = "limit"', 1411, 1440),
    ("recallInterval", 'shift = -90\nbeyond = "limit"', 30, 1),
    ("recallInterval", 'shift = -90\nbeyond = "fail"', 30, "out-of-range"),
    ("speakingRate", "shift = 0.1", 1.1, 1.2),
    ("speakingRate", "shift = 0.1", None, None),
    ("speakingRate", 'shift = 9\nbeyond = "limit"', 1.0, 4.0),
    ("accent", "shift = 1", 7, 8),
    ("accent", "shift = 1", 2**63 - 1, "out-of-range"),
    ("accent", "shift = 1", "seven", "wrong-type"),
    ("text", 'replace = "l"\nwith = "L"', "Hello", "HeLLo"),
    ("text", 'replace = "双十一"\nwith = "双十二"', "双十一到了", "双十二到了"),
    ("text", 'replace = "."\nwith = "!"', "Hello.", "Hello!"),
    ("text", 'replace = " there"\nwith = ""', "Hello there", "Hello"),
    ("text", 'replace = "x"\nwith = "y"', "Hello", "Hello"),
    ("text", 'replace = "Hello"\nwith = ""', "Hello", "wrong-length"),
    ("smsContent", 'replace = "x"\nwith = "y"', None, None),
    ("senderId", 'replace = "e"\nwith = "\U0001f600"', "e" * 16, "\U0001f600" * 16),
    ("senderId", 'replace = "e"\nwith = "\U0001f600"', "e" * 17, "wrong-length"),
    ("text", "replace = 'x'\nwith = '${text1}'", "x", "${text1}"),
    ("text", "replace = 'x'\nwith = 'é'", "e\u0301x", "e\u0301é"),
]

THROUGH_A_TABLE = [
    # before, what becomes of those that are not in it, after
    ("v-1", "", "v-9"),
    ("5", "", "50"),
    ("6", "", "60"),
    ("v-2", "", "no-match"),
    ("v-2", 'no_match = "fail"', "no-match"),
    ("v-2", 'no_match = "keep"', "v-2"),
    ("v-2", 'no_match = "default"\ndefault = "v-0"', "v-0"),
    ("v-2", 'no_match = "default"\ndefault = 70', "70"),
    ("V-1", 'no_match = "keep"', "V-1"),
    (None, 'no_match = "keep"', None),
    (None, "", "no-match"),
    (None, 'no_match = "default"\ndefault = "v-0"', "v-0"),
]


def after(folder: Path, change: str, field: str, before: object) -> object:
    """What the field has then; or the code of the only problem."""
    of_flow = field.startswith("recall")
    values = flow(SPOKEN, **{field: before}) if of_flow else flow(SPOKEN | PLAYED | {"source": 3} | {field: before})
    rules = rules_of(folder, f'[[change]]\nname = "mine"\nfield = "{field}"\n{change}\n')
    found = derived(rules, values)
    if found.problems:
        (problem,) = found.problems
        assert problem.field == (field if of_flow else f"nodeList[0].{field}")
        assert problem.violation.message.en.endswith('(by the rule "mine")')
        assert problem.violation.message.zh.endswith("（由规则“mine”造成）")
        return problem.violation.code
    changed = wanted(rules, values)
    if found.body is not None:
        assert found.rules == {field if of_flow else f"nodeList[0].{field}": "mine"}
    return changed[field] if of_flow else changed["nodeList"][0][field]


@pytest.mark.parametrize(("field", "change", "before", "expected"), ON_A_FIELD)
def test_a_field_is_changed_or_the_flow_is_not_sent(
    tmp_path: Path, field: str, change: str, before: object, expected: object
) -> None:
    found = after(tmp_path, change, field, before)
    assert (found, type(found)) == (expected, type(expected))


def test_text_is_as_long_as_the_vendor_counts_it() -> None:
    assert characters("\U0001f600" * 16) == 32


@pytest.mark.parametrize(("before", "no_match", "expected"), THROUGH_A_TABLE)
def test_a_field_is_mapped_through_a_table(tmp_path: Path, before: str | None, no_match: str, expected: object) -> None:
    write_csv(tmp_path / "voices.csv", [["was", "is"], ["v-1", "v-9"], ["5", "50"], ["6", "60"]])
    write_csv(
        tmp_path / "中文.csv", [["旧", "新"], ["v-1", "v-9"], ["5", "50"], ["6", "60"]], encoding="gbk", delimiter=";"
    )
    write_xlsx(tmp_path / "voices.xlsx", [["is", "note", "was"], ["v-9", "", "v-1"], [50, "", 5], [60.0, "", 6.0]])
    for table in ('"voices.csv"', '"中文.csv"', '"voices.xlsx"\nfrom = "was"\nto = "is"'):
        assert after(tmp_path, f"map = {table}\n{no_match}", "voiceFileId", before) == expected


@pytest.mark.parametrize(("written", "expected"), [("5", 50), ("5.0", 50), ("６", 60), ("7", "no-match")])
def test_numbers_of_a_table_are_read_as_those_of_a_spreadsheet(tmp_path: Path, written: str, expected: object) -> None:
    write_csv(tmp_path / "groups.csv", [["old", "new"], ["５", "50"], ["6.0", "60.0"], ["1", "10"]])
    before = {"5": 5, "5.0": 5, "６": 6, "7": 7}[written]
    assert after(tmp_path, 'map = "groups.csv"', "sipGroupId", before) == expected


def test_a_table_can_say_that_a_field_becomes_blank(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", [["old", "new"], ["me", "NULL"], ["you", "无"]])
    assert after(tmp_path, 'map = "t.csv"', "senderId", "me") is None
    assert after(tmp_path, 'map = "t.csv"', "senderId", "you") is None


def nodes_after(folder: Path, rules: str, *nodes: Values, **own: object) -> list[str]:
    """The texts of the nodes."""
    return [each["text"] for each in wanted(rules_of(folder, rules), flow(*nodes, **own))["nodeList"]]


ADDED = '[[change]]\nadd_node = { source = 3, text = "+", lan = "EN", hangUpSms = 0, toSeat = 0 }\n'
REMOVED = '[[change]]\nremove_node = true\nwhere = [ { field = "text", equals = "b" } ]\n'
A, B, C = (SPOKEN | {"text": text} for text in "abc")


@pytest.mark.parametrize(
    ("rule", "nodes", "texts"),
    [
        (ADDED, (A, B), "ab+"),
        (ADDED, (), "+"),
        (f'{ADDED}at = "end"', (A, B), "ab+"),
        (f'{ADDED}at = "start"', (A, B), "+ab"),
        (f"{ADDED}at = 1", (A, B), "+ab"),
        (f"{ADDED}at = 2", (A, B), "a+b"),
        (f"{ADDED}at = 3", (A, B), "ab+"),
        (f'{ADDED}where = [ {{ field = "nodes", at_most = 1 }} ]', (A, B), "ab"),
        (f'{ADDED}where = [ {{ field = "text", equals = "b" }} ]', (A, B), "ab+"),
        (f'{ADDED}where = [ {{ field = "text", equals = "b", nodes = "none" }} ]', (A, B), "ab"),
        (REMOVED, (A, B, C), "ac"),
        (REMOVED, (B, A, B), "a"),
        (REMOVED, (A, C), "ac"),
        (REMOVED.replace("} ]", '}, { field = "text", equals = "c", nodes = "none" } ]'), (A, B, C), "abc"),
        (REMOVED + ADDED, (B,), "+"),
        (ADDED + REMOVED, (A, B), "a+"),
    ],
)
def test_nodes_are_added_and_removed(tmp_path: Path, rule: str, nodes: tuple[Values, ...], texts: str) -> None:
    assert "".join(nodes_after(tmp_path, rule, *nodes)) == texts


def test_a_node_cannot_be_added_past_the_end(tmp_path: Path) -> None:
    (problem,) = derived(rules_of(tmp_path, f"{ADDED}at = 4"), flow(A, B)).problems
    assert (problem.field, problem.violation.code) == (None, "no-such-place")


def test_a_flow_does_not_lose_its_last_node(tmp_path: Path) -> None:
    (problem,) = derived(rules_of(tmp_path, REMOVED), flow(B)).problems
    assert (problem.field, problem.violation.code) == ("nodeList", "no-nodes-left")
    assert '(by the rule "change 1")' in problem.violation.message.en


def test_only_the_nodes_for_which_all_conditions_hold_are_changed(tmp_path: Path) -> None:
    asked = (("source", "3"), ("lan", '"EN"'), ("recallNum", "3"))
    conditions = [f'{{ field = "{name}", equals = {value} }}' for name, value in asked]
    where = f"where = [ {', '.join(conditions)} ]"
    rule = f'[[change]]\nfield = "text"\nset = "new"\n{where}\n'
    nodes = (SPOKEN, SPOKEN | {"lan": "VN"}, PLAYED | {"lan": "EN"}, SPOKEN)
    assert nodes_after(tmp_path, rule, *nodes) == ["new", "Hello", None, "new"]
    assert nodes_after(tmp_path, rule, *nodes, recallNum=4) == ["Hello", "Hello", None, "Hello"]


def test_a_field_of_the_flow_is_changed_by_what_its_nodes_have(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, '[[change]]\nfield = "recallNum"\nset = 5\nwhere = [ { field = "lan", equals = "VN" } ]')
    assert wanted(rules, flow(SPOKEN, SPOKEN | {"lan": "VN"}))["recallNum"] == 5
    assert wanted(rules, flow(SPOKEN))["recallNum"] == 3


def test_each_change_is_made_to_what_the_one_before_has_left(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        '[[change]]\nname = "a"\nfield = "recallNum"\nset = 5\n'
        '[[change]]\nname = "b"\nfield = "recallNum"\nshift = 2\nwhere = [ { field = "recallNum", equals = 5 } ]\n'
        '[[change]]\nname = "c"\nfield = "recallInterval"\nset = 9\nwhere = [ { field = "recallNum", equals = 3 } ]\n',
    )
    found = derived(rules, flow(SPOKEN))
    assert wanted(rules, flow(SPOKEN)) == flow(SPOKEN, recallNum=7)
    assert found.rules == {"recallNum": "a, b"}


def test_conditions_on_the_flow_are_about_the_flow_as_it_was_read(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        '[[where]]\nfield = "recallNum"\nequals = 3\n[[change]]\nfield = "recallNum"\nset = 5\n'
        '[[change]]\nfield = "recallInterval"\nset = 9\n',
    )
    assert wanted(rules, flow(SPOKEN)) == flow(SPOKEN, recallNum=5, recallInterval=9)


def test_a_rule_that_makes_a_value_impossible_is_refused_when_it_is_read(tmp_path: Path) -> None:
    text = '[flows]\nfrom = 2026-11-01\nto = 2026-11-02\n[[change]]\nfield = "recallNum"\nset = 11\n'
    assert complaints_on(tmp_path, text) == [
        "rules.toml, line 6: set: 11 is not between 1 and 10. Type a number from 1 to 10."
    ]
