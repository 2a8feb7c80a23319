"""Updates that are sent because of what the vendor has: for every job that compares before it sends."""

from collections.abc import Callable, Sequence

from jobs.recallflow.comparing import differences_between, is_as_wanted
from jobs.recallflow.merging import carried_over, merged_flow
from jobs.recallflow.remote import is_missing, remote_state
from jobs.recallflow.updates import FlowUpdates
from runner.exchange import Response
from runner.outcome import Verdict
from runner.plan import Difference, Remote
from runner.problem import Violation
from runner.request import Request


class ComparedUpdates(FlowUpdates):
    """Updates the flows that are not as wanted."""

    subject = "upload"

    def is_missing(self, verdict: Verdict) -> bool:
        """By the code: queryDetail has no parameter but the key."""
        return is_missing(verdict)

    def remote(self, request: Request, response: Response) -> Remote | None:
        """The flow as the vendor has it, in the form of an update."""
        return remote_state(request.key, response.body)

    def is_as_wanted(self, remote: bytes, wanted: bytes) -> bool:
        """By the fields that the update sends."""
        return is_as_wanted(remote, wanted)

    def differences(self, base: bytes | None, remote: bytes, wanted: bytes) -> Sequence[Difference]:
        """Field by field, those of a node by its place in what is wanted."""
        return differences_between(base, remote, wanted)

    def merged(self, remote: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes | Violation:
        """Checked by every rule of the vendor's page."""
        return merged_flow(remote, wanted, stays)

    def carried_over(self, base: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes:
        """By the same names."""
        return carried_over(base, wanted, stays)
