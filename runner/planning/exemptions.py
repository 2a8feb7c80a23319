"""What is to be left alone for a while, though it is not as wanted: the ignore list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from runner.planning.fields import means


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A line of the list."""

    key: str | None
    """Of one request; None for every one."""
    field: str | None
    """See `runner.planning.fields.means`; None for every one."""
    until: date
    """The last day on which it holds."""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.until.isoformat()}: {self.reason}" if self.reason else self.until.isoformat()


class Exemptions:
    """The lines that hold on one day."""

    def __init__(self, all_of_them: Sequence[Exemption], today: date) -> None:
        self.expired = tuple(each for each in all_of_them if each.until < today)
        """The lines that do not hold any more."""
        self.of_one = tuple(each for each in all_of_them if each.until >= today and each.key is not None)
        """The lines that hold of one request."""
        self._for_all: list[Exemption] = []
        self._by_key: dict[str, list[Exemption]] = {}
        for each in all_of_them:
            if each.until >= today:
                own = self._for_all if each.key is None else self._by_key.setdefault(each.key, [])
                own.append(each)

    def of(self, key: str, field: str) -> Exemption | None:
        """The line that exempts a field of a request."""
        for each in chain(self._by_key.get(key, ()), self._for_all):
            if each.field is None or means(each.field, field):
                return each
        return None
