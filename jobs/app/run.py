"""How every command is run: in the user's language, to an exit code, and never to a traceback for a user's mistake."""

import signal
import sys
from collections.abc import Callable

import typer

from jobs.app.language import default_language
from runner.errors import ManyWrong, ReportError, RunnerError
from runner.text import Language, Text


def run_command(job: str, command: Callable[[Language], int], lang: str | None, *, json: bool) -> None:
    """Runs a command and ends the program with its exit code. A user's mistake is one line."""
    if lang not in {None, "zh", "en"}:
        raise typer.BadParameter("zh / en", param_hint="--lang")
    language: Language = "zh" if lang == "zh" else "en" if lang == "en" else default_language()
    try:
        code = command(language)
    except RunnerError as error:
        from jobs.app.exit_codes import ExitCode  # noqa: PLC0415 - for fast help

        reason = Text.of(error).in_language(language)
        code = ExitCode.STOPPED if isinstance(error, ReportError) else ExitCode.NOT_STARTED
        code = _not_started(job, reason, code, json=json, in_lines=isinstance(error, ManyWrong))
    except KeyboardInterrupt:
        from jobs.app.exit_codes import SIGNALLED  # noqa: PLC0415 - for fast help

        words = Text("Interrupted before anything was sent.", "已中断；尚未发送任何请求。").in_language(language)
        code = _not_started(job, words, SIGNALLED + signal.SIGINT, json=json)
    sys.stdout.flush()
    raise typer.Exit(code)


def _not_started(job: str, reason: str, code: int, *, json: bool, in_lines: bool = False) -> int:
    from jobs.app.summary import nothing_json, print_json  # noqa: PLC0415 - for fast help

    words = reason if in_lines else " ".join(reason.split("\n"))  # the user's one line, whatever a file is called
    print(words, file=sys.stderr)  # noqa: T201
    if json:
        print_json(nothing_json(job, code, reason))
    return code
