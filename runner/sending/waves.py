"""Sending in waves: so many, then so many more, and between two of them all is settled and somebody may look."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, repeat

from runner.events import WaveBegan, WaveEnded
from runner.outcome import State
from runner.text import Text

Between = Callable[[WaveEnded], Awaitable[Text | None]]
"""What is done between two waves. Gives why not to go on; None to go on. It is cancelled where the run stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Which requests go together, counted over the whole run, however many processes send it."""

    sizes: Sequence[int]
    """The last one goes on to count; none for one wave of all."""
    total: int
    """All requests that are to be sent."""
    before: int = 0
    """Of these, how many were settled before this process began."""
    begun: Mapping[State, int] = field(default_factory=dict)
    """How many of the wave in which the last of these is were settled in which state."""
    ago: float | None = None
    """How many seconds ago the last of these was settled, where that counts for the rest after its wave."""

    @property
    def number(self) -> int:
        """How many waves there are."""
        return self.at(self.total - 1)[0] if self.total else 0

    def at(self, place: int) -> tuple[int, int]:
        """The wave, by its number from 1, that the request at a place (from 0) is in, and the place where it ends."""
        if not self.sizes:
            return 1, self.total
        ends = list(accumulate(self.sizes))
        for number, end in enumerate(ends, start=1):
            if place < end:
                return number, min(end, self.total)
        last = self.sizes[-1]
        further = (place - ends[-1]) // last + 1
        return len(ends) + further, min(ends[-1] + further * last, self.total)

    def begin(self, place: int) -> int:
        """The place where the wave begins that the request at a place is in."""
        number, end = self.at(place)
        return end - self.size(number) if self.sizes else 0

    def size(self, number: int) -> int:
        """How many requests are in a wave, by its number from 1."""
        begin = sum(_first(self.sizes, number - 1))
        return max(min(_first(self.sizes, number)[-1], self.total - begin), 0)


class Tide:
    """Where sending has got to in its waves."""

    def __init__(self, waves: Waves) -> None:
        self._waves = waves
        self._ago: float | None = None
        self._states: dict[State, int] = {}
        self._number, self._end = waves.at(max(waves.before - 1, 0))
        if self._end > waves.before:
            self._states |= waves.begun
        elif waves.ago is not None:
            self._states |= waves.begun
            self._ago = waves.ago
        else:
            self.go_on()

    @property
    def is_over(self) -> bool:
        """Whether all of this wave was settled before this process began, and only the rest after it is left."""
        return self._ago is not None

    @property
    def bound(self) -> int | None:
        """The number, from 1 and of this process, of the last request of this wave; None in the last wave."""
        return None if self._end >= self._waves.total else self._end - self._waves.before

    @property
    def began(self) -> WaveBegan:
        """What is to be told of the wave that begins."""
        return WaveBegan(number=self._number, of=self._waves.number, size=self._waves.size(self._number))

    def settled(self, state: State) -> None:
        """Takes the state in which a request of this wave was settled."""
        self._states[state] = self._states.get(state, 0) + 1

    @property
    def ended(self) -> WaveEnded:
        """What is to be told of the wave, once all of it is settled."""
        return WaveEnded(
            number=self._number,
            of=self._waves.number,
            states=dict(self._states),
            next=self._waves.size(self._number + 1),
            left=self._waves.total - self._end,
            ago=self._ago,
        )

    def go_on(self) -> None:
        """The next wave begins."""
        self._number, self._end = self._waves.at(self._end)
        self._states.clear()
        self._ago = None


def _first(sizes: Sequence[int], number: int) -> list[int]:
    """The sizes of so many waves."""
    endless = chain(sizes, repeat(sizes[-1]))
    return [size for size, _ in zip(endless, range(number), strict=False)]
