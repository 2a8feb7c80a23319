"""Which flows a migration looks at, before any condition: those of a time at the vendor's, or those of a list."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSelection:
    """The flows that were made within a time, as recallFlow/queryPage lists them."""

    first: datetime
    """By the vendor's clock, without a time zone."""
    last: datetime
    """Included."""
    task_name: str | None = None
    """None for those of every task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySelection:
    """The flows of a spreadsheet of keys."""

    path: Path
    sheet: str | None = None
    """None for the only one that can be meant."""


Selection = PageSelection | KeySelection
