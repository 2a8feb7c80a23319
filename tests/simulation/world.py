"""The simulated world: one time, what is due when, and the story of it."""

import heapq
from collections.abc import Callable
from itertools import count
from random import Random

EPOCH = 1_750_000_000.0
"""Unix seconds at which every history begins."""

_TICK = 1e-6
"""Seconds that a step takes; a clock that stood still between two looks would be none."""


class World:
    """Time goes on only by what happens in it. All chance is drawn from one generator."""

    def __init__(self, seed: int, *, told: bool) -> None:
        """Takes the seed, and whether the story is to be told."""
        self.random = Random(seed)
        self.time = 0.0
        """Seconds since the beginning."""
        self.jumped = 0.0
        """Seconds by which the machine's clock was set forward, in all."""
        self.story: list[str] = []
        self._told = told
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def now(self) -> float:
        """Seconds since the beginning; never goes back."""
        return self.time

    def wall(self) -> float:
        """Unix seconds, by the machine's clock."""
        return EPOCH + self.time + self.jumped

    def tell(self, who: str, words: str, *about: object) -> None:
        """Adds a line to the story: words with a `%s` for each thing that they are about."""
        if self._told:
            self.story.append(f"{self.time:12.6f}  {who:<8} {words % about}")

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Does something when so much time has passed, whoever is alive by then."""
        heapq.heappush(self._agenda, (self.time + seconds, next(self._numbers), do))

    @property
    def due(self) -> float | None:
        """When the next thing happens by itself."""
        return self._agenda[0][0] if self._agenda else None

    def happen(self) -> bool:
        """Lets the next thing happen that is due, if one is."""
        if self._agenda and self._agenda[0][0] <= self.time:
            heapq.heappop(self._agenda)[2]()
            return True
        return False

    def tick(self) -> None:
        """A step takes time."""
        self.time += _TICK

    def jump(self, time: float) -> None:
        """Nobody has anything to do before then."""
        self.time = max(self.time, time)
