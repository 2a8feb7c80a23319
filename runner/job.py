"""What the runner needs to know of a job."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from runner.change import Change
from runner.exchange import Call, Response
from runner.outcome import Finding, Verdict
from runner.plan import Derived, Difference, Remote
from runner.problem import Violation
from runner.request import Draft, Request
from runner.tables.headings import Heading
from runner.tables.table import Table
from runner.text import Text


class Job(Protocol):
    """What is done with each request, and what the answers to it mean. It does no input or output of its own."""

    @property
    def name(self) -> str:
        """The word for it on the command line, in the journal and in the report."""

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The columns that it knows."""

    @property
    def key(self) -> str:
        """The field that a request is identified by."""

    def drafts(self, table: Table) -> Iterator[Draft]:
        """The table's rows as requests, in input order; all problems of a request at once. Streams."""

    def call(self, request: Request, timestamp: int) -> Call:
        """One attempt at the request, signed for the given time (Unix seconds by the vendor's clock)."""

    def verdict(self, response: Response) -> Verdict:
        """What an answer means that is neither HTTP 429 nor 5xx (see `runner.sending.http_status`)."""

    def advice(self, code: str) -> Text | None:
        """What a user is to do about a code, where there is something to say."""


@runtime_checkable
class ReadsBack(Protocol):
    """What a job has as well, where the remote state can be read: it settles what an unclear attempt came to."""

    def query(self, request: Request, timestamp: int) -> Call:
        """Asks for the remote state of what the request would change, signed as `Job.call` is."""

    def finding(self, request: Request, response: Response) -> Finding:
        """Whether that state is what the request wants; of an answer that `Job.verdict` calls a success."""


@runtime_checkable
class Compares(Protocol):
    """What a job has as well, where two bodies of one key can be compared: the report says what an update changed."""

    def changes(self, old: bytes, new: bytes) -> Iterable[Change]:
        """The fields in which two bodies differ, in the order of the job's fields; none, where they say the same."""


@runtime_checkable
class Reconciles(Protocol):
    """What a job has as well, where the remote state can be compared with what is wanted, field by field.

    Bodies are those of its requests, or of `Remote`.
    """

    @property
    def subject(self) -> str:
        """The name of the job whose updates it compares with what the vendor has; see `NewRun.subject`."""

    def query(self, request: Request, timestamp: int) -> Call:
        """Asks for the remote state of what the request would change, signed as `Job.call` is."""

    def is_missing(self, verdict: Verdict) -> bool:
        """Whether a refusal to tell the remote state says that there is none."""

    def remote(self, request: Request, response: Response) -> Remote | None:
        """The state that an answer tells, of those that `Job.verdict` calls a success; None where there is none.

        Raises:
            UnreadableState: it cannot be told.
        """

    def is_as_wanted(self, remote: bytes, wanted: bytes) -> bool:
        """Whether nothing differs, for sure and at first sight; `differences` may find nothing where this is not so."""

    def differences(self, base: bytes | None, remote: bytes, wanted: bytes) -> Sequence[Difference]:
        """The fields that are not as wanted, in the order of the job's fields, and who has moved each.

        Args:
            base: what was applied last; None where nothing was.
            remote: what the vendor has.
            wanted: what it is to have.
        """

    def merged(self, remote: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes | Violation:
        """What is to be sent so that all becomes as wanted, but for what stays as the vendor has it.

        Args:
            remote: what the vendor has.
            wanted: what it is to have.
            stays: whether a field does, as `differences` names it.

        Returns:
            A body that keeps every rule; or why there is none.
        """

    def carried_over(self, base: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes:
        """What counts as applied last once all is as wanted but for what stays as the vendor has it.

        Args:
            base: what was applied last before: of what stays, that goes on to count.
            wanted: what counts of all else.
            stays: whether a field does, as `differences` names it.
        """


@runtime_checkable
class Derives(Protocol):
    """What a job has as well, where what it wants of each request follows from the remote state, by rules of its own.

    Its requests have no body until that was read.
    """

    def derived(self, key: str, remote: Remote) -> Derived:
        """What is wanted of a request. Of the same remote state it is always the same."""


Facts = tuple[str | int | None, ...]
"""What a list tells of a key for a person to read, in an order of the job's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list of keys, as it was told."""

    keys: tuple[str, ...]
    total: int
    """How many keys the whole list has, as this page tells it."""
    pages: int
    """And how many pages."""
    facts: Mapping[str, Facts] = field(default_factory=lambda: MappingProxyType({}))
    """What the page tells of its keys besides, by key."""


@runtime_checkable
class Lists(Protocol):
    """What a job has as well, where the vendor lists the keys of what there is, page by page."""

    def page_call(self, request: Request, timestamp: int) -> Call:
        """Asks for a page; the key of the request is its number, from 1. Signed as `Job.call` is."""

    def page(self, response: Response) -> Page:
        """The page that an answer tells, of those that `Job.verdict` calls a success.

        Raises:
            UnreadableState: it cannot be told.
        """
