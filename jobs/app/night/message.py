"""What people are told of a night, and whether it is worth telling."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jobs.app.exit_codes import ExitCode
from jobs.app.night.night import Night
from jobs.app.night.terms import NotifyTerms, Occasion
from jobs.app.night.words import LONGEST_MESSAGE, in_one_line, text_in_one_line
from runner.outcome import State
from runner.plan import Plan
from runner.report.words import PLANS, STATES
from runner.text import Language, Text, writable

Kind = Literal["failure", "warning", "success", "info"]
"""How services colour it."""

MOST_IGNORED = 5
"""Lines about the ignore list."""

_HIDDEN = "••••"
_NOT_AS_WANTED = (Plan.DRIFTED, Plan.CONFLICT, Plan.MISSING, Plan.LOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """In one language, as plain text."""

    occasion: Occasion
    kind: Kind
    title: str
    body: str


def message(night: Night, terms: NotifyTerms, language: Language) -> Message | None:
    """What is to be said; None where nobody wants to hear of such a night."""
    occasions = [*_occasions(night), Occasion.ALWAYS]
    if not set(occasions) & set(terms.on):
        return None
    source = in_one_line(Path(night.source).name, LONGEST_MESSAGE)
    kind, heading = _HEADED[occasions[0]]
    if occasions[0] is Occasion.DRIFT and night.exit_code == ExitCode.AS_WANTED:
        kind, heading = "success", _REPAIRED
    title = heading.format(source=source).in_language(language)
    body = "\n".join(words.in_language(language) for words in _body(night, terms))
    return Message(occasion=occasions[0], kind=kind, title=_without(title, terms), body=_without(body, terms))


def _occasions(night: Night) -> Iterator[Occasion]:
    """What it was, what matters most first."""
    if night.exit_code not in {ExitCode.AS_WANTED, ExitCode.DRIFT}:
        yield Occasion.FAILURE
    put_right = night.counts[State.SUCCEEDED] and (night.plan[Plan.DRIFTED] or night.plan[Plan.CONFLICT])
    left = night.exit_code == ExitCode.SOME_NOT and any(night.plan[plan] for plan in _NOT_AS_WANTED)
    if night.exit_code == ExitCode.DRIFT or left or put_right:
        yield Occasion.DRIFT
    as_wanted = night.exit_code == ExitCode.AS_WANTED and not any(night.plan[plan] for plan in _NOT_AS_WANTED)
    if as_wanted and night.before not in {None, ExitCode.AS_WANTED}:
        yield Occasion.RECOVERY


def _body(night: Night, terms: NotifyTerms) -> Iterator[Text]:
    if night.run is None:
        yield _NOT_STARTED.format(code=night.exit_code)
    else:
        yield _RAN.format(run=night.run, code=night.exit_code, seconds=f"{night.seconds:,.0f}")
        if any(night.plan.values()):
            yield _COMPARED.format(counts=_counted((PLANS[plan], night.plan[plan]) for plan in Plan))
        yield _CAME_TO.format(counts=_counted((STATES[state], count) for state, count in night.counts.items()))
    if night.reason:
        yield _WHY.format(reason=text_in_one_line(night.reason, 3 * LONGEST_MESSAGE))
    yield from (text_in_one_line(words, 3 * LONGEST_MESSAGE) for words in night.ignored[:MOST_IGNORED])
    if len(night.ignored) > MOST_IGNORED:
        yield _MORE_IGNORED.format(count=f"{len(night.ignored) - MOST_IGNORED:,}")
    if night.lines:
        yield _BLANK
        yield from (line.text for line in night.lines)
        if night.more:
            yield _MORE.format(count=f"{night.more:,}")
    if night.run is not None:
        yield _BLANK
        yield _SHOW.format(command=terms.target.command("show", night.run))
        if night.exit_code in {ExitCode.STOPPED, *_SIGNALS}:
            yield _RESUME.format(command=terms.target.command("resume", night.run))
    if night.run is None:
        yield _MEND


def _counted(each: Iterator[tuple[Text, int]]) -> Text:
    shown = [(words, f"{count:,}") for words, count in each if count]
    if not shown:
        return _NOTHING
    return Text(
        " · ".join(f"{words.en} {count}" for words, count in shown),
        " · ".join(f"{words.zh} {count}" for words, count in shown),
    )


def _without(words: str, terms: NotifyTerms) -> str:
    """The words without secrets, which the vendor's own words may repeat."""
    secrets: Collection[str] = [each.get_secret_value() for each in (*terms.hidden, *terms.urls)]
    for secret in secrets:
        if secret:
            words = words.replace(secret, _HIDDEN)
    return writable(words)


_SIGNALS = (130, 143)
_HEADED: Mapping[Occasion, tuple[Kind, Text]] = {
    Occasion.FAILURE: ("failure", Text("recallflow: {source} needs you", "recallflow：{source} 需要处理")),
    Occasion.DRIFT: ("warning", Text("recallflow: drift in {source}", "recallflow：{source} 有偏离")),
    Occasion.RECOVERY: ("success", Text("recallflow: {source} is as wanted again", "recallflow：{source} 已恢复正常")),
    Occasion.ALWAYS: ("info", Text("recallflow: {source} is as wanted", "recallflow：{source} 一切正常")),
}
_REPAIRED = Text("recallflow: {source}: drift was put right", "recallflow：{source} 的偏离已修复")
_NOT_STARTED = Text("Nothing was started; exit code {code}", "未开始；退出码 {code}")
_RAN = Text("Run {run}: exit code {code}, {seconds} s", "运行 {run}：退出码 {code}，用时 {seconds} 秒")
_COMPARED = Text("Compared: {counts}", "比较结果：{counts}")
_CAME_TO = Text("Requests: {counts}", "请求：{counts}")
_WHY = Text("Why: {reason}", "原因：{reason}")
_MORE = Text("and {count} more", "另有 {count} 条")
_MORE_IGNORED = Text("and {count} more lines of the ignore list", "忽略列表中另有 {count} 行")
_SHOW = Text("Look at it: {command}", "查看：{command}")
_RESUME = Text("Go on with: {command}", "继续：{command}")
_MEND = Text("Mend that, then start it again.", "请先解决该问题，再重新运行。")
_NOTHING = Text("none", "无")
_BLANK = Text.verbatim("")
