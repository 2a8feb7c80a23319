"""Sees what the vendor saw, what was committed and what each process did; says which promise was broken."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from runner.errors import NotSent, TransportError
from runner.exchange import Response
from runner.journal.superseded import SUPERSEDED
from runner.outcome import State
from tests.simulation.journal_disk import Change
from tests.simulation.scenario import Flow, Scenario
from tests.simulation.seen import (
    CLEAR,
    REFUSALS,
    SLOW_DOWNS,
    STOPS,
    Arrival,
    CallUnderWay,
    ProcessSeen,
    RequestSeen,
    Violation,
    code_of,
)
from tests.simulation.world import World

_RATE_SLACK = 1e-3
"""Of a turn, by which a call may be early: what floats come to."""


class Oracle:
    """The promises. Each method is told what happened; what it finds is in `violations`."""

    def __init__(
        self,
        world: World,
        scenario: Scenario,
        flows: Sequence[Flow],
        *,
        place: int,
        newest: dict[str, int],
        later: Callable[[int], Sequence["Oracle"]],
    ) -> None:
        """Takes what is known before anything happens.

        Args:
            world: the world.
            scenario: all that was drawn.
            flows: the requests of the run that this is the oracle of.
            place: of the run among all, from the oldest on.
            newest: by key, the place of the newest run of which the vendor has applied something; shared by all.
            later: gives the oracles of the runs behind a place.
        """
        self.violations: list[Violation] = []
        self.updates = 0
        """How many reached the vendor."""
        self._world = world
        self._scenario = scenario
        self._requests = {
            ordinal: RequestSeen(flow, "ready" if flow.valid else "invalid")
            for ordinal, flow in enumerate(flows, start=1)
        }
        self._by_key = {request.flow.key: request for request in self._requests.values()}
        self._place = place
        self._newest = newest
        self._later = later
        self._senders: dict[str, ProcessSeen] = {}
        self._run_state = "planned"
        self._healed_at: float | None = None
        self._on_disk = self._journal()

    def broken(self, rule: str, words: str) -> None:
        """A promise was broken."""
        self._world.tell("ORACLE", "%s: %s", rule, words)
        self.violations.append(Violation(rule=rule, words=f"{words} (at {self._world.time:.6f})"))

    # What a process does

    def born(self, process: str) -> None:
        """A process begins."""
        self._senders[process] = ProcessSeen()

    def killed(self, process: str) -> None:
        """A process is no more; what it had under way is unclear."""
        self._senders[process].gone = True
        for request in self._requests.values():
            if any(call.process == process for call in request.calls):
                request.ambiguous |= any(not call.asks for call in request.calls if call.process == process)
                request.calls = [call for call in request.calls if call.process != process]

    def ended(self, process: str, *, in_order: bool) -> None:
        """A process has ended by itself."""
        sender = self._senders[process]
        if sender.in_flight:
            self.broken("ends with calls", f"{process} ended with {sender.in_flight} calls under way")
        sender.gone = True
        if in_order and not sender.displaced:
            for request in self._requests.values():
                if request.state == "sending" and request.lease == sender.token:
                    self.broken("left as sending", f"{process} ended in order and left {request.flow.key}")

    def learnt(self, process: str, offset: float) -> None:
        """A process corrects its clock by so many seconds."""
        self._senders[process].offset = offset

    def call_begins(self, process: str, key: str, *, asks: bool, timestamp: int, wall: float) -> CallUnderWay:
        """A process makes a call."""
        world, request, sender = self._world, self._by_key[key], self._senders[process]
        world.tell(process, "%s %s, signed for %s", "asks about" if asks else "sends", key, timestamp)
        who = f"{process} {'asked about' if asks else 'sent'} {key}"
        if sender.superseded or sender.displaced:
            self.broken("sent without the lease", f"{who}, and the lease is not its own")
        elif request.state != "sending" or request.lease != sender.token:
            self.broken("sent before its claim", f"{who}, which the journal calls {request.state}")
        if request.succeeded and not asks:
            self.broken("sent after its success", who)
        if not asks and self._newest.get(key, self._place) > self._place:
            self.broken("older over newer", f"{who}, and the vendor has a value of a later run")
        self._check_overlap(who, process, request)
        self._check_limits(who, sender)
        if timestamp != int(wall + sender.offset):
            self.broken("stale timestamp", f"{who} signed for {timestamp} at {wall + sender.offset:.3f}")
        if asks:
            request.asked = True
        else:
            if request.attempts >= self._scenario.retry.attempts:
                self.broken("too many attempts", f"{who} after {request.attempts} attempts under one claim")
            if self._scenario.reads_back and request.doubtful and not request.asked:
                self.broken("sent again unread", f"{who}, which may have been applied, without looking first")
        call = CallUnderWay(process, key, asks)
        request.calls.append(call)
        sender.in_flight += 1
        return call

    def _check_overlap(self, who: str, process: str, request: RequestSeen) -> None:
        for other in request.calls:
            if other.process == process or not self._senders[other.process].superseded:
                self.broken("overlapping calls", f"{who} while a call of {other.process} was under way")

    def _check_limits(self, who: str, sender: ProcessSeen) -> None:
        limits, now = self._scenario.limits, self._world.time
        if sender.in_flight >= limits.concurrency:
            self.broken("too many in flight", f"{who} with {sender.in_flight} calls under way")
        if limits.rate:
            sender.level = max(0.0, sender.level - (now - sender.last_call) * limits.rate) + 1.0
            sender.last_call = now
            if sender.level > 1.0 + _RATE_SLACK:
                self.broken("faster than the rate", f"{who}, {sender.level:.2f} times too soon")

    def call_ends(self, call: CallUnderWay, came: Response | TransportError | None) -> None:
        """A call has ended: with an answer, without, or it was given up."""
        request = self._by_key[call.key]
        request.calls.remove(call)
        self._senders[call.process].in_flight -= 1
        code = code_of(came)
        self._world.tell(call.process, "hears of %s: %s", call.key, code)
        if not call.asks and code not in CLEAR and not isinstance(came, NotSent):
            request.ambiguous = True
        if self._senders[call.process].superseded:
            return  # whatever it has learnt, it is not the one to say so any more
        if call.asks:
            request.known_applied |= isinstance(came, Response) and came.body == b"0 " + request.flow.body
            return
        request.attempts += code not in SLOW_DOWNS
        request.known_applied |= code == "0"
        if code in REFUSALS | STOPS:
            request.refused.add(code)

    # What the vendor sees

    def arrived(self, arrival: Arrival) -> None:
        """A call reached the vendor."""
        request = self._by_key[arrival.key]
        if not request.flow.valid:
            self.broken("sent though invalid", arrival.key)
        if not arrival.asks:
            self.updates += 1
            if arrival.body != request.flow.body:
                self.broken("not what was checked", f"{arrival.key} arrived as {arrival.body!r}")
        if arrival.applied:
            request.bodies.add(arrival.body)
            self._newest[arrival.key] = max(self._place, self._newest.get(arrival.key, 0))
            self._check_known(request)

    def _check_known(self, request: RequestSeen) -> None:
        """What has been applied, the journal must at least call possible."""
        denied = request.state in {"not_sent", "failed", "invalid"} or (
            request.state == "ready" and not request.unclear
        )
        if request.bodies and denied:
            self.broken("applied unawares", f"{request.flow.key} was applied, and the journal calls it {request.state}")

    def healed(self) -> None:
        """From now on nothing goes wrong."""
        self._healed_at = self._world.time

    def power_fails(self) -> None:
        """The journal is again what was on the disk for sure."""
        rows, self._run_state = self._on_disk
        for request, (state, lease, unclear) in zip(self._requests.values(), rows, strict=True):
            if request.state != state:
                self._world.tell("world", "%s is %s again", request.flow.key, state)
            request.state, request.lease, request.unclear = state, lease, unclear
            request.succeeded = state == "succeeded"
            self._check_known(request)

    def durable(self) -> None:
        """What is committed so far is on the disk for sure."""
        self._on_disk = self._journal()

    def _journal(self) -> tuple[list[tuple[str, int | None, bool]], str]:
        return [(each.state, each.lease, each.unclear) for each in self._requests.values()], self._run_state

    # What is committed

    def committed(self, process: str, changes: Iterable[Change]) -> None:
        """A commit of a process changed so much."""
        for kind, *change in changes:
            if kind == "lease":
                self._lease_changed(*change)
                continue
            sender = self._senders[process]
            gives_back = kind == "request" and change[2] == "ready"
            if sender.superseded or (sender.displaced and not gives_back):
                self.broken("outcome not fenced", f"{process} wrote {change} after another has taken the run over")
            if kind == "run":
                self._run_state = change[1]
                self._world.tell(process, "commits that the run is %s", self._run_state)
                if self._run_state == "done":
                    self._check_done()
            else:
                ordinal, before, after, lease, unclear, code = change
                request = self._requests[ordinal]
                request.superseded = code == SUPERSEDED
                self._world.tell(
                    process, "commits %s: %s → %s%s", request.flow.key, before, after, ", unclear" if unclear else ""
                )
                request.state, request.lease, request.unclear = after, lease, bool(unclear)
                if before != after:
                    self._check_step(request, before, after)

    def _lease_changed(self, token: int, owner: str) -> None:
        for name, sender in self._senders.items():
            sender.superseded = name != owner
        self._senders[owner].token = token
        self._world.tell(owner, "commits that it holds the run (lease %s)", token)

    def lease_ended(self, token: int) -> None:
        """A lease is no more: whoever had it may neither send nor write under it."""
        for sender in self._senders.values():
            sender.displaced |= sender.token == token

    def may_have_sent(self, key: str) -> bool:
        """Whether the run has sent a key, or is sending it, as far as the journal says."""
        request = self._by_key.get(key)
        return request is not None and (
            request.state in {"succeeded", "unknown", "sending"} or (request.state == "ready" and request.unclear)
        )

    def _check_step(self, request: RequestSeen, before: str, after: str) -> None:
        key = request.flow.key
        if before in {"succeeded", "invalid"}:
            self.broken("final state changed", f"{key}: {before} → {after}")
        if after == "sending":
            request.doubtful, request.asked, request.attempts = request.unclear, False, 0
            request.known_applied = False
            request.claimed_at = self._world.time
        elif after == "ready":
            request.ambiguous |= request.unclear and before == "sending"
            request.known_applied = False  # whoever knew did not live to write it down
        else:
            for rule in self._false(request, after):
                self.broken(rule, f"{key} is called {after}")
        request.succeeded |= after == "succeeded"
        if request.superseded and not any(later.may_have_sent(key) for later in self._later(self._place)):
            self.broken("superseded by nobody", key)

    def _false(self, request: RequestSeen, state: str) -> Iterator[str]:
        """What is wrong with calling a request so."""
        if state == "succeeded" and request.flow.body not in request.bodies:
            yield "success invented"
        if state in {"failed", "not_sent", "invalid"} and request.bodies:
            yield "applied, and denied"
        if state == "failed" and not request.refused:
            yield "refusal invented"
        if state == "unknown" and not request.ambiguous:
            yield "doubt invented"
        if state == "unknown" and request.known_applied:
            yield "success forgotten"

    def _check_done(self) -> None:
        open_ones = [
            each.flow.key
            for each in self._requests.values()
            if each.state in {"ready", "sending", "not_sent"} and not each.superseded
        ]
        if open_ones:
            self.broken("done too early", f"the run is done, and {', '.join(open_ones)} are not settled")

    # In the end

    def judge(self, counts: Mapping[State, int], states: Mapping[int, str]) -> None:
        """After the last resume: the counts of the ledger, and the states of the journal by ordinal."""
        if sum(counts.values()) != len(self._requests):
            self.broken("counts", f"{dict(counts)} do not add up to {len(self._requests)}")
        if self._run_state != "done":
            self.broken("never done", f"the run is {self._run_state} after all resumes")
        for ordinal, request in self._requests.items():
            key, state = request.flow.key, states[ordinal]
            if state != request.state:
                self.broken("counts", f"{key} is {state}, and was committed as {request.state}")
            if request.superseded and state in {"not_sent", "unknown"}:
                continue
            if state not in {"succeeded", "failed", "unknown", "invalid"}:
                self.broken("left open", f"{key} is {state} after all resumes")
                continue
            if (state == "invalid") == request.flow.valid:
                self.broken("left open", f"{key} is {state}")
            for rule in self._false(request, state) if state != "invalid" else ():
                self.broken(rule, f"{key} is called {state} in the end")
            self._check_last(request, state)

    def _check_last(self, request: RequestSeen, state: str) -> None:
        flow = request.flow
        takes = not flow.refused and flow.pending_until > self._world.time
        if state == "failed" and takes:
            self.broken("refusal invented", f"{flow.key} is failed, and the vendor would take it")
        healthy = self._healed_at is not None and request.claimed_at >= self._healed_at
        if state == "unknown" and takes and healthy:
            self.broken("needless doubt", f"{flow.key} is unknown, though a healthy vendor would take it")
