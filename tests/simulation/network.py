"""The simulated network: carries a process' calls to the vendor and the answers back, or loses either."""

import asyncio
from collections.abc import Callable

from runner.errors import NotSent, TransportError, Unclear
from runner.exchange import Call, Response
from tests.simulation.errand import QUERY
from tests.simulation.oracle import Oracle
from tests.simulation.scenario import Road
from tests.simulation.stepped_loop import SteppedLoop
from tests.simulation.vendor import Letter, Vendor
from tests.simulation.world import World

TIMEOUT = 10.0
"""Seconds that a process waits for an answer."""


class Network:
    """One process' way to the vendor; a `Carrier`. What is on its way arrives even if the process is killed."""

    def __init__(
        self,
        world: World,
        vendor: Vendor,
        oracle: Oracle,
        *,
        process: str,
        loop: SteppedLoop,
        alive: Callable[[], bool],
    ) -> None:
        self._world = world
        self._vendor = vendor
        self._oracle = oracle
        self._process = process
        self._loop = loop
        self._alive = alive

    async def post(self, call: Call) -> Response:
        """Makes the call, once."""
        if not self._alive():
            raise NotSent("The process is dead.", "进程已结束。")
        letter = Letter(
            process=self._process,
            key=call.body.decode().split()[1],
            asks=call.url == QUERY,
            body=call.body,
            timestamp=int(call.headers["Timestamp"]),
        )
        begun = self._oracle.call_begins(
            self._process, letter.key, asks=letter.asks, timestamp=letter.timestamp, wall=self._world.wall()
        )
        answer: asyncio.Future[Response] = self._loop.create_future()
        self._send(letter, answer)
        came: Response | TransportError | None = None
        try:
            came = await answer
        except TransportError as error:
            came = error
            raise
        finally:
            if self._alive():
                self._oracle.call_ends(begun, came)
        return came

    def _send(self, letter: Letter, answer: asyncio.Future[Response]) -> None:
        """Puts it on its way. How it ends is drawn here, and happens when it is due."""
        world, random = self._world, self._world.random
        there, back = (random.expovariate(1.0 / self._vendor.weather.latency) for _ in range(2))
        road = self._road()
        if road is not Road.OPEN:
            world.tell("network", "%s from %s: %s", letter.key, letter.process, road.value)
        ends = there + back
        if road is Road.CLOSED:
            world.after(ends, lambda: self._give(answer, NotSent("no connection (refused)", "无法建立连接（拒绝）")))
            return
        cut = road in {Road.RESET, Road.ANSWER_RESET}
        if road in {Road.LOST, Road.ANSWER_LOST, Road.LATE} or ends > TIMEOUT:
            world.after(TIMEOUT, lambda: self._give(answer, Unclear("no answer in time", "未在时限内收到应答")))
        elif cut:
            world.after(ends, lambda: self._give(answer, Unclear("the connection broke (reset)", "连接中断（reset）")))
        if road is Road.LATE:
            there = TIMEOUT + random.expovariate(1.0 / 30.0)
        heard = road is Road.OPEN and ends <= TIMEOUT

        def arrive() -> None:
            response = self._vendor.receive(letter)
            if heard:
                world.after(back, lambda: self._give(answer, response))

        if road not in {Road.LOST, Road.RESET}:
            world.after(there, arrive)

    def _give(self, answer: asyncio.Future[Response], came: Response | TransportError) -> None:
        if answer.done() or not self._alive():
            return
        if isinstance(came, Response):
            answer.set_result(came)
        else:
            answer.set_exception(came)

    def _road(self) -> Road:
        weather = self._vendor.weather
        roll = self._world.random.random() if weather.roads else 1.0
        for road, share in weather.roads:
            roll -= share
            if roll < 0.0:
                return road
        return Road.OPEN
