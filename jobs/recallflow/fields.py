"""The fields of recallFlow/update, in the order and the words of the vendor's page; read it beside that page.

Every rule is declared here, once: in a field's type, in its constraints, or in the condition under which it is
required. What reads these declarations: the check of a spreadsheet's rows, the headings, the simulated vendor.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

Flag = Literal[0, 1]


@dataclass(frozen=True, slots=True)
class Label:
    """What the vendor's page calls a field. People have it as a heading: whole, or only up to its first break."""

    page: str
    """The page's own words."""
    short: str
    """The name in them."""


@dataclass(frozen=True, slots=True)
class RequiredWhen:
    """A field is required when all of these other fields of the node have these values."""

    values: Mapping[str, int]


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise PydanticCustomError("not_base64", "not base64") from None
    return value


class _Fields(BaseModel):
    """Strict: a cell is turned into its field's type before, and an answer to "5" instead of 5 is not ours to guess."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Node(_Fields):
    """One step of a flow: what is played, which message follows, and whether a person takes over."""

    source: Annotated[Literal[1, 2, 3], Label("文件来源(1-已上传文件,2-重新上传语音文件,3-文本转语音)", "文件来源")]
    voiceFileId: Annotated[
        str | None, Field(min_length=1), Label("语音文件ID", "语音文件ID"), RequiredWhen({"source": 1})
    ] = None
    uploadName: Annotated[
        str | None,
        Field(min_length=5, max_length=32),
        Label("上传文件名称,长度5-32字符", "上传文件名称"),
        RequiredWhen({"source": 2}),
    ] = None
    baseFile: Annotated[
        str | None,
        Field(min_length=1),
        AfterValidator(lambda value: value if value is None else _base64(value)),
        Label("base64文件流", "base64文件流"),
        RequiredWhen({"source": 2}),
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=1, max_length=2048),
        Label("文件内容:tts文本 最大 2048字符", "文件内容"),
        RequiredWhen({"source": 3}),
    ] = None
    lan: Annotated[
        str | None, Field(min_length=1), Label("语种,语种详细内容请查询表格", "语种"), RequiredWhen({"source": 3})
    ] = None
    speakingRate: Annotated[float | None, Field(ge=0.25, le=4), Label("语速:0.25 - 4倍", "语速")] = None
    ssmlGender: Annotated[
        Literal[1, 2] | None, Label("音色:1 男 2女。允许为空,存在多种音色时系统默认使用女声", "音色")
    ] = None
    accent: Annotated[
        int | None,
        Label("口音,可配置语种口音,如英语[美国口音]、英语[印度口音] 等,口音详细内容请查询表格", "口音"),
    ] = None
    hangUpSms: Annotated[Flag, Label("触发挂机短信 0-否,1-是", "触发挂机短信")]
    smsContent: Annotated[
        str | None,
        Field(min_length=1, max_length=1000),
        Label("挂机短信短信模板,最大1000字符。支持变量替换功能,变量NULL-NULL", "挂机短信短信模板"),
        RequiredWhen({"hangUpSms": 1}),
    ] = None
    senderId: Annotated[str | None, Field(min_length=1, max_length=32), Label("发送者ID,最大32字符", "发送者ID")] = None
    feedbackPush: Annotated[Flag | None, Label("按键反馈推送短信: 0-否,1-是", "按键反馈推送短信")] = None
    feedbackValue: Annotated[
        str | None,
        Field(pattern=r"^[0-9]$"),
        Label("按键反馈值: 0-9", "按键反馈值"),
        RequiredWhen({"feedbackPush": 1}),
    ] = None
    successPush: Annotated[Flag | None, Label("通话成功推送送短信: 0-否,1-是", "通话成功推送送短信")] = None
    successPushTime: Annotated[
        int | None,
        Field(ge=1, le=9999),
        Label("通话成功后多少秒推送短信,最少1s,最大9999s", "通话成功后多少秒推送短信"),
        RequiredWhen({"successPush": 1}),
    ] = None
    failedPush: Annotated[Flag | None, Label("通话失败推送送短信: 0-否, 1-是", "通话失败推送送短信")] = None
    ringPush: Annotated[Flag | None, Label("响铃成功推送送短信: 0-否, 1-是", "响铃成功推送送短信")] = None
    toSeat: Annotated[Flag, Label("是否转坐席:0-否,1-是", "是否转坐席")]
    sipGroupId: Annotated[int | None, Label("坐席组id", "坐席组id"), RequiredWhen({"toSeat": 1})] = None
    outboundControl: Annotated[
        Literal[1] | None, Label("外呼控制器,1-比例式外呼", "外呼控制器"), RequiredWhen({"toSeat": 1})
    ] = None
    calloutRate: Annotated[
        int | None, Field(ge=1, le=100), Label("外呼倍率,最多1-100", "外呼倍率"), RequiredWhen({"toSeat": 1})
    ] = None
    toSeatType: Annotated[
        Literal[1, 2] | None,
        Label("转坐席条件,1群呼结束后转接,2根据按键反馈转接", "转坐席条件"),
        RequiredWhen({"toSeat": 1}),
    ] = None
    toSeatKey: Annotated[
        str | None,
        Field(min_length=1),
        Label("转接按键", "转接按键"),
        RequiredWhen({"toSeat": 1, "toSeatType": 2}),
    ] = None
    delayTransfer: Annotated[int | None, Label("延迟转接,单位秒。需转坐席且按键转接时参数生效", "延迟转接")] = None


class FlowUpdate(_Fields):
    """One request: a flow, as it is to be from now on. It overwrites what the vendor has under its `keyId`."""

    keyId: Annotated[int, Label("自动重呼任务流程唯一主键", "自动重呼任务流程唯一主键")]
    recallInterval: Annotated[int, Field(ge=1, le=1440), Label("重呼间隔,单位分钟,可输入1-1440分钟", "重呼间隔")]
    recallNum: Annotated[int, Field(ge=1, le=10), Label("重呼次数,可输入1-10", "重呼次数")]
    recallType: Annotated[Flag, Label("重呼类型,每次重呼都基于上次任务结果进行重呼,0-全部重呼,1-失败重呼", "重呼类型")]
    nodeList: Annotated[list[Node] | None, Label("流程节点", "流程节点")] = None

    def body(self) -> bytes:
        """The JSON that is sent: optional fields that are not set as null, as in the page's example."""
        nothing = {"nodeList"} if self.nodeList is None else None
        return self.model_dump_json(exclude=nothing).encode()


PUSHES = ("feedbackPush", "successPush", "failedPush", "ringPush")
"""With `hangUpSms` = 1, at least one of these is 1: the one rule of the page that is about several fields at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """What is declared of one field, for those who do not read annotations."""

    name: str
    label: Label
    kind: Literal["integer", "number", "text", "nodes"]
    required: bool
    """Always, that is; see `required_when`."""
    required_when: RequiredWhen | None
    options: tuple[int, ...]
    """The only values; empty where there is no such list."""
    low: float | None
    """The least value, or of text the least number of characters."""
    high: float | None
    """The greatest value, or of text the greatest number of characters."""


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    types = get_args(info.annotation) if get_origin(info.annotation) in {Union, UnionType} else (info.annotation,)
    declared = {type(item): item for item in info.metadata}
    text = str in types
    low, high = (declared.get(MinLen), declared.get(MaxLen)) if text else (declared.get(Ge), declared.get(Le))
    return FieldSpec(
        name=name,
        label=declared[Label],
        kind="text" if text else "number" if float in types else "nodes" if list[Node] in types else "integer",
        required=info.is_required(),
        required_when=declared.get(RequiredWhen),
        options=next((get_args(each) for each in types if get_origin(each) is Literal), ()),
        low=low and (low.min_length if text else low.ge),
        high=high and (high.max_length if text else high.le),
    )


FLOW_FIELDS = tuple(_spec(name, info) for name, info in FlowUpdate.model_fields.items())
NODE_FIELDS = tuple(_spec(name, info) for name, info in Node.model_fields.items())
