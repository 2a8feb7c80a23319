"""What a report says of a run as a whole: the same on the sheet Summary and on the page to be sent by mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from runner.journal.family import later_corrections
from runner.journal.figures import (
    MOST_FREQUENT,
    AttemptCount,
    attempts_over_time,
    frequent_answers,
    mistakes,
    time_of_attempts,
)
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.plans import rules_of
from runner.outcome import ENDED_EARLY, RunState, State
from runner.plan import Plan
from runner.report.cells import local_time, utc_offset
from runner.report.time_steps import in_words, steps_between
from runner.report.words import CORRECTED, PLANS, RUN_STATES, Advise
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing to know of the run."""

    label: Text
    value: Text | datetime | float


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many requests ended in a state."""

    state: State
    count: int
    share: float
    """Of all requests, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was said of several requests: an answer, or a problem that the check found."""

    state: State
    code: str
    message: Text
    remedy: Text
    """What to do."""
    count: int
    """Of requests, or of problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStep:
    """What was sent in one step of time."""

    label: str
    """When it begins, by the user's clock."""
    first: int
    """Attempts that each were the first at its request."""
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Attempts over time."""

    zone: str
    """As `UTC+08:00`."""
    width: Text
    """How long a step lasts."""
    steps: tuple[TimeStep, ...]
    """One after the other without a gap, all of them of one width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A run in one screen."""

    title: Text
    stopped: Text | None
    """Why it ended early, if it did."""
    next_step: Text | None
    """None where there is nothing left to do."""
    is_to_be_corrected: bool
    """Whether the next step is to correct what the workbook gives back."""
    facts: tuple[Fact, ...]
    counts: tuple[StateCount, ...]
    """Of every final state."""
    messages: tuple[Message, ...]
    """The most frequent ones, the most frequent first."""
    timeline: Timeline | None
    """None where nothing was sent."""


def overview(ledger: Ledger, run: RunRecord, advise: Advise, *, recorded: bool = True, known: bool = True) -> Overview:
    """Reads what there is to say of a run.

    Args:
        ledger: the journal.
        run: the run.
        advise: what to do about its requests.
        recorded: whether the journal keeps the run; otherwise it is only of a check, and has no name.
        known: whether the program that the report names knows the run's job, so that it can go on with it.

    Raises:
        JournalError: the journal cannot be read.
    """
    goes_on = run.state in {*ENDED_EARLY, RunState.RUNNING}
    unsettled = sum(run.counts[state] for state in CORRECTED)
    fix = bool(unsettled and run.headings) and not goes_on and known
    later = later_corrections(ledger.database, run.id)
    return Overview(
        title=_TITLE if recorded else _TITLE_OF_CHECK,
        stopped=_why_early(run),
        next_step=_next_step(run, unsettled, goes_on=goes_on, fix=fix, known=known),
        is_to_be_corrected=fix,
        facts=(
            *_facts(run, rules_of(ledger.database, run.id) if run.plan else (), recorded=recorded),
            *(Fact(label=_CORRECTED_BY, value=Text.verbatim(each.name)) for each in later[:1]),
        ),
        counts=tuple(
            StateCount(state=state, count=count, share=count / run.requests if run.requests else 0.0)
            for state, count in run.counts.items()
        ),
        messages=_messages(ledger, run, advise),
        timeline=_timeline(ledger, run),
    )


def _why_early(run: RunRecord) -> Text | None:
    return _INTERRUPTED if run.reason is None and run.state is RunState.INTERRUPTED else run.reason


def _next_step(run: RunRecord, unsettled: int, *, goes_on: bool, fix: bool, known: bool) -> Text | None:
    if run.state is RunState.RUNNING:
        return _UNDER_WAY.format(run=run.name)
    if goes_on:
        words = _GO_ON if known else _GO_ON_ELSEWHERE
        return words.format(run=run.name, job=run.job, count=f"{run.remaining:,}")
    if fix:
        return _CORRECT.format(count=f"{unsettled:,}")
    return _APPLY.format(count=f"{run.left:,}") if run.left else None


def _facts(run: RunRecord, rules: Sequence[str], *, recorded: bool) -> Iterator[Fact]:
    said = _fact
    if recorded:
        yield said("Run", "运行编号", run.name)
    if run.origin is not None:
        yield said("Corrects run", "更正的运行", run.origin)
    yield said("Job", "任务", run.job)
    yield said("State", "状态", RUN_STATES[run.state] if recorded else _ONLY_CHECKED)
    if run.asked is not None:
        yield said("Command", "命令", run.asked)
    yield from _origin(run, rules)
    if run.sheet is not None:
        yield said("Sheet", "工作表", run.sheet)
    if run.endpoint is not None:
        yield said("Sent to", "发送至", run.endpoint)
        yield said("Account", "账号", run.account or "")
    zone = utc_offset(run.started)
    yield said(f"Started ({zone})", f"开始时间（{zone}）", local_time(run.started))
    yield said("Seconds", "耗时（秒）", round(run.seconds, 1))
    yield said("Rows", "行数", run.rows)
    yield said("Requests", "请求数", run.requests)
    yield said("Attempts", "发送次数", run.attempts)
    if run.plan is not None:
        yield said("Plan", "计划", plan_in_words(run.plan))


def _origin(run: RunRecord, rules: Sequence[str]) -> Iterator[Fact]:
    """Who wanted it, and what it comes from."""
    if run.user:
        yield _fact("By", "操作人", run.user)
    if run.undoes is not None:
        yield _fact("Takes back run", "撤销的运行", run.undoes)
    if run.sha256 or run.undoes is None:
        yield _fact("File", "文件", run.source)
    if run.sha256:
        yield _fact("Its SHA-256", "文件 SHA-256", run.sha256)
    if rules:
        yield _fact("Rules", "规则", ", ".join(rules))


def _fact(en: str, zh: str, value: Text | str | datetime | float) -> Fact:
    return Fact(label=Text(en, zh), value=Text.verbatim(value) if isinstance(value, str) else value)


def plan_in_words(counts: Mapping[Plan, int]) -> Text:
    """How many requests have which plan: `as wanted 9,990 · drifted 10`."""
    there = [(PLANS[plan], f"{count:,}") for plan, count in counts.items() if count]
    return Text(
        " · ".join(f"{word.en} {count}" for word, count in there) or _NO_PLAN.en,
        " · ".join(f"{word.zh} {count}" for word, count in there) or _NO_PLAN.zh,
    )


def _messages(ledger: Ledger, run: RunRecord, advise: Advise) -> tuple[Message, ...]:
    answers = [
        Message(
            state=answer.state,
            code=answer.code,
            message=answer.message or _NOTHING_SAID,
            remedy=advise(answer.state, answer.code),
            count=answer.count,
        )
        for answer in frequent_answers(ledger.database, run.id, MOST_FREQUENT)
    ]
    problems = [
        Message(
            state=State.INVALID,
            code=mistake.code,
            message=_MISTAKE.format(heading=mistake.heading, cell=mistake.cell, message=mistake.message),
            remedy=mistake.remedy,
            count=mistake.count,
        )
        for mistake in mistakes(ledger.database, run.id)
    ]
    return tuple(sorted(answers + problems, key=lambda message: -message.count)[:MOST_FREQUENT])


def _timeline(ledger: Ledger, run: RunRecord) -> Timeline | None:
    span = time_of_attempts(ledger.database, run.id)
    if span is None:
        return None
    steps = steps_between(*span)
    counts = attempts_over_time(ledger.database, run.id, since=steps.since, width=steps.width)
    by_step = {each.step: each for each in counts}
    nothing = AttemptCount(step=0, first=0, retries=0)
    made = [by_step.get(step, nothing) for step in range(steps.number)]
    return Timeline(
        zone=utc_offset(span[0]),
        width=in_words(steps.width),
        steps=tuple(
            TimeStep(label=label, first=each.first, retries=each.retries)
            for label, each in zip(steps.labels(), made, strict=True)
        ),
    )


_NO_PLAN = Text("nothing was read yet", "尚未读取")
_CORRECTED_BY = Text("Corrected by run", "更正它的运行")
_INTERRUPTED = Text("The run was interrupted: its process ended without a word.", "运行已中断：其进程意外结束。")
_UNDER_WAY = Text(
    "The run is under way. Once it has ended, write its report again: recallflow report {run}",
    "运行正在进行。结束后请重新生成报告：recallflow report {run}",
)
_GO_ON = Text(
    "{count} requests are left. Go on where it was: recallflow resume {run}. Correct what is left then in the report "
    "of that.",
    "尚余 {count} 个请求。请先继续发送：recallflow resume {run}；其后再在新报告中更正剩余部分。",
)
_GO_ON_ELSEWHERE = Text(
    '{count} requests are left. Go on with the script that started the run: recallflow does not know its job "{job}".',
    "尚余 {count} 个请求。请用启动该运行的脚本继续：recallflow 不认识其任务“{job}”。",
)
_CORRECT = Text(
    "{count} of the requests are not settled: correct them on the sheet Corrections, and upload this very workbook.",
    "{count} 个请求尚未完成：请在 Corrections 工作表中更正，然后直接上传本文件。",
)
_APPLY = Text(
    "{count} are not as wanted at the vendor's, see the sheet Plan: apply it, or correct the spreadsheet.",
    "供应商处有 {count} 个与期望不一致，见 Plan 工作表：请应用计划，或修正表格。",
)
_TITLE = Text("What became of the run", "运行结果")
_TITLE_OF_CHECK = Text("What the check found", "检查结果")
_ONLY_CHECKED = Text("only checked, nothing was sent", "仅检查，未发送")
_MISTAKE = Text("{heading}: {message} (first in {cell})", "{heading}：{message}（首例：{cell}）")
_NOTHING_SAID = Text("", "")
