"""`--log-level`, `--log-format`, `--log-file`: what is in a log, what must not be, and what it may not break."""

import json
import re
from hashlib import md5
from pathlib import Path

import pytest

from jobs.recallflow.sandbox.faults import FaultShares
from tests.acceptance.program import ACCOUNT, SAMPLES, Finished, recallflow, request_log, running_sandbox
from tests.acceptance.sheets import simple_flows

KEY, SECRET = ACCOUNT.values()
MD5 = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])")


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def upload(folder: Path, *args: str | Path) -> Finished:
    return recallflow("upload", SAMPLES / "flows.csv", "--sandbox", *args, cwd=folder)


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_no_key_and_no_signature_is_in_anything_that_is_left_behind(
    tmp_path: Path, form: str, *, wrong: bool
) -> None:
    secret = "another-secret-of-the-tests" if wrong else SECRET
    flows = SAMPLES / "flows.csv"
    log = tmp_path / "requests.jsonl"
    options = ("--log-level", "debug", "--log-format", form)
    env = ACCOUNT | {"RECALLFLOW_API_SECRET": secret}
    with running_sandbox(faults=FaultShares(system_error=0.1, expired=0.1), request_log=log) as url:
        to_file = recallflow("upload", flows, "--base-url", url, *options, "--log-file", "log", cwd=tmp_path, env=env)
        to_stderr = recallflow("upload", flows, "--base-url", url, *options, "--yes", cwd=tmp_path, env=env)
    times = {int(line["timestamp"]) for line in request_log(log) if str(line.get("timestamp", "")).isdigit()}
    signatures = {md5(f"{KEY}{secret}{time}".encode()).hexdigest().encode() for time in times}
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    seen = [*files, *(text.encode() for done in (to_file, to_stderr) for text in (done.out, done.err))]
    assert to_file.code == to_stderr.code == (3 if wrong else 0)
    assert b"attempted" in (tmp_path / "log").read_bytes()
    assert "attempted" in to_stderr.err
    for each in seen:
        assert secret.encode() not in each
        assert KEY.encode() not in each
        assert not MD5.search(each)
        assert not any(signature in each for signature in signatures)


def test_a_log_of_json_on_stderr_has_a_line_an_attempt_and_nothing_else(tmp_path: Path) -> None:
    done = upload(tmp_path, "--json", "--log-format", "json", "--log-level", "debug")
    logged = lines(done.err)
    assert sum(line["event"] == "attempted" for line in logged) == done.summary["attempts"]
    assert sum(line["event"] == "settled" for line in logged) == done.summary["requests"]
    assert {line["run"] for line in logged} == {done.summary["run"]}
    assert [line["event"] for line in logged[:2]] == ["loaded", "started"]


def test_a_log_on_stderr_leaves_room_for_lines_of_progress(tmp_path: Path) -> None:
    done = upload(tmp_path, "--log-level", "info")
    assert "60 of 60 done" in done.err
    assert "event=settled" in done.err
    assert "event=attempted" not in done.err


def test_resume_has_a_log_too_and_settings_are_as_good_as_options(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    run = recallflow("upload", flows, "--dry-run", "--json", cwd=tmp_path).summary["run"]
    env = ACCOUNT | {"RECALLFLOW_LOG_FORMAT": "json", "RECALLFLOW_LOG_FILE": "log.jsonl"}
    with running_sandbox() as url:
        done = recallflow("resume", run, "--base-url", url, cwd=tmp_path, env=env)
    logged = lines((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert done.code == 0
    assert [line["event"] for line in logged] == ["going_on", "loaded", "started", *["settled"] * 3]
    assert "3 of 3 done" in done.err


def test_without_being_asked_for_there_is_none(tmp_path: Path) -> None:
    done = upload(tmp_path)
    assert "event" not in done.err
    assert {path.suffix for path in tmp_path.iterdir()} == {".xlsx", ""}, "the report and the journal's folder"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--log-file", "none/log"), "The log cannot be written to none/log"),
        (("--log-file", "."), "The log cannot be written to ."),
        (("--log-level", "loud"), "RECALLFLOW_LOG_LEVEL"),
        (("--log-format", "xml"), "RECALLFLOW_LOG_FORMAT"),
    ],
)
def test_a_log_that_cannot_be_kept_is_one_clear_line_before_anything_is_read(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    done = recallflow("upload", "no such file.csv", "--sandbox", *options, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err
    assert json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_log_that_fails_on_the_way_takes_nothing_from_the_run(tmp_path: Path) -> None:
    done = upload(tmp_path, "--log-file", "/dev/full", "--log-level", "debug", "--json")
    assert (done.code, done.summary["counts"]["succeeded"]) == (0, 60)
    assert done.err.count("The log can no longer be written") == 1
