"""The samples are what they say they are."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.flows import HEADINGS, flow_drafts
from jobs.recallflow.reference import ALL_FIELDS
from runner.request import Draft
from runner.tables.read import read_table

SAMPLES = Path(__file__).parents[2] / "samples"

MISTAKES: Mapping[str, set[str]] = {
    "keyId 为空": {"keyId required"},
    "keyId 不是数字": {"keyId not-a-number"},
    "keyId 带小数": {"keyId not-a-whole-number"},
    "keyId 位数过多，末尾已丢失": {"keyId digits-lost"},
    "重呼间隔为空": {"recallInterval required"},
    "重呼间隔为 0": {"recallInterval out-of-range"},
    "重呼间隔超过一天": {"recallInterval out-of-range"},
    "重呼间隔带单位": {"recallInterval not-a-number"},
    "重呼次数超过 10": {"recallNum out-of-range"},
    "重呼类型不是 0 或 1": {"recallType not-an-option"},
    "文件来源为空": {"source required"},
    "文件来源不存在": {"source not-an-option"},
    "已上传文件缺少语音文件ID": {"voiceFileId required-when"},
    "新文件缺少名称": {"uploadName required-when"},
    "新文件名称过短": {"uploadName wrong-length"},
    "新文件名称过长": {"uploadName wrong-length"},
    "新文件缺少内容": {"baseFile required-when"},
    "新文件内容不是 base64": {"baseFile not-base64"},
    "文本转语音缺少文本": {"text required-when"},
    "文本超过 2048 字符": {"text wrong-length"},
    "文本转语音缺少语种": {"lan required-when"},
    "语速过快": {"speakingRate out-of-range"},
    "语速不是数字": {"speakingRate not-a-number"},
    "音色不是 1 或 2": {"ssmlGender not-an-option"},
    "未填写是否触发挂机短信": {"hangUpSms required"},
    "缺少短信内容": {"smsContent required-when"},
    "短信超过 1000 字符": {"smsContent wrong-length"},
    "四种推送都未开启": {"feedbackPush no-push"},
    "缺少按键反馈值": {"feedbackValue required-when"},
    "按键反馈值不是一位数字": {"feedbackValue not-a-digit"},
    "缺少通话成功后的秒数": {"successPushTime required-when"},
    "通话成功后的秒数为 0": {"successPushTime out-of-range"},
    "发送者ID 过长": {"senderId wrong-length"},
    "未填写是否转坐席": {"toSeat required"},
    "缺少坐席组id": {"sipGroupId required-when"},
    "外呼控制器不存在": {"outboundControl not-an-option"},
    "外呼倍率超过 100": {"calloutRate out-of-range"},
    "转坐席条件不存在": {"toSeatType not-an-option"},
    "按键转接却没有按键": {"toSeatKey required-when"},
    "单元格是错误值": {"recallInterval error-cell"},
    "公式从未计算过": {"recallNum formula-without-value"},
    "一行有多处错误": {
        "recallInterval out-of-range",
        "recallNum out-of-range",
        "recallType required",
        "lan required-when",
    },
    "同一流程的重呼次数不一致": {"recallNum rows-disagree"},
}
"""What the note in a row says, and what is found there."""

NO_MISTAKES_OF_THEIR_OWN = {"同一流程的第一行", "与更下方的行 keyId 重复", "与上方的行 keyId 重复", "正确的一行"}
"""The first one is held back by the row below it; two flows with one key are found when all are known."""


def drafts(path: Path) -> list[Draft]:
    """The flows of a file."""
    with read_table(path, HEADINGS) as table:
        return list(flow_drafts(table))


def make(script: str, *arguments: object) -> None:
    """Runs one of the scripts as its docstring says."""
    command = [sys.executable, str(SAMPLES / script), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(name="flows", scope="module")
def _flows() -> list[FlowUpdate]:
    return [FlowUpdate.model_validate_json(draft.body) for draft in drafts(SAMPLES / "flows.xlsx") if draft.body]


@pytest.mark.parametrize("name", ["flows.xlsx", "flows.csv"])
def test_the_flows_to_try_out_are_all_right(name: str) -> None:
    found = drafts(SAMPLES / name)
    assert found
    assert [draft for draft in found if draft.problems] == []
    assert max(Counter(draft.key for draft in found).values()) == 1


def test_there_are_many_flows_of_every_kind(flows: list[FlowUpdate]) -> None:
    nodes = [node for flow in flows for node in flow.nodeList or ()]
    assert len(flows) >= 200
    assert {node.source for node in nodes} == {1, 2, 3}
    assert {node.hangUpSms for node in nodes} == {0, 1}
    assert {node.toSeat for node in nodes} == {0, 1}
    assert {node.toSeatType for node in nodes} == {None, 1, 2}
    assert {flow.recallType for flow in flows} == {0, 1}
    assert {len(flow.nodeList or ()) for flow in flows} >= {1, 2, 3}


def test_every_field_of_the_vendors_page_is_in_use_somewhere(flows: list[FlowUpdate]) -> None:
    used: set[str] = set()
    for flow in flows:
        values: dict[str, Any] = flow.model_dump()
        for part in (values, *(values["nodeList"] or ())):
            used |= {name for name, value in part.items() if value is not None}
    assert {spec.name for spec in ALL_FIELDS} - used <= {"accent"}


def noted() -> dict[int, str]:
    """The note in each row of the mistakes."""
    workbook = load_workbook(SAMPLES / "mistakes.xlsx", read_only=True)
    sheet = workbook.worksheets[0]
    headings, *rows = sheet.iter_rows(values_only=True)
    place = headings.index("备注")
    notes = {number: str(row[place]) for number, row in enumerate(rows, start=2)}
    workbook.close()
    return notes


def test_each_mistake_is_found_at_the_row_whose_note_names_it() -> None:
    found: dict[int, set[str]] = {}
    for draft in drafts(SAMPLES / "mistakes.xlsx"):
        for problem in draft.problems:
            found.setdefault(problem.row, set()).add(f"{problem.field} {problem.violation.code}")
    assert found == {row: MISTAKES[note] for row, note in noted().items() if note not in NO_MISTAKES_OF_THEIR_OWN}


def test_there_are_more_than_thirty_different_mistakes() -> None:
    assert set(noted().values()) == {*MISTAKES, *NO_MISTAKES_OF_THEIR_OWN}
    assert len(MISTAKES) > 30
    assert len(set().union(*MISTAKES.values())) > 30


def test_the_flows_with_one_key_have_nothing_else_wrong() -> None:
    notes = noted()
    by_note = {notes[draft.rows[0]]: draft for draft in drafts(SAMPLES / "mistakes.xlsx")}
    below, above = by_note["与更下方的行 keyId 重复"], by_note["与上方的行 keyId 重复"]
    assert below.key == above.key
    assert (below.problems, above.problems) == ((), ())
    assert by_note["正确的一行"].body is not None


@pytest.mark.parametrize("name", ["flows.xlsx", "flows.csv"])
def test_the_generator_makes_the_same_flows_for_the_same_seed(tmp_path: Path, name: str) -> None:
    first, again, other = (tmp_path / f"{index}-{name}" for index in range(3))
    make("make_flows.py", "--flows", 30, "--seed", 7, first)
    make("make_flows.py", "--flows", 30, "--seed", 7, "--headings", "en", again)
    make("make_flows.py", "--flows", 30, "--seed", 8, other)
    bodies = [[draft.body for draft in drafts(path)] for path in (first, again, other)]
    assert len(bodies[0]) == 30
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


def test_the_samples_are_what_the_generators_make(tmp_path: Path) -> None:
    kept = drafts(SAMPLES / "flows.xlsx")
    make("make_flows.py", "--flows", len(kept), tmp_path / "flows.xlsx")
    make("make_mistakes.py", tmp_path / "mistakes.xlsx")
    assert drafts(tmp_path / "flows.xlsx") == kept
    assert drafts(tmp_path / "mistakes.xlsx") == drafts(SAMPLES / "mistakes.xlsx")
