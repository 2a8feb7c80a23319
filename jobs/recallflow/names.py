"""The names of the jobs: on the command line, in the journal, in metrics."""

UPLOAD = "upload"
RECONCILE = "reconcile"
APPLY = "apply"
MIGRATE = "migrate"
UNDO = "undo"
EXPORT = "export"

PLANNED_FIRST = frozenset({RECONCILE, MIGRATE, UNDO})
"""The jobs that send only with `--apply`."""

COMPARING = frozenset({RECONCILE, APPLY, MIGRATE, UNDO, EXPORT})
