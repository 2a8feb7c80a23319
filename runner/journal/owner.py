"""Who runs this, who holds a lease, and whether that is surely gone. The owner of psutil."""

import getpass
import os
import socket


def this_process() -> str:
    """Host and process: `host/123`."""
    return f"{socket.gethostname()}/{os.getpid()}"


def this_user() -> str:
    """What the operating system calls who runs this; in a container that may be a number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name in the environment, and none in the password database
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def is_gone(owner: str) -> bool:
    """Whether the process has surely ended.

    Where that is not sure, because it ran on another machine or another process has its number by now, the answer is
    no: its lease runs out soon enough.
    """
    host, _, process = owner.rpartition("/")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    import psutil  # noqa: PLC0415 - only where a lease is live need it be loaded

    return not psutil.pid_exists(int(process))
