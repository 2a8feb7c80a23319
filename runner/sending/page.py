"""A page of the vendor's list: asked for through the same machinery as everything, and kept in memory alone."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from runner.errors import InputError, UnreadableState
from runner.events import Observe, PageRead
from runner.job import Job, Lists, Page
from runner.outcome import RETRIED, Action, Outcome, State, Verdict
from runner.request import Request
from runner.sending.journey import Road
from runner.sending.line import Exchange
from runner.sending.reading import Inquiry
from runner.text import Text

T = TypeVar("T")


class ListingJob(Job, Lists, Protocol):
    """What keys are listed by."""


class PageLook(Inquiry):
    """Asks for a page until there is an answer."""

    __slots__ = ("_job", "_observe", "_pages")

    def __init__(self, request: Request, road: Road, job: ListingJob, pages: dict[int, Page], observe: Observe) -> None:
        super().__init__(request, road)
        self._job = job
        self._pages = pages
        self._observe = observe

    async def step(self) -> Verdict:
        """Asks once.

        Raises:
            InputError: the vendor refuses to tell the page, or what it tells is none.
        """
        exchange = Exchange()
        verdict = await self._road.line.call(self._job.page_call, self.request, exchange)
        page: Page | None = None
        if verdict.action is Action.SUCCEED and exchange.response is not None:
            try:
                page = self._job.page(exchange.response)
            except UnreadableState as error:
                raise _unreadable(self.request, Text.of(error)) from error
            self._pages[self.request.ordinal] = page
        told = page.pages if page else None
        self._observe(PageRead(self.request.ordinal, told, verdict.code, exchange.seconds))
        if verdict.action is Action.FAIL:
            raise _unreadable(self.request, _CODED.format(message=verdict.message, code=verdict.code))
        return self._answered(verdict)

    def outcome(self, *, stopped: bool) -> Outcome:
        """That it is over.

        Raises:
            InputError: there was no answer to the last.
        """
        verdict = self.verdict
        if verdict and verdict.action in RETRIED and not stopped:
            raise _unreadable(self.request, _CODED.format(message=verdict.message, code=verdict.code))
        return Outcome(
            ordinal=self.request.ordinal,
            key=self.request.key,
            state=State.NOT_SENT,
            code=None,
            message=None,
            attempts=(),
            unclear=False,
        )


class Pages:
    """Pages to be read. Nobody else reads them, and nothing is written down."""

    held_back = False
    superseded: Sequence[Outcome] = ()
    until = seconds = math.inf

    def __init__(self, numbers: Iterable[int]) -> None:
        self._left = [Request(ordinal=number, key=str(number), body=b"") for number in numbers]

    def claim(self, limit: int, *, now: float) -> list[Request]:  # noqa: ARG002 - see `Work`
        """The next ones."""
        claimed, self._left = self._left[:limit], self._left[limit:]
        return claimed

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> None:
        """They are in memory already."""

    def give_back(self, ordinals: Iterable[int]) -> None:
        """Nobody else wants them."""

    def renew(self, *, now: float) -> None:
        """There is no lease."""

    def release(self) -> None:
        """There is no lease."""


class NoDisk:
    """Does the work at once: it is all in memory."""

    async def write(self, work: Callable[[], T]) -> T:
        """Does it, and gives what it gives."""
        return work()

    def close(self) -> None:
        """Nothing is under way."""


def _unreadable(request: Request, why: Text) -> InputError:
    words = _UNREADABLE.format(page=request.key, why=why)
    return InputError(words.en, words.zh)


_CODED = Text("{message} ({code})", "{message}（{code}）")
_UNREADABLE = Text(
    "Page {page} of the vendor's list cannot be read, so that nothing was begun: {why}",
    "无法读取供应商列表的第 {page} 页，因此未开始：{why}",
)
