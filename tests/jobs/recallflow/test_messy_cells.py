"""Cells as people and their programs leave them, each through the whole way from a table's row to a body."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest

from jobs.recallflow.flows import flow_drafts
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS
from runner.problem import Violation
from runner.tables.table import Cell, Misread, Truth, column_letter
from runner.text import Text
from tests.jobs.recallflow.written_tables import table_of

FIELDS = tuple(spec.name for spec in ALL_FIELDS if spec.kind != "nodes")
FLOW_NAMES = frozenset(spec.name for spec in FLOW_FIELDS)

RIGHT: dict[str, Cell] = {
    "keyId": 299,
    "recallInterval": 30,
    "recallNum": 3,
    "recallType": 1,
    "source": 3,
    "text": "Hello",
    "lan": "EN",
    "speakingRate": 1.0,
    "ssmlGender": 2,
    "accent": 7,
    "hangUpSms": 1,
    "smsContent": "Call us",
    "senderId": "Shop",
    "feedbackPush": 1,
    "feedbackValue": "5",
    "successPush": 1,
    "successPushTime": 60,
    "failedPush": 0,
    "ringPush": 1,
    "toSeat": 1,
    "sipGroupId": 1_000_038,
    "outboundControl": 1,
    "calloutRate": 2,
    "toSeatType": 2,
    "toSeatKey": "1",
    "delayTransfer": 5,
}
"""A row in which every field has an effect but those of other sources."""

NO_SPEECH: dict[str, Cell] = dict.fromkeys(("text", "lan", "speakingRate", "ssmlGender", "accent"))
UPLOADED: dict[str, Cell] = {**NO_SPEECH, "source": 1, "voiceFileId": "a.wav"}
NEW_FILE: dict[str, Cell] = {**NO_SPEECH, "source": 2, "uploadName": "hello.wav", "baseFile": "UklGRg=="}
NO_SMS: dict[str, Cell] = {"hangUpSms": 0} | dict.fromkeys(
    ("smsContent", "senderId", "feedbackPush", "feedbackValue", "successPush", "successPushTime", "ringPush")
)
NO_SEAT: dict[str, Cell] = {"toSeat": 0} | dict.fromkeys(
    ("sipGroupId", "outboundControl", "calloutRate", "toSeatType", "toSeatKey", "delayTransfer")
)
SETTING: Mapping[str, Mapping[str, Cell]] = {"voiceFileId": UPLOADED, "uploadName": NEW_FILE, "baseFile": NEW_FILE}
"""The row in which these fields have an effect."""

AS_USUAL: Mapping[str, Cell] = {}

ERROR = Misread("#N/A", Violation("error-cell", Text("The cell holds the error #N/A", "错误值 #N/A"), Text("a", "甲")))
FORMULA = Misread("=1+1", Violation("formula-without-value", Text("never computed", "从未计算"), Text("a", "甲")))
DATE = datetime(2025, 1, 2, tzinfo=UTC)
DAY = date(2025, 1, 2)
BEYOND = 2**53 + 1
EMOJI = "😀"


@dataclass(frozen=True)
class Wrong:
    """The code of a problem."""

    code: str


@dataclass(frozen=True)
class Case:
    """A cell of a field, in an otherwise right row."""

    name: str
    """The field."""
    cell: Cell
    expected: object
    """What is sent; or what is wrong."""
    notice: str | None = None
    """The code of what is said about the cell."""
    among: Mapping[str, Cell] = field(default_factory=dict)
    """Other cells of the row that are not as usual."""

    def row(self) -> dict[str, Cell]:
        return {**RIGHT, **SETTING.get(self.name, AS_USUAL), **self.among, self.name: self.cell}

    def __str__(self) -> str:
        shown = self.cell.shown if isinstance(self.cell, Misread) else self.cell
        beside = ",".join(f"{name}={value}" for name, value in self.among.items() if value is not None)
        return f"{self.name}={shown!r:.24}" + (f" beside {beside}" if beside else "")


SEPARATOR, EXPONENT, PERCENTAGE = "thousands-separator", "exponent", "percentage"
UNSEEN, RARE, BLANKED, POINTLESS = "invisible-characters", "rare-character", "read-as-blank", "no-effect"
NOT_A_NUMBER, NOT_WHOLE, A_DATE = Wrong("not-a-number"), Wrong("not-a-whole-number"), Wrong("date-instead")
DIGITS_LOST, TOO_MUCH, LENGTH = Wrong("digits-lost"), Wrong("out-of-range"), Wrong("wrong-length")
NO_OPTION, CONTRADICTION, NO_TEXT = Wrong("not-an-option"), Wrong("contradiction"), Wrong("not-text")
REQUIRED, REQUIRED_WHEN, NO_PUSH = Wrong("required"), Wrong("required-when"), Wrong("no-push")
BREAK, CONTROL = Wrong("line-break"), Wrong("control-character")
NO_DIGIT, NO_BASE64 = Wrong("not-a-digit"), Wrong("not-base64")
UNCLOSED, UNKNOWN = Wrong("unclosed-variable"), Wrong("unknown-variable")
NO_PUSHES: dict[str, Cell] = {"feedbackPush": 0, "feedbackValue": None, "successPush": 0, "successPushTime": None}

CASES = (
    # keyId - an integer of any size
    Case("keyId", 299, 299),
    Case("keyId", 299.0, 299),
    Case("keyId", "299", 299),
    Case("keyId", " 299 ", 299),
    Case("keyId", "２９９", 299),
    Case("keyId", "299.0", 299),
    Case("keyId", "299\u00a0", 299),
    Case("keyId", "\u3000299\n", 299),
    Case("keyId", "1,440", 1440, SEPARATOR),
    Case("keyId", "1，440", 1440, SEPARATOR),
    Case("keyId", "3E+2", 300, EXPONENT),
    Case("keyId", "299\u200b", 299, UNSEEN),
    Case("keyId", "\ufeff299", 299, UNSEEN),
    Case("keyId", 10**15 - 1, 10**15 - 1),
    Case("keyId", 10**15, DIGITS_LOST),
    Case("keyId", BEYOND, DIGITS_LOST),
    Case("keyId", float(2**53), DIGITS_LOST),
    Case("keyId", str(BEYOND), BEYOND),
    Case("keyId", str(2**63 - 1), 2**63 - 1),
    Case("keyId", str(2**63), TOO_MUCH),
    Case("keyId", "9" * 5000, TOO_MUCH),
    Case("keyId", "1.23457E+11", DIGITS_LOST),
    Case("keyId", "299.5", NOT_WHOLE),
    Case("keyId", 299.5, NOT_WHOLE),
    Case("keyId", "50%", Wrong("percentage")),
    Case("keyId", DATE, A_DATE),
    Case("keyId", DAY, A_DATE),
    Case("keyId", time(10, 30), A_DATE),
    Case("keyId", timedelta(hours=30), A_DATE),
    Case("keyId", "1-2", A_DATE),
    Case("keyId", "1月2日", A_DATE),
    Case("keyId", Truth.TRUE, NOT_A_NUMBER),
    Case("keyId", "NULL", NOT_A_NUMBER),
    Case("keyId", "-", NOT_A_NUMBER),
    Case("keyId", "二九九", NOT_A_NUMBER),
    Case("keyId", None, REQUIRED),
    Case("keyId", "  ", REQUIRED),
    Case("keyId", "\u200b", REQUIRED),
    Case("keyId", "9,007,199,254,740,993", 9_007_199_254_740_993, SEPARATOR),
    Case("keyId", "99,999,999,999,999,999,999", TOO_MUCH),
    Case("voiceFileId", "a\tb", CONTROL),
    Case("toSeat", "是\u200b", 1),
    Case("toSeat", "1" * 5000 + "是", CONTRADICTION),
    Case("keyId", "1e-999", NOT_WHOLE),
    Case("keyId", "29999999999999999E-16", NOT_WHOLE),
    Case("baseFile", "attachments/" + "0" * 64, NO_BASE64),
    Case("text", 0.1 + 0.2, "0.3"),
    Case("senderId", 1e-7, NO_TEXT),
    Case("keyId", ERROR, Wrong("error-cell")),
    Case("keyId", FORMULA, Wrong("formula-without-value")),
    # recallInterval - 1 to 1440
    Case("recallInterval", 0, TOO_MUCH),
    Case("recallInterval", 1, 1),
    Case("recallInterval", 1440, 1440),
    Case("recallInterval", "1,440", 1440, SEPARATOR),
    Case("recallInterval", "1,441", TOO_MUCH),
    Case("recallInterval", 1441, TOO_MUCH),
    Case("recallInterval", "-30", TOO_MUCH),
    Case("recallInterval", "+30", 30),
    Case("recallInterval", "30分钟", NOT_A_NUMBER),
    Case("recallInterval", "30 min", NOT_A_NUMBER),
    Case("recallInterval", "N/A", NOT_A_NUMBER),
    Case("recallInterval", time(0, 30), A_DATE),
    Case("recallInterval", None, REQUIRED),
    # recallNum - 1 to 10
    Case("recallNum", 0, TOO_MUCH),
    Case("recallNum", 1, 1),
    Case("recallNum", 10.0, 10),
    Case("recallNum", "１０", 10),
    Case("recallNum", 11, TOO_MUCH),
    Case("recallNum", "1E1", 10, EXPONENT),
    Case("recallNum", "3次", NOT_A_NUMBER),
    Case("recallNum", "1-10", A_DATE),
    Case("recallNum", "100%", Wrong("percentage")),
    Case("recallNum", "", REQUIRED),
    # recallType - 0 or 1, which are no yes and no
    Case("recallType", 0, 0),
    Case("recallType", "0-全部重呼", 0),
    Case("recallType", "1-失败重呼", 1),
    Case("recallType", "失败重呼", 1),
    Case("recallType", "1－失败重呼", 1),
    Case("recallType", "everybody", 0),
    Case("recallType", "1-全部重呼", CONTRADICTION),
    Case("recallType", 2, NO_OPTION),
    Case("recallType", "是", NO_OPTION),
    Case("recallType", Truth.FALSE, NOT_A_NUMBER),
    Case("recallType", "无", NO_OPTION),
    Case("recallType", DATE, A_DATE),
    Case("recallType", None, REQUIRED),
    # source - 1, 2, 3
    Case("source", 3, 3),
    Case("source", "3-文本转语音", 3),
    Case("source", "文本转语音", 3),
    Case("source", " ３－文本转语音 ", 3),
    Case("source", "Text to speech", 3),
    Case("source", "1-已上传文件", 1, among=UPLOADED),
    Case("source", "2-重新上传语音文件", 2, among=NEW_FILE),
    Case("source", "2-文本转语音", CONTRADICTION),
    Case("source", 0, NO_OPTION),
    Case("source", "4", NO_OPTION),
    Case("source", "tts", NO_OPTION),
    Case("source", "NULL", NO_OPTION),
    Case("source", None, REQUIRED),
    Case("source", ERROR, Wrong("error-cell")),
    # voiceFileId - a name
    Case("voiceFileId", " a.wav ", "a.wav"),
    Case("voiceFileId", "a.wav\u00a0", "a.wav"),
    Case("voiceFileId", "a\u200b.wav", "a.wav", UNSEEN),
    Case("voiceFileId", "12025\n0811.wav", BREAK),
    Case("voiceFileId", "a\x07.wav", CONTROL),
    Case("voiceFileId", 120_250, "120250"),
    Case("voiceFileId", 120_250.0, "120250"),
    Case("voiceFileId", 10**15, DIGITS_LOST),
    Case("voiceFileId", Truth.TRUE, NO_TEXT),
    Case("voiceFileId", DATE, A_DATE),
    Case("voiceFileId", "2025-01-02", "2025-01-02"),
    Case("voiceFileId", "NULL", REQUIRED_WHEN, BLANKED),
    Case("voiceFileId", None, REQUIRED_WHEN),
    Case("voiceFileId", "\u200b", REQUIRED_WHEN),
    Case("voiceFileId", "a.wav", "a.wav", POINTLESS, {"source": 3, "text": "Hello", "lan": "EN"}),
    # uploadName - 5 to 32 characters
    Case("uploadName", "a.wa", LENGTH),
    Case("uploadName", " a.wa ", LENGTH),
    Case("uploadName", "a.wav", "a.wav"),
    Case("uploadName", "a" * 32, "a" * 32),
    Case("uploadName", "a" * 33, LENGTH),
    Case("uploadName", "语" * 32, "语" * 32),
    Case("uploadName", EMOJI * 16, EMOJI * 16),
    Case("uploadName", EMOJI * 16 + "a", LENGTH),
    Case("uploadName", "a" + EMOJI * 2, "a" + EMOJI * 2),
    Case("uploadName", EMOJI * 2, LENGTH),
    Case("uploadName", "hello\r\n.wav", BREAK),
    Case("uploadName", 12_345, "12345"),
    Case("uploadName", 1234, LENGTH),
    Case("uploadName", None, REQUIRED_WHEN),
    Case("uploadName", "无", REQUIRED_WHEN, BLANKED),
    Case("uploadName", "hello.wav", "hello.wav", POINTLESS, {**NO_SPEECH, "source": 1, "voiceFileId": "a.wav"}),
    # baseFile - base64
    Case("baseFile", "UklGRg==", "UklGRg=="),
    Case("baseFile", " UklGRg== ", "UklGRg=="),
    Case("baseFile", "UklG\u200bRg==", "UklGRg==", UNSEEN),
    Case("baseFile", "UklGRg=", NO_BASE64),
    Case("baseFile", "UklG\nRg==", NO_BASE64),
    Case("baseFile", "语音文件", NO_BASE64),
    Case("baseFile", "data:audio/wav;base64,UklGRg==", NO_BASE64),
    Case("baseFile", 12_345, NO_BASE64),
    Case("baseFile", "N/A", REQUIRED_WHEN, BLANKED),
    Case("baseFile", None, REQUIRED_WHEN),
    Case("baseFile", ERROR, Wrong("error-cell")),
    Case("baseFile", "UklGRg==", "UklGRg==", POINTLESS, {"source": 1, "voiceFileId": "a.wav"}),
    # text - any number of lines, as they stand
    Case("text", " Hello ", " Hello "),
    Case("text", "Hello\nworld", "Hello\nworld"),
    Case("text", "Hello\r\nworld\t!", "Hello\r\nworld\t!"),
    Case("text", "Hello\u00a0world", "Hello\u00a0world"),
    Case("text", "Hello\u200bworld", "Hello\u200bworld", UNSEEN),
    Case("text", "Hello" + EMOJI, "Hello" + EMOJI, RARE),
    Case("text", "a" * 2048, "a" * 2048),
    Case("text", "a" * 2049, LENGTH),
    Case("text", "好" * 2048, "好" * 2048),
    Case("text", EMOJI * 1024, EMOJI * 1024, RARE),
    Case("text", EMOJI * 1024 + "!", LENGTH),
    Case("text", "Hello\x00", CONTROL),
    Case("text", "Hello\x1b[0m", CONTROL),
    Case("text", "Hello\x85", CONTROL),
    Case("text", "Hello \ud83d", CONTROL),
    Case("text", "\u200b\ufeff", REQUIRED_WHEN),
    Case("text", "1,440", "1,440"),
    Case("text", "3E+2", "3E+2"),
    Case("text", "50%", "50%"),
    Case("text", "２９９", "２９９"),
    Case("text", 299, "299"),
    Case("text", 299.0, "299"),
    Case("text", 299.5, "299.5"),
    Case("text", BEYOND, DIGITS_LOST),
    Case("text", Truth.TRUE, NO_TEXT),
    Case("text", "TRUE", "TRUE"),
    Case("text", DATE, A_DATE),
    Case("text", "1月2日", "1月2日"),
    Case("text", "${name}", "${name}"),
    Case("text", "-", REQUIRED_WHEN, BLANKED),
    Case("text", " \n ", REQUIRED_WHEN),
    Case("text", FORMULA, Wrong("formula-without-value")),
    Case("text", "Hello", "Hello", POINTLESS, {"source": 1, "voiceFileId": "a.wav"}),
    # lan - a code, which may be a new one
    Case("lan", " EN ", "EN"),
    Case("lan", "VN", "VN"),
    Case("lan", "XX", "XX", "unknown-language"),
    Case("lan", "en", "en", "unknown-language"),
    Case("lan", "E\nN", BREAK),
    Case("lan", Truth.FALSE, NO_TEXT),
    Case("lan", None, REQUIRED_WHEN),
    Case("lan", "null", REQUIRED_WHEN, BLANKED),
    # speakingRate - 0.25 to 4
    Case("speakingRate", 0.25, 0.25),
    Case("speakingRate", 0.2499, TOO_MUCH),
    Case("speakingRate", 4, 4.0),
    Case("speakingRate", 4.0001, TOO_MUCH),
    Case("speakingRate", "1.5", 1.5),
    Case("speakingRate", " １．５ ", 1.5),
    Case("speakingRate", ".5", 0.5),
    Case("speakingRate", "50%", 0.5, PERCENTAGE),
    Case("speakingRate", "150%", 1.5, PERCENTAGE),
    Case("speakingRate", "500%", TOO_MUCH),
    Case("speakingRate", "25E-2", 0.25, EXPONENT),
    Case("speakingRate", "1.25\u200b", 1.25, UNSEEN),
    Case("speakingRate", "1.5倍", NOT_A_NUMBER),
    Case("speakingRate", "1,5", NOT_A_NUMBER),
    Case("speakingRate", "1/2", A_DATE),
    Case("speakingRate", DAY, A_DATE),
    Case("speakingRate", Truth.TRUE, NOT_A_NUMBER),
    Case("speakingRate", float("nan"), NOT_A_NUMBER),
    Case("speakingRate", "9" * 400, TOO_MUCH),
    Case("speakingRate", 10**15, DIGITS_LOST),
    Case("speakingRate", "N/A", None, BLANKED),
    Case("speakingRate", None, None),
    Case("speakingRate", 1.5, 1.5, POINTLESS, {**UPLOADED, "speakingRate": 1.5}),
    # ssmlGender - 1 or 2
    Case("ssmlGender", "1-男", 1),
    Case("ssmlGender", "1 男", 1),
    Case("ssmlGender", "2女", 2),
    Case("ssmlGender", "女", 2),
    Case("ssmlGender", "Female", 2),
    Case("ssmlGender", "1-女", CONTRADICTION),
    Case("ssmlGender", 0, NO_OPTION),
    Case("ssmlGender", "—", None, BLANKED),
    Case("ssmlGender", Truth.TRUE, NOT_A_NUMBER),
    Case("ssmlGender", 1, 1, POINTLESS, UPLOADED),
    # accent - any integer
    Case("accent", "7", 7),
    Case("accent", 7.0, 7),
    Case("accent", "美国口音", NOT_A_NUMBER),
    Case("accent", "7.5", NOT_WHOLE),
    Case("accent", "无", None, BLANKED),
    Case("accent", ERROR, Wrong("error-cell")),
    Case("accent", 7, 7, POINTLESS, UPLOADED),
    # hangUpSms - yes or no, always
    Case("hangUpSms", Truth.TRUE, 1),
    Case("hangUpSms", "true", 1),
    Case("hangUpSms", "是", 1),
    Case("hangUpSms", "1-是", 1),
    Case("hangUpSms", "１－是", 1),
    Case("hangUpSms", "Yes", 1),
    Case("hangUpSms", "0-否", 0, among=NO_SMS),
    Case("hangUpSms", Truth.FALSE, 0, among=NO_SMS),
    Case("hangUpSms", "1-否", CONTRADICTION),
    Case("hangUpSms", 2, NO_OPTION),
    Case("hangUpSms", "1.5", NOT_WHOLE),
    Case("hangUpSms", "N/A", NO_OPTION),
    Case("hangUpSms", None, REQUIRED),
    # smsContent - up to 1000 characters, with variables
    Case("smsContent", "Dear ${text1}", "Dear ${text1}"),
    *(Case("smsContent", f"${{text{number}}}!", f"${{text{number}}}!") for number in range(2, 11)),
    Case("smsContent", "${text11}", UNKNOWN),
    Case("smsContent", "${text0}", UNKNOWN),
    Case("smsContent", "${name}", UNKNOWN),
    Case("smsContent", "${ text1 }", UNKNOWN),
    Case("smsContent", "${}", UNKNOWN),
    Case("smsContent", "Dear ${text1", UNCLOSED),
    Case("smsContent", "${text1${text2}", UNCLOSED),
    Case("smsContent", "${", UNCLOSED),
    Case("smsContent", "$5 {now} $text1", "$5 {now} $text1"),
    Case("smsContent", "Hi\nyou", "Hi\nyou"),
    Case("smsContent", "a" * 1000, "a" * 1000),
    Case("smsContent", "a" * 1001, LENGTH),
    Case("smsContent", EMOJI * 500, EMOJI * 500, RARE),
    Case("smsContent", EMOJI * 501, LENGTH),
    Case("smsContent", "Hi\u202e", "Hi\u202e", UNSEEN),
    Case("smsContent", "\u2060", REQUIRED_WHEN),
    Case("smsContent", "Hi\x08", CONTROL),
    Case("smsContent", 12_345, "12345"),
    Case("smsContent", "nil", REQUIRED_WHEN, BLANKED),
    Case("smsContent", None, REQUIRED_WHEN),
    Case("smsContent", "Call us", "Call us", POINTLESS, NO_SMS),
    # senderId - up to 32 characters
    Case("senderId", "a" * 32, "a" * 32),
    Case("senderId", "a" * 33, LENGTH),
    Case("senderId", EMOJI * 16, EMOJI * 16),
    Case("senderId", EMOJI * 17, LENGTH),
    Case("senderId", " Shop\t", "Shop"),
    Case("senderId", "Shop\u200b", "Shop", UNSEEN),
    Case("senderId", "My\nShop", BREAK),
    Case("senderId", 10_086, "10086"),
    Case("senderId", "None", None, BLANKED),
    Case("senderId", None, None),
    Case("senderId", "Shop", "Shop", POINTLESS, NO_SMS),
    # feedbackPush - yes or no
    Case("feedbackPush", "是", 1),
    Case("feedbackPush", Truth.TRUE, 1),
    Case("feedbackPush", "1 是", 1),
    Case("feedbackPush", "否", 0, among={"feedbackValue": None}),
    Case("feedbackPush", "-", None, BLANKED, {"feedbackValue": None}),
    Case("feedbackPush", "0-是", CONTRADICTION),
    Case("feedbackPush", "maybe", NO_OPTION),
    Case("feedbackPush", 0, NO_PUSH, among=NO_PUSHES | {"ringPush": 0}),
    Case("feedbackPush", None, NO_PUSH, among=NO_PUSHES | {"ringPush": "否", "successPush": None}),
    Case("feedbackPush", 1, 1, POINTLESS, {**NO_SMS, "feedbackValue": "5"}),
    # feedbackValue - a digit, as text
    *(Case("feedbackValue", digit, str(digit)) for digit in range(10)),
    *(Case("feedbackValue", digit, digit) for digit in "0123456789"),
    Case("feedbackValue", "５", "5"),
    Case("feedbackValue", 5.0, "5"),
    Case("feedbackValue", "5.0", "5"),
    Case("feedbackValue", " 5 ", "5"),
    Case("feedbackValue", "5\u200b", "5", UNSEEN),
    Case("feedbackValue", "10", NO_DIGIT),
    Case("feedbackValue", 10, NO_DIGIT),
    Case("feedbackValue", -1, NO_DIGIT),
    Case("feedbackValue", 5.5, NO_DIGIT),
    Case("feedbackValue", "*", NO_DIGIT),
    Case("feedbackValue", "五", NO_DIGIT),
    Case("feedbackValue", "1-2", NO_DIGIT),
    Case("feedbackValue", Truth.TRUE, NO_TEXT),
    Case("feedbackValue", DATE, A_DATE),
    Case("feedbackValue", "无", REQUIRED_WHEN, BLANKED),
    Case("feedbackValue", None, REQUIRED_WHEN),
    Case("feedbackValue", "5", "5", POINTLESS, {"feedbackPush": 0}),
    # successPush, successPushTime - 1 to 9999 seconds
    Case("successPush", "1-是", 1),
    Case("successPush", "off", 0, among={"successPushTime": None}),
    Case("successPush", 3, NO_OPTION),
    Case("successPush", 1, 1, POINTLESS, NO_SMS | {"successPushTime": 60}),
    Case("successPushTime", 1, 1),
    Case("successPushTime", 0, TOO_MUCH),
    Case("successPushTime", "9999", 9999),
    Case("successPushTime", "9,999", 9999, SEPARATOR),
    Case("successPushTime", 10_000, TOO_MUCH),
    Case("successPushTime", "60s", NOT_A_NUMBER),
    Case("successPushTime", "60.5", NOT_WHOLE),
    Case("successPushTime", timedelta(seconds=60), A_DATE),
    Case("successPushTime", None, REQUIRED_WHEN),
    Case("successPushTime", "--", REQUIRED_WHEN, BLANKED),
    Case("successPushTime", 60, 60, POINTLESS, {"successPush": 0}),
    # failedPush, ringPush - yes or no
    Case("failedPush", "no", 0),
    Case("failedPush", "ＴＲＵＥ", 1),
    Case("failedPush", "1", 1, among=NO_PUSHES | {"ringPush": 0}),
    Case("failedPush", "是否", NO_OPTION),
    Case("failedPush", 1, 1, POINTLESS, NO_SMS),
    Case("ringPush", "y", 1),
    Case("ringPush", "对", 1),
    Case("ringPush", "不是", 0),
    Case("ringPush", "空", None, BLANKED),
    Case("ringPush", "1-否", CONTRADICTION),
    Case("ringPush", DATE, A_DATE),
    Case("ringPush", 1, 1, POINTLESS, NO_SMS),
    # toSeat - yes or no, always
    Case("toSeat", "1.是", 1),
    Case("toSeat", "On", 1),
    Case("toSeat", "0：否", 0, among=NO_SEAT),
    Case("toSeat", Truth.FALSE, 0, among=NO_SEAT),
    Case("toSeat", "-1", NO_OPTION),
    Case("toSeat", "null", NO_OPTION),
    Case("toSeat", "", REQUIRED),
    # sipGroupId - any integer
    Case("sipGroupId", "1000038", 1_000_038),
    Case("sipGroupId", "1,000,038", 1_000_038, SEPARATOR),
    Case("sipGroupId", "1.000038E+06", 1_000_038, EXPONENT),
    Case("sipGroupId", "1.23457E+11", DIGITS_LOST),
    Case("sipGroupId", "1000038号", NOT_A_NUMBER),
    Case("sipGroupId", None, REQUIRED_WHEN),
    Case("sipGroupId", "NULL", REQUIRED_WHEN, BLANKED),
    Case("sipGroupId", 5, 5, POINTLESS, NO_SEAT),
    # outboundControl - 1, and no other
    Case("outboundControl", "1-比例式外呼", 1),
    Case("outboundControl", "比例式外呼", 1),
    Case("outboundControl", "Proportional dialling", 1),
    Case("outboundControl", 0, NO_OPTION),
    Case("outboundControl", "2-比例式外呼", CONTRADICTION),
    Case("outboundControl", "是", NO_OPTION),
    Case("outboundControl", None, REQUIRED_WHEN),
    Case("outboundControl", 1, 1, POINTLESS, NO_SEAT),
    # calloutRate - 1 to 100
    Case("calloutRate", 1, 1),
    Case("calloutRate", 0, TOO_MUCH),
    Case("calloutRate", 100, 100),
    Case("calloutRate", 101, TOO_MUCH),
    Case("calloutRate", "1E+2", 100, EXPONENT),
    Case("calloutRate", "100%", Wrong("percentage")),
    Case("calloutRate", 1.5, NOT_WHOLE),
    Case("calloutRate", "1月2日", A_DATE),
    Case("calloutRate", None, REQUIRED_WHEN),
    Case("calloutRate", 5, 5, POINTLESS, NO_SEAT),
    # toSeatType - 1 or 2
    Case("toSeatType", "2-根据按键反馈转接", 2),
    Case("toSeatType", "根据按键反馈转接", 2),
    Case("toSeatType", "2根据按键反馈转接", 2),
    Case("toSeatType", "1群呼结束后转接", 1, among={"toSeatKey": None, "delayTransfer": None}),
    Case("toSeatType", "1-根据按键反馈转接", CONTRADICTION),
    Case("toSeatType", 3, NO_OPTION),
    Case("toSeatType", None, REQUIRED_WHEN, among={"toSeatKey": None, "delayTransfer": None}),
    Case("toSeatType", 2, 2, POINTLESS, NO_SEAT),
    # toSeatKey - text
    Case("toSeatKey", 5, "5"),
    Case("toSeatKey", 5.0, "5"),
    Case("toSeatKey", "5", "5"),
    Case("toSeatKey", 0, "0"),
    Case("toSeatKey", "#", "#"),
    Case("toSeatKey", " 5 ", "5"),
    Case("toSeatKey", "5\u200b", "5", UNSEEN),
    Case("toSeatKey", "1\n2", BREAK),
    Case("toSeatKey", Truth.TRUE, NO_TEXT),
    Case("toSeatKey", DATE, A_DATE),
    Case("toSeatKey", None, REQUIRED_WHEN),
    Case("toSeatKey", "—", REQUIRED_WHEN, BLANKED),
    Case("toSeatKey", "5", "5", POINTLESS, NO_SEAT),
    Case("toSeatKey", "5", "5", POINTLESS, {"toSeatType": 1, "delayTransfer": None}),
    # delayTransfer - any integer
    Case("delayTransfer", 0, 0),
    Case("delayTransfer", "１０", 10),
    Case("delayTransfer", "10秒", NOT_A_NUMBER),
    Case("delayTransfer", time(0, 0, 10), A_DATE),
    Case("delayTransfer", "n/a", None, BLANKED),
    Case("delayTransfer", None, None),
    Case("delayTransfer", 10, 10, POINTLESS, {"toSeatType": 1, "toSeatKey": None}),
    Case("delayTransfer", 0, 0, None, {"toSeatType": 1, "toSeatKey": None}),
    Case("delayTransfer", 10, 10, POINTLESS, NO_SEAT),
)


def test_every_field_has_cells_of_its_own() -> None:
    assert {case.name for case in CASES} == set(FIELDS)
    assert len(CASES) >= 160


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_cell_is_what_it_certainly_means_or_a_problem_at_its_address(case: Case) -> None:
    row = case.row()
    [draft] = flow_drafts(table_of(FIELDS, [[row.get(name) for name in FIELDS]]))
    said = [notice for notice in draft.notices if notice.field == case.name]
    assert [notice.code for notice in said] == ([case.notice] if case.notice else [])
    address = f"{column_letter(FIELDS.index(case.name))}2"
    for notice in said:
        assert (notice.row, notice.cell, notice.heading) == (2, address, case.name)
        assert re.search(r"[\u4e00-\u9fff]", notice.message.zh)
    if isinstance(case.expected, Wrong):
        assert draft.body is None
        [problem] = draft.problems
        assert (problem.field, problem.violation.code) == (case.name, case.expected.code)
        assert (problem.row, problem.cell, problem.heading) == (2, address, case.name)
        assert problem.violation.message.en.encode()
        assert problem.violation.remedy.zh.encode()
        return
    assert draft.problems == ()
    assert draft.body is not None
    flow = json.loads(draft.body)
    sent = (flow if case.name in FLOW_NAMES else flow["nodeList"][0])[case.name]
    assert (type(sent), sent) == (type(case.expected), case.expected)


def test_the_row_that_is_right_has_nothing_said_about_it() -> None:
    for setting in ({}, UPLOADED, NEW_FILE, NO_SMS, NO_SEAT):
        row = RIGHT | setting
        [draft] = flow_drafts(table_of(FIELDS, [[row.get(name) for name in FIELDS]]))
        assert (draft.problems, draft.notices) == ((), ())
