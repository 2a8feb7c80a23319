"""One change of a migration, and where it is made."""

from jobs.recallflow.migration.conditions import Condition, Kept
from jobs.recallflow.migration.effects import Effect


class Rule(Kept):
    """Changes one field, of the flow or of its nodes, or adds or removes nodes."""

    name: str
    """No other one has it."""
    line: int
    """Of the file."""
    where: tuple[Condition, ...]
    """All have to hold, when its turn has come."""
    effect: Effect
