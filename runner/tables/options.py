"""Cells that hold one of a list of options: by value, by meaning, or by both, as in `1-是`."""

import re
from collections.abc import Mapping

from runner.problem import Violation
from runner.tables.cells import Convert, Reading, narrow, to_integer
from runner.tables.table import Cell, Truth, shown
from runner.text import Text

_BOTH = re.compile(r"([0-9]+)[-–—_:.、)]?(.+)")
_NO, _YES = Text("no", "否"), Text("yes", "是")
_SYNONYMS = {_NO: ("n", "false", "off", "不", "不是", "关"), _YES: ("y", "true", "on", "对", "开")}


def to_option(meanings: Mapping[int, Text]) -> Convert:
    """Reads cells of a field that takes one of these values. Where they mean yes and no, as people say that, too.

    A whole number that is none of the values is given as it is; the field's rule says what it must be.
    """
    words: dict[str, int] = {}
    for value, meaning in meanings.items():
        for word in (meaning.en, meaning.zh, *_SYNONYMS.get(meaning, ())):
            words[_folded(word)] = value

    def reading(cell: Cell) -> Reading:
        if isinstance(cell, str | Truth):
            folded = _folded(str(cell))
            if folded in words:
                return words[folded]
            both = _BOTH.fullmatch(folded)
            if both and both[2] in words:
                value = words[both[2]]
                return value if str(value) == (both[1].lstrip("0") or "0") else _contradiction(cell)
        number = to_integer(cell)
        if isinstance(number, Violation) and number.code in {"not-a-number", "date-instead"} and isinstance(cell, str):
            return not_an_option(shown(cell), meanings)
        return number

    return reading


def not_an_option(value: str, meanings: Mapping[int, Text]) -> Violation:
    """A value that is not in the list."""
    en = ", ".join(f"{option} ({meaning.en})" for option, meaning in meanings.items())
    zh = "、".join(f"{option}（{meaning.zh}）" for option, meaning in meanings.items())
    only = len(meanings) == 1
    return Violation(
        "not-an-option",
        Text(
            f"{value} is not {'the only option' if only else 'one of the options'} {en}",
            f"{value} 不在可选值 {zh} 之中",
        ),
        Text(f"Type {en}." if only else f"Type one of: {en}.", f"请填写{'' if only else '以下之一：'}{zh}。"),
    )


def _folded(word: str) -> str:
    return "".join(narrow(word).casefold().split())


def _contradiction(cell: Cell) -> Violation:
    return Violation(
        "contradiction",
        Text(
            f'"{shown(cell)}" contradicts itself: the number stands for something else',
            f"“{shown(cell)}”自相矛盾：数字与文字不符",
        ),
        Text("Type the number alone.", "请只填写数字。"),
    )
