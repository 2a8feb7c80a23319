"""Audio files that cells name: sent as they were checked or not at all, and never kept."""

import base64
import hashlib
import json
import sqlite3
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from jobs.recallflow.signing import Account
from tests.acceptance.corrector import correct
from tests.acceptance.program import ACCOUNT, recallflow, request_log, running_sandbox
from tests.acceptance.sheets import RIGHT, sheet_rows, write_csv


def wav(path: Path, seed: int) -> bytes:
    """Makes an audio file; gives its bytes."""
    content = b"RIFF\x24\x10\0\0WAVEfmt " + Random(seed).randbytes(5_000)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return content


def flows(folder: Path) -> Path:
    """Three flows: one says something, two play a file, of which the last lies in a folder below."""
    file = {"source": 2, "text": None, "lan": None}
    return write_csv(
        folder / "flows.csv",
        [
            {"keyId": 1} | RIGHT | {"uploadName": None, "baseFile": None},
            {"keyId": 2} | RIGHT | file | {"uploadName": "hello.wav", "baseFile": "hello.wav"},
            {"keyId": 3} | RIGHT | file | {"uploadName": "你好.wav", "baseFile": "sounds\\你好.wav"},
        ],
    )


def detail(base_url: str, key: int) -> dict[str, Any]:
    """A flow as the vendor has it."""
    names = ("RECALLFLOW_API_KEY", "RECALLFLOW_API_SECRET")
    api_key, secret = (SecretStr(ACCOUNT[name]) for name in names)
    headers = Account(key=api_key, secret=secret).headers(int(time.time()))
    with urlopen(Request(f"{base_url}recallFlow/queryDetail", json.dumps({"keyId": key}).encode(), headers)) as answer:
        found: dict[str, Any] = json.load(answer)["data"]
        return found


def test_a_file_that_a_cell_names_is_sent_as_base64(tmp_path: Path) -> None:
    first, second = wav(tmp_path / "hello.wav", 1), wav(tmp_path / "sounds" / "你好.wav", 2)
    with running_sandbox() as url:
        done = recallflow("upload", flows(tmp_path), "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
        assert (done.code, done.summary["counts"]["succeeded"]) == (0, 3)
        for key, name, content in ((2, "hello.wav", first), (3, "你好.wav", second)):
            (node,) = detail(url, key)["nodeList"]
            assert (node["source"], node["uploadName"]) == (2, name)
            assert base64.b64decode(node["baseFile"], validate=True) == content
        assert detail(url, 1)["nodeList"][0]["baseFile"] is None


def test_the_journal_holds_where_a_file_lies_and_its_hash_but_not_its_bytes(tmp_path: Path) -> None:
    contents = wav(tmp_path / "hello.wav", 1), wav(tmp_path / "sounds" / "你好.wav", 2)
    with running_sandbox() as url:
        assert recallflow("upload", flows(tmp_path), "--base-url", url, cwd=tmp_path, env=ACCOUNT).code == 0
        again = recallflow("upload", flows(tmp_path), "--dry-run", cwd=tmp_path)
    assert again.code == 0
    with sqlite3.connect(tmp_path / "home" / "journal.sqlite3") as journal:
        kept = set(journal.execute("SELECT path, sha256 FROM attachments"))
    journal.close()
    paths = tmp_path / "hello.wav", tmp_path / "sounds" / "你好.wav"
    assert kept == {
        (str(path.resolve()), hashlib.sha256(content).hexdigest())
        for path, content in zip(paths, contents, strict=True)
    }
    files = b"".join(each.read_bytes() for each in (tmp_path / "home").iterdir())
    for content in contents:
        for middle in (content[1_000:1_032], base64.b64encode(content)[1_000:1_032]):
            assert middle not in files


def test_a_file_that_was_changed_since_it_was_checked_is_not_sent_and_the_others_are(tmp_path: Path) -> None:
    wav(tmp_path / "hello.wav", 1)
    kept = wav(tmp_path / "sounds" / "你好.wav", 2)
    planned = recallflow("upload", flows(tmp_path), "--dry-run", "--json", cwd=tmp_path)
    assert (planned.code, planned.summary["counts"]["not_sent"]) == (0, 3)
    wav(tmp_path / "hello.wav", 3)
    log = tmp_path / "requests.jsonl"
    with running_sandbox(request_log=log) as url:
        args = ("resume", planned.summary["run"], "--base-url", url, "--report", "out.xlsx", "--json")
        done = recallflow(*args, cwd=tmp_path, env=ACCOUNT)
        (node,) = detail(url, 3)["nodeList"]
    assert base64.b64decode(node["baseFile"]) == kept
    assert done.code == 1
    assert (done.summary["counts"]["succeeded"], done.summary["counts"]["invalid"]) == (2, 1)
    assert {line["keyId"] for line in request_log(log) if line["applied"]} == {1, 3}
    (row,) = [row for row in sheet_rows(tmp_path / "out.xlsx", "Results") if row["State"] == "invalid"]
    assert (row["keyId"], row["Code"], row["Attempts"]) == ("2", "file-changed", 0)
    assert "hello.wav is not the file any more that was checked" in row["Message"]


def test_a_file_that_is_gone_when_it_is_to_be_sent_is_told_likewise(tmp_path: Path) -> None:
    wav(tmp_path / "hello.wav", 1)
    wav(tmp_path / "sounds" / "你好.wav", 2)
    planned = recallflow("upload", flows(tmp_path), "--dry-run", "--json", cwd=tmp_path)
    (tmp_path / "hello.wav").unlink()
    with running_sandbox() as url:
        args = ("resume", planned.summary["run"], "--base-url", url, "--report", "out.xlsx", "--json")
        done = recallflow(*args, cwd=tmp_path, env=ACCOUNT)
    assert (done.code, done.summary["counts"]["succeeded"], done.summary["counts"]["invalid"]) == (1, 2, 1)
    assert [row["Code"] for row in sheet_rows(tmp_path / "out.xlsx", "Results") if row["State"] == "invalid"] == [
        "file-changed"
    ]


def test_no_file_outside_the_folder_is_ever_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    wav(tmp_path / "secret.wav", 1)
    folder.mkdir()
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    rows = [
        {"keyId": key} | RIGHT | {"source": 2, "uploadName": "secret.wav", "baseFile": name}
        for key, name in enumerate(
            ("../secret.wav", "link.wav", str(tmp_path / "secret.wav"), "C:\\secret.wav", "..\\secret.wav"), start=1
        )
    ]
    done = recallflow("check", write_csv(folder / "flows.csv", rows), "--json", cwd=tmp_path)
    assert done.code == 1
    assert [(each["cell"], each["code"]) for each in done.summary["problems"]] == [
        (f"K{row}", "outside-folder") for row in range(2, 7)
    ]


def test_the_files_of_corrections_are_where_they_were_wherever_the_report_lies(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    wav(folder / "hello.wav", 1)
    file = {"source": 2, "text": None, "lan": None, "uploadName": "hello.wav", "baseFile": "hello.wav"}
    source = write_csv(folder / "flows.csv", [{"keyId": 2} | RIGHT | file | {"recallNum": 99}])
    first = recallflow("upload", source, "--sandbox", "--report", "report.xlsx", cwd=tmp_path)
    assert first.code == 1, first.err
    assert correct(tmp_path / "report.xlsx") == 1
    again = recallflow("upload", "report.xlsx", "--sandbox", "--json", "--report", "two.xlsx", cwd=tmp_path)
    assert again.code == 0, again.out
    assert again.summary["counts"]["succeeded"] == 1
