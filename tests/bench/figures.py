"""What a contender took, and how contenders that took turns compare."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """By one contender, in one round."""

    requests: int
    seconds: float
    """By the wall."""
    processors: float
    """Seconds of processors."""
    mb: float
    """The most that it had in memory, in MiB."""


if sys.platform == "linux":

    def peak_mb() -> float:
        """The most that this process has had in memory, in MiB. (Its `ru_maxrss` would begin with its parent's.)"""
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) / 2**10

elif sys.platform == "win32":

    def peak_mb() -> float:
        """The most that this process has had in memory, in MiB."""
        return float(psutil.Process().memory_info().peak_wset) / 2**20

else:
    from resource import RUSAGE_SELF, getrusage

    def peak_mb() -> float:
        """The most that this process has had in memory, in MiB; macOS tells it in bytes."""
        return getrusage(RUSAGE_SELF).ru_maxrss / 2**20


def measured(work: Callable[[], object], requests: int) -> Taken:
    """Runs it; what it took of this process."""
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return Taken(
        requests=requests,
        seconds=time.perf_counter() - wall,
        processors=time.process_time() - processors,
        mb=peak_mb(),
    )


def show(rounds: Mapping[str, Sequence[Taken]]) -> None:
    """The medians of each contender, and of the ratios of the first one to each of the others, round by round."""
    for name, taken in rounds.items():
        rate = median(each.requests / each.seconds for each in taken)
        processors = median(each.processors / each.requests for each in taken)
        seconds, mb = median(each.seconds for each in taken), median(each.mb for each in taken)
        print(
            f"{name}: {rate:,.0f} requests/s ({seconds:.1f} s), {processors * 1e6:,.0f} µs of CPU a request,"
            f" at most {mb:,.0f} MiB"
        )
    (first, ours), *others = rounds.items()
    for name, theirs in others:
        rate = median(other.seconds / own.seconds for own, other in zip(ours, theirs, strict=True))
        processors = median(own.processors / other.processors for own, other in zip(ours, theirs, strict=True))
        print(
            f"{first} to {name}: {rate:.2f} of the requests/s, {processors:.2f} of the CPU"
            f" (medians of {len(ours)} rounds in turn)"
        )
