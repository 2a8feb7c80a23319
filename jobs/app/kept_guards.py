"""The guards that a run is begun with: kept in the journal, and taken again by whoever goes on with it."""

import json

from jobs.app.settings import Settings
from runner.journal.ledger import RunRecord

_GUARDS = ("canary", "max_failures", "strict")
"""The settings; what else bounds a run that compares is in its terms."""


def guards_to_keep(settings: Settings) -> str:
    """As the journal keeps them: JSON."""
    return json.dumps({name: getattr(settings, name) for name in _GUARDS})


def with_kept_guards(record: RunRecord, settings: Settings) -> Settings:
    """The settings; where they say nothing of a guard, with that which the run was begun with."""
    kept: dict[str, object] = json.loads(record.guards) if record.guards else {}
    update = {name: kept[name] for name in _GUARDS if name in kept and name not in settings.model_fields_set}
    return settings.model_copy(update=update)


def guards_in_words(settings: Settings) -> str:
    """The guards that are in force, as options; empty where there is none."""
    values = {f"--{name.replace('_', '-')}": getattr(settings, name) for name in _GUARDS}
    words = (option if value is True else f"{option} {value}" for option, value in values.items() if value)
    return ", ".join(words)
