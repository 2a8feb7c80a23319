"""A job that is nobody's: it greets guests. The answers it understands are `CODE WORDS`, as in `0 welcome`."""

from collections.abc import Iterator
from dataclasses import dataclass

from runner.exchange import Call, Response
from runner.outcome import Action, Verdict
from runner.problem import Violation
from runner.request import Draft, Request
from runner.sending.http_status import unreadable
from runner.tables.headings import Heading
from runner.tables.table import Table
from runner.text import Text

URL = "https://vendor.example/greet"
MOST_TIMES = 100

_ACTIONS = {
    "0": Action.SUCCEED,
    "-1": Action.STOP,
    "-16": Action.SIGN_AGAIN,
    "-17": Action.SLOW_DOWN,
    "-18": Action.BACK_OFF,
    "-22": Action.FAIL,
    "-41": Action.FAIL,
}
_ADVICE = {"-1": Text("Check the key of the account.", "请检查账号的密钥。")}


@dataclass(frozen=True, slots=True)
class Greet:
    """Each row is a guest and how many times to greet them."""

    wait: float | None = None
    """Seconds to wait before a further attempt, as its answers say."""

    @property
    def name(self) -> str:
        return "greet"

    @property
    def headings(self) -> tuple[Heading, ...]:
        return Heading(field="guest", labels=("客人",), required=True), Heading(field="times", labels=("次数",))

    @property
    def key(self) -> str:
        return "guest"

    def drafts(self, table: Table) -> Iterator[Draft]:
        for row in table.rows:
            guest, times = (str(table.cell(row, field) or "") for field in ("guest", "times"))
            if times.isdigit() and int(times) <= MOST_TIMES:
                yield Draft(key=guest, rows=(row.number,), body=f"hello {guest} {times}".encode())
            else:
                problem = table.problem(row, "times", _out_of_range(times), key="guest")
                yield Draft(key=guest, rows=(row.number,), body=None, problems=(problem,))

    def call(self, request: Request, timestamp: int) -> Call:
        return Call(URL, {"Timestamp": str(timestamp)}, request.body)

    def verdict(self, response: Response) -> Verdict:
        code, _, words = response.body.decode().partition(" ")
        action = _ACTIONS.get(code)
        if action is None:
            return unreadable(response.status)
        return Verdict(action=action, code=code, message=Text.verbatim(words), ambiguous=code == "-18", wait=self.wait)

    def advice(self, code: str) -> Text | None:
        return _ADVICE.get(code)


def _out_of_range(times: str) -> Violation:
    return Violation(
        "out-of-range",
        Text(f"{times} is not 0 to {MOST_TIMES}", f"{times} 不在 0 到 {MOST_TIMES} 之间"),
        Text("Correct the number.", "请更正数字。"),
    )
