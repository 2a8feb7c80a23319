"""The options that decide where a command goes, for every command that is printed for the user to type."""

from dataclasses import dataclass, replace
from pathlib import Path

from runner.endpoint import normal_endpoint
from runner.journal.leases import SANDBOX
from runner.typed import typed

PROGRAM = "recallflow"

_SEND = frozenset({"upload", "resume", "reconcile", "apply", "migrate", "undo", "export"})
"""The commands that take `--base-url`."""

_OF_NO_RUN = frozenset({"template", "fields", "sandbox"})
"""The commands that take no `--profile`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the commands of a user go, as the command line says it: a printed command goes there as well."""

    base_url: str | None = None
    profile: str | None = None
    home: Path | None = None
    usual: str | None = None
    """The base URL by all settings; None if it does not matter."""

    def to(self, endpoint: str | None) -> "Target":
        """The same for a run that went to an endpoint.

        Args:
            endpoint: as the journal keeps it; None for a run that went nowhere.
        """
        if endpoint == SANDBOX:
            return replace(self, base_url=None)
        if endpoint is None or self.base_url is not None or self.usual is None:
            return self
        return self if normal_endpoint(self.usual) == normal_endpoint(endpoint) else replace(self, base_url=endpoint)

    def command(self, command: str, *words: str | Path, in_sandbox: bool = False) -> str:
        """A command with its arguments, and with the options that lead to the same vendor and the same journal.

        Args:
            command: its name.
            words: its arguments and its own options.
            in_sandbox: whether it goes to a simulated vendor of its own.
        """
        sandbox = ["--sandbox"] if in_sandbox else []
        return typed([PROGRAM, command, *words, *sandbox, *self._options(command)])

    def added_to(self, line: str, command: str, *words: str) -> str:
        """A line that a user has typed, with more words and the same options.

        Args:
            line: as the journal keeps it, which is without these options.
            command: the name of its command.
            words: what comes behind it.
        """
        more = [*words, *self._options(command)]
        return f"{line} {typed(more)}" if more else line

    def _options(self, command: str) -> list[str | Path]:
        options: list[str | Path] = []
        if self.base_url is not None and command in _SEND:
            options += ["--base-url", self.base_url]
        if self.profile is not None and command not in _OF_NO_RUN:
            options += ["--profile", self.profile]
        if self.home is not None:
            options += ["--home", self.home]
        return options
