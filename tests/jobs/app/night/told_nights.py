"""Nights as those see them who tell of them."""

from dataclasses import replace

from jobs.app.night.lines import Line
from jobs.app.night.night import Night
from runner.outcome import FINAL_STATES, State
from runner.plan import Plan
from runner.text import Text

GOOD = Night(
    run="20260301-020000-ab12",
    job="reconcile",
    source="/srv/flows/flows.xlsx",
    exit_code=0,
    plan=dict.fromkeys(Plan, 0) | {Plan.UNCHANGED: 9_985},
    counts={state: 9_985 if state is State.UNCHANGED else 0 for state in FINAL_STATES},
    started=1_772_330_400.0,
    seconds=200.25,
    ended=1_772_330_600.25,
    reason=None,
    lines=(),
    more=0,
    before=0,
    last_success=1_772_330_600.25,
)
LINE = Line(
    key="42",
    word=Text("drifted", "有偏离"),
    details=(Text("recallNum: 3 → 5 (changed at the vendor's)", "recallNum：3 → 5（供应商侧有改动）"),),
)
DRIFT = replace(
    GOOD,
    exit_code=4,
    plan={**GOOD.plan, Plan.DRIFTED: 38},
    counts={**GOOD.counts, State.NOT_SENT: 38},
    lines=(LINE,),
    more=37,
    last_success=None,
)
REPAIRED = replace(DRIFT, exit_code=0, counts={**GOOD.counts, State.SUCCEEDED: 38})
STOPPED = replace(GOOD, exit_code=3, reason=Text("The deadline has passed.", "已到截止时间。"))
NOT_STARTED = replace(
    GOOD, run=None, exit_code=2, plan=dict.fromkeys(Plan, 0), counts=dict.fromkeys(FINAL_STATES, 0), seconds=0, before=4
)
