"""What can be wrong with a change, and what to do about it."""

from jobs.recallflow.migration.keys import EFFECTS
from runner.text import Text

NO_EFFECT = Text(
    f"It changes nothing. Add one of: {', '.join(EFFECTS)}.",
    f"没有说明如何修改。请添加其中之一：{'、'.join(EFFECTS)}。",
)
ONE_EFFECT = Text(
    "It changes several things at once: {found}. Write a [[change]] for each.",
    "同时写了多种修改：{found}。请分别写成 [[change]]。",
)
NAMED_TWICE = Text(
    'Line {first} is called "{name}" as well. Give each change a name of its own.',
    "第 {first} 行的修改也名为“{name}”。请为每个修改取不同的名称。",
)
TOO_LONG_A_NAME = Text(
    "The name has more than {most} characters, or such as cannot be seen. Shorten it.",
    "名称超过 {most} 个字符，或含有不可见字符。请更正。",
)
FIELD_TO_SPARE = Text("{kind} is about whole nodes. Remove field.", "{kind} 针对整个节点。请删除 field。")
NOT_CHANGED = Text(
    "{field} cannot be changed. Name another field; a condition may ask for it.",
    "{field} 不能修改。请改用其他字段；可在条件中使用它。",
)
AUDIO_NOT_SET = Text(
    "Rules send no audio, so {field} cannot be set. Upload the file at the vendor's, and set source to 1 and "
    "voiceFileId to its id.",
    "规则不发送音频，因此不能设置 {field}。请先在供应商处上传文件，再将 source 设为 1、voiceFileId 设为其 ID。",
)
AUDIO_TO_ADD = Text(
    "Rules send no audio, so source cannot be 2. Use 1 with voiceFileId, or 3 with text.",
    "规则不发送音频，因此 source 不能为 2。请使用 1 并填写 voiceFileId，或使用 3 并填写 text。",
)
REMOVES_ALL = Text(
    "This would remove every node. Say which, with a condition on a field of the node that has no key nodes.",
    "这将删除所有节点。请用针对节点字段且不带 nodes 键的条件指明要删除的节点。",
)
NOT_TRUE = Text(
    "{key} has no other value than true. Write {key} = true, or remove the change.",
    "{key} 只能为 true。请写 {key} = true，或删除该修改。",
)
BLANK = Text(
    "{key} is blank. Write a value; clear = true makes a field blank.",
    "{key} 为空。请填写；要清空字段请用 clear = true。",
)
CLEARS_REQUIRED = Text(
    "{field} is required, and cannot be blank. Set it instead.", "{field} 为必填项，不能清空。请改用 set。"
)
DEFAULT_MISSING = Text(
    'With no_match = "default" there has to be a default. Add it.',
    'no_match = "default" 时必须有 default。请添加。',
)
NOT_TEXT = Text(
    "{field} is no text, so nothing can be replaced in it. Use set or map.",
    "{field} 不是文本，不能替换。请使用 set 或 map。",
)
WITH_MISSING = Text(
    'It does not say with what. Add with = "…"; with = "" takes the words out.',
    '没有说明替换为什么。请添加 with = "…"；with = "" 表示删去。',
)
SAME_WORDS = Text("Both are the same. Correct one of them.", "两者相同。请更正其中之一。")
NOT_SHIFTED = Text(
    "{field} is no number that could be more or less. Use set or map.", "{field} 不是可增减的数字。请使用 set 或 map。"
)
NO_SHIFT = Text(
    "shift is no number that the field could become more or less by. Write 30 or -30.",
    "shift 不是该字段可增减的数字。请写成 30 或 -30。",
)
NO_PLACE = Text(
    'at is no place. Write "start", "end", or a number from 1.',
    'at 不是有效的位置。请填写 "start"、"end" 或从 1 开始的数字。',
)
ADDS_TWICE = Text("{field} is there twice. Keep one of the two.", "{field} 写了两次。请只保留一个。")
