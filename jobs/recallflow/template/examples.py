"""The example rows of the template: two flows that keep every rule, each node of another kind."""

from jobs.recallflow.reference import FieldSpec
from jobs.recallflow.rule_words import option_text
from runner.text import Language

FIRST_KEY = 900_000_001
"""So high that nobody takes it for one of their own flows."""

EXAMPLES: tuple[dict[str, int | float | str], ...] = (
    {
        "keyId": FIRST_KEY,
        "recallInterval": 30,
        "recallNum": 3,
        "recallType": 1,
        "source": 3,
        "text": "Hello, your bill is due tomorrow. Press 1 to talk to us.",
        "lan": "EN",
        "speakingRate": 1,
        "ssmlGender": 2,
        "hangUpSms": 0,
        "toSeat": 1,
        "sipGroupId": 1_000_038,
        "outboundControl": 1,
        "calloutRate": 1,
        "toSeatType": 2,
        "toSeatKey": "1",
        "delayTransfer": 3,
    },
    {
        "keyId": FIRST_KEY + 1,
        "recallInterval": 60,
        "recallNum": 2,
        "recallType": 0,
        "source": 1,
        "voiceFileId": "120250811103439c1901f4c53b691b419ad8a143b.wav",
        "hangUpSms": 1,
        "smsContent": "Dear ${text1}, we tried to call you. Your bill of ${text2} is due tomorrow.",
        "senderId": "NOTICE",
        "feedbackPush": 1,
        "feedbackValue": "2",
        "successPush": 0,
        "failedPush": 1,
        "ringPush": 0,
        "toSeat": 0,
    },
    {
        "keyId": FIRST_KEY + 1,
        "source": 3,
        "text": "Thank you. We will send you a message with all details.",
        "lan": "EN",
        "hangUpSms": 1,
        "smsContent": "Dear ${text1}, thank you for your time.",
        "feedbackPush": 0,
        "successPush": 1,
        "successPushTime": 5,
        "failedPush": 0,
        "ringPush": 0,
        "toSeat": 0,
    },
)
"""By field: the last two are the nodes of one flow, whose own fields stand in its first row. The id of the voice file
is the one in the vendor's own example."""


def shown(spec: FieldSpec, value: float | str, language: Language) -> float | str:
    """An example's value as its cell holds it: an option with its meaning."""
    if spec.options and isinstance(value, int):
        return option_text(spec, value).in_language(language)
    return value


_JSON_EXAMPLE = '[{"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}]'
_OF_OTHERS: dict[str, int | float | str] = {
    "nodeList": _JSON_EXAMPLE,
    "uploadName": "greeting.wav",
    "baseFile": "audio/greeting.wav",
    "accent": 1,
}


def example(spec: FieldSpec, language: Language) -> str:
    """A value of a field, as text: the first of the example rows', where they have one."""
    values = [row[spec.name] for row in EXAMPLES if spec.name in row]
    value = values[0] if values else _OF_OTHERS[spec.name]
    return str(shown(spec, value, language))
