"""The fake job, where it can ask as well whether a guest was greeted: `0 greeted`, `0 not greeted`, or what not."""

from dataclasses import dataclass

from runner.exchange import Call, Response
from runner.outcome import Finding
from runner.request import Request
from tests.runner.sending.fake_carrier import FakeCarrier, guest, says
from tests.runner.sending.fake_job import URL, Greet

GREETED = says("0 greeted")
NOT_GREETED = says("0 not greeted")
PERHAPS = says("0 perhaps")
TOO_MANY = says("what?", status=429)

_FINDINGS = {b"0 greeted": Finding.AS_WANTED, b"0 not greeted": Finding.OTHERWISE}


@dataclass(frozen=True, slots=True)
class GreetAndAsk(Greet):
    """Asks a guest `ask NAME`; in a carrier's script of that guest, the answer stands among those to the greetings."""

    def query(self, request: Request, timestamp: int) -> Call:
        return Call(URL, {"Timestamp": str(timestamp)}, f"ask {request.key}".encode())

    def finding(self, request: Request, response: Response) -> Finding:
        assert request.key
        return _FINDINGS.get(response.body, Finding.UNCLEAR)


def said_to(carrier: FakeCarrier, name: str) -> list[str]:
    """The first word of each call about a guest: `hello` for an attempt, `ask` for a look."""
    return [call.body.decode().split()[0] for call in carrier.calls if guest(call) == name]
