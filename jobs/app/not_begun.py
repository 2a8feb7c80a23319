"""How a command ends whose listing of flows was stopped: there is no run, and nothing to go on with."""

from rich.console import Console

from jobs.app.exit_codes import SIGNALLED
from jobs.app.printing import print_line
from jobs.app.summary import nothing_json, print_json
from runner.errors import InputError
from runner.outcome import Stop
from runner.text import Language


def not_begun(job: str, stop: Stop, language: Language, *, json: bool) -> int:
    """Says why, and gives the exit code of a signal.

    Raises:
        InputError: it was none.
    """
    if not stop.signal:
        raise InputError(stop.reason.en, stop.reason.zh)
    code = SIGNALLED + stop.signal
    print_line(Console(stderr=True), stop.reason, language)
    if json:
        print_json(nothing_json(job, code, stop.reason.in_language(language)))
    return code
