"""How a run is summed up: as JSON for machines, as a short table for people."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jobs.app.printing import print_line
from jobs.app.target import Target
from jobs.recallflow.names import COMPARING, EXPORT, MIGRATE, PLANNED_FIRST, RECONCILE, UNDO, UPLOAD
from runner.journal.leases import SANDBOX
from runner.journal.ledger import RunRecord
from runner.outcome import ENDED_EARLY, FINAL_STATES, RunState, State
from runner.plan import Plan
from runner.report.words import PLANS, RUN_STATES, STATES
from runner.text import Language, Text


def run_json(run: RunRecord, exit_code: int | None, language: Language, *, recorded: bool = True) -> dict[str, object]:
    """The summary that other programs rely on.

    Args:
        run: the run.
        exit_code: of the program; None where it was another program's.
        language: of the reason.
        recorded: whether the journal keeps the run; its name is null otherwise.
    """
    summary: dict[str, object] = {
        "run": run.name if recorded else None,
        "job": run.job,
        "state": run.state.value,
        "rows": run.rows,
        "requests": run.requests,
        "counts": {state.value: run.counts[state] for state in FINAL_STATES},
        "attempts": run.attempts,
        "seconds": round(run.seconds, 3),
        "report": run.report,
        "exit_code": exit_code,
        "reason": run.reason.in_language(language) if run.reason else None,
    }
    if run.plan is not None:
        summary["plan"] = {plan.value: run.plan[plan] for plan in Plan}
    return summary


def nothing_json(job: str, exit_code: int, reason: str) -> dict[str, object]:
    """The same summary where nothing was started."""
    summary: dict[str, object] = {
        "run": None,
        "job": job,
        "state": None,
        "rows": 0,
        "requests": 0,
        "counts": {state.value: 0 for state in FINAL_STATES},
        "attempts": 0,
        "seconds": 0,
        "report": None,
        "exit_code": exit_code,
        "reason": reason,
    }
    if job in COMPARING:
        summary["plan"] = {plan.value: 0 for plan in Plan}
    return summary


def print_json(value: Mapping[str, object], **lists: Iterable[object]) -> None:
    """One JSON object on stdout.

    Args:
        value: the object.
        lists: further members of it, which may be too long to be held.
    """
    write = sys.stdout.write
    write(_json(value)[:-1])
    for name, items in lists.items():
        write(f", {_json(name)}: [")
        for index, item in enumerate(items):
            write(f"{', ' if index else ''}{_json(item)}")
        write("]")
    write("}\n")
    sys.stdout.flush()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def print_summary(
    console: Console,
    run: RunRecord,
    language: Language,
    *,
    target: Target,
    recorded: bool = True,
    plan: Path | None = None,
) -> None:
    """The short table that a run ends with; `plan` is where its plan was saved."""
    print_line(console, head(run, recorded=recorded), language)
    console.print(counts_table(run, language))
    if run.reason:
        print_line(console, run.reason, language, style="bold red")
    if recorded and run.state in ENDED_EARLY:
        print_line(console, resume_line(run, target), language)
    if run.is_plan:
        print_line(console, how_to_apply(run, target, plan), language)
    if run.report:
        print_line(console, report_line(run.report), language)


def head(run: RunRecord, *, recorded: bool = True) -> Text:
    """Which run it is; where the journal keeps none, which file."""
    words = _HEAD_OF_LISTED if run.job in _LISTED else _HEAD if recorded else _CHECKED
    return words.format(run=run.name, state=RUN_STATES[run.state], source=Path(run.source).name, rows=f"{run.rows:,}")


def counts_table(run: RunRecord, language: Language) -> Table:
    """How many requests are in which state."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(justify="right")
    for state, count in run.counts.items():
        if count:
            waits = state is State.NOT_SENT and run.state is RunState.PLANNED and run.plan is None
            word, colour = (_RIGHT, "green") if waits else (STATES[state], _COLOURS[state])
            table.add_row(word.in_language(language), f"{count:,}", style=colour)
    table.add_row(_REQUESTS.in_language(language), f"{run.requests:,}")
    for plan, count in (run.plan or {}).items():
        if count:
            table.add_row(_PLAN.format(plan=PLANS[plan]).in_language(language), f"{count:,}")
    if run.attempts:
        table.add_row(_ATTEMPTS.in_language(language), f"{run.attempts:,}")
    return table


def resume_line(run: RunRecord, target: Target) -> Text:
    """The command that goes on, and how much is left."""
    words = _RESUME if run.state in ENDED_EARLY else _RESUME_PLANNED
    command = target.to(run.endpoint).command("resume", run.name)
    return words.format(command=command, left=f"{run.remaining:,}", requests=f"{run.requests:,}")


def how_to_apply(run: RunRecord, target: Target, plan: Path | None = None) -> Text:
    """What can be done about a run that is a plan.

    Args:
        run: that run.
        target: where the user's commands go.
        plan: where the plan was saved; None if it was not.
    """
    if run.job == EXPORT:
        return _HOW_TO_WRITE.format(command=target.command("export", "OUT.xlsx", "--run", run.name))
    anew = how_to_send(run, target)
    if run.endpoint == SANDBOX:  # whose simulated vendor is gone when a plan is applied
        return _HOW_TO_SEND.format(anew=anew)
    if plan is not None:
        return _HOW_TO_APPLY_SAVED.format(anew=anew, plan=plan, apply=apply_command(run, target, plan))
    saved = Path("PLAN.xlsx")
    save = target.command("report", run.name, "--plan", saved)
    return _HOW_TO_APPLY.format(anew=anew, save=save, apply=apply_command(run, target, saved))


def apply_command(run: RunRecord, target: Target, plan: Path) -> str:
    """The command that applies what is ticked in a saved plan."""
    return target.to(run.endpoint).command("apply", plan)


def how_to_plan(run: RunRecord, target: Target) -> str:
    """The command that plans anew, and sends nothing."""
    return target.to(run.endpoint).command(*_planning(run), in_sandbox=run.endpoint == SANDBOX)


def how_to_send(run: RunRecord, target: Target) -> str:
    """The command that plans anew, and sends all of it: as it was typed, with all that it left alone."""
    target, apply = target.to(run.endpoint), ["--apply"] if run.job in PLANNED_FIRST else []
    if run.asked:
        typed = "--apply" in run.asked.split()
        return target.added_to(run.asked, run.job, *(() if typed else apply))
    return target.command(*_planning(run), *apply, in_sandbox=run.endpoint == SANDBOX)


def _planning(run: RunRecord) -> tuple[str, str | Path, *tuple[str, ...]]:
    """The command whose run it is, as far as the journal of an older version knows it."""
    if run.job == UNDO:
        return UNDO, run.undoes or ""
    if run.job == UPLOAD:
        return UPLOAD, Path(run.source), "--compare"
    return (MIGRATE if run.job == MIGRATE else RECONCILE), Path(run.source)


def report_line(path: str) -> Text:
    """Where the report is."""
    return _REPORT.format(path=path)


_COLOURS = {
    State.SUCCEEDED: "green",
    State.FAILED: "red",
    State.UNKNOWN: "yellow",
    State.INVALID: "red",
    State.UNCHANGED: "green",
    State.NOT_SENT: "yellow",
}
_RIGHT = Text("right, not sent", "正确，未发送")
_HEAD = Text("Run {run}: {state} · {source}, {rows} rows", "运行 {run}：{state} · {source}，{rows} 行")
_LISTED = (MIGRATE, UNDO, EXPORT)
_HEAD_OF_LISTED = Text("Run {run}: {state} · {source}, {rows} flows", "运行 {run}：{state} · {source}，{rows} 个流程")
_CHECKED = Text("Checked {source}, {rows} rows", "已检查 {source}，{rows} 行")
_REQUESTS = Text("requests", "请求数")
_PLAN = Text("plan: {plan}", "计划：{plan}")
_ATTEMPTS = Text("attempts", "发送次数")
_HOW_TO_WRITE = Text("All of it was read. To write it: {command}", "已全部读取。写入文件：{command}")
_HOW_TO_SEND = Text("Nothing of it was sent. To send all of it: {anew}", "尚未发送任何内容。全部发送：{anew}")
_HOW_TO_APPLY = Text(
    "Nothing of it was sent.\nSend all of it: {anew}\nSend some of it: tick it in a plan\n  {save}\n  {apply}",
    "尚未发送任何内容。\n全部发送：{anew}\n部分发送：保存计划，勾选后执行\n  {save}\n  {apply}",
)
_HOW_TO_APPLY_SAVED = Text(
    "Nothing of it was sent.\nSend some of it: tick it in {plan}, then\n  {apply}\nSend all of it: {anew}",
    "尚未发送任何内容。\n部分发送：在 {plan} 中勾选后执行\n  {apply}\n全部发送：{anew}",
)
_RESUME = Text(
    "{left} of {requests} requests are left. Go on with: {command}",
    "{requests} 个请求中尚余 {left} 个。继续发送：{command}",
)
_RESUME_PLANNED = Text("Go on with: {command}", "继续发送：{command}")
_REPORT = Text("Report: {path}", "报告：{path}")
