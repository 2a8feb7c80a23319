"""Conditions, as a table: what is asked, what is there, and whether it holds."""

from pathlib import Path

import pytest

from tests.jobs.recallflow.migration.written_rules import PLAYED, SPOKEN, Values, derived, flow, rules_of
from tests.jobs.recallflow.written_tables import write_csv, write_xlsx

CHANGE = '\n[[change]]\nfield = "recallNum"\nset = 10\n'

OF_ONE_FIELD = [
    # field, test, value, holds
    ("recallNum", "equals = 3", 3, True),
    ("recallNum", 'equals = "3"', 3, True),
    ("recallNum", "equals = 3.0", 3, True),
    ("recallNum", 'equals = "３"', 3, True),
    ("recallNum", "equals = 4", 3, False),
    ("recallNum", "equals = 3", "3", False),
    ("recallNum", "equals = 3", None, False),
    ("recallNum", "not = 3", 3, False),
    ("recallNum", "not = 3", 4, True),
    ("recallNum", "not = 3", None, True),
    ("recallNum", "not = 1", True, True),
    ("recallNum", "equals = 1", True, False),
    ("recallNum", "in = [1, 2]", 2, True),
    ("recallNum", 'in = [1, "2"]', 2, True),
    ("recallNum", "in = [1, 2]", 3, False),
    ("recallNum", "in = [1, 2]", None, False),
    ("recallNum", "not_in = [1, 2]", 3, True),
    ("recallNum", "not_in = [1, 2]", 2, False),
    ("recallNum", "not_in = [1, 2]", None, True),
    ("recallNum", "more_than = 3", 3, False),
    ("recallNum", "more_than = 3", 4, True),
    ("recallNum", "more_than = 2.5", 3, "line"),
    ("recallNum", "at_least = 3", 3, True),
    ("recallNum", "at_least = 3", 2, False),
    ("recallNum", "less_than = 3", 3, False),
    ("recallNum", "less_than = 3", 2, True),
    ("recallNum", "at_most = 3", 3, True),
    ("recallNum", "at_most = 3", 4, False),
    ("recallNum", "at_most = 3", None, False),
    ("recallNum", "at_most = 3", "2", False),
    ("recallNum", "at_least = 2\nat_most = 4", 3, True),
    ("recallNum", "at_least = 2\nat_most = 4", 5, False),
    ("recallNum", "is_set = true", 3, True),
    ("recallNum", "is_set = true", None, False),
    ("recallNum", "is_set = false", None, True),
    ("recallNum", "is_set = false", 0, False),
    ("重呼次数", "equals = 3", 3, True),
    ("recallType", 'equals = "失败重呼"', 1, True),
    ("recallType", 'equals = "1-失败重呼"', 0, False),
    ("keyId", "equals = 299", 299, True),
    ("keyId", 'in = ["298", "299.0"]', 299, True),
    ("keyId", "equals = 9007199254740993", 9007199254740993, True),
    ("keyId", "equals = 9007199254740993", 9007199254740992, False),
]

OF_TEXT = [
    ("text", 'equals = "Hello"', "Hello", True),
    ("text", 'equals = "hello"', "Hello", False),
    ("text", 'contains = "ell"', "Hello", True),
    ("text", 'contains = "双"', "双十一", True),
    ("text", 'contains = "x"', "Hello", False),
    ("text", 'contains = "x"', None, False),
    ("text", 'not_contains = "x"', "Hello", True),
    ("text", 'not_contains = "ell"', "Hello", False),
    ("text", 'not_contains = "x"', None, True),
    ("text", 'starts_with = "He"', "Hello", True),
    ("text", 'starts_with = "lo"', "Hello", False),
    ("text", 'ends_with = "lo"', "Hello", True),
    ("text", 'ends_with = "\U0001f600"', "Hello \U0001f600", True),
    ("text", "matches = 'H.l+o$'", "Hello", True),
    ("text", "matches = 'l{2}'", "Hello", True),
    ("text", "matches = '^l'", "Hello", False),
    ("text", "matches = '^$'", None, False),
    ("senderId", 'equals = "none"', "none", True),
    ("senderId", 'equals = "none"', None, False),
    ("voiceFileId", "equals = 5", "5", True),
    ("voiceFileId", 'equals = "5"', "5", True),
    ("voiceFileId", "equals = 5.0", "5", True),
    ("voiceFileId", 'equals = "05"', "5", False),
    ("lan", 'in = ["EN", "IN"]', "IN", True),
    ("lan", 'in = ["EN", "IN"]', "en", False),
    ("lan", 'not_in = ["EN", "IN"]', None, True),
    ("speakingRate", "equals = 1", 1.0, True),
    ("speakingRate", 'at_most = "1.5"', 1.5, True),
    ("feedbackValue", "equals = 5", "5", True),
    ("baseFile", "is_set = true", "attachments/ab", True),
    ("baseFile", "is_set = false", None, True),
]

OF_NODES = [
    # test, nodes, languages of the nodes, holds
    ('equals = "EN"', "", ["EN", "VN"], True),
    ('equals = "EN"', "any", ["VN", "VN"], False),
    ('equals = "EN"', "any", [], False),
    ('equals = "EN"', "all", ["EN", "EN"], True),
    ('equals = "EN"', "all", ["EN", "VN"], False),
    ('equals = "EN"', "all", ["EN", None], False),
    ('equals = "EN"', "all", [], False),
    ('equals = "EN"', "none", ["VN", None], True),
    ('equals = "EN"', "none", ["EN", "VN"], False),
    ('equals = "EN"', "none", [], True),
    ('not = "EN"', "any", ["EN", "VN"], True),
    ('not = "EN"', "all", ["VN", None], True),
    ("is_set = false", "any", ["EN", None], True),
]


def matches(folder: Path, where: str, values: Values, *, status: object = 0) -> bool:
    found = derived(rules_of(folder, f"[[where]]\n{where}\n{CHANGE}"), values, status=status)
    assert (found.why is None) or "does not match" in found.why.en
    return found.why is None


@pytest.mark.parametrize(("field", "test", "value", "holds"), OF_ONE_FIELD)
def test_a_flow_is_matched_by_its_own_fields(
    tmp_path: Path, field: str, test: str, value: object, *, holds: bool | str
) -> None:
    named = "recallNum" if field == "重呼次数" else field
    where = f'field = "{field}"\n{test}'
    if holds == "line":
        with pytest.raises(Exception, match=r"line 6: more_than: .*whole"):
            matches(tmp_path, where, flow(SPOKEN))
    else:
        assert matches(tmp_path, where, flow(SPOKEN, **{named: value})) == holds


@pytest.mark.parametrize(("field", "test", "value", "holds"), OF_TEXT)
def test_a_flow_is_matched_by_a_field_of_a_node(
    tmp_path: Path, field: str, test: str, value: object, *, holds: bool
) -> None:
    assert matches(tmp_path, f'field = "{field}"\n{test}', flow(SPOKEN | {"text": None} | {field: value})) == holds


@pytest.mark.parametrize(("test", "nodes", "languages", "holds"), OF_NODES)
def test_it_is_said_of_how_many_nodes_a_condition_has_to_hold(
    tmp_path: Path, test: str, nodes: str, languages: list[str | None], *, holds: bool
) -> None:
    where = f'field = "lan"\n{test}\n' + (f'nodes = "{nodes}"' if nodes else "")
    assert matches(tmp_path, where, flow(*(SPOKEN | {"lan": lan} for lan in languages))) == holds


@pytest.mark.parametrize(
    ("test", "status", "holds"),
    [("equals = 0", 0, True), ("equals = 0", 1, False), ("equals = 0", None, False), ("in = [0, 3]", 3, True)],
)
def test_the_status_is_asked_of_what_the_vendor_tells(
    tmp_path: Path, test: str, status: object, *, holds: bool
) -> None:
    assert matches(tmp_path, f'field = "status"\n{test}', flow(SPOKEN), status=status) == holds


@pytest.mark.parametrize(("count", "holds"), [(0, False), (1, False), (2, True), (3, True)])
def test_the_nodes_are_counted(tmp_path: Path, count: int, *, holds: bool) -> None:
    assert matches(tmp_path, 'field = "nodes"\nmore_than = 1', flow(*[SPOKEN] * count)) == holds


@pytest.mark.parametrize(
    ("value", "is_in"), [("v-1", True), ("5", True), ("6", True), ("７", False), (None, False), ("x", False)]
)
def test_a_value_is_looked_up_in_a_table_of_text_or_of_numbers(
    tmp_path: Path, value: str | None, *, is_in: bool
) -> None:
    write_csv(tmp_path / "ids.csv", [["id"], ["v-1"], ["5"], ["6"]])
    write_xlsx(tmp_path / "ids.xlsx", [["name", "id"], ["a", "v-1"], ["b", 5], ["c", 6.0]])
    for table in ('"ids.csv"', '"ids.xlsx"\ncolumn = "id"'):
        for test, holds in (("in_table", is_in), ("not_in_table", not is_in)):
            where = f'field = "voiceFileId"\n{test} = {table}'
            assert matches(tmp_path, where, flow(PLAYED | {"voiceFileId": value})) == holds


def test_all_conditions_have_to_hold_and_the_first_that_does_not_is_named(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        '[[where]]\nfield = "status"\nequals = 0\n\n[[where]]\nfield = "lan"\nin = ["EN", "IN"]\n\n'
        '[[where]]\nfield = "text"\ncontains = "x"\n' + CHANGE,
    )
    why = derived(rules, flow(SPOKEN | {"lan": "VN"})).why
    assert why is not None
    assert why.en == 'It does not match: lan in ["EN", "IN"] holds of no node (line 8 of the rules)'
    why = derived(rules, flow(SPOKEN), status=2).why
    assert why is not None
    assert why.en == "It does not match: status equals 0 does not hold, it is 2 (line 4 of the rules)"
    assert why.zh == "不匹配：不满足 status equals 0，现值为2（规则第 4 行）"
    why = derived(rules, flow(SPOKEN), status=None).why
    assert why is not None
    assert "it is blank" in why.en
    assert derived(rules, flow(SPOKEN | {"text": "x"})).why is None
