"""What a comparison with the remote state comes to, request by request: the words of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from runner.change import Change
from runner.problem import Violation
from runner.text import Text


class Plan(StrEnum):
    """What is planned for a request, by the remote state as it was read."""

    UNCHANGED = "unchanged"
    """All that is compared is as wanted."""
    DRIFTED = "drifted"
    """Something is not as wanted, and can be put right."""
    CONFLICT = "conflict"
    """Something is not as wanted, and was changed on both sides since it was applied last."""
    MISSING = "missing"
    """There is no such thing at the vendor's."""
    LOCKED = "locked"
    """Something is not as wanted, and cannot be edited any more."""
    UNREADABLE = "unreadable"
    """What the vendor has could not be read."""
    IGNORED = "ignored"
    """All that is not as wanted is on the list of what is to be left alone."""


NOT_AS_WANTED = (Plan.DRIFTED, Plan.CONFLICT, Plan.MISSING, Plan.LOCKED)
"""For sure, and though nobody wants it so."""


STALE = "stale"
"""The code of a request that was planned for a remote state which is out of date."""


class MovedBy(StrEnum):
    """Who has moved away from what was applied last, where both had it."""

    REMOTE = "remote"
    """Somebody at the vendor's: what is wanted is what was applied last."""
    OURS = "ours"
    """The user: what is there is what was applied last."""
    BOTH = "both"
    """All three differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Change):
    """A field that is not as wanted: `old` is what the vendor has, `new` what is wanted."""

    moved_by: MovedBy | None
    """None where nothing was ever applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """The remote state of one request, as it was read."""

    body: bytes
    """In the form of the job's own bodies, with every value in the form that those have; attachments by their tokens.
    Two that are the same bytes are the same state."""
    locked: bool
    """Whether it cannot be edited any more."""
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """What else the vendor tells of it that no body has, by its names there."""
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """The attachments that it gives back, by their tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDifference(Difference):
    """A difference, and whether it is to be put right."""

    ignored: str | None = None
    """Why it is left alone, where the list says so: until when, and the reason."""
    rule: str | None = None
    """Which rule wants it so, where rules do."""

    @classmethod
    def of(cls, found: Difference, *, ignored: str | None = None, rule: str | None = None) -> "PlannedDifference":
        """A difference, with what is planned of it."""
        return cls(field=found.field, old=found.old, new=found.new, moved_by=found.moved_by, ignored=ignored, rule=rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """Why what is planned for a request cannot be sent, at one of its fields."""

    field: str | None
    """As differences name it; None where it is about the request as a whole."""
    value: str
    """What the field would have."""
    violation: Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What rules want of one request, given its remote state."""

    body: bytes | None
    """It keeps every rule of the vendor's; None where nothing is wanted, or where there are problems."""
    rules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Which rule wants each field that it changes, named as differences are, by the place in what is wanted."""
    problems: tuple[FieldProblem, ...] = ()
    """Why what is wanted would be invalid: all of them at once."""
    why: Text | None = None
    """Why nothing is wanted, where that is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is planned for one request."""

    plan: Plan
    before: bytes | None
    """The remote state (`Remote.body`): the before-image. None where there is none."""
    body: bytes | None = None
    """What is to be sent in place of what is wanted, since some of that is left as the vendor has it."""
    differences: tuple[PlannedDifference, ...] = ()
    base: bytes | None = None
    """What counts as applied last from then on, where that is not what the vendor has then; empty for nothing."""
    problems: tuple[FieldProblem, ...] = ()
    """Why what is drifted cannot be sent though, where that is so."""
    remark: Text | None = None
    """What is to be said of it in place of the fields that are not as wanted; its code is the plan's word."""
