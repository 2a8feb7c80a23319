"""Why a run stops before its end, where the vendor gave no code for it."""

from runner.outcome import Action, Verdict
from runner.sending.clock import VendorClock
from runner.text import Text

UNREACHABLE = Text(
    "The vendor cannot be reached: {reason}. Check the network and the base URL.",
    "无法连接供应商：{reason}。请检查网络和基础网址。",
)

NEVER_HEARD = Text(
    "Not one answer was the vendor's ({message}). Check the base URL, then resume.",
    "没有收到过供应商的有效应答（{message}）。请检查基础网址后继续。",
)

ALWAYS_BUSY = Text(
    "The vendor asked to slow down for longer than a request waits. Go on later, with less --concurrency or a --rate.",
    "供应商持续要求降低请求频率，已超过单个请求的最长等待时间。请稍后再继续，并减少并发或设置 --rate。",
)

CLOCK_IS_OFF = Text(
    "The vendor calls every timestamp expired, though its clock is {offset} s from ours and that is allowed for. "
    "Set this machine's clock, then resume.",
    "供应商认为所有时间戳均已过期（其时钟与本机相差 {offset} 秒，已按此修正）。请校准本机时钟后继续。",
)

CLOCK_AGREES = Text(
    "The vendor calls every timestamp expired, though its clock agrees with this machine's. Ask the vendor what "
    "timestamps it takes, then resume.",
    "供应商认为所有时间戳均已过期，但其时钟与本机一致。请向供应商确认时间戳要求后继续。",
)

CLOCK_IS_OFF_BY_UNKNOWN = Text(
    "The vendor calls every timestamp expired, and its answers do not say what time it has, so that nobody knows by "
    "how much this machine's clock is off. Set it, then resume.",
    "供应商认为所有时间戳均已过期，且应答中没有时间，无法得知本机时钟相差多少。请校准本机时钟后继续。",
)

DOWN = Text(
    "The vendor has been down for too long: {message}. Go on later with resume.",
    "供应商持续不可用：{message}。请稍后用 resume 继续。",
)


def reason_to_stop(last: Verdict, *, unclear: bool, heard: bool, clock: VendorClock) -> Text | None:
    """Why no other request would fare better than one that has run out of attempts; None where others may.

    Args:
        last: the verdict on its last attempt, which asks for another.
        unclear: whether any of its attempts may have been applied.
        heard: whether the vendor has given any answer that could be read.
        clock: what is known of the vendor's clock.
    """
    if unclear:
        return None if heard else NEVER_HEARD.format(message=last.message)
    if last.action is Action.BACK_OFF:
        return UNREACHABLE.format(reason=last.message)
    if last.action is Action.SLOW_DOWN:
        return ALWAYS_BUSY
    if clock.accepted:
        return None
    if clock.offset is None:
        return CLOCK_AGREES if clock.seen else CLOCK_IS_OFF_BY_UNKNOWN
    return CLOCK_IS_OFF.format(offset=f"{clock.offset:+.0f}")


def refused(verdict: Verdict, advice: Text | None) -> Text:
    """Why a run stops whose account is refused."""
    reason = Text("{message} ({code}). {advice}", "{message}（{code}）。{advice}")
    return reason.format(message=verdict.message, code=verdict.code, advice=advice or Text("", ""))
