"""A disk that writes at once, for simulated time, which waits for no thread."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class InlineDisk:
    """Does each piece of work where it is asked to."""

    async def write(self, work: Callable[[], T]) -> T:
        """Does it, and gives what it gives."""
        return work()

    def close(self) -> None:
        """Nothing is under way."""
