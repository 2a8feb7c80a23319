"""The most important of what became of a night's requests, a line each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.app.night.words import LONGEST_MESSAGE, LONGEST_VALUE, in_one_line, text_in_one_line
from runner.journal.database import Database
from runner.journal.foremost import Foremost, foremost
from runner.outcome import State
from runner.plan import Difference, Plan
from runner.report.words import MOVED_BY, PLANS, STATES
from runner.text import Text

MOST_LINES = 10
MOST_FIELDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is said of one request, or of several alike. All of it is printable and short."""

    key: str
    """What users know it by: its keyId, or, where that is not right, its row."""
    word: Text
    """What became of it."""
    details: tuple[Text, ...]
    """What the vendor said, what is wrong with it, or the first few fields that are not as wanted."""
    count: int = 1
    """Requests of which this is said; the key is that of the first."""

    @property
    def text(self) -> Text:
        """All of it."""
        each = [self.word, *self.details]
        said = Text(" · ".join(words.en for words in each), " · ".join(words.zh for words in each))
        words = _ONE if self.count == 1 else _SEVERAL
        return words.format(key=self.key, said=said, count=f"{self.count:,}", more=f"{self.count - 1:,}")


def most_important(database: Database, run: int, *, invalid: bool = True) -> tuple[tuple[Line, ...], int]:
    """At most ten lines, and how many more requests there would be.

    Args:
        database: the journal.
        run: the journal's number of it.
        invalid: whether requests with problems have lines.

    Raises:
        JournalError: the journal cannot be read.
    """
    found, more = foremost(database, run, most=MOST_LINES, most_fields=MOST_FIELDS, invalid=invalid)
    return tuple(map(_line, found)), more


def _line(found: Foremost) -> Line:
    key = in_one_line(found.key, LONGEST_VALUE)
    return Line(key=key or f"#{found.rows}", word=_word(found), details=tuple(_details(found)), count=found.count)


def _word(found: Foremost) -> Text:
    if found.state is State.SUCCEEDED:
        return _PUT_RIGHT
    if found.state in _SPOKEN_OF_BY_STATE or found.plan is None:
        return STATES[found.state]
    return PLANS[found.plan]


def _details(found: Foremost) -> Sequence[Text]:
    if found.problem:
        cell, message = found.problem
        return [text_in_one_line(Text(f"{cell} {message.en}", f"{cell} {message.zh}"), LONGEST_MESSAGE)]
    if found.state in _SPOKEN_OF_BY_STATE or found.plan is Plan.UNREADABLE or found.never_sent:
        code, message = found.code or "", found.message or Text.verbatim("")
        code = "" if found.never_sent else code  # which is the word before it
        said = text_in_one_line(Text(f"{code} {message.en}", f"{code} {message.zh}"), LONGEST_MESSAGE)
        return [said] if said.en or said.zh else []
    fields = list(map(_changed, found.differences))
    return [*fields, _FURTHER.format(count=f"{found.further:,}")] if found.further else fields


def _changed(difference: Difference) -> Text:
    """`recallNum: 3 → 5 (changed at the vendor's)`, what the vendor has first."""
    words = _CHANGED if difference.moved_by else _CHANGED_BY_NOBODY
    return words.format(
        field=in_one_line(difference.field, LONGEST_VALUE),
        old=_shown(difference.old),
        new=_shown(difference.new),
        moved_by=MOVED_BY[difference.moved_by] if difference.moved_by else "",
    )


def _shown(value: object) -> Text:
    if value is None or value == "":
        return _NOTHING
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Text.verbatim(in_one_line(words, LONGEST_VALUE))


_SPOKEN_OF_BY_STATE = frozenset({State.FAILED, State.UNKNOWN, State.INVALID})
_ONE = Text("{key}: {said}", "{key}：{said}")
_SEVERAL = Text("{key} and {more} more: {said}", "{key} 等 {count} 个：{said}")
_PUT_RIGHT = Text("put right", "已修复")
_CHANGED = Text("{field}: {old} → {new} ({moved_by})", "{field}：{old} → {new}（{moved_by}）")
_CHANGED_BY_NOBODY = Text("{field}: {old} → {new}", "{field}：{old} → {new}")
_FURTHER = Text("and {count} more fields", "另有 {count} 个字段")
_NOTHING = Text("(blank)", "（空）")
