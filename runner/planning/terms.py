"""How a run compares with the remote state, and what it may do about it; kept in the journal, to be resumed by."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from runner.allowance import Allowance
from runner.planning.exemptions import Exemption
from runner.planning.fields import FieldSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What was asked for."""

    apply: bool = False
    """Whether what is not as wanted is sent."""
    conflicts_ours: bool = False
    """Whether what was changed on both sides is sent as well."""
    max_changes: Allowance | None = None
    """More than that is not sent, nor anything else."""
    fields: FieldSelection = field(default_factory=FieldSelection)
    exemptions: tuple[Exemption, ...] = ()
    waves: tuple[int, ...] = ()
    """So many are sent first, then so many; the last number goes on to count. Nothing of it where there is none."""
    pause: float | None = None
    """Seconds between two waves; None for a question to the user."""
    keeps_images: bool = False
    """Whether the remote state is kept of what is as wanted as well."""


_ADAPTER = TypeAdapter(PlanTerms)


def encode_terms(terms: PlanTerms) -> str:
    """As the journal keeps them: JSON."""
    return _ADAPTER.dump_json(terms).decode()


def decode_terms(kept: str) -> PlanTerms:
    """What `encode_terms` made."""
    return _ADAPTER.validate_json(kept)
