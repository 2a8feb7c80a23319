"""Which flows are meant, as the command line says it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.recallflow.migration.selection import KeySelection, PageSelection
from runner.errors import SettingsError

USUAL_DAYS = 30
"""Before today, from whose beginning on flows are listed where nothing is said."""

_AHEAD = timedelta(hours=14)
"""Of UTC: no clock is further ahead, and the vendor's time zone is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """What the command line says."""

    first: str | None = None
    last: str | None = None
    task_name: str | None = None
    keys: Path | None = None
    keys_sheet: str | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether none of them is given."""
        return self == SelectionOptions()

    @property
    def words(self) -> tuple[str, ...]:
        """As they could be typed."""
        given = {
            "--from": self.first,
            "--to": self.last,
            "--task-name": self.task_name,
            "--keys": self.keys,
            "--keys-sheet": self.keys_sheet,
        }
        return tuple(word for option, value in given.items() if value is not None for word in (option, str(value)))

    def selection(self, now: datetime | None = None) -> PageSelection | KeySelection:
        """The flows that are meant.

        Args:
            now: in UTC; None for the machine's clock.

        Raises:
            SettingsError: they say nothing that goes together.
        """
        if self.keys is not None:
            if (self.first, self.last, self.task_name) != (None, None, None):
                raise SettingsError(
                    "--keys names all flows, so that --from, --to and --task-name choose none. Leave those out.",
                    "--keys 已指定全部流程，不能再用 --from、--to、--task-name。请去掉这些选项。",
                )
            return KeySelection(path=self.keys, sheet=self.keys_sheet)
        if self.keys_sheet is not None:
            raise SettingsError("--keys-sheet needs --keys.", "--keys-sheet 需与 --keys 一起使用。")
        latest = ((now or datetime.now(UTC)) + _AHEAD).replace(tzinfo=None, microsecond=0)
        last = latest if self.last is None else _moment("--to", self.last, ends_day=True)
        usual = min(last, latest) - timedelta(days=USUAL_DAYS) - _AHEAD
        first = usual if self.first is None else _moment("--from", self.first)
        if first > last:
            raise SettingsError(
                f"--from {first} is later than --to {last}. Exchange the two.",
                f"--from {first} 晚于 --to {last}。请对调。",
            )
        return PageSelection(first=first, last=last, task_name=self.task_name)


def _moment(option: str, words: str, *, ends_day: bool = False) -> datetime:
    """A day, or a time of it; the last second of a day where a range ends with it."""
    try:
        found = datetime.fromisoformat(words.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise SettingsError(
            f'{option} "{words}" is no time. Write 2026-12-31, or "2026-12-31 18:00:00", by the vendor\'s clock.',
            f"{option} “{words}”不是时间。请写成 2026-12-31 或 2026-12-31 18:00:00（供应商时间）。",
        )
    whole_day = len(words.strip()) <= len("2026-12-31")
    end = timedelta(days=1, seconds=-1) if whole_day and ends_day else timedelta()
    return found.replace(microsecond=0) + end
