"""How many of a total are too many: a number, or a share."""

from dataclasses import dataclass

_ROUNDING = 1e-9
"""29 is not more than 0.29 of a hundred, though 0.29 * 100 is a little less than 29."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many, or such a share; nothing is too many where neither is given."""

    count: int | None = None
    share: float | None = None
    """From 0 to 1."""

    def exceeded(self, number: int, total: int) -> bool:
        """Whether it is too much."""
        if self.count is not None and number > self.count:
            return True
        return self.share is not None and number > self.share * total + _ROUNDING

    def __str__(self) -> str:
        return f"{self.count}" if self.count is not None else f"{(self.share or 0.0) * 100:g}%"
