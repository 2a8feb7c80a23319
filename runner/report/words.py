"""The report's own words."""

from collections.abc import Callable, Mapping

from runner.outcome import RunState, State
from runner.plan import MovedBy, Plan
from runner.text import Text

STATES = {
    State.SUCCEEDED: Text("succeeded", "成功"),
    State.FAILED: Text("failed", "失败"),
    State.UNKNOWN: Text("unknown", "结果未知"),
    State.INVALID: Text("invalid", "数据有误"),
    State.UNCHANGED: Text("unchanged", "无变化"),
    State.NOT_SENT: Text("not sent", "未发送"),
}

RUN_STATES = {
    RunState.PLANNED: Text("planned", "已计划"),
    RunState.RUNNING: Text("running", "进行中"),
    RunState.STOPPED: Text("stopped", "已停止"),
    RunState.INTERRUPTED: Text("interrupted", "已中断"),
    RunState.ABANDONED: Text("abandoned", "已放弃"),
    RunState.DONE: Text("done", "已完成"),
}

PLANS = {
    Plan.UNCHANGED: Text("as wanted", "符合期望"),
    Plan.DRIFTED: Text("drifted", "有偏离"),
    Plan.CONFLICT: Text("conflict", "冲突"),
    Plan.MISSING: Text("missing", "不存在"),
    Plan.LOCKED: Text("locked", "已锁定"),
    Plan.UNREADABLE: Text("unreadable", "无法读取"),
    Plan.IGNORED: Text("ignored", "已忽略"),
}

MOVED_BY: Mapping[MovedBy | None, Text] = {
    MovedBy.REMOTE: Text("changed at the vendor's", "供应商侧有改动"),
    MovedBy.OURS: Text("changed on our side", "我方有改动"),
    MovedBy.BOTH: Text("changed on both sides", "双方都有改动"),
    None: Text("never applied before", "此前从未应用"),
}
"""Who has moved away from what was applied last."""

ADVICE = {
    State.SUCCEEDED: Text("", ""),
    State.FAILED: Text("Correct what the message names, then send it again.", "请按消息修正后重新发送。"),
    State.UNKNOWN: Text(
        "Nobody knows whether it was applied: look at it at the vendor's before you send it again.",
        "无法确定是否已生效：重新发送前请先在供应商后台核对。",
    ),
    State.INVALID: Text("Correct what the sheet Problems lists.", "请修正 Problems 工作表中列出的内容。"),
    State.UNCHANGED: Text("", ""),
    State.NOT_SENT: Text("Mend what stopped the run, then send it again.", "请先解决导致停止的原因，再重新发送。"),
}
"""What to do about a state, where a job has nothing to say about the code."""

Advise = Callable[[State, str | None], Text]
"""Says what to do about a request in a state, with the code that it came to."""

SUMMARY, RESULTS, PROBLEMS, CORRECTIONS, NOTICES = "Summary", "Results", "Problems", "Corrections", "Notices"
PLAN, NOTES = "Plan", "Notes"
"""The sheets are called the same in every language, so that programs find them."""

CORRECTED = (State.FAILED, State.UNKNOWN, State.INVALID, State.NOT_SENT)
"""The states of requests whose rows the sheet Corrections gives back, unless others are asked for."""
