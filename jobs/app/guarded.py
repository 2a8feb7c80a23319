"""The guards that stand by default where much is changed at once: a canary, and a bound for failures."""

from jobs.app.settings import Settings
from jobs.recallflow.names import APPLY, MIGRATE, UNDO

CANARY = 10
MAX_FAILURES = "20"

GUARDED = frozenset({APPLY, MIGRATE, UNDO})
"""The jobs whose runs have them."""


def guarded(settings: Settings) -> Settings:
    """The settings, with guards where nothing is said of them; `0` is no canary, and `100%` no bound."""
    usual: dict[str, object] = {"canary": CANARY, "max_failures": MAX_FAILURES}
    return settings.model_copy(update={name: value for name, value in usual.items() if getattr(settings, name) is None})
