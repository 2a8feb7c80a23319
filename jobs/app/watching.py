"""Who is told what happens during a run: the user, and the log where one is kept."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from jobs.app.log_terms import LogTerms
from jobs.app.printing import print_line
from jobs.app.progress import progress
from runner.events import Event, Observe
from runner.text import Language, Text


@contextmanager
def keeping_log(terms: LogTerms | None, console: Console, language: Language) -> Iterator[Observe | None]:
    """Keeps the log while it lasts; gives what is to be told of every event, or None where no log is wanted.

    Raises:
        SettingsError: the log cannot be written.
    """
    if terms is None:
        yield None
        return
    from jobs.app.log import log  # noqa: PLC0415 - whoever wants no log does not pay for it

    def tell(words: Text) -> None:
        print_line(console, words, language, style="bold red")

    with log(terms, tell, now=time.time) as write:
        yield write


@contextmanager
def watching(terms: LogTerms | None, write: Observe | None, console: Console, language: Language) -> Iterator[Observe]:
    """Shows progress while it lasts; gives what is to be told of every event, which tells the log as well.

    A log that goes to stderr has no bar beside it; one of JSON has nothing beside it.
    """
    if terms is None or write is None:
        with progress(console, language) as show:
            yield show
        return
    if terms.fills_stderr:
        yield write
        return
    with progress(console, language, live=None if terms.file else False) as show:

        def observe(event: Event) -> None:
            write(event)
            show(event)

        yield observe
