"""What an update changes, field by field."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field, before and after."""

    field: str
    """The job's name of it; that of a part among several says which: `nodeList[0].text`."""
    old: object
    """As JSON has it; None where it was blank or not there."""
    new: object
    """As JSON has it; None where it is blank or gone."""
