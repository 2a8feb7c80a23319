"""What the notes at cells say: on the first line what is wrong, on the second what to do; a blank line between two."""

from collections.abc import Iterable

from runner.journal.corrigenda import Corrigendum
from runner.outcome import State
from runner.report.words import STATES, Advise
from runner.tables.table import shown
from runner.text import Language, Text

_ENDS = (".", "!", "?", "。", "！", "？", "…")


def note(message: Text, remedy: Text, language: Language, *, was_at: Text | None = None) -> str:
    """One thing that is wrong, what to do about it, and where it was in the user's own file."""
    words = message.in_language(language).strip()
    if not words.endswith(_ENDS):
        words += "。" if language == "zh" else "."
    others = (said.in_language(language).strip() for said in (remedy, was_at) if said)
    return "\n".join(filter(None, (words, *others)))


def place_in(file: str, cell: str) -> Text:
    """Where something was: rows that a message names are those of that file, not of the corrections."""
    return _PLACE.format(file=file, cell=cell)


def together(notes: Iterable[str]) -> str:
    """The notes of one cell, each once."""
    return "\n\n".join(dict.fromkeys(notes))


def on_state(request: Corrigendum, reason: Text | None, advise: Advise, language: Language) -> str:
    """What became of a request.

    Args:
        request: one without problems.
        reason: why the run stopped, which is why a request was not sent.
        advise: says what to do.
        language: of the words.
    """
    message = request.message or (reason if request.state is State.NOT_SENT else None)
    coded = _CODED.format(state=STATES[request.state], code=request.code) if request.code else STATES[request.state]
    said = _SAID.format(state=coded, message=message) if message else coded
    # What is invalid without a problem was withdrawn from sending: its message says what to do as well.
    remedy = Text("", "") if request.state is State.INVALID else advise(request.state, request.code)
    return note(said, remedy, language)


def on_lost(value: str, language: Language) -> str:
    """That a cell held something that no cell of a workbook can hold, or no value at all."""
    return note(_LOST.format(value=shown(" ".join(value.split()))), _TYPE_IT, language)


def on_surplus(language: Language) -> str:
    """That a row has more cells than there are headings, at those cells and at the last one that has a heading."""
    return note(_SURPLUS, _JOIN, language)


def on_twin(key: str, language: Language, *, was_at: Text) -> str:
    """That a key was taken away, as its rows would count as rows of the request above them."""
    return note(_TWIN.format(key=key), _KEEP_APART, language, was_at=was_at)


_CODED = Text("{state} ({code})", "{state}（{code}）")
_SAID = Text("{state}: {message}", "{state}：{message}")
_LOST = Text("What it held cannot stand in this cell: {value}", "原内容无法写入此单元格：{value}")
_TYPE_IT = Text("Type the value, or correct the row in your own file.", "请填写具体的值，或在您自己的文件中更正该行。")
_PLACE = Text("In {file}: {cell}", "原文件 {file}：{cell}")
_SURPLUS = Text(
    "A text may have been cut here: cells of this row stand below no heading",
    "此处的文本可能被截断：本行有单元格没有对应的标题",
)
_JOIN = Text(
    "Join what belongs together in one cell, and clear all cells of this row behind the last heading.",
    "请将同一内容合并到一个单元格，并清空本行最后一个标题之后的所有单元格。",
)
_TWIN = Text(
    "It was {key}, as is the one above; both together would be taken for one",
    "原值为 {key}，与上方相同；放在一起会被视为同一个",
)
_KEEP_APART = Text(
    "Type the key that is meant, or delete all rows of one of the two.", "请填写正确的编号，或删除其中一处的所有行。"
)
