"""A request whose remote state is only read."""

from dataclasses import replace

from runner.errors import UnreadableState
from runner.events import ReadBack
from runner.outcome import RETRIED, Action, Finding, Outcome, Reading, State, Verdict
from runner.plan import Plan, Remote
from runner.request import Request
from runner.sending.journey import Road
from runner.sending.line import Exchange
from runner.text import Text


class Inquiry:
    """A way on which the vendor is only asked."""

    __slots__ = ("_road", "request", "unclear", "verdict")

    can_be_proven = False
    is_in_flight = False
    """Nothing is changed by it, so that it can be given up at any moment."""

    def __init__(self, request: Request, road: Road) -> None:
        self.request = request
        self.unclear = False
        """Whether there was an answer, or half of one, that said nothing; the vendor is there."""
        self.verdict: Verdict | None = None
        self._road = road

    async def prove(self) -> Verdict:
        """There is nothing to be proven, and `can_be_proven` says so."""
        raise NotImplementedError

    def _answered(self, verdict: Verdict) -> Verdict:
        """Takes the verdict of a step."""
        self.unclear = self.unclear or verdict.ambiguous
        self.verdict = verdict
        return verdict


class Look(Inquiry):
    """Asks for the remote state until there is an answer."""

    __slots__ = ("_job", "_reading")

    def __init__(self, request: Request, road: Road) -> None:
        super().__init__(request, road)
        assert road.reconciles is not None, "only a job that reconciles is read for"
        self._job = road.reconciles
        self._reading: Reading | None = None

    async def step(self) -> Verdict:
        """Asks once."""
        exchange = Exchange()
        verdict = await self._road.line.call(self._job.query, self.request, exchange)
        if verdict.action is Action.SUCCEED and exchange.response is not None:
            try:
                self._reading = self._compared(self._job.remote(self.request, exchange.response))
            except UnreadableState as error:
                verdict = Verdict(action=Action.FAIL, code=UNREADABLE_STATE, message=Text.of(error))
        if verdict.action is Action.FAIL:
            missing = self._job.is_missing(verdict)
            self._reading = Reading(plan=Plan.MISSING if missing else Plan.UNREADABLE)
        finding = None if self._reading is None else _FINDINGS.get(self._reading.plan, Finding.OTHERWISE)
        request = self.request
        self._road.observe(ReadBack(request.ordinal, request.key, verdict.code, finding, exchange.seconds))
        return self._answered(verdict)

    def outcome(self, *, stopped: bool) -> Outcome:
        """What was read; nothing, where the run stopped before."""
        verdict, reading = self.verdict, self._reading
        if reading is None and verdict and verdict.action in RETRIED and not stopped:
            reading = Reading(plan=Plan.UNREADABLE)
        as_wanted = reading is not None and reading.plan is Plan.UNCHANGED
        return Outcome(
            ordinal=self.request.ordinal,
            key=self.request.key,
            state=State.UNCHANGED if as_wanted else State.NOT_SENT,
            code=verdict.code if verdict else None,
            message=verdict.message if verdict else None,
            attempts=(),
            unclear=False,
            reading=reading,
        )

    def _compared(self, remote: Remote | None) -> Reading:
        if remote is None:
            return Reading(plan=Plan.MISSING)
        wanted = self.request.body  # none yet, where it follows from what was read
        as_wanted = bool(wanted) and self._job.is_as_wanted(remote.body, wanted)
        if as_wanted and remote.files:
            remote = replace(remote, files={})  # nobody needs them, and they are large
        return Reading(plan=Plan.UNCHANGED if as_wanted else Plan.DRIFTED, remote=remote)


UNREADABLE_STATE = "unreadable-state"
"""The code of an answer that does not tell the remote state."""

_FINDINGS = {Plan.UNCHANGED: Finding.AS_WANTED, Plan.UNREADABLE: Finding.UNCLEAR}
