"""How people are told of a night: each thing in one short line."""

from runner.text import Text

LONGEST_VALUE = 40
"""Characters that are shown of a value."""
LONGEST_MESSAGE = 160
"""Characters that are shown of a message."""


def in_one_line(words: str, longest: int) -> str:
    """The words without anything that is not seen or that breaks a line, cut with a mark."""
    words = " ".join("".join(each if each.isprintable() else " " for each in words[: 4 * longest]).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def text_in_one_line(words: Text, longest: int) -> Text:
    """The same in both languages."""
    return Text(in_one_line(words.en, longest), in_one_line(words.zh, longest))
