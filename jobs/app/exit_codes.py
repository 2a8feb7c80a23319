"""What the program's exit code says. Others rely on it."""

from enum import IntEnum

from runner.journal.ledger import RunRecord
from runner.outcome import ENDED_EARLY, RunState, State, Stop
from runner.plan import Plan

SIGNALLED = 128
"""A signal's number is added to it: 130 for Ctrl-C, 143 for SIGTERM, and for SIGHUP, which is treated as one."""


class ExitCode(IntEnum):
    """Every code but those of signals."""

    AS_WANTED = 0
    """Everything is as wanted."""
    SOME_NOT = 1
    """Some requests are failed, unknown or invalid, or are left to a run that corrects them; the report says which."""
    NOT_STARTED = 2
    """Usage, settings, or a file that cannot be read."""
    STOPPED = 3
    """Stopped early, and `resume` goes on; or the report, the plan or the export could not be written."""
    DRIFT = 4
    """Something is not as wanted at the vendor's, and was not sent."""


def worst(*codes: int) -> int:
    """The code that counts where several apply: 2, then that of a signal, 3, 1, 4, 0."""
    return min(codes, key=_rank)


def _rank(code: int) -> int:
    return _ORDER.index(ExitCode(code)) if code < SIGNALLED else _ORDER.index(None)


_ORDER = (
    ExitCode.NOT_STARTED,
    None,  # a signal
    ExitCode.STOPPED,
    ExitCode.SOME_NOT,
    ExitCode.DRIFT,
    ExitCode.AS_WANTED,
)


def exit_code(run: RunRecord, stop: Stop | None) -> int:
    """The exit code after a run."""
    if stop and stop.signal:
        return SIGNALLED + stop.signal
    if run.state is not RunState.DONE and (stop or run.state in ENDED_EARLY):
        return ExitCode.STOPPED
    states = [State.FAILED, State.UNKNOWN, State.INVALID]
    if run.state is RunState.DONE:
        states.append(State.NOT_SENT)  # which a later run has taken over
    bad = sum(run.counts[state] for state in states)
    return ExitCode.SOME_NOT if bad else ExitCode.AS_WANTED


def night_exit_code(run: RunRecord, stop: Stop | None) -> int:
    """The exit code after a run that compares with the remote state, or that it must have come to.

    Args:
        run: it; one that is still running counts as stopped, so its process is to be gone.
        stop: why it ended early, where that is known; the journal does not keep which signal it was.
    """
    if stop and stop.signal:
        return SIGNALLED + stop.signal
    if run.state is not RunState.DONE and (stop or not run.is_plan):
        return ExitCode.STOPPED
    bad = any(run.counts[state] for state in (State.FAILED, State.UNKNOWN, State.INVALID))
    if bad or (run.plan and run.plan[Plan.UNREADABLE]):
        return ExitCode.SOME_NOT
    return ExitCode.DRIFT if run.left else ExitCode.AS_WANTED
