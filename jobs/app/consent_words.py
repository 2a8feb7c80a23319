"""The words of the question before anything is sent."""

from runner.journal.ledger import RunRecord
from runner.outcome import State
from runner.text import Text


def what_is_sent(record: RunRecord) -> Text:
    """What is going to happen to how many flows, where, and as whom."""
    invalid = record.counts[State.INVALID]
    sent = _ONE_SENT if record.open == 1 else _SENT
    held_back = (_HELD_BACK.format(count=f"{invalid:,}")) if invalid else _NONE_HELD_BACK
    return sent.format(count=f"{record.open:,}", endpoint=record.endpoint, account=record.account, held_back=held_back)


def how_to_compare(command: str) -> Text:
    """What a comparison, by this command, would do for the user of a spreadsheet."""
    return _HOW_TO_COMPARE.format(command=command)


_SENT = Text(
    "{count} flows are overwritten at {endpoint} as {account}; {held_back}.",
    "将以账号 {account} 覆盖 {endpoint} 上的 {count} 个流程；{held_back}。",
)
_ONE_SENT = Text("1 flow is overwritten at {endpoint} as {account}; {held_back}.", _SENT.zh)
_HELD_BACK = Text("{count} held back as invalid", "{count} 个有误，不发送")
_NONE_HELD_BACK = Text("none is held back", "没有因有误而不发送的")

CANNOT_BE_UNDONE = Text("This cannot be undone.", "直接上传无法撤销。")
C_COMPARES = Text(
    "c compares first: what is unchanged is skipped, and what was there is kept, so that it can be undone.",
    "输入 c 则先比对：跳过没有变化的流程，并保留原值，以便撤销。",
)
CANNOT_BE_UNDONE_RESUMED = Text(
    "What is sent cannot be undone: this run does not compare.", "本次运行未做比对，发送后无法撤销。"
)
CAN_BE_UNDONE = Text(
    "What was there is kept. To take it back afterwards: {command}", "原值已保留。之后如需撤销：{command}"
)

SOME_JUST_SO = Text(
    "{alike} of these {open} were last sent exactly as they are now; a comparison (--compare) sends only the others.",
    "这 {open} 个中有 {alike} 个与上次发送的内容完全相同；加 --compare 比对，则只发送其余的流程。",
)
ALL_JUST_SO = Text(
    "All {open} were last sent exactly as they are now; a comparison (--compare) sends only what was changed at the "
    "vendor's since.",
    "全部 {open} 个都与上次发送的内容完全相同；加 --compare 比对，则只发送此后在平台上被改动的流程。",
)

STILL_TO_SEND = Text(
    "Run {run} has {left} flows still to be sent; they are overwritten at {endpoint} as {account}.",
    "运行 {run} 还有 {left} 个流程未发送；将以账号 {account} 覆盖 {endpoint} 上的这些流程。",
)
STILL_TO_READ = Text(
    "Run {run} has {left} flows still to be compared; what is to be sent of them is overwritten at {endpoint} as "
    "{account}.",
    "运行 {run} 还有 {left} 个流程未比对；其中需要发送的，将以账号 {account} 覆盖 {endpoint} 上的流程。",
)

SEND = Text("Send them?", "是否发送？")
GO_ON = Text("Go on?", "是否继续？")

AS_ANSWERED = Text("Nothing was started.", "未开始任何操作。")
NOTHING_SENT = Text("Nothing was sent, as answered.", "按您的选择，未发送任何请求。")

SOME_INVALID = Text(
    "{invalid} of {requests} requests are invalid, and --strict sends all or nothing, so nothing is sent. Correct them "
    "in the report and upload it, or send the others with --no-strict.",
    "{requests} 个请求中有 {invalid} 个有误；因设置了 --strict，全部不发送。请在报告中更正后上传该报告；"
    "或加 --no-strict，只发送其余请求。",
)
_HOW_TO_COMPARE = Text(
    "{command} would read what the vendor has first, skip what is unchanged, and keep what "
    "was there, so that it can be undone.",
    "{command} 会先读取平台现值，跳过没有变化的流程，并保留原值，以便撤销。",
)
