"""The vendor's codes, and what each means for a batch: the one table of them."""

from dataclasses import dataclass

from runner.outcome import Action
from runner.text import Text


@dataclass(frozen=True, slots=True)
class Code:
    """A documented code."""

    code: str
    action: Action
    meaning: Text
    advice: Text
    """What the user is to do."""
    ambiguous: bool = False
    """Whether the update may have been applied all the same."""


_SEE_MESSAGE = Text("Correct the row as the vendor's message says.", "请按供应商返回的消息修正该行。")
_ASK_VENDOR = Text("Ask the vendor what the message means for this flow.", "请就该消息向供应商咨询。")
_NEEDS_NOTHING = Text("Nothing.", "无需处理。")

CODES = {
    code.code: code
    for code in (
        Code("0", Action.SUCCEED, Text("success", "成功"), _NEEDS_NOTHING),
        # The vendor's page on recallFlow/update:
        Code(
            "-1",
            Action.STOP,
            Text("the vendor refused the key", "账号认证异常"),
            Text(
                "The vendor refused the API key or its signature: set RECALLFLOW_API_KEY and RECALLFLOW_API_SECRET.",
                "供应商拒绝了 API Key 或签名：请检查 RECALLFLOW_API_KEY 与 RECALLFLOW_API_SECRET。",
            ),
        ),
        Code(
            "-2",
            Action.STOP,
            Text("IP address not allowed", "IP 限制"),
            Text(
                "Have the vendor allow this machine's public IP address, then send again.",
                "请让供应商将本机公网 IP 加入白名单，然后重新发送。",
            ),
        ),
        Code(
            "-16",
            Action.SIGN_AGAIN,
            Text("timestamp expired", "时间戳过期"),
            Text("Set this machine's clock.", "请校准本机时钟。"),
        ),
        Code(
            "-18",
            Action.BACK_OFF,
            Text("system error", "系统异常"),
            Text("Look at the flow at the vendor's, then send it again.", "请先在供应商后台核对该流程，再重新发送。"),
            ambiguous=True,
        ),
        Code("-22", Action.FAIL, Text("parameter error", "参数异常"), _SEE_MESSAGE),
        # The vendor's other public pages:
        Code(
            "-10",
            Action.FAIL,
            Text("balance", "余额不足"),
            Text("Top up the account, then send again.", "请充值后重新发送。"),
        ),
        Code("-20", Action.FAIL, Text("data exists", "数据已存在"), _SEE_MESSAGE),
        Code("-21", Action.FAIL, Text("refused", "请求被拒绝"), _SEE_MESSAGE),
        Code("-23", Action.FAIL, Text("data limit", "数据超限"), _SEE_MESSAGE),
        Code("-26", Action.FAIL, Text("refused", "请求被拒绝"), _ASK_VENDOR),
        Code(
            "-41",
            Action.FAIL,
            Text("status error, modification failed", "状态异常，修改失败"),
            Text(
                "The flow is no longer pending, so it cannot be edited: take it out, or make a new one.",
                "该流程已不是待执行状态，无法修改：请移除该行，或新建流程。",
            ),
        ),
        Code("-42", Action.FAIL, Text("refused", "请求被拒绝"), _ASK_VENDOR),
        Code("-74", Action.FAIL, Text("refused", "请求被拒绝"), _ASK_VENDOR),
        Code("-77", Action.FAIL, Text("refused", "请求被拒绝"), _ASK_VENDOR),
    )
}
