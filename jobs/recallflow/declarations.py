"""What can be declared of a field, as annotations of its type: words, conditions, and rules that types do not say."""

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from runner.text import Text


@dataclass(frozen=True, slots=True)
class Label:
    """What the vendor's page calls a field. People have it as a heading: whole, or only up to its first break."""

    page: str
    """The page's own words."""
    short: str
    """The name in them."""
    en: str
    """What it means, in English."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What each of a field's values means."""

    meanings: Mapping[int, Text]


@dataclass(frozen=True, slots=True)
class RequiredWhen:
    """A field is required when all of these other fields of the node have these values, and has no effect otherwise."""

    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EffectiveWhen:
    """A field that is never required has an effect only when all of these fields of the node have these values."""

    values: Mapping[str, int]


class _Rule(ABC):
    """A rule for text that pydantic has no type for. Broken, it is an error of pydantic's, which `rules` words."""

    __slots__ = ()

    @abstractmethod
    def broken(self, value: Any) -> str | None:  # noqa: ANN401 - of the type that it is declared for
        """Which error it is, if any."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: Any) -> Any:  # noqa: ANN401 - whatever the type before it lets through
            error = self.broken(value)
            if error:
                raise PydanticCustomError("broken_rule", "{rule}", {"rule": error})
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))


@dataclass(frozen=True, slots=True)
class Int64(_Rule):
    """An Int of the vendor's that the page does not bound: no more than any integer of Java's can hold."""

    def broken(self, value: int) -> str | None:
        """The page says Int, and not which."""
        return None if -(2**63) <= value < 2**63 else "too-large"


@dataclass(frozen=True, slots=True)
class Length(_Rule):
    """How many characters text may have, counted as Java counts them: one of U+10000 and above, an emoji say, is two.

    The vendor's page says "characters" and not which; this is the count that is never too low.
    """

    low: int
    high: int | None = None

    def broken(self, value: str) -> str | None:
        """As the page bounds it."""
        length = characters(value)
        return "wrong-length" if length < self.low or (self.high is not None and length > self.high) else None


@dataclass(frozen=True, slots=True)
class Clean(_Rule):
    """A name, an id, a code: one line, with nothing in it that cannot be seen."""

    def broken(self, value: str) -> str | None:
        """The vendor's page does not say it; no name has a line break."""
        if "\n" in value or "\r" in value:
            return "line-break"
        return "control-character" if "\t" in value else _control_character(value)


@dataclass(frozen=True, slots=True)
class FreeText(_Rule):
    """What is said or written to people: any number of lines, and not only blanks."""

    def broken(self, value: str) -> str | None:
        """A call that says nothing is never meant."""
        return _control_character(value) if _BLANKS.fullmatch(value) is None else "only-blanks"


@dataclass(frozen=True, slots=True)
class Digit(_Rule):
    """One key of a telephone, `0` to `9`. It is text: the vendor takes "5" and not 5."""

    def broken(self, value: str) -> str | None:
        """As the page says."""
        return None if len(value) == 1 and value in "0123456789" else "not-a-digit"


@dataclass(frozen=True, slots=True)
class Variables(_Rule):
    """Text with variables, which the vendor's public pages name: `${text1}` to `${text10}`."""

    def broken(self, value: str) -> str | None:
        """An unclosed or unknown one would reach people as it stands."""
        if "${" not in value:
            return None
        if _UNCLOSED.search(value):
            return "unclosed-variable"
        return "unknown-variable" if any(name not in _VARIABLES for name in _VARIABLE.findall(value)) else None


@dataclass(frozen=True, slots=True)
class AudioFile(_Rule):
    """The bytes of an audio file, as base64 (RFC 4648, section 4)."""

    def broken(self, value: str) -> str | None:
        """As the page says."""
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            return "not-base64"
        return None


def characters(value: str) -> int:
    """How many UTF-16 code units the text has, which is what Java's `String.length` counts."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2


def _control_character(value: str) -> str | None:
    return "control-character" if _CONTROL.search(value) else None


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""All but tab and line break (Unicode's category Cc), and halves of a pair that somebody cut."""

_UNCLOSED = re.compile(r"\$\{[^{}]*(?:$|\{)")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLES = frozenset(f"text{number}" for number in range(1, 11))
_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]*")
