"""The names of the jobs: on the command line, in the journal, in metrics."""

UPLOAD = "upload"
RECONCILE = "reconcile"
APPLY = "apply"
MIGRATE = "migrate"
UNDO = "undo"
EXPORT = "export"

COMPARING = frozenset({RECONCILE, APPLY, MIGRATE, UNDO, EXPORT})
