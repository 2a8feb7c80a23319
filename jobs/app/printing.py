"""Prints words as they are: what a user wrote is neither markup nor an emoji, and no line is broken."""

from rich.console import Console

from runner.text import Language, Text


def print_line(console: Console, words: Text, language: Language, *, style: str | None = None, end: str = "\n") -> None:
    """Prints a line, however wide the terminal."""
    console.print(
        words.in_language(language), style=style, end=end, highlight=False, markup=False, emoji=False, soft_wrap=True
    )
