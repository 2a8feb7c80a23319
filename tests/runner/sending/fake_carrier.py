"""Carriers that carry nothing: they answer as a test says, and remember what they were given."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from runner.errors import NotSent, TransportError, Unclear
from runner.exchange import Call, Response

Answer = Response | TransportError


def says(words: str, status: int = 200, **headers: str) -> Response:
    """An answer in words that the fake job understands, or not."""
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, words.encode())


WELCOME = says("0 welcome")
WHO_ARE_YOU = says("-1 who are you")
EXPIRED = says("-16 timestamp expired")
BUSY = says("-18 system error")
TOO_LATE = says("-41 no longer pending")
GATEWAY_PAGE = says("<html>Bad gateway</html>", status=502)
REFUSED = NotSent("no connection (Connection refused)", "无法建立连接（Connection refused）")
CUT_OFF = Unclear("the connection broke (reset)", "连接中断（reset）")


def guest(call: Call) -> str:
    """Whom a call greets."""
    return call.body.decode().split()[1]


@dataclass(slots=True)
class FakeCarrier:
    """Answers each guest's calls one after the other as its script says, the last answer over and over."""

    scripts: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    otherwise: Answer = WELCOME
    before_answering: Callable[[Call], Awaitable[None]] | None = None
    """Is done while the call is under way."""
    calls: list[Call] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    async def post(self, call: Call) -> Response:
        """Answers."""
        earlier = sum(guest(other) == guest(call) for other in self.calls)
        self.calls.append(call)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            if self.before_answering is not None:
                await self.before_answering(call)
        finally:
            self.in_flight -= 1
        script = self.scripts.get(guest(call), (self.otherwise,))
        answer = script[min(earlier, len(script) - 1)]
        if isinstance(answer, TransportError):
            raise answer
        return answer

    @property
    def guests(self) -> list[str]:
        """Who was greeted, in the order of the calls."""
        return [guest(call) for call in self.calls]

    def timestamps(self, name: str) -> list[int]:
        """What a guest's calls were signed for."""
        return [int(call.headers["Timestamp"]) for call in self.calls if guest(call) == name]
