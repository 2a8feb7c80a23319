"""The names of a job's fields, and whether what somebody wrote above a column is one of them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

LONGEST_HEADING = 200
"""Characters. What is longer is a text, and is not compared with anything."""

RESEMBLING, MISSPELT = 0.5, 0.8
"""How alike two names are (difflib's ratio) to be mentioned together, and to be taken for one another."""

_IGNORED = re.compile(r"[\s_*\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
"""White space, what cannot be seen, underscores, and the asterisk for required."""

_BRACKETS = {"(": ")", "[": "]", "【": "】", "{": "}"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}
_BETWEEN = "/|\\-:,;.·" + "".join(_BRACKETS) + "".join(_CLOSING)
"""What stands between two names of one field in one heading."""

_REMARKS = frozenset(
    {
        "必填",
        "必填项",
        "必需",
        "选填",
        "可选",
        "非必填",
        "可空",
        "required",
        "mandatory",
        "optional",
        "req",
        "opt",
        "次",
        "倍",
        "个",
        "字符",
    }
)
_MEASURES = (
    (frozenset({"ms", "msec", "millisecond", "milliseconds", "毫秒"}), re.compile("毫秒|millisecond")),
    (frozenset({"s", "sec", "secs", "second", "seconds", "秒", "秒钟"}), re.compile("(?<!毫)秒|(?<!milli)second")),
    (frozenset({"m", "min", "mins", "minute", "minutes", "分", "分钟"}), re.compile("分钟|minute")),
    (frozenset({"h", "hr", "hrs", "hour", "hours", "时", "小时"}), re.compile("小时|hour")),
    (frozenset({"d", "day", "days", "天", "日"}), re.compile("天|day")),
)
"""What times are counted in, as it stands in brackets, and as it is found in the names of a field."""

MOST_LOOKED_UP = 20_000
"""Different texts that are taken apart; no tables have as many above their rows, and a file is not to take for ever."""

MOST_BRACKETS = 8
"""In one heading."""

_ALL_MEASURES = frozenset[str]().union(*(words for words, _ in _MEASURES))
_RANGE = re.compile(r"(?:单位|unit|in)?:?[\d.~\-–—至到<>=≤≥+]*")
_DEEPEST = 3
"""Brackets and second names that are taken off one heading."""


def plain(name: str) -> str:
    """A name without what does not tell it apart: case, width, spaces, underscores, the asterisk for required."""
    return _IGNORED.sub("", name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold().strip(":")


class _Spelt:
    """A name, and what makes comparing it cheap: a sheet may have 16,384 headings that nobody knows."""

    __slots__ = ("characters", "length", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.length = len(name)
        self.characters = 0  # one bit for each that occurs, more or less
        for character in set(name):
            self.characters |= 1 << ord(character) % 251


class Vocabulary:
    """All names of all fields."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        """Takes the names of each field, the field itself among them."""
        self._names = {field: tuple(dict.fromkeys(map(plain, written))) for field, written in names.items()}
        self._fields = {name: field for field, all_names in self._names.items() for name in all_names}
        self._looked_up: dict[str, str | None] = {}
        self._lengths = sorted({len(name) for name in self._fields}, reverse=True)
        self._beginnings = {name[:2] for name in self._fields}
        self._spelt = {field: [_Spelt(name) for name in all_names] for field, all_names in self._names.items()}
        self._measures = {
            field: frozenset[str]().union(*(words for words, sign in _MEASURES if any(map(sign.search, all_names))))
            for field, all_names in self._names.items()
        }

    def field(self, written: str) -> str | None:
        """The field that a heading stands for: by one of its names, by two of them, or with a remark in brackets.

        A remark may say that the field is required, its unit or range, or what one of its names says too. Any other one
        (`recallNum (old)`, `重呼间隔（秒）` for a field in minutes) may mean another thing: it is not known.
        """
        if len(written) > LONGEST_HEADING:
            return None
        name = plain(written)
        if name in self._fields or len(self._looked_up) >= MOST_LOOKED_UP:
            return self._fields.get(name)
        if name not in self._looked_up:
            self._looked_up[name] = self._field(name, _DEEPEST)
        return self._looked_up[name]

    def nearest_field(self, written: str, among: Iterable[str] | None = None, *, at_least: float) -> str | None:
        """The field (of some, or of all) that a heading resembles most, if any at least as much as this."""
        fields = self._names if among is None else among
        spellings = _spellings(written)
        best, ratio = None, at_least
        for field in fields:
            own = _likeness(spellings, self._spelt[field], ratio)
            if own >= ratio and (best is None or own > ratio):
                best, ratio = field, own
        return best

    def likeness(self, written: str, field: str, at_least: float) -> float:
        """How much a heading resembles the most similar name of a field, from 0 to 1; 0 too if less than `at_least`."""
        return _likeness(_spellings(written), self._spelt[field], at_least)

    def _field(self, name: str, depth: int) -> str | None:
        field = self._fields.get(name)
        if field is not None or not depth or len(name) < 2:
            return field
        for bare, remark in _bracketed(name):
            field = self._field(bare, depth - 1)
            if field is not None and self._is_harmless(field, remark):
                return field
        return self._side_by_side(name, depth)

    def _side_by_side(self, name: str, depth: int) -> str | None:
        if name[:2] not in self._beginnings:
            return None
        for length in self._lengths:
            field = self._fields.get(name[:length]) if length < len(name) else None
            rest = name[length:]
            if field is not None and field in {
                self._field(rest, depth - 1),
                self._field(rest.strip(_BETWEEN), depth - 1),
            }:
                return field
        return None

    def _is_harmless(self, field: str, remark: str) -> bool:
        return all(self._says_nothing_new(field, part) for part in re.split("[,;、/|]", remark))

    def _says_nothing_new(self, field: str, part: str) -> bool:
        measure = _RANGE.sub("", part, count=1)
        if measure in _ALL_MEASURES:
            return not self._measures[field] or measure in self._measures[field]
        if not measure or part in _REMARKS or self._fields.get(part) == field:
            return True
        return len(part) >= 2 and part not in self._fields and any(part in name for name in self._names[field])


def nearest(written: str, candidates: Iterable[str], *, at_least: float = RESEMBLING) -> str | None:
    """The one of the candidates that a name resembles most, if any at least as much as this."""
    spellings = _spellings(written)
    likely = [(_likeness(_spellings(candidate), spellings, at_least), candidate) for candidate in candidates]
    ratio, candidate = max(likely, key=lambda pair: pair[0], default=(0.0, ""))
    return candidate if ratio >= at_least else None


def _spellings(written: str) -> list[_Spelt]:
    if len(written) > LONGEST_HEADING:
        return []
    whole = plain(written)
    return [_Spelt(name) for name in dict.fromkeys((whole, _without_brackets(whole)))]


def _likeness(some: Iterable[_Spelt], others: Sequence[_Spelt], at_least: float) -> float:
    best = 0.0
    for one in some:
        for other in others:
            # As many characters can match as both have, and no more than all but those that the other one lacks.
            enough = at_least * (one.length + other.length) / 2
            if (
                min(one.length, other.length) >= enough > 0
                and one.length - (one.characters & ~other.characters).bit_count() >= enough
                and other.length - (other.characters & ~one.characters).bit_count() >= enough
            ):
                best = max(best, SequenceMatcher(None, one.name, other.name).ratio())
    return best if best >= at_least else 0.0


def _bracketed(name: str) -> Iterable[tuple[str, str]]:
    """The name without the bracket at its end, or without the one at its beginning, and what stands in it."""
    if (name[-1] not in _CLOSING and name[0] not in _BRACKETS) or sum(map(name.count, _BRACKETS)) > MOST_BRACKETS:
        return
    if name[-1] in _CLOSING:
        start = _partner(name, len(name) - 1, -1, _CLOSING)
        if start > 0:
            yield name[:start], name[start + 1 : -1]
    if name[0] in _BRACKETS:
        end = _partner(name, 0, 1, _BRACKETS)
        if 0 < end < len(name) - 1:
            yield name[end + 1 :], name[1:end]


def _partner(name: str, place: int, step: int, partners: Mapping[str, str]) -> int:
    own, other, depth = name[place], partners[name[place]], 0
    while 0 <= place < len(name):
        depth += (name[place] == own) - (name[place] == other)
        if not depth:
            return place
        place += step
    return -1


def _without_brackets(name: str) -> str:
    for _ in range(_DEEPEST):
        name = next((bare for bare, _ in _bracketed(name)), name) if name else name
    return name
