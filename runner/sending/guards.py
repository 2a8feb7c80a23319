"""What stops a run early because too much of it goes wrong: a canary, and a blast guard."""

from dataclasses import dataclass

from runner.allowance import Allowance
from runner.outcome import State
from runner.text import Text

BAD = frozenset({State.FAILED, State.UNKNOWN})
_AS_WANTED = frozenset({State.SUCCEEDED, State.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxFailures(Allowance):
    """How many requests may end as failed or unknown: so many, or such a share of those that are settled."""

    minimum: int = 20
    """So many must be settled before a share says anything."""

    def exceeded(self, number: int, total: int) -> bool:
        """Whether it is too much."""
        share = self.share if total >= self.minimum else None
        return Allowance(count=self.count, share=share).exceeded(number, total)

    def __str__(self) -> str:
        return Allowance.__str__(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """When to stop; nothing of it by default."""

    canary: int | None = None
    """Send so many, look, and go on only if all of them succeeded."""
    max_failures: MaxFailures | None = None


class Watch:
    """Counts what is settled, and says when it is time to stop."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._settled = self._bad = 0
        self._ended = self._not_as_wanted = 0
        self._looked = False

    def settled(self, state: State) -> Text | None:
        """Takes the state in which a request was settled; gives why to stop, if it is too much."""
        self._not_as_wanted += state not in _AS_WANTED
        self._ended += 1
        if state in {State.NOT_SENT, State.INVALID}:
            return None
        self._settled += 1
        self._bad += state in BAD
        most = self._guards.max_failures
        if most and most.exceeded(self._bad, self._settled):
            return _TOO_MANY.format(bad=self._bad, settled=self._settled, most=str(most))
        return None

    def is_after_canary(self, number: int) -> bool:
        """Whether the request of this number, from 1, has to wait until the canary has been settled and looked at."""
        canary = self._guards.canary
        return canary is not None and not self._looked and number > canary

    def verdict_on_canary(self) -> Text | None:
        """Why to stop after the canary has been settled; None where it was good, and all others may go."""
        self._looked = True
        if not self._not_as_wanted:
            return None
        return _CANARY.format(bad=self._not_as_wanted, ended=self._ended)


_TOO_MANY = Text(
    "{bad} of {settled} requests have failed or are unknown, which is more than --max-failures {most} allows. "
    "Look at the report; then resume, or correct the file and upload it again.",
    "已完成的 {settled} 个请求中有 {bad} 个失败或未知，超过 --max-failures {most}。"
    "请查看报告后继续，或修正文件后重新上传。",
)
_CANARY = Text(
    "Of the {ended} requests that went first (--canary), {bad} did not succeed. "
    "Look at the report; then resume, or correct the file and upload it again.",
    "首批试发（--canary）的 {ended} 个请求中有 {bad} 个未成功。请查看报告后继续，或修正文件后重新上传。",
)
