"""The rules of a migration: read from a file, kept in a journal."""

from pathlib import Path
from typing import Self

from pydantic import ValidationError

from jobs.recallflow.migration.conditions import Condition, Kept
from jobs.recallflow.migration.deeds import digest_of_deeds
from jobs.recallflow.migration.reading import read_parts
from jobs.recallflow.migration.repeating import repeats_safely
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.migration.selection import Selection
from runner.errors import JournalError
from runner.tables.limits import ReadingLimits
from runner.tables.read import DEFAULT_LIMITS


class Rules(Kept):
    """What a migration does: to which flows, and what."""

    selection: Selection
    where: tuple[Condition, ...]
    """All have to hold of a flow as it is read."""
    changes: tuple[Rule, ...]
    """In their order, each to what the one before has left."""
    sha256: str
    """Of the file and of the tables that it names: a changed table is a changed migration. Not of a list of keys."""

    @property
    def repeats_safely(self) -> bool:
        """Whether a flow is for certain the same after twice as after once."""
        return repeats_safely(self.changes)

    @property
    def deeds(self) -> str:
        """A digest of what is done, however it is written, and to whichever flows."""
        return digest_of_deeds(self.where, self.changes)

    def encode(self) -> str:
        """As JSON, with all that its tables say: it does the same whatever becomes of the files."""
        return self.model_dump_json()

    @classmethod
    def decode(cls, kept: str) -> Self:
        """What `encode` made.

        Raises:
            JournalError: it was made by another version.
        """
        try:
            return cls.model_validate_json(kept)
        except ValidationError as error:
            raise JournalError(
                "The rules of this run were kept by another version of recallflow. Start the migration anew.",
                "该运行的规则由其他版本的 recallflow 保存。请重新开始迁移。",
            ) from error


def read_rules(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Rules:
    """Reads a file of rules, and the tables that it names; their paths are relative to it.

    Args:
        path: of a TOML file; see `docs/migrating.md`.
        limits: a table past any of them is refused.

    Raises:
        InputError: it cannot be read, or something in it is wrong; the message has a line for each thing that is.
    """
    parts = read_parts(path, limits)
    return Rules(selection=parts.selection, where=parts.where, changes=parts.changes, sha256=parts.sha256)
