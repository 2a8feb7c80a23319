"""The job of the simulation: it greets, as the fake job of the sender's tests, and can look whether it has."""

from dataclasses import dataclass

from runner.exchange import Call, Response
from runner.outcome import Finding
from runner.request import Request
from tests.runner.sending.fake_job import Greet

QUERY = "https://vendor.example/greeted"


@dataclass(frozen=True, slots=True)
class Errand(Greet):
    """Cannot read back."""


@dataclass(frozen=True, slots=True)
class ReadableErrand(Errand):
    """Can read back what the vendor holds, which answers `0 BODY`, or `0 hidden` where it does not say."""

    def query(self, request: Request, timestamp: int) -> Call:
        """Asks for what a guest was told last."""
        return Call(QUERY, {"Timestamp": str(timestamp)}, b"who " + request.key.encode())

    def finding(self, request: Request, response: Response) -> Finding:
        """Compares."""
        held = response.body.partition(b" ")[2]
        if held == b"hidden":
            return Finding.UNCLEAR
        return Finding.AS_WANTED if held == request.body else Finding.OTHERWISE
