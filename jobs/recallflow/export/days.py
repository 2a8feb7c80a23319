"""The days in which the flows of an export were created: the vendor's list has to be asked for some, so they are told.

They are kept with the run as a notice, so that whoever writes the file later tells them as well.
"""

from dataclasses import dataclass
from datetime import datetime

from jobs.recallflow.migration.selection import PageSelection
from runner.journal.database import Database
from runner.problem import Notice
from runner.text import Text

DAYS_ASKED = "days-asked"
"""The code of the notice that tells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What was asked for."""

    first: datetime
    """By the vendor's clock, as `last`."""
    last: datetime
    task_name: str | None = None

    @classmethod
    def of(cls, selection: PageSelection) -> "Days":
        """Those of a selection."""
        return cls(first=selection.first, last=selection.last, task_name=selection.task_name)

    @property
    def words(self) -> Text:
        """As a user is told them."""
        words = _DAYS if self.task_name is None else _DAYS_OF_TASK
        return words.format(first=str(self.first), last=str(self.last), task=self.task_name or "")

    @property
    def json(self) -> dict[str, str | None]:
        """For other programs."""
        return {"from": str(self.first), "to": str(self.last), "task_name": self.task_name}

    @property
    def nothing_found(self) -> tuple[str, str]:
        """What is said where there is no such flow."""
        words = _NOTHING.format(days=self.words)
        return words.en, words.zh

    def notice(self) -> Notice:
        """What is said of them with the run."""
        value = f"{self.first}/{self.last}" + ("" if self.task_name is None else f"/{self.task_name}")
        return Notice(code=DAYS_ASKED, message=_ASKED.format(days=self.words), value=value)


def days_of(database: Database, run: int) -> Days | None:
    """The days that a run has asked for; None where it has asked for none.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_VALUE, (run, DAYS_ASKED)).fetchone()
    if row is None:
        return None
    first, last, *task = row["value"].split("/", 2)
    return Days(
        first=datetime.fromisoformat(first), last=datetime.fromisoformat(last), task_name=task[0] if task else None
    )


_VALUE = "SELECT value FROM notices WHERE run = ? AND ordinal = 0 AND code = ?"

_DAYS = Text(
    "flows created from {first} to {last} by the vendor's clock (--from, --to)",
    "创建时间 {first} 至 {last}（平台时间，可用 --from、--to 更改）",
)
_DAYS_OF_TASK = Text(
    'flows of tasks called "{task}", created from {first} to {last} by the vendor\'s clock (--from, --to)',
    "任务名称“{task}”，创建时间 {first} 至 {last}（平台时间，可用 --from、--to 更改）",
)
_ASKED = Text("The vendor was asked for {days}", "向平台查询的范围：{days}")
_NOTHING = Text(
    "The vendor lists no flow: asked for were {days}. Nothing was written; choose other days.",
    "平台没有符合条件的流程：{days}。未写入文件；请选择其他时间范围。",
)
