"""Lives through a fortnight, and holds each night against the truth."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random
from typing import Any

from jobs.recallflow.sandbox.faults import FaultShares
from jobs.recallflow.sandbox.server import SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import Flow as VendorFlow
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from runner.allowance import Allowance
from runner.planning.exemptions import Exemption
from runner.planning.fields import FieldSelection
from runner.planning.terms import PlanTerms, encode_terms
from tests.acceptance.fortnight.flows import NODES, as_given, copied, without_nulls, write_table
from tests.acceptance.fortnight.night import ERRAND, KILLED, Errand, keep_night, make_good
from tests.acceptance.fortnight.observed import Observed, Told, Watch, Wreck, told, wreck
from tests.acceptance.fortnight.script import NIGHTS, READING_CRASH, SENDING_CRASH, TICKED, Script, day_of
from tests.acceptance.fortnight.ticking import apply_ticked
from tests.acceptance.fortnight.truth import Asked, Night
from tests.time_zone import in_time_zone

ROOT = Path(__file__).parents[3]
LATER = timedelta(hours=23)
"""Then a night that has crashed is made good: by the calendar it is the next one."""

HALF_A_CHARACTER = "\ud83d"
SOME_FAULTS = FaultShares(
    http_503=0.01, expired=0.01, system_error=0.01, drop=0.01, not_json=0.01, timeout=0.005, cut_body=0.01, hang=0.02
)


def live(seed: int, folder: Path) -> Counter[str]:
    """Lives through all of it; gives what there was in it, and how often.

    Raises:
        AssertionError: a night was not as it has to be.
    """
    with in_time_zone("CST-8"):  # half past one at night is yesterday in UTC
        return asyncio.run(_Fortnight(seed, folder).live())


class _Fortnight:
    """One sandbox, one journal, one spreadsheet."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed = seed
        self._folder = folder
        self._script = Script(seed)
        self._random = Random(f"fortnight {seed}")
        self._given: dict[int, dict[str, Any]] = {}
        """What the vendor has, in the form that it has it in."""
        self._now = 0.0
        self._seen: Counter[str] = Counter()

    async def live(self) -> Counter[str]:
        log = self._folder / "requests.jsonl"
        settings = SandboxSettings(faults=replace(SOME_FAULTS, seed=self._seed), request_log=log)
        async with sandbox(settings, now=lambda: self._now) as (url, vendor):
            watch = Watch(vendor, log)
            for night in range(1, NIGHTS + 1):
                self._now = datetime.combine(day_of(night), time_of_day(1, 30)).timestamp()
                self._script.day(night)
                self._bring_about(vendor)
                await self._keep(night, url, vendor, watch)
        return self._seen + self._script.happened

    def _bring_about(self, vendor: SimulatedVendor) -> None:
        """What the script says, behind the program's back."""
        truth = self._script.truth
        for key in self._script.touched:
            vendor.flows.pop(key, None)
            self._given.pop(key, None)
            if key in truth.there:
                given = as_given(truth.there[key], self._random)
                if key in truth.garbled:
                    given[NODES] = [{"text": HALF_A_CHARACTER}]
                self._given[key] = given
                vendor.flows[key] = VendorFlow(key, vendor.today(), truth.status[key], dict(given))
        self._script.touched.clear()

    async def _keep(self, number: int, url: str, vendor: SimulatedVendor, watch: Watch) -> None:
        truth, asked = self._script.truth, self._script.asked[number]
        due = truth.night(asked, day_of(number))
        errand = self._errand(number, url, asked)
        left = None
        if number in {READING_CRASH, SENDING_CRASH}:
            left = await self._die(number, errand, len(due.updates))
            self._now += LATER.total_seconds()
            run = left.run
            stop = await make_good(replace(errand, now=self._now), run)
        else:
            run, stop = await keep_night(errand)
        assert stop is None, stop
        self._note(due, asked, number)
        with _named(f"seed {self._seed}, night {number}: {replace(asked, ignored=())}"):
            self._check(due, told(errand.journal, run), vendor, watch.since(), left)
        if number == TICKED:
            with _named(f"seed {self._seed}, what was ticked in night {number}"):
                await self._tick(run, due, errand, vendor, watch)

    async def _tick(self, made: int, plan: Night, errand: Errand, vendor: SimulatedVendor, watch: Watch) -> None:
        """Applies some of a plan, while somebody else is at work."""
        truth, script = self._script.truth, self._script
        ticked = script.tick(plan)
        then = {key: copied(truth.there[key]) for key in ticked}
        script.meddle(ticked)
        self._bring_about(vendor)
        self._now += timedelta(hours=8).total_seconds()
        due = truth.applied(plan, ticked, then)
        run, stop = await apply_ticked(replace(errand, now=self._now), made, ticked)
        assert stop is None, stop
        self._seen.update(due.codes.values())
        self._seen.update(f"ticked and {state}" for state in due.states.values())
        self._check(due, told(errand.journal, run), vendor, watch.since(), None)

    def _check(self, due: Night, said: Told, vendor: SimulatedVendor, seen: Observed, left: Wreck | None) -> None:
        self._seen.update(seen.faults)
        _check_plan(due, said)
        _check_requests(due, seen, left)
        self._script.truth.pass_by(due)
        self._check_vendor(due, vendor)

    def _errand(self, number: int, url: str, asked: Asked) -> Errand:
        table = self._folder / "wanted.csv"
        write_table(table, self._script.truth.wanted, self._script.truth.broken)
        return Errand(
            journal=self._folder / "journal.sqlite3",
            table=table,
            url=url,
            terms=encode_terms(_terms(asked)),
            now=self._now,
            seed=self._seed * 100 + number,
        )

    async def _die(self, number: int, errand: Errand, updates: int) -> Wreck:
        """In the middle; gives what is left."""
        updating = number == SENDING_CRASH
        after = self._random.randint(1, max(1, updates // 2)) if updating else self._random.randint(5, 80)
        doomed = replace(errand, dies_after=after, updating=updating)
        argument = ERRAND.dump_json(doomed).decode()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.acceptance.fortnight.night", argument, cwd=ROOT
        )
        assert await process.wait() == KILLED
        left = wreck(errand.journal)
        if updating:
            assert left.sending, "what it was sending"
            assert 0 < left.settled < updates
            self._seen["settled before the crash"] += left.settled
            self._seen["being sent at the crash"] += len(left.sending)
        else:
            self._seen["read before the crash"] += len(left.read)
            assert 0 < len(left.read) < len(self._script.truth.wanted)
        return left

    def _check_vendor(self, due: Night, vendor: SimulatedVendor) -> None:
        """It has what was sent, and all else just as it was."""
        truth = self._script.truth
        assert vendor.flows.keys() == truth.there.keys()
        for key, flow in vendor.flows.items():
            assert flow.status == truth.status[key], key
            if key in due.updates:
                self._given[key] = dict(flow.fields)
                assert without_nulls(flow.fields) == truth.there[key], key
            else:
                assert flow.fields == self._given[key], key

    def _note(self, due: Night, asked: Asked, number: int) -> None:
        self._seen.update(due.plans.values())
        self._seen.update(due.states.values())
        self._seen.update(f"moved by {one.by}" for found in due.moved.values() for one in found.values())
        self._seen["ignored fields"] += sum(bool(one.ignored) for found in due.moved.values() for one in found.values())
        self._seen["too many"] += due.too_many
        self._seen["cannot be merged"] += sum(
            due.plans.get(key) in {"drifted", "conflict"} and state == "invalid" for key, state in due.states.items()
        )
        self._seen["merged with what is left alone"] += sum(
            flow != self._script.truth.wanted[key] for key, flow in due.updates.items()
        )
        first = self._script.truth.night(asked, day_of(1))
        self._seen["not ignored any more"] += number > 1 and sum(
            word == "ignored" != due.plans[key] for key, word in first.plans.items()
        )
        self._seen["updates"] += len(due.updates)
        self._seen["planned only"] += not asked.apply


@contextmanager
def _named(words: str) -> Iterator[None]:
    try:
        yield
    except AssertionError as error:
        error.add_note(words)
        raise


def _terms(asked: Asked) -> PlanTerms:
    return PlanTerms(
        apply=asked.apply,
        conflicts_ours=asked.ours,
        max_changes=None if asked.most is None else Allowance(share=asked.most),
        fields=FieldSelection(only=asked.only, excluded=asked.excluded),
        exemptions=tuple(
            Exemption(
                key=None if line.key is None else str(line.key), field=line.field, until=line.until, reason=line.reason
            )
            for line in asked.ignored
        ),
    )


def _check_plan(due: Night, said: Told) -> None:
    """The plan is the truth, field by field, and all of it adds up."""
    _assert_same(said.plans, due.plans)
    for key, found in said.moved.items():
        expected = due.moved.get(key, {})
        wrong = {name: (found.get(name), expected.get(name)) for name in found.keys() | expected.keys()}
        assert found == expected, (key, {name: pair for name, pair in wrong.items() if pair[0] != pair[1]})
    _assert_same(said.states, due.states)
    record = said.record
    assert {word.value: times for word, times in _told(record.plan).items()} == Counter(due.plans.values())
    assert {word.value: times for word, times in _told(record.counts).items()} == Counter(due.states.values())
    assert record.requests == len(due.states)
    assert (record.state.value, record.left) == (due.run_state, due.left)
    assert (record.reason is not None) == due.too_many
    for key, code in due.codes.items():
        if due.states[key] == "not_sent":
            assert said.codes[key] == code, f"flow {key}"


def _assert_same(said: Mapping[int, str], due: Mapping[int, str]) -> None:
    wrong = {key: (said.get(key), due.get(key)) for key in said.keys() | due.keys() if said.get(key) != due.get(key)}
    assert not wrong, wrong


def _told(counts: Mapping[Any, int] | None) -> dict[Any, int]:
    return {word: times for word, times in (counts or {}).items() if times}


def _check_requests(due: Night, seen: Observed, left: Wreck | None) -> None:
    """Nothing was applied that was not asked for, and nothing of that twice; nobody was asked more than needed."""
    assert not seen.others
    assert sorted(key for key, _ in seen.applied) == sorted(due.updates)
    for key, body in seen.applied:
        assert without_nulls(body) == due.updates[key], f"flow {key}"
        assert set(body) == {"keyId", *due.updates[key]}, f"flow {key}"
    assert seen.updates.keys() == due.updates.keys()
    for key, looks in due.looks.items():
        asked = looks + seen.updates[key]
        again = left is not None and (key in left.sending or key not in left.read)
        assert asked <= seen.looks[key] <= asked + again, f"flow {key}"
    assert seen.looks.keys() == {key for key, looks in due.looks.items() if looks}
