"""From which file the keys of a run were read: it decides what is touched, so that it is told for good."""

from dataclasses import dataclass

from runner.journal.database import Database
from runner.problem import Notice
from runner.text import Text

LISTED_FROM = "keys-from"
"""The code of the notice that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysFile:
    """A file that lists keys."""

    name: str
    """As the user named it."""
    sha256: str

    def notice(self) -> Notice:
        """What is said of it with the run."""
        return Notice(
            code=LISTED_FROM,
            message=_LISTED_FROM.format(file=self.name, sha256=self.sha256),
            value=f"{self.sha256}  {self.name}",
        )


def listed_from(database: Database, run: int) -> KeysFile | None:
    """The file that lists the keys of a run; None where none does.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_VALUE, (run, LISTED_FROM)).fetchone()
    if row is None:
        return None
    sha256, _, name = row["value"].partition("  ")
    return KeysFile(name=name, sha256=sha256)


_VALUE = "SELECT value FROM notices WHERE run = ? AND ordinal = 0 AND code = ?"

_LISTED_FROM = Text("The keys were read from {file}, SHA-256 {sha256}", "编号取自 {file}，SHA-256 为 {sha256}")
