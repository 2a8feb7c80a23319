"""How often Python looks for garbage that refers to itself."""

import gc

OBJECTS = 10_000
"""How many more there must be than at the last look. Python's own 700 are reached by a few dozen requests in flight."""


def collect_rarely() -> None:
    """Looks less often: neither a row nor a request leaves such garbage, and looking costs an eighth of sending."""
    gc.set_threshold(OBJECTS)
