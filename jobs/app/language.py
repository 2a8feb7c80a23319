"""Which language the user reads."""

import locale
import os

from runner.text import Language, Text

VARIABLE = "RECALLFLOW_LANG"


def default_language() -> Language:
    """By `RECALLFLOW_LANG`, else by the locale; the environment's word for it counts even where it is not installed."""
    for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def say(en: str, zh: str) -> str:
    """One of the two, for texts that are fixed when the program starts: its help."""
    return Text(en, zh).in_language(default_language())
