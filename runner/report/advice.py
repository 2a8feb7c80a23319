"""What a report tells its reader to do about a request."""

from runner.job import Job
from runner.journal.family import TAKEN_OVER
from runner.journal.ledger import RunRecord
from runner.outcome import RunState, State
from runner.report.words import ADVICE, Advise
from runner.text import Text


def adviser(run: RunRecord, job: Job) -> Advise:
    """Says what is to be done about a request of a run, with what the job knows of the code."""

    def advise(state: State, code: str | None) -> Text:
        if code == TAKEN_OVER:
            return _LOOK_THERE
        if state is State.NOT_SENT and run.state is RunState.PLANNED:
            return Text("", "")
        if state is State.NOT_SENT and run.state is RunState.RUNNING:
            return _NOT_YET.format(run=run.name)
        settled_by_code = state in {State.FAILED, State.NOT_SENT}
        return (job.advice(code) if code and settled_by_code else None) or ADVICE[state]

    return advise


_NOT_YET = Text(
    "Not sent yet. If the run was killed: recallflow resume {run}", "尚未发送。如果运行已中断：recallflow resume {run}"
)
_LOOK_THERE = Text("Look at the report of that run.", "请查看该运行的报告。")
