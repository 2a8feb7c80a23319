"""What a report tells its reader to do about a request."""

from runner.job import Job
from runner.journal.family import TAKEN_OVER
from runner.journal.ledger import RunRecord
from runner.journal.superseded import SUPERSEDED
from runner.outcome import RunState, State
from runner.plan import STALE, Plan
from runner.report.words import ADVICE, Advise
from runner.text import Text


def adviser(run: RunRecord, job: Job) -> Advise:
    """Says what is to be done about a request of a run, with what the job knows of the code."""

    def advise(state: State, code: str | None) -> Text:
        if code in {TAKEN_OVER, SUPERSEDED}:
            return _LOOK_THERE
        if state is State.NOT_SENT and code in _ON_PLANS:
            return _ON_PLANS[Plan(code)]
        if state is State.NOT_SENT and code == STALE:
            return _PLAN_AGAIN
        if state is State.NOT_SENT and run.state is RunState.PLANNED:
            return Text("", "")
        if state is State.NOT_SENT and run.state in _BY_RUN:
            return _BY_RUN[run.state]
        settled_by_code = state in {State.FAILED, State.NOT_SENT}
        return (job.advice(code) if code and settled_by_code else None) or ADVICE[state]

    return advise


_ON_PLANS = {
    Plan.DRIFTED: Text(
        "Apply it (reconcile --apply, or a tick in a plan), or correct the spreadsheet.",
        "请应用（reconcile --apply，或在计划中勾选），或修正表格。",
    ),
    Plan.MISSING: Text(
        "Check the key, or take its rows out of the spreadsheet.", "请检查编号，或从表格中删除其所有行。"
    ),
    Plan.LOCKED: Text(
        "It cannot be edited any more: take its rows out of the spreadsheet.", "已不可编辑：请从表格中删除其所有行。"
    ),
    Plan.CONFLICT: Text(
        "Decide which side is right; the spreadsheet's is sent with --conflicts ours.",
        "请确认以哪一方为准；如以表格为准，请使用 --conflicts ours。",
    ),
    Plan.IGNORED: Text("", ""),
}
"""Where the plan's word is the code: why it was not sent."""
_PLAN_AGAIN = Text("Compare again, and decide anew.", "请重新比对后再决定。")
_BY_RUN = {
    RunState.RUNNING: Text("Not sent yet: the run is under way.", "尚未发送：运行正在进行。"),
    RunState.INTERRUPTED: Text("Not sent yet: go on with the run.", "尚未发送：请继续该运行。"),
    RunState.ABANDONED: Text(
        "It is not sent any more: the run was abandoned. If it is still wanted, upload it again.",
        "不再发送：该运行已放弃。如仍需要，请重新上传。",
    ),
}
_LOOK_THERE = Text("Look at the report of that run.", "请查看该运行的报告。")
