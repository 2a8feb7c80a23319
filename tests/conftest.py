"""Which tests may start the program as a process of its own, which are campaigns, and in what order all of them run."""

import sys
from collections.abc import Generator, Sequence

import pytest

COLLECTED = pytest.StashKey[tuple[pytest.Item, ...]]()
"""Every test that was found, those that are not selected included."""


class _Starts:
    """Sees the program being started, whoever does it."""

    def __init__(self) -> None:
        self.allowed = True
        self.count = 0

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if event != "subprocess.Popen" or not _starts_the_program(arguments[1]):
            return
        self.count += 1
        assert self.allowed, "mark the test with `process`, or run the program within it: tests.acceptance.program"


def _starts_the_program(command: object) -> bool:
    words = [command] if isinstance(command, str) else map(str, command) if isinstance(command, Sequence) else []
    return any(word == "jobs.app" or "jobs.app.main" in word for word in words)


_starts = _Starts()
sys.addaudithook(_starts.audit)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first what takes long: what is left for the end is short, so that all workers end together."""
    config.stash[COLLECTED] = tuple(items)
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("campaign"):
        return 0
    if item.get_closest_marker("process"):
        return 1
    return 2 if item.path.parent.name in {"acceptance", "simulation"} else 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let only tests that say so start the program, which costs more than most of them do."""
    _starts.allowed = item.get_closest_marker("process") is not None
    try:
        return (yield)
    finally:
        _starts.allowed = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that says so and starts none."""
    before = _starts.count
    answer = yield
    if item.get_closest_marker("process"):
        assert _starts.count > before, "it starts no process of the program: take the mark `process` away"
    return answer
