"""The migrate job is all that the reconcile job is, and wants of each flow what its rules make of it."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from time import time

from pydantic_core import to_json

from jobs.app.job_of import job_of
from jobs.migrate import Migrate
from jobs.recallflow.client import Client
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from runner.job import Compares, Derives, Job, ReadsBack, Reconciles
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import NewRun
from runner.outcome import Action
from runner.plan import Plan, Remote
from runner.planning.deriving import DerivingPlanner
from runner.planning.terms import PlanTerms, encode_terms
from runner.request import Request
from runner.sending.limits import Timeouts
from runner.sending.transport import Transport
from tests.jobs.recallflow.migration.written_rules import SPOKEN, node, rules_of

FLOW = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [SPOKEN]}
RULES = '[[change]]\nname = "again"\nfield = "recallNum"\nset = 5\n'


def test_migrate_does_all_that_a_job_can(tmp_path: Path) -> None:
    job: Job = Migrate(None, rules_of(tmp_path, RULES))
    assert isinstance(job, Reconciles)
    assert isinstance(job, Derives)
    assert isinstance(job, ReadsBack)
    assert isinstance(job, Compares)
    assert (job.name, job.subject) == ("migrate", "upload")


async def test_what_the_vendor_has_is_planned_by_the_rules_then_sent_and_then_it_is_as_they_say(tmp_path: Path) -> None:
    async with sandbox(SandboxSettings()) as (url, _), Transport(Timeouts(), connections=1) as carrier:
        job = Migrate(Client(url, EXAMPLE_ACCOUNT), rules_of(tmp_path, RULES))
        planner = DerivingPlanner(job, PlanTerms(apply=True))
        request = Request(ordinal=1, key="299", body=json.dumps(FLOW).encode())
        plans = []
        for _ in range(2):
            answer = await carrier.post(job.call(request, int(time())))
            assert job.verdict(answer).action is Action.SUCCEED
            remote = job.remote(request, await carrier.post(job.query(request, int(time()))))
            assert remote is not None
            planned = planner.plan("299", wanted=b"", remote=remote, applied=())
            plans.append((planned.plan, [(each.field, each.new, each.rule) for each in planned.differences]))
            if planned.body is not None:
                request = replace(request, body=planned.body)
        assert plans == [(Plan.DRIFTED, [("recallNum", 5, "again")]), (Plan.UNCHANGED, [])]


def test_the_run_of_a_migration_goes_on_by_the_rules_that_it_has_kept(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, RULES)
    (tmp_path / "rules.toml").unlink()
    flow = {**FLOW, "nodeList": [node(SPOKEN)]}
    with Database(None) as database:
        run, _ = Journal(database).open_run(
            NewRun(
                job="migrate",
                source="rules.toml",
                sha256=rules.sha256,
                sheet=None,
                key_column="A",
                key_heading="keyId",
                destination=None,
                subject="upload",
                terms=encode_terms(PlanTerms()),
                rules=rules.encode(),
            ),
            now=0.0,
            random=Random(1),
        )
        job = job_of(Ledger(database).run(run), database)
    assert isinstance(job, Migrate)
    found = job.derived("299", Remote(body=to_json(flow), locked=False, facts={"status": 0}))
    assert found.body == to_json(flow | {"recallNum": 5})
