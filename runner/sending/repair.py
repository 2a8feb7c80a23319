"""A request that was planned: sent only while the remote state is what it was planned for, and read back afterwards."""

from dataclasses import replace

from runner.errors import UnreadableState
from runner.exchange import Response
from runner.job import ReadsBack, Reconciles
from runner.outcome import RETRIED, Action, Finding, Outcome, State, Verdict
from runner.plan import STALE, Plan, Remote
from runner.planning.planner import agrees
from runner.request import Request
from runner.sending.journey import APPLIED, Journey, Road
from runner.sending.reading import UNREADABLE_STATE
from runner.text import Text

NOT_AS_SENT = "not-as-sent"
"""The code of a request that the vendor took, and does not have as it was sent."""


class Repair(Journey):
    """Looks, sends, and looks again: no attempt is made but after a look."""

    __slots__ = ("_held_back", "_reads_back", "_reconciles", "_refused_at_look", "_taken", "_unchanged")

    def __init__(self, request: Request, road: Road) -> None:
        super().__init__(request, road)
        assert road.reconciles is not None, "only a job that reconciles plans"
        assert road.reads_back is not None, "what is planned is read back"
        self._reconciles: Reconciles = road.reconciles
        self._reads_back: ReadsBack = road.reads_back
        self._held_back = self._refused_at_look = self._unchanged = False
        self._taken: Verdict | None = None
        """What the vendor said when it took the update."""

    @property
    def can_be_proven(self) -> bool:
        """Whether a last look may tell what nobody knows; it does not, where enough of them have shown it otherwise."""
        return super().can_be_proven and not self._held_back and not self._taken

    async def step(self) -> Verdict:
        """One more look; one attempt, if that allows it; and a look at what came of it."""
        verdict = await self._look(self._reads_back)
        if self._taken:
            return self._verified(verdict, self._taken)
        if self._finding is not Finding.OTHERWISE:  # there is no telling, or nothing left to do
            return self._settled_by(verdict)
        if self._road.is_closed():
            return verdict
        verdict = await self._attempt()
        if verdict.action is not Action.SUCCEED:
            return verdict
        self._taken = verdict
        return self._verified(await self._look(self._reads_back), verdict)

    def outcome(self, *, stopped: bool) -> Outcome:
        """How it is to be settled, with what is known of it now."""
        outcome = super().outcome(stopped=stopped)
        cut_short = outcome.cut_short or self._refused_at_look
        no_look = outcome.state is State.NOT_SENT and self.verdict is not None and not self.attempts and not stopped
        return replace(outcome, held_back=self._held_back or no_look, cut_short=cut_short)

    def _found(self, _: ReadsBack, response: Response | None) -> Verdict:
        assert response is not None, "a success is an answer"
        try:
            remote = self._reconciles.remote(self.request, response)
        except UnreadableState as error:
            return Verdict(action=Action.FAIL, code=UNREADABLE_STATE, message=Text.of(error))
        if remote is None:
            return _MISSING
        if self._taken is None and self._is_as_planned_for(remote):
            self.doubtful = self.doubtful and agrees(self._reconciles, remote.body, self.request.body)
            if remote.locked:
                return _LOCKED
            self._finding = Finding.OTHERWISE
            return APPLIED
        if agrees(self._reconciles, remote.body, self.request.body):
            self._finding, self.doubtful = Finding.AS_WANTED, False
            return APPLIED
        return _NOT_AS_SENT if self._taken else _STALE

    def _is_as_planned_for(self, remote: Remote) -> bool:
        before = self.request.before
        return before is not None and (remote.body == before or agrees(self._reconciles, remote.body, before))

    def _settled_by(self, verdict: Verdict) -> Verdict:
        """Takes the verdict of a look that no attempt may follow."""
        if self._finding is Finding.AS_WANTED and not self.unclear:
            self._unchanged, verdict = True, _ALREADY
        self._held_back = verdict.action is Action.FAIL
        self._refused_at_look = verdict.action is Action.STOP
        self.verdict = verdict = _MISSING if self._reconciles.is_missing(verdict) else verdict
        return verdict

    def _verified(self, look: Verdict, taken: Verdict) -> Verdict:
        """What a look at what was sent says; what the vendor has said stays, where there is nothing to be seen."""
        if look.code == NOT_AS_SENT:
            self.unclear = self.doubtful = True
            self.verdict = look
            return look
        if self._finding is Finding.AS_WANTED or not self.doubtful:
            self.verdict = taken
        if look.action in RETRIED or look.action is Action.STOP:
            return look
        return self.verdict or taken

    def _state(self) -> State:
        if self._held_back or self._refused_at_look:
            return State.UNKNOWN if self.unclear else State.NOT_SENT
        return State.UNCHANGED if self._unchanged else super()._state()


_ALREADY = Verdict(action=Action.SUCCEED, code="already", message=Text("As wanted already", "已与期望一致"))
_STALE = Verdict(
    action=Action.FAIL,
    code=STALE,
    message=Text(
        "Somebody has changed it at the vendor's since it was planned, so that it was not sent",
        "制定计划后供应商处的内容又有变化，因此未发送",
    ),
)
_MISSING = Verdict(
    action=Action.FAIL,
    code=Plan.MISSING.value,
    message=Text("There is no such thing at the vendor's any more", "供应商处已不存在"),
)
_LOCKED = Verdict(
    action=Action.FAIL,
    code=Plan.LOCKED.value,
    message=Text("It cannot be edited any more, so that it was not sent", "已无法修改，因此未发送"),
)
_NOT_AS_SENT = Verdict(
    action=Action.BACK_OFF,
    code=NOT_AS_SENT,
    message=Text(
        "The vendor has taken the update, but what it has is not what was sent",
        "供应商已接受更新，但回读内容与所发内容不一致",
    ),
    ambiguous=True,
)
