"""The declarations hold against the vendor's page, line by line."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.recallflow.fields import PUSHES, FlowUpdate
from jobs.recallflow.flows import HEADINGS
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, NODE_FIELDS, FieldSpec
from jobs.recallflow.rules import check_flow

PAGES = Path(__file__).parents[4] / "shared" / "seed"
"""The vendor's page itself lies beside the repository, for those who have it."""

ONE_PUSH = "hangUpSms=1,(feedbackPush,successPush,failedPush,ringPush)必填有一个传值为1"
COPY = f"""
| keyId | 自动重呼任务流程唯一主键 | 是 | Int |
| recallInterval | 重呼间隔,单位分钟,可输入1-1440分钟 | 是 | Int |
| recallNum | 重呼次数,可输入1-10 | 是 | Int |
| recallType | 重呼类型,每次重呼都基于上次任务结果进行重呼,0-全部重呼,1-失败重呼 | 是 | Int |
| nodeList | 流程节点 | 否 | Array |
| source | 文件来源(1-已上传文件,2-重新上传语音文件,3-文本转语音) | 是 | Int |
| voiceFileId | 语音文件ID | source=1必填 | |
| uploadName | 上传文件名称,长度5-32字符 | source=2必填 | String |
| baseFile | base64文件流 | source=2必填 | String |
| text | 文件内容:tts文本 最大 2048字符 | source=3 必填 | String |
| lan | 语种,语种详细内容请查询表格 | source=3 必填 | String |
| speakingRate | 语速:0.25 - 4倍 | 否 | Double |
| ssmlGender | 音色:1 男 2女。允许为空,存在多种音色时系统默认使用女声 | 否 | Int |
| accent | 口音,可配置语种口音,如英语[美国口音]、英语[印度口音] 等,口音详细内容请查询表格 | 否 | Int |
| hangUpSms | 触发挂机短信 0-否,1-是 | 是 | Int |
| smsContent | 挂机短信短信模板,最大1000字符。支持变量替换功能,变量NULL-NULL | hangUpSms=1,必填 | String |
| senderId | 发送者ID,最大32字符 | 否 | String |
| feedbackPush | 按键反馈推送短信: 0-否,1-是 | {ONE_PUSH} | Int |
| feedbackValue | 按键反馈值: 0-9 | feedbackPush =1,必填 | String |
| successPush | 通话成功推送送短信: 0-否,1-是 | {ONE_PUSH} | Int |
| successPushTime | 通话成功后多少秒推送短信,最少1s,最大9999s | successPush=1,必填 | Int |
| failedPush | 通话失败推送送短信: 0-否, 1-是 | {ONE_PUSH} | Int |
| ringPush | 响铃成功推送送短信: 0-否, 1-是 | {ONE_PUSH} | Int |
| toSeat | 是否转坐席:0-否,1-是 | 是 | Int |
| sipGroupId | 坐席组id | 当toSeat=1时必填 | Int |
| outboundControl | 外呼控制器,1-比例式外呼 | 当toSeat=1时必填 | Int |
| calloutRate | 外呼倍率,最多1-100 | 当toSeat=1时必填 | Int |
| toSeatType | 转坐席条件,1群呼结束后转接,2根据按键反馈转接 | 当toSeat=1时必填 | Int |
| toSeatKey | 转接按键 | 当toSeat=1并且toSeatType=2时必填 | String |
| delayTransfer | 延迟转接,单位秒。需转坐席且按键转接时参数生效 | 当toSeat=1并且toSeatType=2时参数生效 | Int |
"""

KINDS = {"Int": "integer", "Double": "number", "String": "name", "Array": "nodes", "": "name"}
TEXTS = {"baseFile": "file", "text": "text", "smsContent": "text", "feedbackValue": "digit"}
"""What the page calls String, and is no mere name: by its label."""

RANGES: dict[str, tuple[float | None, float | None]] = {
    "recallInterval": (1, 1440),
    "recallNum": (1, 10),
    "uploadName": (5, 32),
    "text": (1, 2048),
    "speakingRate": (0.25, 4),
    "smsContent": (1, 1000),
    "senderId": (1, 32),
    "successPushTime": (1, 9999),
    "calloutRate": (1, 100),
}
"""The numbers in the labels; a text that is there has at least one character."""

OPTIONS = {
    "recallType": (0, 1),
    "source": (1, 2, 3),
    "ssmlGender": (1, 2),
    "hangUpSms": (0, 1),
    "feedbackPush": (0, 1),
    "successPush": (0, 1),
    "failedPush": (0, 1),
    "ringPush": (0, 1),
    "toSeat": (0, 1),
    "outboundControl": (1,),
    "toSeatType": (1, 2),
}
"""The numbered choices in the labels."""

OURS: dict[str, dict[str, int]] = {
    "speakingRate": {"source": 3},
    "ssmlGender": {"source": 3},
    "accent": {"source": 3},
    "senderId": {"hangUpSms": 1},
}
"""When fields have an effect of which the page does not say it, because it lies in what they are."""


@dataclass(frozen=True)
class Line:
    """A line of the page's table of parameters."""

    name: str
    label: str
    need: str
    type: str


def lines(page: str) -> tuple[Line, ...]:
    """The lines of the first table that is about parameters, without its heading."""
    found = re.findall(r"^\| ?(\w+) \| ?(.*?) ?\| ?(.*?) ?\| ?(\w*) ?\|$", page, flags=re.MULTILINE)
    return tuple(Line(*cells) for cells in found if cells[0] not in {"参数", "code", "msg", "data"})


def page() -> tuple[Line, ...]:
    """As the page itself says where it is at hand, else as the copy here does."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.txt"))]
    update = [text for text in texts if "recallFlow/update" in text]
    return lines(update[0]) if update else lines(COPY)


LINES = page()
SPECS = {spec.name: spec for spec in ALL_FIELDS}
each_line = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)


def spec_of(line: Line) -> FieldSpec:
    """What is declared of a line's field."""
    assert line.name in SPECS, f"{line.name} is not declared"
    return SPECS[line.name]


def conditions(line: Line) -> dict[str, int]:
    """Other fields' values in the line's need."""
    return {name: int(value) for name, value in re.findall(r"([A-Za-z]+) ?=(\d)", line.need)}


def test_the_copy_says_what_the_page_says() -> None:
    assert lines(COPY) == LINES


def test_every_field_of_the_page_is_declared_and_no_other_in_the_order_of_the_page() -> None:
    assert len(LINES) == 30
    assert list(SPECS) == [line.name for line in LINES]


def test_the_fields_of_a_flow_end_with_its_nodes() -> None:
    assert [spec.name for spec in FLOW_FIELDS] == [line.name for line in LINES[:5]]
    assert FLOW_FIELDS[-1].name == "nodeList"


@each_line
def test_a_field_has_the_words_of_the_page(line: Line) -> None:
    label = spec_of(line).label
    assert label.page == line.label
    assert label.short == re.match(r"[^,:(。 ]+", line.label)[0]  # type: ignore[index]


@each_line
def test_a_field_has_the_type_of_the_page(line: Line) -> None:
    spec = spec_of(line)
    if spec.options:
        assert (spec.kind, line.type) == ("option", "Int")
    else:
        assert spec.kind == TEXTS.get(line.name, KINDS[line.type])
        assert line.name not in TEXTS or line.type == "String"


@each_line
def test_a_field_is_required_always_where_the_page_says_so(line: Line) -> None:
    assert spec_of(line).required is (line.need == "是")


@each_line
def test_a_field_is_required_under_the_condition_of_the_page(line: Line) -> None:
    wanted = conditions(line) if line.need.endswith("必填") else {}
    assert dict(spec_of(line).required_when or {}) == wanted


@each_line
def test_a_field_has_an_effect_under_the_condition_of_the_page(line: Line) -> None:
    assert dict(spec_of(line).effective_when or {}) == OURS.get(line.name, conditions(line))


def test_the_delay_of_a_transfer_is_never_required_and_has_an_effect_with_a_key_only() -> None:
    [line] = [line for line in LINES if line.name == "delayTransfer"]
    assert line.need.endswith("时参数生效")
    spec = spec_of(line)
    assert (spec.required, spec.required_when) == (False, None)
    assert spec.effective_when == {"toSeat": 1, "toSeatType": 2}


@each_line
def test_a_field_has_the_range_of_the_page(line: Line) -> None:
    spec = spec_of(line)
    low, high = RANGES.get(line.name, (None, None))
    at_least_something = 1 if spec.kind in {"name", "text", "file"} and low is None else low
    assert (spec.low, spec.high) == (at_least_something, high)
    for bound in (low, high):
        assert bound in {None, 1} or f"{bound:g}" in line.label


@each_line
def test_every_number_of_a_label_is_a_bound_an_option_or_a_digit(line: Line) -> None:
    spec = spec_of(line)
    label = line.label.replace("base64", "")
    declared: set[float | None] = {spec.low, spec.high, *spec.options}
    if spec.kind == "digit":
        declared |= {0, 9}
    assert {float(number) for number in re.findall(r"\d+(?:\.\d+)?", label)} <= declared


@each_line
def test_a_field_has_the_choices_of_the_page(line: Line) -> None:
    options = spec_of(line).options
    assert tuple(options) == OPTIONS.get(line.name, ())
    for value, meaning in options.items():
        assert re.search(rf"(?<!\d){value}[- ]?{meaning.zh}", line.label)


def test_the_four_kinds_of_push_are_those_of_which_the_page_wants_one() -> None:
    groups = {match[1] for line in LINES if (match := re.search(r"\(([\w,]+)\)必填有一个传值为1", line.need))}
    assert groups == {",".join(PUSHES)}
    about = {line.name for line in LINES if "必填有一个传值为1" in line.need}
    assert about == set(PUSHES)
    for name in PUSHES:
        assert (SPECS[name].required, SPECS[name].required_when) == (False, None)
        assert SPECS[name].effective_when == {"hangUpSms": 1}


def test_only_the_message_has_variables() -> None:
    assert [name for name, spec in SPECS.items() if spec.variables] == ["smsContent"]
    assert [line.name for line in LINES if "变量" in line.label] == ["smsContent"]


def test_every_field_is_known_as_a_heading_by_its_name_and_by_its_words() -> None:
    known = {heading.field: heading for heading in HEADINGS}
    assert list(known) == list(SPECS)
    for name, spec in SPECS.items():
        assert set(known[name].labels) == {spec.label.short, spec.label.page}
        assert known[name].required is spec.required
        assert known[name].group == ("node" if spec in NODE_FIELDS else None)


def test_no_two_fields_answer_to_the_same_heading() -> None:
    names = [name for heading in HEADINGS for name in {heading.field, *heading.labels}]
    assert len(names) == len(set(names))


FLOW: dict[str, object] = {"keyId": 299, "recallInterval": 30, "recallNum": 1, "recallType": 0}


def test_the_flow_of_the_vendors_example_is_right() -> None:
    node = dict.fromkeys(("voiceFileName", "text", "lan", "speakingRate", "idxSmsAppId", "smsContent", "senderId"))
    node |= dict.fromkeys(("feedbackValue", "feedbackPush", "successPush", "successPushTime", "failedPush", "ringPush"))
    example: dict[str, Any] = {
        "voiceFileId": "120250811103439c1901f4c53b691b419ad8a143b.wav",
        "source": 1,
        "hangUpSms": 0,
        "toSeat": 1,
        "sipGroupId": 1_000_038,
        "outboundControl": 1,
        "calloutRate": 1,
        "toSeatType": 1,
        "toSeatKey": None,
        "delayTransfer": 0,
    }
    checked = check_flow(FLOW | {"nodeList": [node | example]})
    assert isinstance(checked, FlowUpdate)
    body = json.loads(checked.body())
    assert {name: value for name, value in body["nodeList"][0].items() if value is not None} == {
        name: value for name, value in example.items() if value is not None
    }
    assert body["nodeList"][0]["smsContent"] is None


def test_a_flow_without_nodes_is_sent_without_a_list_and_an_empty_list_as_one() -> None:
    without, empty = check_flow(FLOW), check_flow(FLOW | {"nodeList": []})
    assert isinstance(without, FlowUpdate)
    assert isinstance(empty, FlowUpdate)
    assert json.loads(without.body()) == FLOW
    assert json.loads(empty.body()) == FLOW | {"nodeList": []}
