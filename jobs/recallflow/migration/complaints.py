"""What is wrong with a file of rules: line by line, all of it at once."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from runner.errors import ManyWrong
from runner.problem import Violation
from runner.tables.table import shown
from runner.text import Text

MOST_TOLD = 50
"""Lines of a message; what is more is counted."""


class Complaints:
    """Those about one file, while it is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[tuple[int, Text]] = []

    def add(self, line: int, what: Text) -> None:
        """Something is wrong on a line: what, and what to do about it."""
        self._found.append((line, what))

    def violation(self, line: int, what: str, violation: Violation) -> None:
        """The value of a key breaks a rule."""
        said = _OF_KEY.format(what=what, message=violation.message, remedy=violation.remedy)
        self.add(line, said)

    def raise_if_any(self) -> None:
        """Ends the reading, if anything is wrong.

        Raises:
            ManyWrong: all that is.
        """
        if self._found:
            told = sorted(dict.fromkeys(self._found), key=lambda each: each[0])
            lines = [_LINE.format(file=self._file, line=line, what=what) for line, what in told[:MOST_TOLD]]
            if len(told) > MOST_TOLD:
                lines[-1] = _AND_MORE.format(line=lines[-1], count=len(told) - MOST_TOLD)
            raise ManyWrong("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines))

    def unknown_key(self, line: int, key: str, known: Collection[str]) -> None:
        """A key that the format does not have there."""
        self.add(line, _UNKNOWN.format(key=shown(key), remedy=_nearest(key, known)))

    def not_one_of(self, line: int, key: str, known: Sequence[str]) -> None:
        """A word where only some are known."""
        listed = [f'"{word}"' for word in known]
        self.add(line, _NOT_ONE_OF.format(key=key, known=Text(" or ".join(listed), " 或 ".join(listed))))


def _nearest(key: str, known: Collection[str]) -> Text:
    near = get_close_matches(key, known, n=1)
    return _NEAREST.format(near=near[0]) if near else _KNOWN.format(known=", ".join(known))


_LINE = Text("{file}, line {line}: {what}", "{file} 第 {line} 行：{what}")
_AND_MORE = Text("{line}\n(and {count} more)", "{line}\n（另有 {count} 处）")
_OF_KEY = Text("{what}: {message}. {remedy}", "{what}：{message}。{remedy}")
_UNKNOWN = Text('There is no key "{key}" here. {remedy}', "此处没有键“{key}”。{remedy}")
_NEAREST = Text("The nearest one is {near}; correct it.", "最接近的是 {near}；请更正。")
_KNOWN = Text("Write one of: {known}.", "可用的键：{known}。")
_NOT_ONE_OF = Text("{key} cannot be that. Write {known}.", "{key} 的值无效。请填写 {known}。")
