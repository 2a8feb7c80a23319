"""The guards that a run is begun with: kept in the journal, and taken again by whoever goes on with it."""

import json

from jobs.app.settings import Settings
from runner.journal.ledger import RunRecord

_GUARDS = ("canary", "max_failures")
"""The settings; what else bounds a run that compares is in its terms."""


def guards_to_keep(settings: Settings) -> str:
    """As the journal keeps them: JSON."""
    return json.dumps({name: getattr(settings, name) for name in _GUARDS})


def with_kept_guards(record: RunRecord, settings: Settings) -> Settings:
    """The settings; where they say nothing of a guard, with that which the run was begun with."""
    kept: dict[str, object] = json.loads(record.guards) if record.guards else {}
    update = {name: kept.get(name) for name in _GUARDS if getattr(settings, name) is None}
    return settings.model_copy(update=update)


def guards_in_words(settings: Settings) -> str:
    """The guards that are in force, as options; empty where there is none."""
    words = {f"--{name.replace('_', '-')}": getattr(settings, name) for name in _GUARDS}
    return ", ".join(f"{option} {value}" for option, value in words.items() if value not in {None, 0})
