"""Lists of fields on the command line: `--only-fields recallNum,text`."""

import re

from jobs.recallflow.flows import HEADINGS
from jobs.recallflow.reference import KEY
from runner.errors import SettingsError
from runner.planning.field_names import FieldNames
from runner.planning.fields import FieldSelection

_BETWEEN = re.compile(r"[,，、;；\s]+")


def field_selection(only: str | None, excluded: str | None) -> FieldSelection:
    """What is compared, as the options say it.

    Raises:
        SettingsError: one of the names is no field's.
    """
    return FieldSelection(only=_fields("--only-fields", only), excluded=_fields("--exclude-fields", excluded))


COMPARED = FieldNames([heading for heading in HEADINGS if heading.field != KEY])
"""The fields that can be compared."""


def _fields(option: str, words: str | None) -> tuple[str, ...]:
    if words is None:
        return ()
    named = [name for name in _BETWEEN.split(words) if name]
    patterns = [COMPARED.pattern(name) for name in named]
    if not named or None in patterns:
        unknown = named[patterns.index(None)] if named else words
        raise SettingsError(
            f'{option}: "{unknown}" is no field that can be compared. `recallflow fields` lists all.',
            f"{option}：“{unknown}” 不是可比对的字段。`recallflow fields` 可列出全部字段。",
        )
    return tuple(pattern for pattern in patterns if pattern is not None)
