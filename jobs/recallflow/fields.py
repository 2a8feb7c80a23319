"""The fields of recallFlow/update, in the order and the words of the vendor's page; read it beside that page.

Every rule is declared here, once: in a field's type, in its constraints, or in the condition under which it is
required or has an effect. What reads these declarations: the check of a spreadsheet's rows, the headings, the template,
the reference of all fields, the simulated vendor.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from jobs.recallflow.declarations import (
    AudioFile,
    Choices,
    Clean,
    Digit,
    EffectiveWhen,
    FreeText,
    Int64,
    Label,
    Length,
    RequiredWhen,
    Variables,
)
from runner.text import Text

Flag = Annotated[Literal[0, 1], Choices({0: Text("no", "否"), 1: Text("yes", "是")})]


Int = Annotated[int, Int64()]


class _Fields(BaseModel):
    """Strict: a cell is turned into its field's type before, and an answer to "5" instead of 5 is not ours to guess."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Node(_Fields):
    """One step of a flow: what is played, which message follows, and whether a person takes over."""

    source: Annotated[
        Literal[1, 2, 3],
        Label("文件来源(1-已上传文件,2-重新上传语音文件,3-文本转语音)", "文件来源", "where the voice comes from"),
        Choices(
            {
                1: Text("a file uploaded before", "已上传文件"),
                2: Text("upload a new file", "重新上传语音文件"),
                3: Text("text to speech", "文本转语音"),
            }
        ),
    ]
    voiceFileId: Annotated[
        Annotated[str, Length(1), Clean()] | None,
        Label("语音文件ID", "语音文件ID", "id of the voice file"),
        RequiredWhen({"source": 1}),
    ] = None
    uploadName: Annotated[
        Annotated[str, Length(5, 32), Clean()] | None,
        Label("上传文件名称,长度5-32字符", "上传文件名称", "name of the new file"),
        RequiredWhen({"source": 2}),
    ] = None
    baseFile: Annotated[
        Annotated[str, Length(1), AudioFile()] | None,
        Label("base64文件流", "base64文件流", "the new file: base64, or the path of an audio file"),
        RequiredWhen({"source": 2}),
    ] = None
    text: Annotated[
        Annotated[str, Length(1, 2048), FreeText()] | None,
        Label("文件内容:tts文本 最大 2048字符", "文件内容", "the text that is spoken"),
        RequiredWhen({"source": 3}),
    ] = None
    lan: Annotated[
        Annotated[str, Length(1), Clean()] | None,
        Label("语种,语种详细内容请查询表格", "语种", "language code"),
        RequiredWhen({"source": 3}),
    ] = None
    speakingRate: Annotated[
        float | None,
        Field(ge=0.25, le=4),
        Label("语速:0.25 - 4倍", "语速", "speed of the voice"),
        EffectiveWhen({"source": 3}),
    ] = None
    ssmlGender: Annotated[
        Literal[1, 2] | None,
        Label(
            "音色:1 男 2女。允许为空,存在多种音色时系统默认使用女声", "音色", "voice; blank for female where both exist"
        ),
        Choices({1: Text("male", "男"), 2: Text("female", "女")}),
        EffectiveWhen({"source": 3}),
    ] = None
    accent: Annotated[
        Int | None,
        Label(
            "口音,可配置语种口音,如英语[美国口音]、英语[印度口音] 等,口音详细内容请查询表格",
            "口音",
            "accent, by the vendor's table",
        ),
        EffectiveWhen({"source": 3}),
    ] = None
    hangUpSms: Annotated[Flag, Label("触发挂机短信 0-否,1-是", "触发挂机短信", "whether a message follows the call")]
    smsContent: Annotated[
        Annotated[str, Length(1, 1000), FreeText(), Variables()] | None,
        Label("挂机短信短信模板,最大1000字符。支持变量替换功能,变量NULL-NULL", "挂机短信短信模板", "the message"),
        RequiredWhen({"hangUpSms": 1}),
    ] = None
    senderId: Annotated[
        Annotated[str, Length(1, 32), Clean()] | None,
        Label("发送者ID,最大32字符", "发送者ID", "sender of the message"),
        EffectiveWhen({"hangUpSms": 1}),
    ] = None
    feedbackPush: Annotated[
        Flag | None,
        Label("按键反馈推送短信: 0-否,1-是", "按键反馈推送短信", "send the message on a key press"),
        EffectiveWhen({"hangUpSms": 1}),
    ] = None
    feedbackValue: Annotated[
        Annotated[str, Digit()] | None,
        Label("按键反馈值: 0-9", "按键反馈值", "the key"),
        RequiredWhen({"feedbackPush": 1}),
    ] = None
    successPush: Annotated[
        Flag | None,
        Label("通话成功推送送短信: 0-否,1-是", "通话成功推送送短信", "send the message after a successful call"),
        EffectiveWhen({"hangUpSms": 1}),
    ] = None
    successPushTime: Annotated[
        int | None,
        Field(ge=1, le=9999),
        Label(
            "通话成功后多少秒推送短信,最少1s,最大9999s",
            "通话成功后多少秒推送短信",
            "seconds from the successful call to the message",
        ),
        RequiredWhen({"successPush": 1}),
    ] = None
    failedPush: Annotated[
        Flag | None,
        Label("通话失败推送送短信: 0-否, 1-是", "通话失败推送送短信", "send the message after a failed call"),
        EffectiveWhen({"hangUpSms": 1}),
    ] = None
    ringPush: Annotated[
        Flag | None,
        Label("响铃成功推送送短信: 0-否, 1-是", "响铃成功推送送短信", "send the message once it has rung"),
        EffectiveWhen({"hangUpSms": 1}),
    ] = None
    toSeat: Annotated[Flag, Label("是否转坐席:0-否,1-是", "是否转坐席", "whether a person takes over")]
    sipGroupId: Annotated[
        Int | None, Label("坐席组id", "坐席组id", "group of the persons"), RequiredWhen({"toSeat": 1})
    ] = None
    outboundControl: Annotated[
        Literal[1] | None,
        Label("外呼控制器,1-比例式外呼", "外呼控制器", "how calls are paced"),
        Choices({1: Text("proportional dialling", "比例式外呼")}),
        RequiredWhen({"toSeat": 1}),
    ] = None
    calloutRate: Annotated[
        int | None,
        Field(ge=1, le=100),
        Label("外呼倍率,最多1-100", "外呼倍率", "calls per person"),
        RequiredWhen({"toSeat": 1}),
    ] = None
    toSeatType: Annotated[
        Literal[1, 2] | None,
        Label("转坐席条件,1群呼结束后转接,2根据按键反馈转接", "转坐席条件", "when the person takes over"),
        Choices({1: Text("after the call", "群呼结束后转接"), 2: Text("on a key press", "根据按键反馈转接")}),
        RequiredWhen({"toSeat": 1}),
    ] = None
    toSeatKey: Annotated[
        Annotated[str, Length(1), Clean()] | None,
        Label("转接按键", "转接按键", "the key"),
        RequiredWhen({"toSeat": 1, "toSeatType": 2}),
    ] = None
    delayTransfer: Annotated[
        Int | None,
        Label("延迟转接,单位秒。需转坐席且按键转接时参数生效", "延迟转接", "seconds before the person takes over"),
        EffectiveWhen({"toSeat": 1, "toSeatType": 2}),
    ] = None


class FlowUpdate(_Fields):
    """One request: a flow, as it is to be from now on. It overwrites what the vendor has under its `keyId`."""

    keyId: Annotated[Int, Label("自动重呼任务流程唯一主键", "自动重呼任务流程唯一主键", "the flow")]
    recallInterval: Annotated[
        int,
        Field(ge=1, le=1440),
        Label("重呼间隔,单位分钟,可输入1-1440分钟", "重呼间隔", "minutes between two calls"),
    ]
    recallNum: Annotated[int, Field(ge=1, le=10), Label("重呼次数,可输入1-10", "重呼次数", "how often to call again")]
    recallType: Annotated[
        Literal[0, 1],
        Label("重呼类型,每次重呼都基于上次任务结果进行重呼,0-全部重呼,1-失败重呼", "重呼类型", "whom to call again"),
        Choices({0: Text("everybody", "全部重呼"), 1: Text("those whose call failed", "失败重呼")}),
    ]
    nodeList: Annotated[list[Node] | None, Label("流程节点", "流程节点", "the nodes as JSON, instead of columns")] = (
        None
    )

    def body(self) -> bytes:
        """The JSON that is sent: optional fields that are not set as null, as in the page's example."""
        nothing = {"nodeList"} if self.nodeList is None else None
        return self.model_dump_json(exclude=nothing).encode()


PUSHES = ("feedbackPush", "successPush", "failedPush", "ringPush")
"""With `hangUpSms` = 1, at least one of these is 1: the one rule of the page that is about several fields at once."""

LANGUAGES = ("VN", "EN", "JP", "ARB", "DE", "IN", "IT", "KR", "RU", "ES", "PT", "IDN", "BD", "TH")
"""The codes on the vendor's public pages. Their table grows, so another one is pointed out and never refused."""
