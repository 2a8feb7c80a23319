"""`recallflow report`: the report of any run, at any time."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from runner.outcome import State
from tests.acceptance.program import ACCOUNT, recallflow, running_sandbox
from tests.acceptance.recorded import draft, journal_in, outcome, recorded, wrong
from tests.acceptance.sheets import sheet_rows, simple_flows
from tests.acceptance.test_corrections import corrections
from tests.acceptance.test_interruption import Vendor, command
from tests.acceptance.test_journal_trouble import read_only, run
from tests.acceptance.vendor import answering, finished, ran, started


@pytest.fixture
def name(tmp_path: Path) -> str:
    """The name of a run in the journal that has something in most states."""
    outcomes = [outcome(1, State.SUCCEEDED, "0", "success"), outcome(2, State.FAILED, "-41", "status error")]
    return recorded(tmp_path, [draft("1", 2), draft("2", 3), wrong("3", 4), draft("4", 5)], outcomes)


def test_the_report_of_any_run_is_written_again_in_either_language(tmp_path: Path, name: str) -> None:
    recorded(tmp_path, [draft("9", 2)], started=1_760_000_000.0)
    english = recallflow("report", name, "--report", "en.xlsx", cwd=tmp_path)
    chinese = recallflow("report", name[:-2], "--lang", "zh", "--report", "zh.xlsx", cwd=tmp_path)
    assert (english.code, chinese.code) == (0, 0)
    assert "en.xlsx" in english.out
    states = [row["State"] for row in sheet_rows(tmp_path / "en.xlsx", "Results")]
    assert states == ["succeeded", "failed", "invalid", "not sent"]
    assert [row["状态"] for row in sheet_rows(tmp_path / "zh.xlsx", "Results")] == [
        "成功",
        "失败",
        "数据有误",
        "未发送",
    ]


def test_the_latest_run_is_meant_where_none_is_named_and_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    first = recallflow("report", "--json", cwd=tmp_path)
    second = recallflow("report", "--json", cwd=tmp_path)
    assert first.summary["report"] == f"flows-report-{name}.xlsx"
    assert second.summary["report"] == f"flows-report-{name}-2.xlsx"
    assert (second.summary["run"], second.summary["exit_code"], second.code) == (name, 0, 0)
    assert {path.name for path in tmp_path.glob("*.xlsx")} == {first.summary["report"], second.summary["report"]}
    (listed,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert listed["report"] == second.summary["report"]


@pytest.mark.process
async def test_a_killed_run_gives_a_report_of_where_it_stood(tmp_path: Path) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        process.kill()
        await process.communicate()
        vendor.go_on.set()
    done = recallflow("report", "--report", "out.xlsx", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    counts = done.summary["counts"]
    assert sum(counts.values()) == 200
    assert counts["unknown"] > 0
    assert counts["not_sent"] > 0
    assert len(sheet_rows(tmp_path / "out.xlsx", "Results")) == 200
    assert len(corrections(tmp_path / "out.xlsx")) == 1 + counts["unknown"] + counts["not_sent"]


@pytest.mark.process
async def test_a_run_that_is_being_sent_can_be_reported_on_and_its_corrections_wait_for_it(tmp_path: Path) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        report = await ran("report", "--report", "now.xlsx", "--json", cwd=tmp_path)
        assert report.code == 0, report.err
        assert sum(report.summary["counts"].values()) == 200
        early = await ran("upload", "now.xlsx", "--base-url", url, cwd=tmp_path)
        assert early.code == 2
        assert report.summary["run"] in early.err
        assert "is being sent at this moment" in early.err
        vendor.go_on.set()
        assert (await finished(process)).code == 0
        late = await ran("upload", "now.xlsx", "--base-url", url, "--json", cwd=tmp_path)
    assert late.code == 0, late.err
    assert late.summary["counts"]["unchanged"] == late.summary["requests"] > 0
    assert len(vendor.received) == 200


def test_the_corrections_of_a_killed_run_keep_it_from_sending_old_values(tmp_path: Path) -> None:
    simple_flows(tmp_path / "flows.csv", 20)
    with running_sandbox() as url:
        to_vendor = ("--base-url", url, "--json")
        wrong_secret = ACCOUNT | {"RECALLFLOW_API_SECRET": "not-the-secret"}
        stopped = recallflow(
            "upload", "flows.csv", *to_vendor, "--report", "report.xlsx", cwd=tmp_path, env=wrong_secret
        )
        assert stopped.code == 3
        corrected = recallflow("upload", "report.xlsx", *to_vendor, "--report", "two.xlsx", cwd=tmp_path, env=ACCOUNT)
        assert corrected.summary["counts"]["succeeded"] == 20
        resumed = recallflow("resume", stopped.summary["run"], *to_vendor, cwd=tmp_path, env=ACCOUNT)
    assert resumed.summary["state"] == "done"
    assert resumed.summary["attempts"] == stopped.summary["attempts"]


class Page(HTMLParser):
    """What a page says, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.references: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in {"src", "href", "background"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_page_to_send_by_mail_stands_alone(tmp_path: Path, name: str) -> None:
    done = recallflow("report", "--format", "html", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.summary["report"] == f"flows-report-{name}.html"
    page = Page((tmp_path / done.summary["report"]).read_text(encoding="utf-8"))
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert page.references == []
    said = " ".join(page.words)
    assert name in said
    assert "status error" in said
    (listed,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert listed["report"] is None, "a page is not the report that can be corrected"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "pdf"], "xlsx or html"),
        (["--report", "out.html"], ".xlsx"),
        (["--format", "html", "--report", "out.xlsx"], ".html"),
        (["20990101"], "no run"),
    ],
)
def test_what_cannot_be_written_is_one_clear_line(tmp_path: Path, name: str, options: list[str], words: str) -> None:
    assert name
    done = recallflow("report", *options, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err


@pytest.mark.process
def test_a_journal_that_may_only_be_read_is_reported_on(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with read_only(journal_in(tmp_path).parent) as prefix:
        done = run(prefix, "report", "--report", out / "report.xlsx", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert len(sheet_rows(out / "report.xlsx", "Results")) == 4
    assert done.summary["run"] == name


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="a small disk is made as Linux does it")
def test_a_full_disk_leaves_no_half_report_and_the_journal_whole(tmp_path: Path) -> None:
    name = recorded(tmp_path, [draft(str(key), key + 1) for key in range(1, 2_001)])
    limited = [sys.executable, "-c", _WITH_SMALL_FILES]
    done = run(limited, "report", "--report", "out/report.xlsx", cwd=tmp_path)
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    assert "report.xlsx" in done.err
    assert list((tmp_path / "out").iterdir()) == []
    again = recallflow("report", name, "--report", "out/report.xlsx", cwd=tmp_path)
    assert again.code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.xlsx"]


_WITH_SMALL_FILES = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_name_of_any_length_gives_a_report(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / ("很长的文件名" * 13 + ".csv"), 2)
    done = recallflow("upload", flows, "--sandbox", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / done.summary["report"]).is_file()
    assert done.summary["report"].startswith("很长的文件名")


@pytest.mark.process
def test_a_report_that_could_not_be_written_is_not_told_of(tmp_path: Path) -> None:
    keys = range(1, 2_001)
    done_by = [outcome(key, State.SUCCEEDED, "0", "success") for key in keys]
    name = recorded(tmp_path, [draft(str(key), key + 1) for key in keys], done_by)
    limited = [sys.executable, "-c", _WITH_SMALL_FILES]
    done = run(limited, "resume", name, "--json", "--report", "out/two.xlsx", cwd=tmp_path)
    assert "two.xlsx" in done.err
    assert f"recallflow report {name}" in done.err
    assert (done.code, done.summary["exit_code"], done.summary["report"]) == (3, 3, None)
    assert "two.xlsx" in done.summary["reason"]
    assert list((tmp_path / "out").iterdir()) == []
