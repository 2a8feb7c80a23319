"""Who holds a lease, and whether it is surely gone. The owner of psutil."""

import os
import socket

import psutil


def this_process() -> str:
    """Host and process: `host/123`."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_gone(owner: str) -> bool:
    """Whether the process has surely ended.

    Where that is not sure, because it ran on another machine or another process has its number by now, the answer is
    no: its lease runs out soon enough.
    """
    host, _, process = owner.rpartition("/")
    return host == socket.gethostname() and process.isdecimal() and not psutil.pid_exists(int(process))
