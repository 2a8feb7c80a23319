"""The time zone of this process, for as long as a test wants another one."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_time_zone(name: str) -> Iterator[None]:
    """Set the time zone while it lasts; where a process has none of its own, as on Windows, nothing changes.

    Args:
        name: as the environment variable TZ has it.
    """
    before = os.environ.get("TZ")
    _set(name)
    try:
        yield
    finally:
        _set(before)


def _set(name: str | None) -> None:
    if sys.platform != "win32":
        if name is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = name
        time.tzset()
