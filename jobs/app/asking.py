"""Asks the user, where there is one: on a terminal. Elsewhere, `--yes` is the answer."""

import sys

from rich.console import Console

from runner.text import Language, Text

_YES = {"y", "yes", "是"}


def somebody_is_there(*, json: bool) -> bool:
    """Whether a question would reach a person: no program reads our answer, and the keyboard is one."""
    return not json and sys.stdin is not None and sys.stdin.isatty()


def confirmed(question: Text, language: Language) -> bool:
    """Asks on stderr; anything but a clear yes is a no."""
    words = f"{question.in_language(language)} [y/N] "
    Console(stderr=True).print(words, end="", highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in _YES
