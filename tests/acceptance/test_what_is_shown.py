"""What the user sees, and what nobody may see."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from jobs.recallflow.sandbox.faults import FaultShares
from tests.acceptance.program import (
    ACCOUNT,
    MINUTES,
    PROGRAM,
    SAMPLES,
    environment,
    recallflow,
    recallflow_process,
    running_sandbox,
)
from tests.acceptance.sheets import RIGHT, all_cells, sheet_rows, write_csv


def test_neither_secret_nor_signature_is_in_anything_that_is_left_behind(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with running_sandbox(faults=FaultShares(system_error=0.2), request_log=log) as url:
        done = recallflow("upload", SAMPLES / "flows.csv", "--base-url", url, cwd=tmp_path, env=ACCOUNT)
    assert done.code == 0
    report = next(tmp_path.glob("*.xlsx"))
    cells = json.dumps([all_cells(report, sheet) for sheet in ("Summary", "Results")], default=str)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for seen in (done.out.encode(), done.err.encode(), files, cells.encode()):
        assert ACCOUNT["RECALLFLOW_API_SECRET"].encode() not in seen
        assert ACCOUNT["RECALLFLOW_API_KEY"].encode() not in seen
        assert not re.search(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", seen), "an MD5 is nowhere"
    assert "key-****" in cells


def test_with_json_stdout_is_one_object_and_progress_goes_to_stderr(tmp_path: Path) -> None:
    done = recallflow("upload", SAMPLES / "flows.csv", "--sandbox", "--json", cwd=tmp_path)
    assert list(done.summary) == [
        "run", "job", "state", "rows", "requests", "counts", "attempts", "seconds", "report", "exit_code", "reason",
    ]  # fmt: skip
    assert "60 of 60 done · 60 succeeded" in done.err


@pytest.mark.process
@pytest.mark.parametrize("log", [(), ("--log-level", "debug"), ("--log-level", "debug", "--log-format", "json")])
def test_who_stops_reading_what_is_shown_takes_nothing_from_the_run(tmp_path: Path, log: tuple[str, ...]) -> None:
    flows = write_csv(tmp_path / "flows.csv", [{"备注": "x", "keyId": key} | RIGHT for key in range(1, 31)])
    process = subprocess.Popen(
        [*PROGRAM, "upload", flows, "--sandbox", "--json", *log],
        cwd=tmp_path,
        env=environment(RECALLFLOW_HOME=str(tmp_path / "home")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout is not None
    summary = json.loads(process.stdout.read())
    process.stdout.close()
    assert process.wait(MINUTES) == summary["exit_code"] == 0
    assert (summary["state"], summary["counts"]["succeeded"]) == ("done", 30)
    assert (tmp_path / summary["report"]).exists()


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_what_is_shown_may_go_to_a_full_disk(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "upload", SAMPLES / "flows.csv", "--sandbox", "--json"],
            cwd=tmp_path,
            env=environment(RECALLFLOW_HOME=str(tmp_path / "home")),
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )
    assert (done.returncode, json.loads(done.stdout)["counts"]["succeeded"]) == (0, 60)


@pytest.mark.parametrize(("language", "words"), [("zh", "成功"), ("en", "succeeded")])
def test_the_end_is_a_short_table_and_where_the_report_lies(tmp_path: Path, language: str, words: str) -> None:
    done = recallflow("upload", SAMPLES / "flows.csv", "--sandbox", "--lang", language, cwd=tmp_path)
    report = next(tmp_path.glob("*.xlsx")).name
    assert words in done.out
    assert report in done.out
    states = {row["状态" if language == "zh" else "State"] for row in sheet_rows(tmp_path / report, "Results")}
    assert states == {words}


@pytest.mark.process
@pytest.mark.parametrize("locale", ["zh_CN.UTF-8", "zh_TW", "en_GB.UTF-8"])
def test_the_language_is_that_of_the_locale(tmp_path: Path, locale: str) -> None:
    done = recallflow_process("--help", cwd=tmp_path, env={"LANG": locale})
    assert ("检查表格" in done.out) == locale.startswith("zh")


def test_check_shows_at_most_twenty_kinds_of_problems_and_where_all_are(tmp_path: Path) -> None:
    done = recallflow("check", SAMPLES / "mistakes.xlsx", "--report", "out.xlsx", cwd=tmp_path)
    lines = [
        line
        for line in done.out.splitlines()
        if re.match(r"[A-Z]+\d+ |[\d,]+ cells of .*, the first [A-Z]+\d+: ", line)
    ]
    problems = sheet_rows(tmp_path / "out.xlsx", "Problems")
    assert done.code == 1
    assert len(lines) == 20
    assert f"{len(problems)} problems in all; they are in the sheet Problems of out.xlsx" in done.out
    assert len({row["Code"] for row in problems}) >= 12


def test_a_check_needs_no_account_and_leaves_no_trace(tmp_path: Path) -> None:
    done = recallflow("check", SAMPLES / "flows.xlsx", "--json", cwd=tmp_path)
    assert (done.code, done.summary["job"], done.summary["run"]) == (0, "check", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
def test_redirected_output_is_utf_8_whatever_the_system_takes_for_the_default(tmp_path: Path, encoding: str) -> None:
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = recallflow_process("check", SAMPLES / "mistakes.xlsx", "--lang", "zh", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "重呼间隔" in done.out
    assert "检查表格" in recallflow_process("--help", cwd=tmp_path, env=env | {"LANG": "zh_CN.UTF-8"}).out


def test_the_runs_are_listed_by_their_whole_names_however_narrow_it_is(tmp_path: Path) -> None:
    name = recallflow("upload", SAMPLES / "flows.csv", "--dry-run", "--json", cwd=tmp_path).summary["run"]
    assert name in recallflow("runs", cwd=tmp_path, env={"COLUMNS": "60"}).out


def test_the_name_of_a_file_is_listed_word_for_word(tmp_path: Path) -> None:
    name = "[red]flows :smile:.csv"
    (tmp_path / name).write_bytes((SAMPLES / "flows.csv").read_bytes())
    planned = recallflow("upload", name, "--dry-run", cwd=tmp_path)
    assert f"{name}, 80 rows" in planned.out
    assert name in recallflow("runs", cwd=tmp_path, env={"COLUMNS": "200"}).out
