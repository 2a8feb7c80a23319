"""What a process uses, and the most that it may use."""

import math
import sys

import psutil

_SECONDS_TO_DIE = 5


def limit_this_process(*, memory_mb: int, seconds: float) -> None:
    """Ends this process where it takes more than this on top of what it has by now, if the system can do that.

    Too much memory becomes a MemoryError or an abort, too much processor time a SIGXCPU. Windows has no such limits,
    and macOS does not hold the one on memory; there it is for the parent to look at `usage`.
    """
    if sys.platform != "win32":
        _limit(memory_mb, seconds)


if sys.platform != "win32":
    import resource

    def _limit(memory_mb: int, seconds: float) -> None:
        this = psutil.Process()
        memory = this.memory_info().vms + (memory_mb << 20)
        times = this.cpu_times()
        end = math.ceil(times.user + times.system + seconds)
        for kind, soft, hard in (
            (resource.RLIMIT_AS, memory, memory),
            (resource.RLIMIT_CPU, end, end + _SECONDS_TO_DIE),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            try:
                resource.setrlimit(kind, (soft, hard))
            except (OSError, ValueError):  # somebody has set a lower one, or the system does not want this one
                continue


def usage(pid: int) -> tuple[float, float]:
    """The MiB in memory and the seconds of processor time of a process; nothing of one that has ended."""
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        return process.memory_info().rss / 2**20, times.user + times.system
    except psutil.Error:
        return 0.0, 0.0
