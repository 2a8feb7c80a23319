"""What the program's exit code says. Others rely on it."""

from enum import IntEnum

from runner.journal.ledger import RunRecord
from runner.outcome import RunState, State, Stop

SIGNALLED = 128
"""A signal's number is added to it: 130 for Ctrl-C, 143 for SIGTERM."""


class ExitCode(IntEnum):
    """Every code but those of signals."""

    AS_WANTED = 0
    """Everything is as wanted."""
    SOME_NOT = 1
    """Some requests are failed, unknown or invalid, or are left to a run that corrects them; the report says which."""
    NOT_STARTED = 2
    """Usage, settings, or a file that cannot be read."""
    STOPPED = 3
    """Stopped early; `resume` goes on."""


def exit_code(run: RunRecord, stop: Stop | None) -> int:
    """The exit code after a run."""
    if stop and stop.signal:
        return SIGNALLED + stop.signal
    if run.state is not RunState.DONE and (stop or run.state is RunState.STOPPED):
        return ExitCode.STOPPED
    states = [State.FAILED, State.UNKNOWN, State.INVALID]
    if run.state is RunState.DONE:
        states.append(State.NOT_SENT)  # which a later run has taken over
    bad = sum(run.counts[state] for state in states)
    return ExitCode.SOME_NOT if bad else ExitCode.AS_WANTED
