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
        self._ended = self._not_as_wanted = self._held_back = 0
        self.bound = guards.canary
        """The number, from 1, of the last request that may go before the canary is looked at; None once it has been."""

    def settled(self, state: State, *, held_back: bool = False) -> Text | None:
        """Takes the state in which a request was settled; gives why to stop, if it is too much.

        What was held back, since the remote state is not what was planned for, shows nothing of what sending does.
        """
        self._held_back += held_back
        self._not_as_wanted += state not in _AS_WANTED and not held_back
        self._ended += 1
        if state in {State.NOT_SENT, State.INVALID}:
            return None
        self._settled += 1
        self._bad += state in BAD
        most = self._guards.max_failures
        if most and most.exceeded(self._bad, self._settled):
            return _TOO_MANY.format(bad=self._bad, settled=self._settled, most=str(most))
        return None

    def verdict_on_canary(self) -> Text | None:
        """Why to stop after the canary has been settled; None where it was good.

        Then all others may go; but where some of it were held back, so many more go first.
        """
        if self._not_as_wanted:
            self.bound = None
            return _CANARY.format(bad=self._not_as_wanted, ended=self._ended)
        self.bound = self.bound + self._held_back if self.bound is not None and self._held_back else None
        self._held_back = 0
        return None


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
