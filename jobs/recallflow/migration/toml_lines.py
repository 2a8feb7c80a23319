"""A TOML document, and the line on which each of its keys and values stands.

The library that reads TOML tells no lines but those of errors. So what it has found to be right is gone through once
more here, by a scanner that has nothing left to check.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from runner.text import Text

Path = tuple[str | int, ...]
"""Keys and, in arrays, places from 0."""

_TOKEN = re.compile(
    r"""
    (?P<string> \"{3}(?:\\[\s\S]|(?!\"{3})[\s\S])*\"{3,5} | '{3}(?:(?!'{3})[\s\S])*'{3,5}
              | \"(?:\\.|[^\"\\\n])*\" | '[^'\n]*' )
    | (?P<newline> \n ) | (?P<left_out> [\ \t\r]+ | \#[^\n]* ) | (?P<sign> [\[\]{}=,.] )
    | (?P<bare> [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class NoToml(Exception):
    """The text is no TOML."""

    def __init__(self, line: int, what: Text) -> None:
        super().__init__(what.en)
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Place:
    """A value at its place in the document."""

    value: Any
    path: Path
    _lines: Mapping[Path, int]

    @property
    def line(self) -> int:
        """From 1: of its key, or of the value where it has none; that of the whole for what has none of its own."""
        path = self.path
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def at(self, key: str | int) -> "Place":
        """A value in it."""
        return Place(self.value[key], (*self.path, key), self._lines)

    def find(self, key: str) -> "Place | None":
        """A value in it; None where there is no such key."""
        return self.at(key) if key in self.value else None

    def each(self) -> Iterator["Place"]:
        """The values of an array."""
        return (self.at(place) for place in range(len(self.value)))


def parse(text: str) -> Place:
    """The document.

    Raises:
        NoToml: it is none.
    """
    try:
        values = tomllib.loads(text)
        return Place(values, (), _Scanner(text.replace("\r\n", "\n")).lines())
    except tomllib.TOMLDecodeError as error:
        said = _LINE.search(str(error))
        line = int(said[1]) if said and said[1] else text.count("\n", 0, len(text.rstrip())) + 1
        reason = _LINE.sub("", str(error))
        raise NoToml(line, _words_for(reason, text.splitlines()[line - 1 : line])) from error
    except RecursionError as error:
        raise NoToml(1, _TOO_DEEP) from error


def _words_for(reason: str, line: Sequence[str]) -> Text:
    """What is wrong with a line, in words for who writes such a file once."""
    if any(mark in words for words in line for mark in _CURLY):
        return _CURLY_MARKS
    return _TWICE if reason.startswith("Cannot overwrite") else _NO_TOML.format(reason=reason)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    words: str
    line: int


class _Scanner:
    """Goes through the tokens of a document that is right."""

    def __init__(self, text: str) -> None:
        found = [(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(text)]
        lines = accumulate((words.count("\n") for _, words in found), initial=1)
        self._tokens = [
            _Token(kind, words, line) for (kind, words), line in zip(found, lines, strict=False) if kind != "left_out"
        ]
        self._tokens.append(_Token("newline", "\n", text.count("\n") + 1))
        self._next = 0
        self._found: dict[Path, int] = {}
        self._lengths: dict[Path, int] = {}
        """Of the arrays of tables."""

    def lines(self) -> Mapping[Path, int]:
        """By path."""
        table: Path = ()
        while self._next < len(self._tokens):
            if self._is("newline"):
                self._next += 1
            elif self._is("sign", "["):
                table = self._header()
            else:
                self._pair(table)
        return self._found

    def _is(self, kind: str, words: str | None = None) -> bool:
        token = self._tokens[self._next]
        return token.kind == kind and words in (None, token.words)

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _header(self) -> Path:
        line = self._take().line
        is_array = self._is("sign", "[")
        if is_array:
            self._take()
        path: Path = ()
        keys = self._keys("]")
        if is_array:
            self._take()
        for place, key in enumerate(keys, start=1):
            path = (*path, key)
            if is_array and place == len(keys):
                self._found.setdefault(path, line)
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        self._found.setdefault(path, line)
        return path

    def _keys(self, end: str) -> list[str]:
        """Up to a sign, which is taken as well."""
        keys: list[str] = []
        while not self._is("sign", end):
            token = self._take()
            if token.kind == "string":
                keys.append(tomllib.loads(f"key = {token.words}")["key"])
            elif token.kind == "bare":
                keys.append(token.words)
        self._take()
        return keys

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._next].line
        path = table
        for key in self._keys("="):
            path = (*path, key)
            self._found.setdefault(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._found.setdefault(path, self._tokens[self._next].line)
        if self._is("sign", "["):
            self._inside(path, "]")
        elif self._is("sign", "{"):
            self._inside(path, "}")
        else:
            while not (self._is("newline") or self._tokens[self._next].words in {",", "]", "}"}):
                self._next += 1

    def _inside(self, path: Path, end: str) -> None:
        self._take()
        place = 0
        while not self._is("sign", end):
            if self._is("newline") or self._is("sign", ","):
                self._take()
            elif end == "]":
                self._value((*path, place))
                place += 1
            else:
                self._pair(path)
        self._take()


_CURLY = "\u201c\u201d\u2018\u2019"
"""Quotation marks that a text program or a Chinese keyboard makes of plain ones."""

_CURLY_MARKS = Text(
    'Texts stand in straight quotation marks ("…"), and these are curly. Write straight ones.',
    '文本须使用英文直引号（"…"），此处是弯引号或中文引号。请改为英文引号。',
)
_TWICE = Text(
    "The same key stands here twice, or one as a value and as a table. Take one away.",
    "同一个键在此重复出现，或既是值又是表。请删除其中一个。",
)
_NO_TOML = Text(
    "This is no TOML ({reason}). Correct it; texts stand in quotation marks, and a backslash in them is doubled.",
    "不是有效的 TOML（{reason}）。请更正；文本须加英文双引号，其中的反斜杠须写两个。",
)
_TOO_DEEP = Text("The brackets are nested too deep. Take some away.", "括号嵌套过深。请减少层数。")
