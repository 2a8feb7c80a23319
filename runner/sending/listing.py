"""Reads a list of keys that the vendor has in pages, while others may add to it and take from it.

A key that is added or taken moves all that stand behind it: one may then stand on two pages, or be on none that was
read. So the whole list is read until it was the same twice in a row, and nobody has seen it move.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from runner.errors import InputError
from runner.events import AskedToWait, ClockLearned, Event, LimitChanged, Observe, Paused, Resumed, Stopping
from runner.job import Facts, Page
from runner.outcome import Stop
from runner.problem import Notice
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy
from runner.sending.line import Carrier
from runner.sending.page import ListingJob, NoDisk, PageLook, Pages
from runner.sending.pool import USUAL_BREAKER, Pool
from runner.text import Text

MOST_PASSES = 5
"""Times that the list is read as a whole before it counts as one that never settles."""

_UNMOVED = 2
"""Passes of a list that nobody changes."""

_TOLD = (AskedToWait, ClockLearned, LimitChanged, Paused, Resumed, Stopping)
"""What is worth telling while pages are read; pages are no requests of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list, as it was found twice in a row."""

    keys: tuple[str, ...]
    """Numbers in ascending order; no two are the same."""
    notices: tuple[Notice, ...] = ()
    """What moved while it was read, if anything did."""
    facts: Mapping[str, Facts] = field(default_factory=lambda: MappingProxyType({}))
    """What the list told of its keys besides when it was read last."""


async def list_keys(  # noqa: PLR0913 - as `runner.engine.send`
    job: ListingJob,
    carrier: Carrier,
    *,
    limits: Limits,
    retry: RetryPolicy,
    observe: Observe,
    random: Random,
    control: Callable[[Pool], AbstractContextManager[None]],
    breaker: BreakerTerms = USUAL_BREAKER,
    now: Callable[[], float] = time.time,
    most_passes: int = MOST_PASSES,
) -> Listed | Stop:
    """Lists all keys: a list that was the same twice in a row, or none.

    Args:
        job: words the calls, and reads the answers.
        carrier: carries the calls.
        limits: how much may be under way.
        retry: how patient to be with one page.
        observe: is told of each page, and of pauses and the like.
        random: for the jitter.
        control: is given each pool for as long as it runs, so that somebody may stop it.
        breaker: when the vendor counts as down, and for how long to wait for it.
        now: Unix seconds.
        most_passes: times that the list is read as a whole at most.

    Returns:
        The list, or why it was stopped early.

    Raises:
        InputError: a page cannot be read, or the list never settles.
    """

    def tell(event: Event) -> None:
        if isinstance(event, _TOLD):
            observe(event)

    async def read(numbers: Sequence[int]) -> dict[int, Page] | Stop:
        pages: dict[int, Page] = {}
        pool = Pool(
            job,
            carrier,
            Pages(numbers),
            limits=limits,
            retry=retry,
            breaker=breaker,
            observe=tell,
            random=random,
            now=now,
            disk=NoDisk(),
            way=lambda request, road: PageLook(request, road, job, pages, observe),
        )
        with control(pool):
            stop = await pool.run()
        return stop or pages

    moves = _Moves()
    before: _Pass | None = None
    for number in range(1, most_passes + 1):
        told = await _read_all(read, 1 if before is None else before.pages)
        if isinstance(told, Stop):
            return told
        found = _Pass(told)
        moves.note(before, found)
        if before is not None and found.is_whole and before.is_whole and found.keys == before.keys:
            keys = tuple(sorted(found.keys, key=_in_order))
            return Listed(keys=keys, notices=tuple(moves.notices(number)), facts=found.facts)
        before = found
    raise InputError(*moves.words(_NEVER_SETTLES, most_passes))


async def _read_all(
    read: Callable[[Sequence[int]], Awaitable[dict[int, Page] | Stop]], expected: int
) -> dict[int, Page] | Stop:
    """All pages: as many as are expected, and then those that are there besides."""
    pages: dict[int, Page] = {}
    known = max(expected, 1)
    while len(pages) < known:
        told = await read(range(len(pages) + 1, known + 1))
        if isinstance(told, Stop):
            return told
        pages |= told
        known = max(page.pages for page in pages.values())
    return pages


class _Pass:
    """The list, as it was read once."""

    def __init__(self, pages: dict[int, Page]) -> None:
        told = [key for page in pages.values() for key in page.keys]
        totals = [page.total for page in pages.values()]
        self.grown = totals[-1] - totals[0]
        self.keys = frozenset(told)
        self.facts = {key: facts for page in pages.values() for key, facts in page.facts.items()}
        self.pages = max(page.pages for page in pages.values())
        self.twice = len(told) - len(self.keys)
        self.lacking = max(max(totals) - len(self.keys), 0)
        self.is_whole = not self.twice and set(totals) == {len(self.keys)}


class _Moves:
    """What moved from pass to pass."""

    def __init__(self) -> None:
        self._twice = self._lacking = self._came = self._went = 0

    def note(self, before: _Pass | None, found: _Pass) -> None:
        """Adds what one pass shows, and what it shows beside the one before."""
        self._twice += found.twice
        self._lacking += found.lacking
        self._came += max(found.grown, 0)
        self._went += max(-found.grown, 0)
        if before is not None:
            self._came += len(found.keys - before.keys)
            self._went += len(before.keys - found.keys)

    def notices(self, passes: int) -> Iterator[Notice]:
        """That something moved, where it did."""
        if passes > _UNMOVED:
            yield Notice(code="list-moved", message=Text(*self.words(_MOVED, passes)))

    def words(self, words: Text, passes: int) -> tuple[str, str]:
        """The words with the numbers in them, in both languages."""
        filled = words.format(
            passes=passes,
            came=f"{self._came:,}",
            went=f"{self._went:,}",
            twice=f"{self._twice:,}",
            lacking=f"{self._lacking:,}",
        )
        return filled.en, filled.zh


def _in_order(key: str) -> tuple[int, str]:
    """Numbers in theirs."""
    return len(key), key


_MOVED = Text(
    "The vendor's list moved while it was read, so that it was read {passes} times, until it was the same twice: "
    "{came} came, {went} went, {twice} stood on two pages, {lacking} on none",
    "读取期间供应商的列表有变化，共读取 {passes} 遍，直至连续两遍一致：新增 {came} 个，消失 {went} 个，"
    "{twice} 个出现在两页上，{lacking} 个未出现在任何一页",
)
_NEVER_SETTLES = Text(
    "The vendor's list never settled: in {passes} passes {came} came, {went} went, {twice} stood on two pages, "
    "{lacking} on none. Nothing was begun; choose a range that ends in the past, where nothing is created any more.",
    "供应商的列表始终不稳定：读取 {passes} 遍，新增 {came} 个，消失 {went} 个，{twice} 个出现在两页上，"
    "{lacking} 个未出现在任何一页。未开始；请将时间范围限定在过去，即不再有新建内容的时段。",
)
