"""What a tally says in words: short ones, as they stand beside a bar and in a line of progress."""

from collections.abc import Mapping

from jobs.app.tally import Tally
from jobs.recallflow.codes import CODES
from runner.events import AskedToWait, Compared, GoingOn, Paused, Resting, WaveEnded
from runner.outcome import Stop
from runner.plan import Plan
from runner.report.words import PLANS, RUN_STATES, STATES
from runner.text import Language, Text

BETWEEN = " · "

CAUSES = 3
"""So many causes of retries are named; the others are counted together."""


def how_far(tally: Tally, now: float, language: Language) -> list[str]:
    """How many are done, how fast that goes, and how long it will take."""
    words = [_DONE.format(done=tally.done, total=tally.total)]
    if tally.wave and tally.wave.of > 1:
        words.append(_WAVE.format(number=tally.wave.number, of=tally.wave.of))
    words += [_RATE.format(rate=_number(tally.rate(now)))]
    left = tally.left(now)
    if left and not tally.stopping:
        words.append(_LEFT.format(left=_duration(left)))
    return [each.in_language(language) for each in words]


def what_became(tally: Tally, language: Language) -> list[str]:
    """Attempts, settled requests by state, and the limit where it is lowered."""
    if tally.reading:
        return _of_plans(tally.plans.copy(), language)
    states = tally.states.copy()  # it may grow meanwhile: the bar is drawn by a thread of its own
    words = [_STATE.format(count=states[state], state=STATES[state]) for state in STATES if state in states]
    words.append(_SENT.format(count=tally.sent))
    if tally.limit < tally.concurrency:
        words.append(_LIMIT.format(limit=tally.limit, concurrency=tally.concurrency))
    return [each.in_language(language) for each in words]


def compared(event: Compared) -> Text:
    """What a comparison came to."""
    total = sum(event.plan.values())
    words = [_PLAN.format(count=count, plan=PLANS[plan]) for plan, count in event.plan.items() if count]
    return _COMPARED.format(
        total=total, en=BETWEEN.join(each.en for each in words), zh=BETWEEN.join(each.zh for each in words)
    )


def _of_plans(plans: Mapping[Plan, int], language: Language) -> list[str]:
    return [_PLAN.format(count=plans[plan], plan=PLANS[plan]).in_language(language) for plan in PLANS if plan in plans]


def retries(tally: Tally, language: Language) -> list[str]:
    """How many attempts were retries, and why; nothing where there was none."""
    causes = tally.retried()
    if not causes:
        return []
    named = [(cause_words(code), count) for code, count in causes[:CAUSES]]
    if others := sum(count for _, count in causes[CAUSES:]):
        named.append((_OTHERS, others))
    why = [_CAUSE.format(cause=cause, count=count) for cause, count in named]
    joined = Text(", ".join(each.en for each in why), "，".join(each.zh for each in why))
    total = sum(count for _, count in causes)
    return [_RETRIES.format(count=total, causes=joined).in_language(language)]


def cause_words(code: str) -> Text:
    """A code that leads to a retry, as people would call it."""
    if code in CODES:
        return CODES[code].meaning
    return _CODES.get(code) or Text.verbatim(code.replace("http-", "HTTP "))


def pausing(event: Paused) -> Text:
    """That nothing is sent for a while."""
    cause = Text(event.cause.en.rstrip("."), event.cause.zh.rstrip("。"))
    return _PAUSED.format(cause=cause, seconds=_number(event.seconds).removesuffix(".0"))


def waiting(event: AskedToWait) -> Text:
    """That the vendor wants nothing for a while."""
    return _WAITING.format(cause=cause_words(event.code), seconds=f"{event.seconds:.0f}")


def going_on(event: GoingOn) -> Text:
    """Which run goes on, with how much, and under which guards."""
    words = _GOING_ON.format(
        run=event.run, state=RUN_STATES[event.state], left=f"{event.left:,}", requests=f"{event.requests:,}"
    )
    return _UNDER_GUARDS.format(words=words, guards=event.guards) if event.guards else words


def stopping(stop: Stop) -> Text:
    """Why nothing new starts."""
    words = _STOPPING.format(reason=stop.reason)
    return _WITH_AGAIN.format(words=words) if stop.signal else words


def wave_ended(event: WaveEnded) -> Text:
    """What a wave came to."""
    words = [_STATE.format(count=event.states[state], state=STATES[state]) for state in STATES if state in event.states]
    en, zh = (BETWEEN.join(each) for each in ([word.en for word in words], [word.zh for word in words]))
    return _WAVE_ENDED.format(number=event.number, of=event.of, settled=event.settled, en=en, zh=zh)


def resting(event: Resting) -> Text:
    """That the next wave waits."""
    return _RESTING.format(duration=_duration(event.seconds))


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


_PLAN = Text("{plan} {count}", "{plan} {count}")
_COMPARED = Text("{total} compared: {en}", "已比对 {total} 个：{zh}")
_DONE = Text("{done} of {total} done", "已完成 {done}/{total}")
_WAVE = Text("wave {number} of {of}", "第 {number}/{of} 批")
_RATE = Text("{rate}/s", "{rate} 个/秒")
_LEFT = Text("{left} left", "剩余 {left}")
_STATE = Text("{count} {state}", "{state} {count}")
_SENT = Text("{count} sent", "发送 {count} 次")
_LIMIT = Text("limit {limit} of {concurrency}", "并发限为 {limit}/{concurrency}")
_RETRIES = Text("{count} retries ({causes})", "重试 {count} 次（{causes}）")
_CAUSE = Text("{count} {cause}", "{cause} {count}")
_OTHERS = Text("other", "其他")
_CODES = {
    "http-429": Text("slow down", "要求降速"),
    "unclear": Text("no clear answer", "无明确应答"),
    "not-connected": Text("not connected", "未能连接"),
    "unreadable": Text("unreadable", "应答无法识别"),
}
_PAUSED = Text(
    "The vendor gives no answer ({cause}): paused for {seconds} s, then one request to see.",
    "供应商无应答（{cause}）：暂停 {seconds} 秒，然后试发一个请求。",
)
_WAITING = Text(
    "The vendor asks to wait for {seconds} s ({cause}).",
    "供应商要求等待 {seconds} 秒（{cause}）。",
)
_WAVE_ENDED = Text(
    "Wave {number} of {of} is done: {settled} requests, {en}.", "第 {number}/{of} 批已完成：{settled} 个请求，{zh}。"
)
_RESTING = Text("The next wave begins in {duration}.", "下一批将在 {duration} 后开始。")
_GOING_ON = Text(
    "Going on with run {run} ({state}): {left} of its {requests} requests are left.",
    "继续运行 {run}（{state}）：{requests} 个请求中尚余 {left} 个。",
)
_UNDER_GUARDS = Text("{words} Guards: {guards}.", "{words}防护：{guards}。")
_STOPPING = Text(
    "{reason} Nothing new starts, what is in flight may finish.", "{reason}不再发送新请求，等待已发出的请求完成。"
)
_WITH_AGAIN = Text("{words} Once more to leave at once.", "{words} 再按一次立即退出。")
ANSWERS_AGAIN = Text("The vendor answers again; sending goes on.", "供应商已恢复应答，继续发送。")
