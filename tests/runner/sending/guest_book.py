"""A carrier that leads to a vendor who keeps how each guest is greeted, and tells it; see `greet_as_listed`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from runner.exchange import Call, Response
from tests.runner.sending.fake_carrier import CUT_OFF, WELCOME, guest, says
from tests.runner.sending.greet_as_listed import NO_SUCH_GUEST

Entry = dict[str, str]


@dataclass(slots=True)
class GuestBook:
    """Answers by what is in the book."""

    book: dict[str, Entry]
    locked: set[str] = field(default_factory=set)
    before_answering: Callable[[Call], Awaitable[None]] | None = None
    """Is done while the call is under way."""
    troubles: Random | None = None
    """Where there is one, a call in four comes to nothing, or is cut off after it was carried out."""
    calls: list[Call] = field(default_factory=list)

    async def post(self, call: Call) -> Response:
        """Answers."""
        self.calls.append(call)
        await asyncio.sleep(0)
        if self.before_answering is not None:
            await self.before_answering(call)
        trouble = self.troubles.random() if self.troubles else 1.0
        if trouble < _LOST:
            raise CUT_OFF
        answer = self._carried_out(call)
        if trouble < _CUT:
            raise CUT_OFF
        return answer

    def said(self, word: str) -> list[str]:
        """Whom the calls with that first word are about: `ask`, `hello`."""
        return [guest(call) for call in self.calls if call.body.decode().split()[0] == word]

    def _carried_out(self, call: Call) -> Response:
        word, name, *pairs = call.body.decode().split()
        if word == "hello":
            self.book[name] = dict(pair.split("=") for pair in pairs)
            return WELCOME
        if name not in self.book:
            return NO_SUCH_GUEST
        told = [f"{field}={value}" for field, value in self.book[name].items()]
        return says(" ".join(["0", *(["locked"] if name in self.locked else []), *told]))


_LOST, _CUT = 0.1, 0.25
