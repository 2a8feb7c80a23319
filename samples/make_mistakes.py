"""Makes `mistakes.xlsx`: one flow for each kind of mistake that people make, and what it is in the last column.

python samples/make_mistakes.py samples/mistakes.xlsx
"""

import sys
from pathlib import Path

from make_flows import FIELDS, headings
from openpyxl import Workbook
from openpyxl.styles import Font

FIRST_KEY = 300_001

RIGHT: dict[str, object] = {
    "recallInterval": 30,
    "recallNum": 3,
    "recallType": 1,
    "source": 3,
    "text": "Hello, this is a reminder that your bill is due tomorrow.",
    "lan": "EN",
    "hangUpSms": 0,
    "toSeat": 0,
}
SMS: dict[str, object] = {"hangUpSms": 1, "smsContent": "Your bill is due tomorrow.", "ringPush": 1}
SEAT: dict[str, object] = {
    "toSeat": 1,
    "sipGroupId": 1_000_038,
    "outboundControl": 1,
    "calloutRate": 1,
    "toSeatType": 1,
}
OWN_FILE: dict[str, object] = {
    "source": 2,
    "text": None,
    "lan": None,
    "uploadName": "hello.wav",
    "baseFile": "UklGRg==",
}

MISTAKES: tuple[tuple[str, dict[str, object]], ...] = (
    ("keyId 为空", {"keyId": None}),
    ("keyId 不是数字", {"keyId": "三十万"}),
    ("keyId 带小数", {"keyId": 300_003.5}),
    ("keyId 位数过多，末尾已丢失", {"keyId": 12_345_678_901_234_567_890}),
    ("重呼间隔为空", {"recallInterval": None}),
    ("重呼间隔为 0", {"recallInterval": 0}),
    ("重呼间隔超过一天", {"recallInterval": 1441}),
    ("重呼间隔带单位", {"recallInterval": "30分钟"}),
    ("重呼次数超过 10", {"recallNum": 11}),
    ("重呼类型不是 0 或 1", {"recallType": 2}),
    ("文件来源为空", {"source": None}),
    ("文件来源不存在", {"source": 4}),
    ("已上传文件缺少语音文件ID", {"source": 1}),
    ("新文件缺少名称", OWN_FILE | {"uploadName": None}),
    ("新文件名称过短", OWN_FILE | {"uploadName": "a.w"}),
    ("新文件名称过长", OWN_FILE | {"uploadName": "a-very-long-name-of-a-voice-file.wav"}),
    ("新文件缺少内容", OWN_FILE | {"baseFile": None}),
    ("新文件内容不是 base64", OWN_FILE | {"baseFile": "hello.wav"}),
    ("文本转语音缺少文本", {"text": None}),
    ("文本超过 2048 字符", {"text": "Hello. " * 300}),
    ("文本转语音缺少语种", {"lan": None}),
    ("语速过快", {"speakingRate": 5}),
    ("语速不是数字", {"speakingRate": "fast"}),
    ("音色不是 1 或 2", {"ssmlGender": 3}),
    ("未填写是否触发挂机短信", {"hangUpSms": None}),
    ("缺少短信内容", SMS | {"smsContent": None}),
    ("短信超过 1000 字符", SMS | {"smsContent": "Your bill is due. " * 60}),
    ("四种推送都未开启", SMS | {"ringPush": 0}),
    ("缺少按键反馈值", SMS | {"feedbackPush": 1}),
    ("按键反馈值不是一位数字", SMS | {"feedbackPush": 1, "feedbackValue": "12"}),
    ("缺少通话成功后的秒数", SMS | {"successPush": 1}),
    ("通话成功后的秒数为 0", SMS | {"successPush": 1, "successPushTime": 0}),
    ("发送者ID 过长", SMS | {"senderId": "A sender with a name that is far too long"}),
    ("未填写是否转坐席", {"toSeat": None}),
    ("缺少坐席组id", SEAT | {"sipGroupId": None}),
    ("外呼控制器不存在", SEAT | {"outboundControl": 2}),
    ("外呼倍率超过 100", SEAT | {"calloutRate": 101}),
    ("转坐席条件不存在", SEAT | {"toSeatType": 3}),
    ("按键转接却没有按键", SEAT | {"toSeatType": 2}),
    ("单元格是错误值", {"recallInterval": "#N/A"}),
    ("公式从未计算过", {"recallNum": "=1+1"}),
    ("一行有多处错误", {"recallInterval": 2000, "recallNum": 0, "recallType": None, "lan": None}),
)


def rows() -> list[tuple[str, dict[str, object]]]:
    """All rows, each with what is wrong with it; the last ones are about several rows."""
    made = [(what, RIGHT | {"keyId": key} | cells) for key, (what, cells) in enumerate(MISTAKES, start=FIRST_KEY)]
    key = FIRST_KEY + len(made)
    made += [
        ("同一流程的第一行", RIGHT | {"keyId": key}),
        ("同一流程的重呼次数不一致", RIGHT | {"keyId": key, "recallNum": 4}),
        ("与更下方的行 keyId 重复", RIGHT | {"keyId": key + 1}),
        ("正确的一行", RIGHT | {"keyId": key + 2}),
        ("与上方的行 keyId 重复", RIGHT | {"keyId": key + 1}),
        ("正确的一行", RIGHT | {"keyId": key + 3}),
    ]
    return made


def main() -> None:
    """The script."""
    path = Path(sys.argv[1])
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "流程"
    sheet.append([*headings("zh"), "备注"])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for what, cells in rows():
        sheet.append([*(cells.get(spec.name) for spec in FIELDS), what])
    sheet.freeze_panes = "A2"
    workbook.save(path)
    print(f"{len(rows())} rows in {path}")


if __name__ == "__main__":
    main()
