"""Text that users read, in both of their languages."""

from dataclasses import dataclass
from typing import Literal, Self

from runner.errors import RunnerError

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in English and in Chinese. It is written where it is used, so that neither can be forgotten."""

    en: str
    zh: str

    @classmethod
    def verbatim(cls, words: str) -> Self:
        """Words that are the same in every language: the vendor's own, a name, a number."""
        return cls(words, words)

    @classmethod
    def of(cls, error: RunnerError) -> Self:
        """What an error says."""
        return cls(error.en, error.zh)

    def in_language(self, language: Language) -> str:
        """The text as one user reads it."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> "Text":
        """The text with its `{placeholders}` filled in, as by `str.format`; a `Text` is filled in language by language.

        Raises:
            KeyError: a placeholder has no value.
        """
        return Text(
            self.en.format(**{name: value.en if isinstance(value, Text) else value for name, value in values.items()}),
            self.zh.format(**{name: value.zh if isinstance(value, Text) else value for name, value in values.items()}),
        )


def writable(words: str) -> str:
    """The words with what no file can hold spelled out: half of a surrogate pair that somebody cut, and NUL."""
    try:
        words.encode()
    except UnicodeEncodeError:
        words = words.encode(errors="backslashreplace").decode()
    return words.replace("\0", "\\x00")
