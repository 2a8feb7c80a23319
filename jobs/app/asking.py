"""Asks the user, where there is one: on a terminal. Elsewhere, `--yes` is the answer."""

import sys
from contextlib import suppress

from rich.console import Console

from jobs.app.printing import print_line
from runner.text import Language, Text

if sys.platform == "win32":
    import msvcrt
else:
    import termios

_YES = {"y", "yes", "是"}
_QUESTION = Text.verbatim("{question} [y/N] ")


def somebody_is_there(*, json: bool) -> bool:
    """Whether a question would reach a person: no program reads our answer, and the keyboard is one."""
    return not json and sys.stdin is not None and sys.stdin.isatty()


def forget_typed_ahead() -> None:
    """Whatever was typed so far answers no question that has not been asked yet."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    if sys.platform == "win32":
        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        with suppress(termios.error):  # the terminal has gone: then nobody answers at all
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def confirmed(question: Text, language: Language) -> bool:
    """Ask on stderr; anything but a clear yes is a no, and so is what was typed before the question."""
    forget_typed_ahead()
    print_question(Console(stderr=True), question, language)
    try:
        return says_yes(input())
    except EOFError:
        return False


def print_question(console: Console, question: Text, language: Language) -> None:
    """Prints it, for the answer to be typed behind it."""
    print_line(console, _QUESTION.format(question=question), language, end="")


def says_yes(answer: str) -> bool:
    """Whether it is a clear yes."""
    return answer.strip().lower() in _YES
