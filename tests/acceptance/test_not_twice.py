"""What shifts is never sent twice by mistake: not after a kill, nor half a way back, nor by another file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.acceptance.program import recallflow
from tests.acceptance.test_migrate import RULES, house, intervals, updates
from tests.acceptance.test_reconcile import KEYS, House
from tests.acceptance.vendor import answering, started


@dataclass
class Relay:
    """Passes everything on to the vendor; some of the answers never come back."""

    url: str
    held: str = ""
    """The call whose answers are kept; none is, where it is empty."""
    first: int = 0
    """So many of them are let through."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        call = request.match_info["call"]
        kept = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + call.rpartition("v3/voice/")[2], data=await request.read(), headers=kept) as told,
        ):
            body = await told.read()
        if self.held and call.endswith(self.held):
            self.first -= 1
            if self.first < 0:
                self.reached.set()
                await asyncio.Event().wait()
        return web.Response(body=body, status=told.status, content_type=told.content_type)


@asynccontextmanager
async def relayed(folder: Path, number: int) -> AsyncIterator[tuple[House, Relay]]:
    """A vendor of whose answers a test says which come back."""
    async with house(folder, number) as home:
        relay = Relay(home.url)
        async with answering(relay.answer) as url:
            home.url = url
            yield home, relay


async def killed(home: House, relay: Relay, call: str, *, after: int = 0) -> str:
    """Migrates, and kills the process with `kill -9` while the vendor has a call. Gives the run's name."""
    relay.held, relay.first = call, after
    words = ("migrate", "rules.toml", "--apply", "--concurrency", "1" if after else "5")
    process = await started(*words, "--base-url", home.url, cwd=home.folder, env=KEYS)
    await asyncio.wait_for(relay.reached.wait(), 60)
    process.kill()
    await process.wait()
    relay.held = ""
    return str(recallflow("show", "--json", cwd=home.folder).summary["run"])


def later(before: list[object], by: int = 30) -> list[object]:
    return [int(str(each)) + by for each in before]


@pytest.mark.process
async def test_after_a_kill_before_any_answer_the_same_rules_are_not_sent_again_but_resumed(tmp_path: Path) -> None:
    async with relayed(tmp_path, 5) as (home, relay):
        before = intervals(home)
        run = await killed(home, relay, "update")
        assert recallflow("show", run, "--json", cwd=tmp_path).summary["counts"]["unknown"] > 0
        assert updates(home), "the vendor has applied something that nobody was told of"
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert refused.code == 2, refused.err
        assert f"recallflow resume {run}" in refused.err
        assert updates(home) == []
        assert (await home.run("resume", "--yes")).code in {0, 4}
        assert intervals(home) == later(before)


@pytest.mark.process
async def test_an_older_run_that_was_not_done_with_reading_does_not_shift_what_a_later_one_has(tmp_path: Path) -> None:
    async with relayed(tmp_path, 12) as (home, relay):
        before = intervals(home)
        older = await killed(home, relay, "queryDetail", after=6)
        done = await home.run("migrate", "rules.toml", "--apply", "--json")
        assert (done.code, done.summary["counts"]["succeeded"]) == (0, 12)
        updates(home)
        for words in (("resume",), ("resume", "--yes"), ("resume", older)):
            refused = await home.run(*words, "--lang", "en")
            assert refused.code == 2, refused.err
            assert (done.summary["run"] in refused.err) == (older in words)
            assert (updates(home), intervals(home)) == ([], later(before))
        await home.run("resume", older, "--yes")
        assert updates(home), "somebody insisted"


async def test_after_a_partial_undo_a_shift_is_still_not_sent_twice(tmp_path: Path) -> None:
    async with house(tmp_path, 5) as home:
        first = await home.run("migrate", "rules.toml", "--apply", "--json")
        for key in range(2, 6):
            home.vendor.flows[key].fields["recallNum"] = 2
        assert (await home.run("undo", first.summary["run"], "--apply")).code == 4
        assert len(updates(home)) == 5 + 1
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert (refused.code, updates(home)) == (2, [])
        assert first.summary["run"] in refused.err


async def test_after_an_undo_that_was_undone_a_shift_is_not_sent_twice(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        before = intervals(home)
        first = await home.run("migrate", "rules.toml", "--apply", "--json")
        back = await home.run("undo", first.summary["run"], "--apply", "--json")
        assert (back.code, intervals(home)) == (0, before)
        redone = await home.run("undo", back.summary["run"], "--apply", "--json")
        assert (redone.code, intervals(home)) == (0, later(before))
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert (refused.code, intervals(home)) == (2, later(before))


async def test_a_shift_that_was_taken_back_entirely_is_sent_again(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        before = intervals(home)
        first = await home.run("migrate", "rules.toml", "--apply", "--json")
        assert (await home.run("undo", first.summary["run"], "--apply")).code == 0
        assert intervals(home) == before
        assert (await home.run("migrate", "rules.toml", "--apply")).code == 0
        assert intervals(home) == later(before)


async def test_a_shift_is_not_sent_twice_by_another_path_or_an_edit_that_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        before = intervals(home)
        first = await home.run("migrate", "rules.toml", "--apply", "--json")
        (tmp_path / "edited.toml").write_text(
            "# once more\r\n\r\n" + RULES.replace('"later"', '"again"'), encoding="utf-8"
        )
        for path in (tmp_path / "rules.toml", "edited.toml"):
            refused = await home.run("migrate", path, "--apply", "--lang", "en")
            assert refused.code == 2, refused.err
            assert first.summary["run"] in refused.err
        assert intervals(home) == later(before)
