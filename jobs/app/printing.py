"""Prints words as they are: what a user wrote is neither markup nor an emoji, and no line is broken."""

from collections.abc import Callable

from rich.console import Console

from runner.text import Language, Text

Tell = Callable[[Text], None]
"""Gets what the user should know, a line each."""


def print_line(console: Console, words: Text, language: Language, *, style: str | None = None, end: str = "\n") -> None:
    """Prints a line, however wide the terminal."""
    console.print(
        words.in_language(language), style=style, end=end, highlight=False, markup=False, emoji=False, soft_wrap=True
    )


def on_stderr(language: Language) -> Tell:
    """Tells it on stderr, where it disturbs no output."""

    def tell(words: Text) -> None:
        one_line = Text(" ".join(words.en.split("\n")), " ".join(words.zh.split("\n")))
        print_line(Console(stderr=True), one_line, language)

    return tell
