"""The names of the jobs that compare: on the command line, in the journal, in metrics."""

RECONCILE = "reconcile"
APPLY = "apply"

COMPARING = frozenset({RECONCILE, APPLY})
