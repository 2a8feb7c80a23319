"""The simulated vendor: what it has taken, and what it answers."""

from dataclasses import dataclass
from email.utils import formatdate
from random import Random

from runner.exchange import Response
from tests.simulation.oracles import Oracles
from tests.simulation.scenario import Flow, Weather, Whim
from tests.simulation.seen import Arrival
from tests.simulation.world import EPOCH, World

NOTHING = b"nothing yet"
"""What it holds of a flow that nobody has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A call as it arrives."""

    process: str
    key: str
    asks: bool
    """Whether it is a read-back."""
    body: bytes
    timestamp: int


class Vendor:
    """Holds one body for each flow, and keeps its rules whatever the weather."""

    def __init__(self, world: World, flows: dict[str, Flow], weather: Weather, oracle: Oracles) -> None:
        self.weather = weather
        self.healed = False
        self._world = world
        self._random: Random = world.random
        self._flows = flows
        self._oracle = oracle
        self._held: dict[str, bytes] = {}

    def heal(self) -> None:
        """From now on nothing goes wrong, and it has the same time as the machine."""
        self.weather = Weather(skew=self._world.jumped)
        self.healed = True

    def receive(self, letter: Letter) -> Response:
        """Takes a call, or refuses it; gives the answer that it sends back."""
        weather, world = self.weather, self._world
        now = EPOCH + world.time + weather.skew
        headers = {"Date": formatdate(now, usegmt=True)} if weather.dated else {}
        applied, status, words = self._judge(letter, now)
        if status == 429 and weather.retry_after is not None:
            headers["Retry-After"] = f"{weather.retry_after:.0f}"
        if applied:
            self._held[letter.key] = letter.body
        world.tell(
            "vendor",
            "%s of %s from %s → %s%s",
            "question" if letter.asks else "update",
            letter.key,
            letter.process,
            words if status == 200 else f"HTTP {status}",
            ", applied" if applied else "",
        )
        code = words.partition(" ")[0]
        self._oracle.arrived(
            Arrival(
                time=world.time,
                process=letter.process,
                key=letter.key,
                asks=letter.asks,
                body=letter.body,
                applied=applied,
                code=code if status == 200 else f"http-{status}",
            )
        )
        return Response(status, headers, words.encode())

    def _judge(self, letter: Letter, now: float) -> tuple[bool, int, str]:
        """Whether it is applied, the HTTP status, and the body of the answer."""
        weather, flow = self.weather, self._flows[letter.key]
        if weather.is_down(self._world.time):
            return False, 503, "<html>down</html>"
        whim = self._whim()
        if whim in _UNSEEN:
            return False, *_UNSEEN[whim]
        if abs(letter.timestamp - now) > weather.window:
            return False, 200, "-16 timestamp expired"
        if whim in _INSTEAD:
            return False, 200, _INSTEAD[whim]
        if letter.asks:
            held = b"hidden" if flow.opaque else self._held.get(letter.key, NOTHING)
            return False, 200, f"0 {held.decode()}"
        if flow.refused:
            return False, 200, "-22 not like this"
        if self._world.time >= flow.pending_until:
            return False, 200, "-41 no longer pending"
        return True, 200, _AFTERWARDS.get(whim, "0 welcome")

    def _whim(self) -> Whim:
        roll = self._random.random() if self.weather.whims else 1.0
        for whim, share in self.weather.whims:
            roll -= share
            if roll < 0.0:
                return whim
        return Whim.NONE


_UNSEEN = {
    Whim.BUSY: (429, "slow down"),
    Whim.UNAVAILABLE: (503, "<html>unavailable</html>"),
    Whim.STRANGER: (200, "-1 who are you"),
}
"""What it answers before it has looked at the timestamp."""

_INSTEAD = {Whim.SYSTEM_ERROR: "-18 system error", Whim.PAGE: "<html>gateway</html>"}
"""What it answers instead of doing anything."""

_AFTERWARDS = {Whim.SYSTEM_ERROR_APPLIED: "-18 system error", Whim.PAGE_APPLIED: "<html>gateway</html>"}
"""What it answers though it has done it."""
