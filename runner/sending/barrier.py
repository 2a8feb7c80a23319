"""Where sending waits until all that has gone is settled and looked at: after the canary, and after each wave."""

import asyncio

from runner.events import Observe
from runner.outcome import Outcome, Stop
from runner.sending.guards import Guards, Watch
from runner.sending.waves import Between, Tide, Waves
from runner.text import Text


async def straight_on(_: object) -> Text | None:
    """Nothing is done between two waves."""
    return None


class Barrier:
    """Says how far sending may go, and looks once it has got there."""

    def __init__(self, guards: Guards, waves: Waves | None, between: Between, observe: Observe) -> None:
        self._watch = Watch(guards)
        self._tide = Tide(waves) if waves and waves.sizes and waves.total > waves.before else None
        self._between = between
        self._observe = observe
        self._looking: asyncio.Future[Text | None] | None = None
        if self._tide and not self._tide.is_over:
            observe(self._tide.began)

    @property
    def bound(self) -> int | None:
        """The number, from 1, of the last request that may go for now; None where there is no bound."""
        wave = self._tide.bound if self._tide else None
        return min((each for each in (self._watch.bound, wave) if each is not None), default=None)

    def is_open_for(self, number: int) -> bool:
        """Whether the request of this number, from 1, may go."""
        return (bound := self.bound) is None or number <= bound

    def settled(self, outcome: Outcome) -> Stop | None:
        """Takes an outcome that is in the journal; gives why to stop, if it is too much."""
        if self._tide:
            self._tide.settled(outcome.state)
        reason = self._watch.settled(outcome.state, held_back=outcome.held_back)
        return Stop(reason=reason, code="max-failures") if reason else None

    async def look(self) -> Stop | None:
        """Looks at what has gone, all of which is settled. Gives why nothing more may go."""
        bound = self.bound
        if self._watch.bound == bound and (reason := self._watch.verdict_on_canary()):
            return Stop(reason=reason, code="canary")
        if self._tide and self._tide.bound == bound:
            return await self._end_wave(self._tide)
        return None

    def leave(self) -> None:
        """Nothing more goes, so that nothing has to be waited for between two waves."""
        if self._looking:
            self._looking.cancel()

    async def _end_wave(self, tide: Tide) -> Stop | None:
        self._observe(tide.ended)
        self._looking = looking = asyncio.ensure_future(self._between(tide.ended))
        try:
            await asyncio.wait([looking])
        finally:
            looking.cancel()
            self._looking = None
        if looking.cancelled():
            return None
        if reason := looking.result():
            return Stop(reason=reason, code="wave")
        tide.go_on()
        self._observe(tide.began)
        return None
