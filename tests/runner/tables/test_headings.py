"""Which column holds which field."""

import re
from collections.abc import Iterable
from itertools import permutations
from time import process_time

import pytest

from runner.errors import InputError
from runner.problem import Violation
from runner.tables.headings import SEARCHED_ROWS, Heading, find_heading_row, require_headings
from runner.tables.table import Cell, Misread, Truth
from runner.text import Text

HEADINGS = (
    Heading(field="keyId", labels=("自动重呼任务流程唯一主键",), required=True),
    Heading(field="recallInterval", labels=("重呼间隔", "重呼间隔,单位分钟,可输入1-1440分钟"), required=True),
    Heading(field="nodeList", labels=("流程节点",)),
    Heading(
        field="source", labels=("文件来源", "文件来源(1-已上传文件,2-重新上传语音文件)"), required=True, group="node"
    ),
    Heading(field="hangUpSms", labels=("触发挂机短信", "触发挂机短信 0-否,1-是"), required=True, group="node"),
    Heading(field="text", labels=("文件内容", "文件内容:tts文本 最大 2048字符"), group="node"),
)


def fields_of(*rows: list[Cell]) -> dict[str, str]:
    """The fields that are found, each with the letter of its column."""
    found = find_heading_row(rows, HEADINGS)
    assert found is not None
    return {field: column.letter for field, column in found.columns.items()}


def check(rows: Iterable[list[Cell]]) -> None:
    """Finds the headings, and that none is missing."""
    found = find_heading_row(rows, HEADINGS)
    assert found is not None
    require_headings(found, HEADINGS)


def refusal(*rows: list[Cell]) -> InputError:
    """What the user is told; always in both languages."""
    with pytest.raises(InputError) as caught:
        check(rows)
    assert caught.value.en
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    return caught.value


@pytest.mark.parametrize("names", list(permutations(["keyId", "recallInterval", "source"])))
def test_columns_may_stand_in_any_order(names: tuple[str, ...]) -> None:
    assert fields_of([*names]) == dict(zip(names, "ABC", strict=True))


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("recallInterval", "recallInterval"),
        ("RECALLINTERVAL", "recallInterval"),
        ("recallinterval", "recallInterval"),
        ("Recall Interval", "recallInterval"),
        ("  recallInterval ", "recallInterval"),
        ("recall_interval", "recallInterval"),
        ("RECALL_INTERVAL", "recallInterval"),
        ("recall\nInterval", "recallInterval"),
        ("recallInterval*", "recallInterval"),
        ("* recallInterval", "recallInterval"),
        ("recallInterval＊", "recallInterval"),
        ("ｒｅｃａｌｌＩｎｔｅｒｖａｌ", "recallInterval"),
        ("recall＿interval", "recallInterval"),
        ("recall\u00a0Interval", "recallInterval"),
        ("recall\u3000Interval", "recallInterval"),
        ("重呼间隔", "recallInterval"),
        (" 重呼 间隔 *", "recallInterval"),
        ("重呼间隔,单位分钟,可输入1-1440分钟", "recallInterval"),
        ("重呼间隔，单位分钟，可输入１－１４４０分钟", "recallInterval"),
        ("重呼间隔, 单位分钟, 可输入1-1440分钟", "recallInterval"),
        ("文件来源（1-已上传文件，2-重新上传语音文件）", "source"),
        ("文件内容：tts文本 最大 2048字符", "text"),
        ("文件内容:TTS文本最大2048字符", "text"),
        ("触发挂机短信 0-否,1-是", "hangUpSms"),
    ],
)
def test_a_heading_is_known_however_it_was_typed(written: str, field: str) -> None:
    assert fields_of(["备注", written]) == {field: "B"}


@pytest.mark.parametrize("written", ["recall", "interval", "recallIntervals", "重呼", "间隔", "", " ", 30, None, True])
def test_what_only_resembles_a_heading_is_not_one(written: Cell) -> None:
    assert find_heading_row([[written]], HEADINGS) is None


def test_titles_and_notes_may_stand_above_the_headings() -> None:
    rows: list[list[Cell]] = [
        ["八月流程更新"],
        [],
        [None, "请勿修改 source 列"],
        ["keyId", "重呼间隔", "source"],
        [1, 2, 3],
    ]
    found = find_heading_row(rows, HEADINGS)
    assert found is not None
    assert found.number == 4


def test_a_title_that_is_itself_a_field_name_is_not_taken_for_the_headings() -> None:
    found = find_heading_row([["流程节点"], ["keyId", "重呼间隔"], ["keyId", "x"]], HEADINGS)
    assert found is not None
    assert found.number == 2


def test_headings_further_down_than_titles_ever_reach_are_not_found() -> None:
    title: list[Cell] = ["title"]
    names: list[Cell] = ["keyId", "recallInterval"]
    assert find_heading_row([title] * (SEARCHED_ROWS - 1) + [names], HEADINGS) is not None
    assert find_heading_row([title] * SEARCHED_ROWS + [names], HEADINGS) is None


def test_columns_that_nobody_knows_are_kept_as_the_user_wrote_them() -> None:
    found = find_heading_row([["keyId", None, "备注", "recallInterval", "Owner "]], HEADINGS)
    assert found is not None
    assert [(unknown.text, unknown.letter) for unknown in found.unknown] == [("备注", "C"), ("Owner ", "E")]
    assert found.columns["keyId"].heading == "keyId"


@pytest.mark.parametrize("twin", ["keyId", "KEY_ID", "自动重呼任务流程唯一主键"])
def test_two_columns_for_one_field_are_refused_and_both_named(twin: str) -> None:
    error = refusal(["title"], ["keyId", "recallInterval", twin])
    for told in (error.en, error.zh):
        assert "keyId" in told
        assert "A2" in told
        assert "C2" in told


@pytest.mark.parametrize(
    ("row", "missing", "nearest"),
    [
        (["keyId", "recallIntervall"], "recallInterval (重呼间隔)", "recallIntervall"),
        (["keyId", "重呼间格"], "recallInterval (重呼间隔)", "重呼间格"),
        (["key", "recallInterval"], "keyId", "key"),
        (["keyId", "recallInterval", "hangUpSms", "sourcce"], "source", "sourcce"),
    ],
)
def test_a_missing_heading_is_named_together_with_the_nearest_one_found(
    row: list[Cell], missing: str, nearest: str
) -> None:
    error = refusal(row)
    for told in (error.en, error.zh):
        assert missing in told
        assert nearest in told


def test_a_missing_heading_that_nothing_resembles_is_named_alone() -> None:
    error = refusal(["keyId", "备注"])
    assert "recallInterval" in error.en
    assert "no heading there resembles it" in error.en
    assert "没有相近的标题" in error.zh


def test_the_columns_of_a_node_may_be_missing_all_together() -> None:
    check([["keyId", "recallInterval"]])


def test_one_column_of_a_node_calls_for_the_other_required_ones() -> None:
    assert "source" in refusal(["keyId", "recallInterval", "text", "hangUpSms"]).en


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")])
def test_a_column_has_the_letter_that_spreadsheet_programs_give_it(place: int, letter: str) -> None:
    blanks: list[Cell] = [None] * place
    assert fields_of([*blanks, "keyId"]) == {"keyId": letter}


@pytest.mark.parametrize("misspelt", ["notes", "note1", "Note", "not e"])
def test_a_heading_that_resembles_a_field_the_file_lacks_is_asked_about(misspelt: str) -> None:
    known = (Heading(field="key", required=True), Heading(field="note", labels=("备注",)))
    found = find_heading_row([["key", misspelt]], known)
    assert found is not None
    if "note" in found.columns:
        require_headings(found, known)
    else:
        with pytest.raises(InputError, match="much like it") as caught:
            require_headings(found, known)
        assert f'--map "{misspelt}=note"' in caught.value.en
        assert f'--map "{misspelt}="' in caught.value.zh


def test_a_heading_that_resembles_a_field_the_file_has_is_passed_over() -> None:
    known = (Heading(field="key", required=True), Heading(field="note"))
    found = find_heading_row([["key", "note", "notes"]], known)
    assert found is not None
    require_headings(found, known)
    assert [unknown.text for unknown in found.unknown] == ["notes"]


def mapped(row: list[Cell], mapping: dict[str, str]) -> dict[str, str]:
    """The fields that are found when the user says so, each with the letter of its column."""
    found = find_heading_row([row], HEADINGS, mapping)
    assert found is not None
    require_headings(found, HEADINGS)
    return {field: column.letter for field, column in found.columns.items()}


@pytest.mark.parametrize("written", ["客户编号", " 客户 编号*", "客户＿编号"])
@pytest.mark.parametrize("field", ["keyId", "KEY_ID", "自动重呼任务流程唯一主键"])
def test_a_mapped_heading_stands_for_its_field(written: str, field: str) -> None:
    assert mapped([written, "recallInterval"], {"客户编号": field})["keyId"] == "A"


def test_a_mapping_wins_over_a_name() -> None:
    assert mapped(["keyId", "客户编号", "重呼间隔"], {"keyId": "", "客户编号": "keyId"})["keyId"] == "B"
    assert mapped(["重呼间隔", "keyId"], {"重呼间隔": "keyId", "keyId": "recallInterval"}) == {
        "keyId": "A",
        "recallInterval": "B",
    }


def test_two_columns_for_one_field_are_refused_unless_one_is_mapped_away() -> None:
    with pytest.raises(InputError, match="Two columns stand for keyId: A1 and B1") as caught:
        mapped(["keyId", "主键", "重呼间隔"], {"主键": "keyId"})
    assert '--map "主键="' in caught.value.en
    assert mapped(["keyId", "主键", "重呼间隔"], {"主键": ""})["keyId"] == "A"


def test_a_mapped_heading_that_the_file_lacks_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(InputError, match='"客户编号" that is not in row 1') as caught:
        mapped(["keyId", "重呼间隔", "客户编"], {"客户编号": "text"})
    assert "“客户编”" in caught.value.zh


def test_a_mapping_to_a_field_that_there_is_not_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(InputError, match="the nearest one is recallInterval") as caught:
        mapped(["keyId", "间隔"], {"间隔": "recallIntervall"})
    assert "最接近的字段是 recallInterval" in caught.value.zh


def test_a_heading_that_is_passed_over_is_neither_unknown_nor_asked_about() -> None:
    found = find_heading_row([["keyId", "recallInterval", "txt", "tex"]], HEADINGS, {"tex": "", "txt": ""})
    assert found is not None
    assert found.unknown == ()
    require_headings(found, HEADINGS)


def test_a_missing_heading_comes_with_the_mapping_that_would_help() -> None:
    assert '--map "recallIntervall=recallInterval"' in refusal(["keyId", "recallIntervall"]).en
    assert '--map "HEADING=recallInterval"' in refusal(["keyId"]).en


@pytest.mark.parametrize(
    "cell", [Misread("#REF!", Violation("e", Text("e", "错"), Text("m", "改"))), 30, 1.5, Truth.TRUE]
)
def test_a_heading_that_is_no_text_is_not_known(cell: Cell) -> None:
    found = find_heading_row([["keyId", cell]], HEADINGS)
    assert found is not None
    assert len(found.unknown) == 1


def test_a_row_of_the_widest_sheet_is_searched_in_no_time() -> None:
    names: list[Cell] = [f"标题栏目{number}（列）" for number in range(16_383)]
    began = process_time()
    check([["keyId", "recallInterval", *names]] + [["甲" * 150] * 16_384] * 9)
    assert process_time() - began < 20


INFORMING = (
    *HEADINGS,
    Heading(field="taskName", labels=("任务名称", "Task name"), informational=True),
    Heading(field="textual", informational=True),
)


def test_columns_that_only_inform_are_passed_over_without_a_word_and_hold_no_field() -> None:
    found = find_heading_row([["keyId", "TASK NAME", "recallInterval", "任务名称", "textual", "备注"]], INFORMING)
    assert found is not None
    require_headings(found, INFORMING)
    assert sorted(found.columns) == ["keyId", "recallInterval"]
    assert [each.text for each in found.unknown] == ["备注"]
    assert [each.field for each in found.written] == ["keyId", "", "recallInterval", "", "", None]
    assert found.twins == ()


@pytest.mark.parametrize("heading", ["任务名", "Task names", "Task name (old)"])
def test_what_resembles_a_column_that_informs_is_no_such_column_and_not_refused_either(heading: str) -> None:
    found = find_heading_row([["keyId", "recallInterval", heading]], INFORMING)
    assert found is not None
    require_headings(found, INFORMING)
    assert [each.text for each in found.unknown] == [heading]


def test_a_mapping_wins_over_a_column_that_informs_and_can_name_none() -> None:
    found = find_heading_row([["keyId", "Task name"]], INFORMING, {"Task name": "recallInterval"})
    assert found is not None
    assert sorted(found.columns) == ["keyId", "recallInterval"]
    with pytest.raises(InputError, match="that there is not"):
        find_heading_row([["keyId", "x"]], INFORMING, {"x": "taskName"})


def test_a_row_of_columns_that_only_inform_is_no_heading_row() -> None:
    assert find_heading_row([["Task name", "textual"]], INFORMING) is None
