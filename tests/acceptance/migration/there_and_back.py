"""Migrates, dies twice, goes on, is looked at flow by flow; then takes it back while others have been at work."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from jobs.recallflow.sandbox.server import SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.recallflow.signing import Account
from tests.acceptance.fortnight.flows import change_flow, without_nulls
from tests.acceptance.fortnight.fortnight import SOME_FAULTS
from tests.acceptance.migration.truth import Due, due, write_rules
from tests.acceptance.migration.vendor import CANCELLED, Counted, fill, put, states
from tests.acceptance.program import ACCOUNT, Finished
from tests.acceptance.vendor import ran, started

FLOWS = 6_300
"""That are listed. Of those nearly all are changed."""
MEDDLED = 40
ATTEMPTS = {"RECALLFLOW_ATTEMPTS": "12", "RECALLFLOW_BACKOFF": "0.02", "RECALLFLOW_ANSWER_TIMEOUT": "5"}


def there_and_back(seed: int, folder: Path, *, flows: int = FLOWS) -> Counter[str]:
    """Does all of it; gives what there was in it, and how often.

    Raises:
        AssertionError: something was not as it has to be.
    """
    return asyncio.run(_live(seed, folder, flows))


async def _live(seed: int, folder: Path, flows: int) -> Counter[str]:
    key, secret = (SecretStr(ACCOUNT[name]) for name in ("RECALLFLOW_API_KEY", "RECALLFLOW_API_SECRET"))
    log = folder / "requests.jsonl"
    settings = SandboxSettings(
        account=Account(key=key, secret=secret), faults=replace(SOME_FAULTS, seed=seed), request_log=log
    )
    async with sandbox(settings) as (url, vendor):
        random = Random(f"migration {seed}")
        fill(vendor, flows, random)
        there = _ThereAndBack(folder, url, vendor, Counted(vendor), random)
        await there.migrate()
        there.meddle()
        await there.go_back()
    lines = log.read_text(encoding="utf-8").splitlines()
    return there.seen + Counter(str(json.loads(line)["fault"]) for line in lines)


@dataclass
class _ThereAndBack:
    folder: Path
    url: str
    vendor: SimulatedVendor
    counted: Counted
    random: Random
    seen: Counter[str] = field(default_factory=Counter)
    run: str = ""
    before: Mapping[int, bytes] = field(default_factory=dict)
    due: Mapping[int, Due] = field(default_factory=dict)
    changed: dict[int, str] = field(default_factory=dict)
    """What the test has done to flows in between, and so what is said of each."""

    async def migrate(self) -> None:
        """Plans; applies, and is killed twice; holds every flow against what is due."""
        vendor = self.vendor
        self.before = states(vendor)
        self.due = {
            key: due(without_nulls(flow.fields), status=flow.status, created=flow.created)
            for key, flow in vendor.flows.items()
        }
        to_change = {key for key, each in self.due.items() if each.flow}
        rules = write_rules(self.folder)
        plan = await self._finished("migrate", rules, "--plan", self.folder / "plan.xlsx")
        assert plan.code == 1, plan.err  # some would become invalid
        assert plan.summary["state"] == "planned"
        assert states(vendor) == self.before
        assert not self.counted.updates
        drifted = len(to_change) + sum(bool(each.invalid) for each in self.due.values())
        assert plan.summary["plan"]["drifted"] == drifted
        await self._killed(len(to_change) // 4, "migrate", rules, "--apply", "--waves", "50,500,2000", "--pause", "0s")
        await self._killed(len(to_change) // 3, "resume")
        done = await self._to_its_end("resume")
        assert done.code == 1, done.err  # some would become invalid
        summary = done.summary
        assert summary["state"] == "done"
        self.run = summary["run"]
        told = await self._told(self.run)
        listed = {key for key, flow in vendor.flows.items() if flow.created.month == 3}
        assert {int(key) for key in told} == listed
        self._check_migrated(told, to_change)
        assert set(self.counted.updates) == to_change
        self.seen["flows migrated"] = len(to_change)
        self.seen["updates more than flows"] = self.counted.updates.total() - len(to_change)

    def _check_migrated(self, told: Mapping[str, Mapping[str, Any]], to_change: set[int]) -> None:
        now = states(self.vendor)
        for key, each in self.due.items():
            if each.flow:
                assert (there := without_nulls(self.vendor.flows[key].fields)) == each.flow, (key, there, each.flow)
                assert told[str(key)]["state"] == "succeeded", told[str(key)]
            else:
                assert now[key] == self.before[key], key
                if each.invalid:
                    self.seen["invalid"] += 1
                    line = told[str(key)]
                    assert line["state"] == "invalid"
                    assert [problem["field"] for problem in line["problems"]] == [each.invalid]
                    assert "once more" in json.dumps(line["problems"]), "the rule is named"
                elif str(key) in told:
                    self.seen["not chosen"] += 1
                    assert told[str(key)]["state"] == "unchanged"
        assert now.keys() == self.before.keys()
        assert len(to_change) > len(self.due) * 0.6

    def meddle(self) -> None:
        """Others are at work: they change flows, cancel and delete some."""
        migrated = sorted(key for key, each in self.due.items() if each.flow)
        for at, key in enumerate(self.random.sample(migrated, MEDDLED)):
            flow = self.vendor.flows[key]
            match at % 4:
                case 0 | 1:
                    fields = without_nulls(flow.fields)
                    change_flow(fields, self.random)
                    put(self.vendor, key, fields, flow.created, status=flow.status)
                    self.changed[key] = "conflict"
                case 2:
                    flow.status = CANCELLED
                    self.changed[key] = "locked"
                case _:
                    del self.vendor.flows[key]
                    self.changed[key] = "missing"

    async def go_back(self) -> None:
        """Takes it back, and is killed at that as well; then all is as it was, but for what others have changed."""
        meddled = states(self.vendor)
        self.counted.updates.clear()
        to_change = {key for key, each in self.due.items() if each.flow} - self.changed.keys()
        plan = await self._finished("undo", self.run)
        assert plan.code == 4, plan.err
        assert states(self.vendor) == meddled
        await self._killed(len(to_change) // 2, "undo", self.run, "--apply")
        done = await self._to_its_end("resume")
        assert done.code == 4, done.err  # what others have changed is left alone
        assert done.summary["state"] == "done"
        expected = {key: self.before[key] for key in self.before if key not in self.changed}
        expected |= {key: meddled[key] for key in self.changed if key in meddled}
        assert states(self.vendor) == expected
        assert set(self.counted.updates) == to_change
        told = await self._told(done.summary["run"])
        assert {int(key) for key in told} == to_change | self.changed.keys()
        for key, line in told.items():
            what = self.changed.get(int(key))
            assert (line["state"], line["plan"]) == (("not_sent", what) if what else ("succeeded", "drifted")), line
            assert not what or line["message"], "with its reason"
            self.seen[f"left alone: {what}" if what else "taken back"] += 1

    async def _killed(self, after: int, *args: str | Path) -> None:
        """Runs a command, and kills it when so many updates were applied."""
        process = await started(*args, *self._options(), cwd=self.folder, env=ACCOUNT | ATTEMPTS)
        enough, ended = (asyncio.ensure_future(each) for each in (self.counted.more(after), process.wait()))
        await asyncio.wait((enough, ended), return_when=asyncio.FIRST_COMPLETED)
        assert enough.done(), (await process.communicate())[1].decode()
        process.kill()
        await process.communicate()
        await ended
        self.seen["killed"] += 1

    async def _to_its_end(self, command: str) -> Finished:
        done = await self._finished(command)
        while done.code == 3:
            self.seen["stopped"] += 1
            done = await self._finished(command)
        return done

    async def _finished(self, *args: str | Path) -> Finished:
        return await ran(*args, *self._options(), cwd=self.folder, env=ACCOUNT | ATTEMPTS)

    def _options(self) -> tuple[str, ...]:
        return "--base-url", self.url, "--concurrency", "64", "--json"

    async def _told(self, run: str) -> dict[str, dict[str, Any]]:
        lines = (await ran("results", run, "--format", "jsonl", cwd=self.folder)).out.splitlines()
        return {line["key"]: line for line in map(json.loads, lines)}
