"""Rows to flows: which rows belong together, and where each problem is."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from jobs.recallflow.flows import HEADINGS, flow_drafts
from jobs.recallflow.reference import ALL_FIELDS
from runner.request import Draft
from runner.tables.read import read_table

FLOW = ["keyId", "recallInterval", "recallNum", "recallType"]
SPEECH = ["source", "text", "lan", "hangUpSms", "toSeat"]
NODE = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
HELLO = [3, "Hello", "EN", 0, 0]
BYE = [3, "Bye", "EN", 0, 0]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "flows.xlsx"


def drafts(path: Path, *rows: Sequence[object]) -> list[Draft]:
    """The flows of a workbook that has these rows, headings included."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("流程")
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    with read_table(path, HEADINGS) as table:
        found = list(flow_drafts(table))
    for draft in found:
        assert (draft.body is None) is bool(draft.problems), "a body that passed every check, or problems"
        for problem in draft.problems:
            for text in (problem.violation.message, problem.violation.remedy):
                assert text.en
                assert re.search(r"[\u4e00-\u9fff]", text.zh)
    return found


def body(draft: Draft) -> dict[str, Any]:
    """What would be sent, without what is null."""
    assert draft.body is not None, draft.problems
    values: dict[str, Any] = json.loads(draft.body)
    if "nodeList" in values:
        values["nodeList"] = [
            {name: value for name, value in node.items() if value is not None} for node in values["nodeList"]
        ]
    return values


def problems(draft: Draft) -> list[tuple[str, str, str]]:
    """Where, in which field and what, in the order in which they are told."""
    return [(problem.cell, problem.field, problem.violation.code) for problem in draft.problems]


def test_one_row_is_a_flow_of_one_node(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO])
    assert (draft.key, draft.rows) == ("299", (2,))
    assert body(draft) == {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0, "nodeList": [NODE]}


def test_rows_with_one_key_are_the_nodes_of_one_flow_in_order(path: Path) -> None:
    first, second, third = drafts(
        path,
        FLOW + SPEECH,
        [1, 30, 1, 0, *HELLO],
        [2, 30, 1, 0, *HELLO],
        [2, 30, 1, 0, *BYE],
        [2, 30, 1, 0, *HELLO],
        [3, 30, 1, 0, *HELLO],
    )
    assert [draft.rows for draft in (first, second, third)] == [(2,), (3, 4, 5), (6,)]
    assert [node["text"] for node in body(second)["nodeList"]] == ["Hello", "Bye", "Hello"]


def test_the_fields_of_a_flow_may_be_blank_below_its_first_row(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [299, None, " ", "", *BYE])
    assert body(draft)["recallInterval"] == 30
    assert len(body(draft)["nodeList"]) == 2


def test_a_blank_row_within_a_flow_does_not_part_it(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [], [299, None, None, None, *BYE])
    assert draft.rows == (2, 4)


@pytest.mark.parametrize("again", ["299", " 299 ", 299.0, "299.0", "２９９"])
def test_one_key_written_in_two_ways_is_one_flow(path: Path, again: object) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [again, None, None, None, *BYE])
    assert body(draft)["keyId"] == 299


def test_a_key_that_comes_again_further_down_is_another_flow(path: Path) -> None:
    keys = [draft.key for draft in drafts(path, FLOW, [1, 30, 1, 0], [2, 30, 1, 0], [1, 30, 1, 0])]
    assert keys == ["1", "2", "1"]


def test_rows_of_one_flow_that_disagree_hold_it_back(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [299, 60, 1, 1, *BYE])
    assert problems(draft) == [("B3", "recallInterval", "rows-disagree"), ("D3", "recallType", "rows-disagree")]
    assert "row 2" in draft.problems[0].violation.message.en


def test_values_that_only_look_different_do_not_disagree(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [299, "30.0", " 1", "０", *BYE])
    assert len(body(draft)["nodeList"]) == 2


def test_a_blank_key_below_a_flow_holds_the_flow_back(path: Path) -> None:
    first, second = drafts(
        path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [None, None, None, None, *BYE], [300, 30, 1, 0, *HELLO]
    )
    assert first.rows == (2, 3)
    assert problems(first) == [("A3", "keyId", "required")]
    assert body(second)["keyId"] == 300


@pytest.mark.parametrize(
    ("key", "code"), [("#N/A", "error-cell"), ("299x", "not-a-number"), ("29.9", "not-a-whole-number")]
)
def test_a_key_that_cannot_be_read_holds_back_the_flow_above_whose_node_it_may_be(
    path: Path, key: str, code: str
) -> None:
    first, second = drafts(
        path,
        FLOW + SPEECH,
        [299, 30, 1, 0, *HELLO],
        [key, 30, 1, 0, *BYE],
        [299, 30, 1, 0, *BYE],
        [300, 30, 1, 0, *HELLO],
    )
    assert first.rows == (2, 3, 4)
    assert [(problem.cell, problem.violation.code) for problem in first.problems][:1] == [("A3", code)]
    assert first.body is None
    assert body(second)["keyId"] == 300


def test_a_blank_key_in_the_first_row_does_not_hold_the_next_flow_back(path: Path) -> None:
    first, second = drafts(path, FLOW + SPEECH, [None, 30, 1, 0, *HELLO], [300, 30, 1, 0, *HELLO])
    assert (first.key, first.rows, problems(first)) == ("", (2,), [("A2", "keyId", "required")])
    assert body(second)["keyId"] == 300


def test_a_faulty_row_holds_back_the_whole_flow_and_no_other(path: Path) -> None:
    first, second = drafts(
        path,
        FLOW + SPEECH,
        [299, 30, 1, 0, *HELLO],
        [299, None, None, None, 3, None, "EN", 0, 0],
        [300, 30, 1, 0, *HELLO],
    )
    assert problems(first) == [("F3", "text", "required-when")]
    assert body(second)["keyId"] == 300


def test_every_problem_is_told_at_once_from_top_to_bottom_and_left_to_right(path: Path) -> None:
    aside = [None] * 5
    [draft] = drafts(
        path,
        ["八月流程更新"],
        [],
        [*aside, *FLOW, *SPEECH, "speakingRate", "toSeatType"],
        [*aside, 299, "30分钟", 11, None, 3, None, "EN", 0, 0, "fast", 3],
        [*aside, 299, None, None, None, 1, None, None, 2, None],
    )
    assert problems(draft) == [
        ("G4", "recallInterval", "not-a-number"),
        ("H4", "recallNum", "out-of-range"),
        ("I4", "recallType", "required"),
        ("K4", "text", "required-when"),
        ("O4", "speakingRate", "not-a-number"),
        ("P4", "toSeatType", "not-an-option"),
        ("M5", "hangUpSms", "not-an-option"),
        ("N5", "toSeat", "required"),
        ("F5", "voiceFileId", "required-when"),
    ]
    [interval, *_] = draft.problems
    assert (interval.row, interval.heading, interval.value) == (4, "recallInterval", "30分钟")


def test_a_problem_is_at_the_address_that_the_user_sees(path: Path) -> None:
    blank: list[object] = []
    row = [None, 299, 30, 1, 0, 4, "Hello", "EN", 0, 0]
    [draft] = drafts(path, *[blank] * 10, [None, *FLOW, *SPEECH], row)
    assert problems(draft) == [("F12", "source", "not-an-option")]


def test_a_problem_carries_the_heading_as_the_user_wrote_it(path: Path) -> None:
    headings = ["KEY_ID", "重呼间隔,单位分钟,可输入1-1440分钟", "重呼 次数*", "recallType"]
    [draft] = drafts(path, headings, [299, 0, 11, 0])
    assert [problem.heading for problem in draft.problems] == headings[1:3]


def test_a_field_without_a_column_is_told_at_the_key_with_what_to_add(path: Path) -> None:
    [draft] = drafts(path, [*FLOW, "source", "hangUpSms", "toSeat"], [299, 30, 1, 0, 1, 0, 0])
    assert problems(draft) == [("A2", "voiceFileId", "required-when")]
    [problem] = draft.problems
    assert (problem.heading, problem.value) == (None, "")
    assert "no such column" in problem.violation.message.en
    assert "voiceFileId" in problem.violation.remedy.zh


def test_a_table_without_the_columns_of_a_node_makes_flows_without_nodes(path: Path) -> None:
    [draft] = drafts(path, FLOW, [299, 30, 1, 0])
    assert body(draft) == {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0}


def test_a_flow_whose_node_cells_are_all_blank_has_no_nodes(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, None, " "])
    assert "nodeList" not in body(draft)


def test_a_row_of_several_without_any_node_cell_is_no_node(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, *HELLO], [299, 30, 1, 0])
    assert problems(draft) == [
        ("E3", "source", "required"),
        ("H3", "hangUpSms", "required"),
        ("I3", "toSeat", "required"),
    ]


@pytest.mark.parametrize(("cell", "code"), [("abc", "not-an-option"), ("#N/A", "error-cell")])
def test_a_node_whose_only_cell_cannot_be_read_is_still_told_what_it_lacks(path: Path, cell: str, code: str) -> None:
    [draft] = drafts(path, FLOW + SPEECH, [299, 30, 1, 0, cell])
    assert problems(draft) == [("E2", "source", code), ("H2", "hangUpSms", "required"), ("I2", "toSeat", "required")]


def test_a_cell_that_cannot_be_read_is_told_once(path: Path) -> None:
    [draft] = drafts(path, FLOW + SPEECH, ["#N/A", "=1+1", 1.5, True, *HELLO])
    assert problems(draft) == [
        ("A2", "keyId", "error-cell"),
        ("B2", "recallInterval", "formula-without-value"),
        ("C2", "recallNum", "not-a-whole-number"),
        ("D2", "recallType", "not-a-number"),
    ]


@pytest.mark.parametrize("cell", ["#N/A", "=1+1"])
def test_a_key_that_cannot_be_read_is_shown_as_the_user_knows_it_or_not_at_all(path: Path, cell: str) -> None:
    [draft] = drafts(path, FLOW, [cell, 30, 1, 0])
    assert draft.key in {cell, ""}


def test_a_key_cell_full_of_digits_does_not_break_the_run(path: Path) -> None:
    _, second = drafts(path, FLOW, ["9" * 5000, 30, 1, 0], [300, 30, 1, 0])
    assert body(second)["keyId"] == 300


JSON_NODES = [NODE, {"source": 1, "voiceFileId": "a.wav", "hangUpSms": 0, "toSeat": 0, "accent": None}]


def test_nodes_may_be_given_as_json_in_a_column_of_their_own(path: Path) -> None:
    [draft] = drafts(path, [*FLOW, "nodeList"], [299, 30, 1, 0, json.dumps(JSON_NODES)])
    assert [node["source"] for node in body(draft)["nodeList"]] == [3, 1]


def test_an_empty_json_list_is_sent_as_one(path: Path) -> None:
    [draft] = drafts(path, [*FLOW, "流程节点"], [299, 30, 1, 0, "[]"])
    assert body(draft)["nodeList"] == []


@pytest.mark.parametrize("cell", ["{}", "[1]", "[null]", "null", "source=1", '[{"source": 1,}]', 5, "[" * 20_000])
def test_a_cell_that_is_no_json_list_of_nodes_is_refused(path: Path, cell: object) -> None:
    [draft] = drafts(path, [*FLOW, "nodeList"], [299, 30, 1, 0, cell])
    assert problems(draft) == [("E2", "nodeList", "not-json")]


def test_a_problem_within_json_is_at_its_cell_and_says_which_node_it_is_in(path: Path) -> None:
    nodes = [NODE, NODE | {"speakingRate": 5, "tone": 1, "lan": None}]
    [draft] = drafts(path, [*FLOW, "nodeList"], [299, 30, 1, 0, json.dumps(nodes)])
    assert {cell for cell, _, _ in problems(draft)} == {"E2"}
    assert sorted(problem.violation.message.en.partition(":")[0] for problem in draft.problems) == [
        "nodeList[1].lan",
        "nodeList[1].speakingRate",
        "nodeList[1].tone",
    ]


def test_nodes_given_both_as_json_and_in_columns_are_refused(path: Path) -> None:
    [draft] = drafts(path, [*FLOW, "nodeList", *SPEECH], [299, 30, 1, 0, json.dumps([NODE]), *HELLO])
    assert problems(draft) == [("E2", "nodeList", "nodes-twice")]


def test_json_beside_blank_node_columns_is_right(path: Path) -> None:
    [draft] = drafts(path, [*FLOW, "nodeList", *SPEECH], [299, 30, 1, 0, json.dumps([NODE])])
    assert body(draft)["nodeList"] == [NODE]


def test_json_in_a_flow_of_several_rows_is_refused_where_it_stands(path: Path) -> None:
    nodes = json.dumps([NODE])
    first, second = drafts(
        path,
        [*FLOW, "nodeList"],
        [299, 30, 1, 0, nodes],
        [299, 30, 1, 0, None],
        [300, 30, 1, 0, None],
        [300, 30, 1, 0, nodes],
    )
    assert ("E2", "nodeList", "nodes-twice") in problems(first)
    assert ("E5", "nodeList", "nodes-below-first") in problems(second)


@pytest.mark.parametrize("spelling", ["name", "short", "page"])
def test_every_column_is_known_by_its_name_and_by_both_forms_of_the_vendors_label(path: Path, spelling: str) -> None:
    specs = [spec for spec in ALL_FIELDS if spec.name != "nodeList"]
    values = dict(zip(FLOW, [299, 30, 1, 0], strict=True)) | NODE
    headings = [spec.name if spelling == "name" else getattr(spec.label, spelling) for spec in specs]
    [draft] = drafts(path, headings, [values.get(spec.name) for spec in specs])
    assert body(draft)["nodeList"] == [NODE]


def test_numbers_typed_into_text_fields_are_sent_as_text(path: Path) -> None:
    headings = [*FLOW, *SPEECH, "smsContent", "feedbackPush", "feedbackValue"]
    [draft] = drafts(path, headings, [299, 30, 1, 0, 3, "Hello", "EN", 1, 0, 12345, 1, 5])
    [node] = body(draft)["nodeList"]
    assert (node["smsContent"], node["feedbackValue"]) == ("12345", "5")
