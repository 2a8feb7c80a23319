"""The fake job, where it can compare as well: a vendor keeps how each guest is greeted, as in `times=3 words=hi`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runner.errors import UnreadableState
from runner.exchange import Response
from runner.outcome import Finding, Verdict
from runner.plan import Difference, MovedBy, Remote
from runner.problem import Violation
from runner.request import Draft, Request
from runner.text import Text
from tests.runner.sending.fake_carrier import says
from tests.runner.sending.greet_and_ask import GreetAndAsk

SECRET = "secret"
"""A field that is sent, and never told."""

NO_SUCH_GUEST = says("-22 parameter error")
NOBODY = says("0 nobody")
GARBLED = says("0 garbled")

_TOO_LITTLE = Violation(
    "too-little", Text("Nobody is greeted 0 times", "次数不能为 0"), Text("Greet them.", "请更正。")
)


@dataclass(frozen=True, slots=True)
class GreetAsListed(GreetAndAsk):
    """What a guest is to have is `hello NAME times=3 words=hi`; an answer is `0 times=3 words=hi`, or `0 locked …`."""

    @property
    def subject(self) -> str:
        return self.name

    def finding(self, request: Request, response: Response) -> Finding:
        remote = self.remote(request, response)
        if remote is None:
            return Finding.UNCLEAR
        return Finding.AS_WANTED if self.is_as_wanted(remote.body, request.body) else Finding.OTHERWISE

    def is_missing(self, verdict: Verdict) -> bool:
        return verdict.code == "-22"

    def remote(self, request: Request, response: Response) -> Remote | None:
        _, told, *words = response.body.decode().split(" ")
        if response.body == NOBODY.body:
            return None
        locked = told == "locked"
        pairs = words if locked else [told, *words]
        if not all("=" in pair for pair in pairs):
            raise UnreadableState("garbled", "无法识别")
        return Remote(body=listed(request.key, *pairs), locked=locked)

    def is_as_wanted(self, remote: bytes, wanted: bytes) -> bool:
        return _fields(remote) == _fields(wanted)

    def differences(self, base: bytes | None, remote: bytes, wanted: bytes) -> Sequence[Difference]:
        return list(_differences(None if base is None else _fields(base), _fields(remote), _fields(wanted)))

    def merged(self, remote: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes | Violation:
        kept = {field: value for field, value in _fields(remote).items() if stays(field)}
        together = kept | {field: value for field, value in _fields(wanted).items() if not stays(field)}
        if together.get("times") == "0":
            return _TOO_LITTLE
        return listed(wanted.decode().split(" ")[1], *(f"{field}={value}" for field, value in together.items()))

    def carried_over(self, base: bytes, wanted: bytes, stays: Callable[[str], bool]) -> bytes:
        before, new = _fields(base), _fields(wanted)
        fields = {field: (before if stays(field) else new).get(field) for field in {*before, *new}}
        return listed(
            wanted.decode().split(" ")[1], *(f"{field}={value}" for field, value in fields.items() if value is not None)
        )


def listed(name: str, *pairs: str) -> bytes:
    """The body that greets a guest so."""
    return " ".join(["hello", name, *sorted(pairs)]).encode()


def guests_as_listed(count: int, *pairs: str) -> list[Draft]:
    """So many drafts, a row each, that all greet so."""
    names = [f"guest-{number}" for number in range(1, count + 1)]
    return [Draft(key=name, rows=(row,), body=listed(name, *pairs)) for row, name in enumerate(names, start=2)]


def _fields(body: bytes) -> dict[str, str]:
    _, _, *pairs = body.decode().split(" ")
    return dict(pair.split("=") for pair in pairs)


def _differences(
    base: Mapping[str, str] | None, remote: Mapping[str, str], wanted: Mapping[str, str]
) -> Iterator[Difference]:
    for field in sorted({*remote, *wanted}):
        own, there, before = wanted.get(field), remote.get(field), base.get(field) if base else None
        if field == SECRET:
            if base is not None and before != own:
                yield Difference(field=field, old=before, new=own, moved_by=MovedBy.OURS)
        elif own != there:
            moved_by = MovedBy.REMOTE if before == own else MovedBy.OURS if before == there else MovedBy.BOTH
            yield Difference(field=field, old=there, new=own, moved_by=None if base is None else moved_by)
