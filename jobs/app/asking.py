"""Asks the user, where there is one: on a terminal. Elsewhere, `--yes` is the answer."""

import sys

from rich.console import Console

from jobs.app.printing import print_line
from runner.text import Language, Text

_YES = {"y", "yes", "是"}
_QUESTION = Text.verbatim("{question} [y/N] ")


def somebody_is_there(*, json: bool) -> bool:
    """Whether a question would reach a person: no program reads our answer, and the keyboard is one."""
    return not json and sys.stdin is not None and sys.stdin.isatty()


def confirmed(question: Text, language: Language) -> bool:
    """Asks on stderr; anything but a clear yes is a no."""
    print_line(Console(stderr=True), _QUESTION.format(question=question), language, end="")
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in _YES
