"""The rules of the vendor's page in words: what is wrong with a value, and what to do about it."""

from jobs.recallflow.declarations import characters
from jobs.recallflow.fields import PUSHES
from jobs.recallflow.reference import SPECS, FieldSpec, named
from runner.problem import Violation
from runner.tables.options import not_an_option
from runner.tables.table import shown
from runner.tables.unreadable import TOO_LARGE
from runner.text import Text

Conditions = tuple[tuple[str, int], ...]


def violation_of(rule: str, field: str, value: str) -> Violation:
    """A broken rule in words.

    Args:
        rule: pydantic's type of error, or the name of a rule of ours (see `declarations`).
        field: whose value it is.
        value: as text, whole.
    """
    spec = SPECS.get(field)
    brief = shown(value)
    match rule:
        case "missing":
            return REQUIRED
        case "literal_error" if spec:
            return not_an_option(brief, spec.options)
        case "greater_than_equal" | "less_than_equal" if spec:
            return _out_of_range(brief, spec)
        case "wrong-length" if spec:
            return _wrong_length(value, spec)
        case "too-large":
            return TOO_LARGE
        case "extra_forbidden":
            return _unknown_field(field)
        case _:
            return _OF_TEXT.get(rule) or wrong_type(field, brief)


REQUIRED = Violation(
    "required",
    Text("It is blank, and it is required", "必填项为空"),
    Text("Fill it in.", "请填写。"),
)


def in_words(conditions: Conditions) -> Text:
    """Other fields' values, as a message names them."""
    return Text(
        " and ".join(f"{other} = {value}" for other, value in conditions),
        " 且 ".join(f"{named(other).zh}= {value}" for other, value in conditions),
    )


def required_when(conditions: Conditions) -> Violation:
    """A blank where other fields call for a value."""
    when = in_words(conditions)
    other = named(conditions[-1][0])
    return Violation(
        "required-when",
        Text(f"It is blank, and it is required when {when.en}", f"当 {when.zh} 时必填，但单元格为空"),
        Text(f"Fill it in, or change {other.en}.", f"请填写，或修改 {other.zh}。"),
    )


def _out_of_range(value: str, spec: FieldSpec) -> Violation:
    low, high = f"{spec.low:g}", f"{spec.high:g}"
    return Violation(
        "out-of-range",
        Text(f"{value} is not between {low} and {high}", f"{value} 不在 {low} 到 {high} 之间"),
        Text(f"Type a number from {low} to {high}.", f"请填写 {low} 到 {high} 之间的数字。"),
    )


def _wrong_length(value: str, spec: FieldSpec) -> Violation:
    length = characters(value)
    low, high = int(spec.low or 0), spec.high and int(spec.high)
    allowed_en = f"{low} to {high} characters are allowed" if high else f"at least {low} is needed"
    allowed_zh = f"允许 {low} 到 {high} 个字符" if high else f"至少需要 {low} 个字符"
    return Violation(
        "wrong-length",
        Text(f"It has {length} characters; {allowed_en}", f"共 {length} 个字符；{allowed_zh}"),
        Text("Shorten or lengthen it to fit.", "请增减字数以符合要求。"),
    )


def _unknown_field(field: str) -> Violation:
    return Violation(
        "unknown-field",
        Text(f"There is no field {field}", f"不存在字段 {field}"),
        Text("Remove it, or correct its name.", "请删除，或更正其名称。"),
    )


def wrong_type(field: str, value: str) -> Violation:
    """A value of another type than the field's; only JSON can hold one."""
    spec = SPECS.get(field)
    kinds = {
        "integer": Text("a whole number", "整数"),
        "number": Text("a number", "数字"),
        "option": Text("a whole number", "整数"),
        "nodes": Text("a list of nodes", "节点列表"),
    }
    kind = kinds.get(spec.kind, Text("text", "文本")) if spec else Text("an object", "对象")
    return Violation(
        "wrong-type",
        Text("{value} is not {kind}", "{value} 不是{kind}").format(value=value, kind=kind),
        Text("Give {kind}.", "请填写{kind}。").format(kind=kind),
    )


NO_PUSH = Violation(
    "no-push",
    Text(
        f"When hangUpSms = 1, at least one of {', '.join(PUSHES)} must be 1",
        f"当 {named('hangUpSms').zh}= 1 时，{'、'.join(named(push).zh for push in PUSHES)} 至少有一个为 1",
    ),
    Text("Set one of them to 1, or hangUpSms to 0.", f"请将其中之一设为 1，或将 {named('hangUpSms').zh} 设为 0。"),
)

_OF_TEXT = {
    found.code: found
    for found in (
        Violation(
            "not-a-digit",
            Text("It is not a single digit from 0 to 9", "不是 0 到 9 的单个数字"),
            Text("Type one digit, the key that is pressed.", "请填写一位数字，即所按的键。"),
        ),
        Violation(
            "not-base64",
            Text("It is not the base64 text of a file", "不是文件的 base64 编码"),
            Text(
                "Encode the audio file as base64 (RFC 4648, section 4) in one line, or give its path.",
                "请将音频文件编码为单行 base64 文本，或填写文件路径。",
            ),
        ),
        Violation(
            "only-blanks",
            Text("It holds nothing but blanks", "只有空白字符"),
            Text("Type what is to be said.", "请填写实际内容。"),
        ),
        Violation(
            "line-break",
            Text("It holds a line break", "含有换行"),
            Text("Type it in one line.", "请写在一行内。"),
        ),
        Violation(
            "control-character",
            Text("It holds a control character, which nobody can see or hear", "含有控制字符，无法显示或朗读"),
            Text("Type the text again, or paste it as plain text.", "请重新输入，或以纯文本方式粘贴。"),
        ),
        Violation(
            "unclosed-variable",
            Text("A variable is opened with ${ and never closed", "变量以 ${ 开头但没有结束"),
            Text("Write ${text1}, with the closing brace.", "请写完整，如 ${text1}。"),
        ),
        Violation(
            "unknown-variable",
            Text("It holds a variable that does not exist", "含有不存在的变量"),
            Text("Use ${text1} to ${text10}.", "可用变量为 ${text1} 至 ${text10}。"),
        ),
    )
}
