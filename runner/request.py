"""A request: what the rows of one key come to."""

from dataclasses import dataclass

from runner.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a job made of some rows: a body that passed every check, or problems. Never both, never neither."""

    key: str
    """What the job identifies the request by; empty where it cannot be read."""
    rows: tuple[int, ...]
    """The rows of the user's file that it came from, in order."""
    body: bytes | None
    """What is to be sent, exactly as it was checked; None where there are problems."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checked request, claimed from the journal to be sent."""

    ordinal: int
    """Its place in the input, from 1; with the run, what the journal knows it by."""
    key: str
    body: bytes
    attempts: int = 0
    """Attempts that were made before this claim."""
    unclear: bool = False
    """An earlier attempt may have been applied, and nobody knows."""
