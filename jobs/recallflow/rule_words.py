"""The rule of each field in words, from its declarations: for the template, for the reference, for whoever asks."""

from collections.abc import Iterable, Iterator, Mapping

from jobs.recallflow.audio import AUDIO
from jobs.recallflow.fields import LANGUAGES, PUSHES
from jobs.recallflow.reference import FLOW_FIELDS, KEY, FieldSpec, named
from runner.text import Text

AUDIO_FILES = tuple(AUDIO.endings)
"""What the vendor's public pages name."""


def option_text(spec: FieldSpec, value: int) -> Text:
    """A value with its meaning, as drop-downs show it and cells may hold it: `1-yes`, `1-是`."""
    meaning = spec.options[value]
    return Text(f"{value}-{meaning.en}", f"{value}-{meaning.zh}")


def rule(spec: FieldSpec) -> Text:
    """The whole rule of a field, as sentences in one line."""
    sentences = (need(spec), shape(spec), *_further(spec))
    return Text(
        " ".join(f"{sentence.en}." for sentence in sentences), "".join(f"{sentence.zh}。" for sentence in sentences)
    )


def need(spec: FieldSpec, *, bare: bool = False) -> Text:
    """Whether and when it is required; without a full stop, as all parts of a rule. Bare: with no labels."""
    if spec.required:
        return Text("Always required", "必填")
    if spec.required_when:
        return Text("Required when {when}", "{when} 时必填").format(when=condition(spec.required_when, bare=bare))
    if spec.name in PUSHES:
        return Text("When {when}, at least one of the four pushes is 1", "{when} 时，四种推送至少一种为 1").format(
            when=condition({"hangUpSms": 1}, bare=bare)
        )
    return Text("Optional", "选填")


def conditional(spec: FieldSpec) -> bool:
    """Whether it may be required, and not always is."""
    return spec.required_when is not None or spec.name in PUSHES


def condition(values: Mapping[str, int], *, bare: bool = False) -> Text:
    """Other fields' values: `toSeat = 1 and toSeatType = 2`."""
    return Text(
        " and ".join(f"{named(name).en} = {value}" for name, value in values.items()),
        (" 且 " if bare else " 且").join(
            f"{f'{name} ' if bare else named(name).zh}= {value}" for name, value in values.items()
        ),
    )


def shape(spec: FieldSpec) -> Text:
    """What a value is: its type, with its range, its length or its options."""
    match spec.kind:
        case "option":
            return Text(
                ", ".join(f"{value} = {meaning.en}" for value, meaning in spec.options.items()),
                "，".join(f"{value}-{meaning.zh}" for value, meaning in spec.options.items()),
            )
        case "digit":
            return Text("One digit from 0 to 9, kept as text", "0 到 9 的一位数字，按文本保存")
        case "name":
            return _bounded(spec, Text("One line of text", "单行文本"))
        case "text":
            return _bounded(spec, Text("Text of any number of lines", "文本，可换行"))
        case "file":
            files_en, files_zh = ", ".join(AUDIO_FILES), "、".join(AUDIO_FILES)
            return Text(
                f"The path of an audio file ({files_en}), relative to the spreadsheet; or its content as base64",
                f"音频文件（{files_zh}）的路径，以表格所在文件夹为起点；或文件内容的 base64 编码",
            )
        case "nodes":
            return Text("A JSON list of nodes, in place of the columns of a node", "节点的 JSON 列表，用来代替各节点列")
        case _:
            return Text("{number}{unit}", "{number}{unit}").format(number=number_words(spec), unit=_unit(spec))


def number_words(spec: FieldSpec) -> Text:
    """A number and its range: `A whole number from 1 to 10`."""
    kind = Text("A number", "数字") if spec.kind == "number" else Text("A whole number", "整数")
    if spec.low is None or spec.high is None:
        return kind
    span = Text(" from {low} to {high}", "{low} 到 {high} 之间的").format(low=f"{spec.low:g}", high=f"{spec.high:g}")
    return Text(kind.en + span.en, span.zh + kind.zh)


def length_words(spec: FieldSpec) -> Text | None:
    """How long text may be: `5 to 32 characters`; None where nothing limits it."""
    if spec.high is None:
        return None
    if spec.low is None or spec.low <= 1:
        return Text("at most {high} characters", "最多 {high} 个字符").format(high=f"{spec.high:g}")
    return Text("{low} to {high} characters", "{low} 到 {high} 个字符").format(
        low=f"{spec.low:g}", high=f"{spec.high:g}"
    )


def _bounded(spec: FieldSpec, kind: Text) -> Text:
    length = length_words(spec)
    return Text("{kind}, {length}", "{kind}，{length}").format(kind=kind, length=length) if length else kind


def _unit(spec: FieldSpec) -> Text:
    """The unit that the vendor's page names."""
    if spec.kind == "integer" and "分钟" in spec.label.page:
        return Text(" (minutes)", "（分钟）")
    if spec.kind == "integer" and "秒" in spec.label.page:
        return Text(" (seconds)", "（秒）")
    return Text("", "")


def _further(spec: FieldSpec) -> Iterator[Text]:
    """What is to be said besides."""
    if spec.name in PUSHES:
        yield Text(f"The four: {', '.join(PUSHES)}", f"四种推送：{_listed(named(push).zh for push in PUSHES)}")
    if spec.required_when:
        yield Text("Has no effect otherwise", "其他情况下不起作用")
    elif spec.effective_when:
        yield Text("Has an effect only when {when}", "仅当{when} 时生效").format(when=condition(spec.effective_when))
    if spec.kind in {"name", "text"} and spec.high is not None:
        yield Text("Counted as Java counts: an emoji is two", "字符数按 Java 方式计算：一个表情符号算两个")
    if spec.variables:
        yield Text("May hold the variables ${text1} to ${text10}", "可使用变量 ${text1} … ${text10}")
    if spec.name == "lan":
        yield Text(
            f"Known codes: {', '.join(LANGUAGES)}; others are allowed, with a notice",
            f"已知代码：{'、'.join(LANGUAGES)}；也可填写其他代码，届时会有提示",
        )
    if spec in FLOW_FIELDS:
        yield _rows(spec)


def _rows(spec: FieldSpec) -> Text:
    if spec.name == KEY:
        return Text("In every row; consecutive rows of one flow share it", "每行都要填；同一流程的各行相邻且相同")
    if spec.kind == "nodes":
        return Text("Only in the first row of a flow", "只填在流程的第一行")
    return Text(
        "In the first row of a flow; below it blank, or the same",
        "填在流程的第一行；其后各行留空，或填相同的值",
    )


def _listed(names: Iterable[str]) -> str:
    return "、".join(names)


def accepted(spec: FieldSpec) -> Text:
    """What a cell may hold besides the plain value, by kind."""
    match spec.kind:
        case "option":
            value, meaning = list(spec.options.items())[-1]
            both = option_text(spec, value)
            return Text(
                f"The value, its meaning, or both: {value}, {meaning.en}, {meaning.zh}, {both.en}",
                f"值、含义或两者：{value}、{meaning.zh}、{meaning.en}、{both.zh}",
            )
        case "digit":
            return Text("The digit as text or as a number: 5", "文本或数字形式均可：5")
        case "name":
            return Text(
                "A whole number as its digits; format the cell as text to keep zeros in front",
                "整数按其各位数字读取；如需保留开头的 0，请将单元格设为文本格式",
            )
        case "text":
            return Text("A number as its digits", "数字按其各位数字读取")
        case "file":
            return Text("hello.wav, audio/hello.mp3, or base64", "hello.wav、audio/hello.mp3，或 base64 编码")
        case "nodes":
            return Text("JSON as the vendor's page shows it", "供应商文档中的 JSON 格式")
        case "number":
            return Text("Full-width digits as well: 0.75, ０．７５", "也可用全角数字：0.75、０．７５")
        case _:
            return Text("Zeros as decimals, and full-width digits: 5, 5.0, ５", "小数位为零或全角数字也可：5、5.0、５")
