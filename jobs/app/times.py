"""Times as people read them: in their own time zone, which is named."""

from datetime import datetime


def local_time(unix: float) -> str:
    """`2026-03-01 09:30:00+0800`."""
    return datetime.fromtimestamp(unix).astimezone().strftime("%Y-%m-%d %H:%M:%S%z")
