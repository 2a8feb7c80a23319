"""Many histories, over some processes; prints how fast they went by, and those in which a promise was broken."""

import gc
import time
from collections import Counter
from functools import partial
from multiprocessing import get_context

from tests.simulation.history import Ending, live

_CHUNK = 25


def campaign(histories: int, *, first: int, processes: int, overlapping: bool | None) -> int:
    """Live through so many histories, from a seed on; return the exit code."""
    began = time.perf_counter()
    rules: Counter[str] = Counter()
    updates = steps = failed = lived = 0
    processor = 0.0
    starts = [(start, min(_CHUNK, first + histories - start)) for start in range(first, first + histories, _CHUNK)]
    with get_context("spawn").Pool(processes) as pool:
        for endings, seconds in pool.imap(partial(_live_some, overlapping=overlapping), starts):
            processor += seconds
            for ending in endings:
                lived += 1
                updates += ending.updates
                steps += ending.steps
                if ending.violations:
                    failed += 1
                    rules.update({violation.rule for violation in ending.violations})
                    print(f"seed {ending.seed}: {ending.violations[0]}", flush=True)
    seconds = time.perf_counter() - began
    print(
        f"{lived:,} histories from seed {first} in {seconds:.0f} s: {lived / seconds * 60:,.0f} a minute, "
        f"{processor / lived * 1e3:.1f} ms of CPU each; {updates:,} updates reached the vendor, {steps:,} steps."
    )
    for rule, times in rules.most_common():
        print(f"  {times:6,}  {rule}")
    print(f"{failed:,} histories broke a promise." if failed else "Every promise was kept in all of them.")
    return 1 if failed else 0


def _live_some(some: tuple[int, int], *, overlapping: bool | None) -> tuple[list[Ending], float]:
    start, count = some
    began = time.process_time()
    endings = [live(seed, overlapping=overlapping) for seed in range(start, start + count)]
    gc.collect()
    return endings, time.process_time() - began
