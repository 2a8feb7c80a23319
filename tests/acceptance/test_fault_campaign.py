"""A vendor that fails a fifth of the time, a clock that is off, kill -9: what each flow's user is told is still true.

`FAULT_CAMPAIGN_SEED=7 FAULT_CAMPAIGN_FLOWS=3000 pytest -n 0 -m campaign tests/acceptance/test_fault_campaign.py` draws
other flows, faults and moments, and more of them; each test prints its seed.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from jobs.recallflow.client import Client, read_answer
from jobs.recallflow.sandbox.faults import Fault, FaultShares
from jobs.recallflow.sandbox.gate import Opening
from jobs.recallflow.signing import Account
from runner.errors import TransportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State
from runner.sending.limits import RetryPolicy, Timeouts
from runner.sending.transport import Transport
from tests.acceptance.borne_out import UPDATE, assert_borne_out
from tests.acceptance.program import ACCOUNT, recallflow, request_log, running_sandbox, sandbox_process
from tests.acceptance.sheets import generator
from tests.acceptance.vendor import ran, started

SEED = int(os.environ.get("FAULT_CAMPAIGN_SEED", "1"))
SHARE = 0.2
CONCURRENCY = 64
ATTEMPTS = 3
"""Few, so that they run out now and then."""
QUICK = ACCOUNT | {
    "RECALLFLOW_ATTEMPTS": str(ATTEMPTS),
    "RECALLFLOW_BACKOFF": "0.02",
}
HASTY = QUICK | {"RECALLFLOW_ANSWER_TIMEOUT": "2"}
"""Where answers may never come; elsewhere a slow machine is no reason to give one up."""
FEWER = {Fault.TIMEOUT: 200}
"""Where each costs time."""
FLOWS = int(os.environ.get("FAULT_CAMPAIGN_FLOWS", "500"))
SAMPLE, MANY = 600, 3_000
"""Where all faults come together."""


def campaign_flows(path: Path, number: int, seed: int) -> set[int]:
    """Writes flows as the samples have them, one in fifty with a mistake; gives the keys of those."""
    make = generator()
    flows = list(make.flows(number, seed))
    wrong = flows[::50]
    for flow in wrong:
        flow[0]["recallNum"] = 11
    rows = ([row.get(spec.name) for spec in make.FIELDS] for flow in flows for row in flow)
    make.write_csv(path, make.headings("en"), rows)
    return {flow[0]["keyId"] for flow in wrong}


def keys_of(number: int) -> set[int]:
    """The keys of so many flows."""
    first = generator().FIRST_KEY
    return set(range(first, first + number))


def shares(faults: Collection[Fault], seed: int) -> list[str]:
    """Options of a sandbox that has these faults, together in a fifth of the requests."""
    each = f"{SHARE / len(faults):.5f}"
    return [word for fault in faults for word in (f"--{fault.value}", each)] + ["--seed", str(seed)]


def sending(url: str) -> tuple[str, ...]:
    """Options of what sends."""
    return ("--base-url", url, "--concurrency", str(CONCURRENCY), "--report", "out.xlsx", "--json")


async def cancel_some(url: str, keys: Collection[int]) -> None:
    """Makes flows that can no longer be edited, however often the vendor fails at that."""
    key, secret = (SecretStr(ACCOUNT[name]) for name in ("RECALLFLOW_API_KEY", "RECALLFLOW_API_SECRET"))
    client = Client(url, Account(key=key, secret=secret))

    async def persist(path: str, body: dict[str, int], *done: str) -> None:
        code = None
        while code not in done:
            with suppress(TransportError):
                response = await carrier.post(client.call(path, json.dumps(body).encode(), int(time.time())))
                answer = read_answer(response.body)
                code = answer.code if answer else None

    async def make(key: int) -> None:
        update = {"keyId": key, "recallInterval": 1, "recallNum": 1, "recallType": 0}
        await persist("recallFlow/update", update, "0")
        await persist("recallFlow/cancel", {"type": 1, "id": key}, "0", "-41")

    async with Transport(Timeouts(answer=0.5), connections=len(keys)) as carrier:
        await asyncio.gather(*map(make, keys))


CAMPAIGNS = [([fault], min(FLOWS, FEWER.get(fault, FLOWS))) for fault in Fault] + [(list(Fault), MANY)]


def named(parameter: object) -> str:
    return "+".join(each.value for each in parameter) if isinstance(parameter, list) else str(parameter)


@pytest.mark.process
@pytest.mark.parametrize(
    ("faults", "number"),
    [(list(Fault), SAMPLE), *(pytest.param(*each, marks=pytest.mark.campaign) for each in CAMPAIGNS)],
    ids=named,
)
def test_whatever_fails_a_fifth_of_the_time_the_vendors_log_bears_out_what_is_told(
    tmp_path: Path, faults: list[Fault], number: int
) -> None:
    print(f"seed {SEED}")
    wrong = campaign_flows(tmp_path / "flows.csv", number, SEED)
    log = tmp_path / "requests.jsonl"
    with sandbox_process(*shares(faults, SEED), "--request-log", log, cwd=tmp_path) as url:
        cancelled = set(Random(SEED).sample(sorted(keys_of(number) - wrong), 20))
        asyncio.run(cancel_some(url, cancelled))
        before = len(request_log(log))
        env = HASTY if Fault.TIMEOUT in faults else QUICK
        done, times = recallflow("upload", tmp_path / "flows.csv", *sending(url), cwd=tmp_path, env=env), 1
        while done.summary["state"] == "stopped":  # it is where a flow's timestamps were too old, to the last one
            assert done.code == 3
            done, times = recallflow("resume", *sending(url), cwd=tmp_path, env=env), times + 1
    lines = request_log(log)[before:]
    assert_borne_out(tmp_path / done.summary["report"], done.summary, lines, attempts=ATTEMPTS * times)
    counts = done.summary["counts"]
    assert (done.summary["state"], done.summary["requests"], counts["invalid"]) == ("done", number, len(wrong))
    assert {line["keyId"] for line in lines if line["path"] == UPDATE} == keys_of(number) - wrong, "nothing is lost"
    assert {line["fault"] for line in lines} == {*(fault.value for fault in faults), None}
    assert counts["failed"] + counts["unknown"] >= len(cancelled)


@pytest.mark.parametrize("number", [200, pytest.param(FLOWS, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("skew", [600.0, -600.0])
def test_a_clock_that_is_ten_minutes_off_costs_one_expired_answer_per_concurrent_request(
    tmp_path: Path, skew: float, number: int
) -> None:
    print(f"seed {SEED}")
    wrong = campaign_flows(tmp_path / "flows.csv", number, SEED)
    log = tmp_path / "requests.jsonl"
    with running_sandbox(clock_skew=skew, request_log=log) as url:
        done = recallflow("upload", tmp_path / "flows.csv", *sending(url), cwd=tmp_path, env=QUICK)
    lines = request_log(log)
    assert_borne_out(tmp_path / "out.xlsx", done.summary, lines, attempts=ATTEMPTS)
    assert done.summary["counts"]["succeeded"] == number - len(wrong)
    assert 1 <= sum(line["answered"] == "-16" for line in lines) <= CONCURRENCY


def test_a_vendor_that_goes_down_and_comes_back_leaves_nothing_untrue(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    wrong = campaign_flows(tmp_path / "flows.csv", 600, SEED)
    log = tmp_path / "requests.jsonl"
    outage = Opening(down_from=2.0, down_for=1.0)
    with running_sandbox(opening=outage, faults=FaultShares(latency=0.2), request_log=log) as url:
        done = recallflow("upload", tmp_path / "flows.csv", *sending(url), cwd=tmp_path, env=ACCOUNT)
    assert_borne_out(tmp_path / "out.xlsx", done.summary, request_log(log), attempts=RetryPolicy().attempts)
    assert done.summary["counts"]["invalid"] == len(wrong)


@pytest.mark.process
@pytest.mark.parametrize(("kills", "number"), [(6, 600), pytest.param(20, 2_000, marks=pytest.mark.campaign)])
async def test_after_kill_9_at_random_moments_every_flow_is_in_one_true_state(
    tmp_path: Path, kills: int, number: int
) -> None:
    print(f"seed {SEED}")
    random = Random(SEED)
    wrong = campaign_flows(tmp_path / "flows.csv", number, SEED)
    log = tmp_path / "requests.jsonl"
    ends: list[int] = []
    settled: list[set[int]] = []
    with sandbox_process(*shares(list(Fault), SEED), "--request-log", log, cwd=tmp_path) as url:
        command: tuple[str | Path, ...] = ("upload", tmp_path / "flows.csv")
        for kill in range(1, kills + 1):
            process = await started(*command, *sending(url), cwd=tmp_path, env=HASTY)
            seen = (ends[-1] if ends else 0) + random.randint(1, random.choice((20, 60, 250)))
            await until(lambda: lines_in(log) >= seen, process)  # noqa: B023 - it is called within the round
            if kill == kills // 2:  # else a machine may be so fast that nothing is written down before its end
                await until(lambda: bool(journalled_as_succeeded(tmp_path)), process)
            process.kill()
            await process.communicate()
            settled.append(journalled_as_succeeded(tmp_path))
            ends.append(lines_in(log))
            command = ("resume",)
        done, times = await ran("resume", *sending(url), cwd=tmp_path, env=HASTY), 1
        while done.summary["state"] == "stopped":
            done, times = await ran("resume", *sending(url), cwd=tmp_path, env=HASTY), times + 1
    lines = request_log(log)
    assert_borne_out(tmp_path / done.summary["report"], done.summary, lines, attempts=ATTEMPTS * times, ends=ends)
    assert done.summary["counts"]["invalid"] == len(wrong)
    assert {line["keyId"] for line in lines if line["path"] == UPDATE} == keys_of(number) - wrong
    assert settled[kills // 2 - 1], "something was known by then"
    for end, succeeded in zip(ends, settled, strict=True):
        again = succeeded & {line["keyId"] for line in lines[end:]}
        assert not again, "what was known to have succeeded is left alone"


async def until(condition: Callable[[], bool], process: asyncio.subprocess.Process) -> None:
    """Wait until it holds, while the program runs."""
    while not condition():
        assert process.returncode is None, "there is more to send"
        await asyncio.sleep(0.005)  # what another process writes is no event


def lines_in(log: Path) -> int:
    """How many of them; the last may be but half written."""
    return log.read_bytes().count(b"\n")


def journalled_as_succeeded(folder: Path) -> set[int]:
    """The flows of the only run that are known to have succeeded."""
    with Database(folder / "home" / "journal.sqlite3", to_read=True) as database:
        ledger = Ledger(database)
        (run,) = ledger.runs()
        return {int(result.key) for result in ledger.results(run.id) if result.state is State.SUCCEEDED}
