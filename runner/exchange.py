"""One HTTP exchange, as a job words it and as the transport carries it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A POST to be made. Its headers carry the signature, so it is never shown or logged."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Call(url={self.url!r}, body=<{len(self.body)} bytes>)"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole."""

    status: int
    """The HTTP status."""
    headers: Mapping[str, str]
    """Case-insensitive."""
    body: bytes
