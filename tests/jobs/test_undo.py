"""The undo job, and that what it takes back is as it was: byte for byte, but for what was changed since."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, note, settings
from hypothesis import strategies as st

from jobs.recallflow.client import Client
from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import SimulatedVendor
from jobs.undo import Undo
from jobs.upload import ComparedUpload
from runner.job import Compares, Job, ReadsBack, Reconciles
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination, NewRun
from runner.outcome import State
from runner.planning.returning import Undone, load_return
from runner.planning.terms import PlanTerms, encode_terms
from runner.reconciling import reconcile
from runner.request import Draft
from runner.sending.limits import Limits, RetryPolicy, Timeouts
from runner.sending.transport import Transport
from tests.jobs.recallflow.valid_flows import Values, flows

EVERYTHING = PlanTerms(apply=True, conflicts_ours=True)


def test_undo_does_all_that_a_job_can() -> None:
    job: Job = Undo(None)
    assert isinstance(job, Reconciles)
    assert isinstance(job, ReadsBack)
    assert isinstance(job, Compares)
    assert (job.name, job.subject) == ("undo", "upload")


def body_of(flow: Values) -> bytes:
    return FlowUpdate.model_validate(flow).body()


def state_of(vendor: SimulatedVendor) -> Mapping[int, str]:
    """What the vendor tells of each flow, to the byte."""
    asked = {key: json.dumps({"keyId": key}).encode() for key in vendor.flows}
    return {key: json.dumps(vendor.carry_out("recallFlow/queryDetail", body).data) for key, body in asked.items()}


def loaded(database: Database, updates: Sequence[Values], url: str) -> int:
    """A run of these updates that compares first."""
    new = NewRun(
        job="upload",
        source="flows.xlsx",
        sha256="0" * 64,
        sheet=None,
        key_column="A",
        key_heading="keyId",
        destination=Destination(endpoint=url, account="bD******"),
        terms=encode_terms(EVERYTHING),
    )
    run, _ = Journal(database).open_run(new, now=1.0, random=Random(1))
    drafts = [
        Draft(key=str(each["keyId"]), rows=(row,), body=body_of(each)) for row, each in enumerate(updates, start=2)
    ]
    Journal(database).fill(run, drafts)
    Journal(database).mark_loaded(run, rows=len(drafts), seconds=0.0)
    return run


async def carried_out(job: ComparedUpdates, run: int, database: Database, *, seed: int) -> None:
    async with Transport(Timeouts(), connections=4) as carrier:
        stop = await reconcile(
            job,
            run,
            database,
            carrier,
            limits=Limits(concurrency=4),
            retry=RetryPolicy(attempts=3, backoff=0.001, longest_backoff=0.001),
            observe=lambda _: None,
            random=Random(seed),
            control=lambda _: nullcontext(),
        )
    assert stop is None


async def there_and_back(
    home: Path, old: Sequence[Values], new: Sequence[Values], touched: Sequence[int], *, seed: int, as_text: bool
) -> None:
    """Applies the new flows over the old ones, changes some in between, and takes the run back."""
    settings = SandboxSettings(numbers_as_text=as_text)
    async with sandbox(settings) as (url, vendor):
        with Database(home / "journal.sqlite3") as database:
            client = Client(url, EXAMPLE_ACCOUNT)
            for flow in old:
                assert vendor.carry_out("recallFlow/update", body_of(flow)).applied
            before = state_of(vendor)
            run = loaded(database, new, url)
            await carried_out(ComparedUpload(client), run, database, seed=seed)
            sent = {each.key for each in Ledger(database).results(run) if each.state is State.SUCCEEDED}
            for key in touched:
                number = vendor.flows[key].fields["recallNum"]
                vendor.flows[key].fields["recallNum"] = number % 10 + 1
            between = state_of(vendor)
            if not sent:
                return
            back = load_return(
                Undo(None),
                Undone(record=Ledger(database).run(run), terms=PlanTerms(apply=True)),
                database,
                destination=Destination(endpoint=url, account="bD******"),
                observe=lambda _: None,
                random=Random(2),
            )
            await carried_out(Undo(client), back, database, seed=seed)
            after = state_of(vendor)
            results = {each.key: each for each in Ledger(database).results(back)}
            assert results.keys() == sent
            for key in map(int, sent):
                if key in touched and between[key] != before[key]:
                    assert (after[key], results[str(key)].code) == (between[key], "conflict")
                else:
                    assert after[key] == before[key]
            assert {key: after[key] for key in after if str(key) not in sent} == {
                key: between[key] for key in between if str(key) not in sent
            }


@settings(max_examples=8, deadline=None)
@given(
    drawn=st.lists(st.tuples(flows(), flows()), min_size=1, max_size=4, unique_by=lambda pair: pair[0]["keyId"]),
    data=st.data(),
    seed=st.integers(0, 2**16),
    as_text=st.booleans(),
)
def test_what_was_applied_and_taken_back_is_as_it_was_but_for_what_changed_in_between(
    drawn: list[tuple[Values, Values]], data: st.DataObject, seed: int, *, as_text: bool
) -> None:
    note(f"seed {seed}")
    old = [before for before, _ in drawn]
    new = [after | {"keyId": before["keyId"]} for before, after in drawn]
    touched = data.draw(st.lists(st.sampled_from([flow["keyId"] for flow in old]), unique=True))
    with TemporaryDirectory() as home:
        asyncio.run(there_and_back(Path(home), old, new, touched, seed=seed, as_text=as_text))
