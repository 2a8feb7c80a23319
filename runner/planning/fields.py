"""Which fields are meant, as users write them: `recallNum`, `text`, `nodeList`, `nodeList[0].text`."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PLACE = re.compile(r"\[\d+\]")


def means(pattern: str, field: str) -> bool:
    """Whether what a user wrote means a field of a difference.

    Args:
        pattern: the whole name of a field, or one of the names in it, with or without the place: `text` is the text of
            every part, `nodeList` all of the parts, `nodeList[1]` all of the second one.
        field: as the job names it: `nodeList[0].text`.
    """
    bare = _PLACE.sub("", field)
    return pattern in {field, bare, *field.split("."), *bare.split(".")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSelection:
    """What is compared at all."""

    only: tuple[str, ...] = ()
    """Nothing but these; empty for everything."""
    excluded: tuple[str, ...] = ()
    """And never these."""

    def has(self, field: str) -> bool:
        """Whether a field is compared."""
        return (not self.only or _any_means(self.only, field)) and not _any_means(self.excluded, field)


def _any_means(patterns: Collection[str], field: str) -> bool:
    return any(means(pattern, field) for pattern in patterns)
