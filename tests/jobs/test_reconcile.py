"""The reconcile job is all that the upload job is, and reads and compares what the vendor has as well."""

import json
from time import time

import pytest

from jobs.recallflow.client import Client
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from jobs.reconcile import Reconcile
from jobs.upload import Upload
from runner.exchange import Response
from runner.job import Compares, Job, ReadsBack, Reconciles
from runner.outcome import Action
from runner.request import Request
from runner.sending.limits import Timeouts
from runner.sending.transport import Transport
from tests.jobs.recallflow.valid_flows import Values

SPOKEN: Values = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
PLAYED: Values = {"source": 2, "uploadName": "hello.wav", "baseFile": "UklGRg==", "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [SPOKEN, PLAYED]}
BODY = json.dumps(FLOW).encode()


def request(body: bytes = BODY) -> Request:
    return Request(ordinal=1, key=str(json.loads(body)["keyId"]), body=body)


def test_reconcile_does_all_that_a_job_can() -> None:
    job: Job = Reconcile(None)
    assert isinstance(job, Reconciles)
    assert isinstance(job, ReadsBack)
    assert isinstance(job, Compares)


def test_upload_does_not_read_before_it_sends() -> None:
    assert not isinstance(Upload(None), Reconciles)


def test_it_is_called_as_the_command_is_and_knows_of_the_runs_of_upload() -> None:
    assert [job.name for job in (Reconcile(None), Reconcile(None, "apply"))] == ["reconcile", "apply"]
    assert {job.subject for job in (Reconcile(None), Reconcile(None, "apply"))} == {Upload(None).name}


def test_it_asks_and_sends_as_upload_does() -> None:
    client = Client("https://vendor.example/v3/voice/", EXAMPLE_ACCOUNT)
    mine, other = Reconcile(client), Upload(client)
    for name in ("call", "query"):
        ours, theirs = (getattr(job, name)(request(), 1_754_879_679) for job in (mine, other))
        assert (ours.url, ours.headers, ours.body) == (theirs.url, theirs.headers, theirs.body)
    assert (mine.headings, mine.key) == (other.headings, other.key)
    assert mine.form("recallType", "en").note == other.form("recallType", "en").note


@pytest.mark.parametrize(
    "settings",
    [
        SandboxSettings(),
        SandboxSettings(hide_base_file=True),
        SandboxSettings(numbers_as_text=True, reverse_nodes=True, null_for_unknown=True),
    ],
    ids=["as the pages say", "no audio", "otherwise"],
)
async def test_a_flow_is_missing_then_sent_then_as_wanted_and_locked_once_it_is_cancelled(
    settings: SandboxSettings,
) -> None:
    async with sandbox(settings) as (url, _), Transport(Timeouts(), connections=1) as carrier:
        client = Client(url, EXAMPLE_ACCOUNT)
        job = Reconcile(client)

        async def ask() -> Response:
            return await carrier.post(job.query(request(), int(time())))

        answer = await ask()
        verdict = job.verdict(answer)
        if settings.null_for_unknown:
            assert (verdict.action, job.remote(request(), answer)) == (Action.SUCCEED, None)
        else:
            assert (verdict.action, job.is_missing(verdict)) == (Action.FAIL, True)

        await carrier.post(job.call(request(), int(time())))
        remote = job.remote(request(), await ask())
        assert remote is not None
        assert not remote.locked
        assert job.is_as_wanted(remote.body, BODY) is not settings.hide_base_file
        assert list(job.differences(None, remote.body, BODY)) == []

        drifted = json.dumps(FLOW | {"recallNum": 4}).encode()
        await carrier.post(job.call(request(drifted), int(time())))
        remote = job.remote(request(), await ask())
        assert remote is not None
        assert [(each.field, each.old, each.new) for each in job.differences(BODY, remote.body, BODY)] == [
            ("recallNum", 4, 3)
        ]

        await carrier.post(client.call("recallFlow/cancel", b'{"type": 1, "id": 299}', int(time())))
        again = job.remote(request(), await ask())
        assert again is not None
        assert again.locked
        assert again.body == remote.body
