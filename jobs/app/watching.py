"""Who is told what happens during a run: the user, and the log where one is kept."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from jobs.app.printing import print_line
from jobs.app.progress import progress
from jobs.app.settings import Settings
from runner.events import Event, Observe
from runner.text import Language, Text


@contextmanager
def watching(settings: Settings, language: Language) -> Iterator[Observe]:
    """Shows progress on stderr, and keeps the log, while it lasts; gives what is to be told of every event.

    A log that goes to stderr has no bar beside it; one of JSON has nothing beside it.

    Raises:
        SettingsError: the log cannot be written.
    """
    console = Console(stderr=True)
    terms = settings.log
    if terms is None:
        with progress(console, language) as show:
            yield show
        return
    from jobs.app.log import log  # noqa: PLC0415 - whoever wants no log does not pay for it

    def tell(words: Text) -> None:
        print_line(console, words, language, style="bold red")

    with log(terms, tell, now=time.time) as write:
        if terms.file is None and terms.format == "json":
            yield write
            return
        with progress(console, language, live=None if terms.file else False) as show:

            def observe(event: Event) -> None:
                write(event)
                show(event)

            yield observe
