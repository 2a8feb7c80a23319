"""What an update changed, in a few lines that fit into a cell."""

import json
import re
from collections.abc import Iterable
from itertools import islice

from runner.change import Change
from runner.text import Language, Text

MOST_LINES = 10
LONGEST_VALUE = 40
"""Characters that are shown of a value."""

_BREAKS = re.compile(r"\r\n|\n|\r")
_NOTHING = Text("(blank)", "（空）")
_MORE = Text("and {count} more", "另有 {count} 项")


def in_words(changes: Iterable[Change], language: Language) -> str:
    """A line a change, `field: old → new`; past the tenth, how many more there are."""
    each = iter(changes)
    lines = [
        f"{change.field}: {_shown(change.old, language)} → {_shown(change.new, language)}"
        for change in islice(each, MOST_LINES)
    ]
    more = sum(1 for _ in each)
    if more:
        lines.append(_MORE.format(count=more).in_language(language))
    return "\n".join(lines)


def _shown(value: object, language: Language) -> str:
    if value is None:
        return _NOTHING.in_language(language)
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(words) > LONGEST_VALUE:
        words = words[: LONGEST_VALUE - 1] + "…"
    return words if words.isprintable() else _BREAKS.sub("⏎", words)
