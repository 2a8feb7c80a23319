"""`recallflow undo`: what a run has overwritten is put back, and nothing that changed since."""

import json
from pathlib import Path

import openpyxl

from jobs.recallflow.sandbox.vendor import Reply
from tests.acceptance.program import Finished, recallflow
from tests.acceptance.test_reconcile import KEYS, House, house


def fields(home: House) -> dict[int, str]:
    """What the vendor has of each flow, byte for byte."""
    return {key: json.dumps(flow.fields, sort_keys=True) for key, flow in home.vendor.flows.items()}


async def applied(home: House) -> str:
    """A night that puts three flows right; gives its run."""
    for key in (3, 4, 5):
        home.vendor.flows[key].fields["recallNum"] = 7
    done = await home.reconcile("--apply", "--json")
    assert (done.code, done.summary["counts"]["succeeded"]) == (0, 3)
    home.calls()
    return str(done.summary["run"])


async def test_a_run_is_planned_back_first_then_put_back_and_verified(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (3, 4, 5):
            home.vendor.flows[key].fields["recallNum"] = 7
        before = fields(home)
        done = await home.reconcile("--apply", "--json")
        run, after = done.summary["run"], fields(home)
        home.calls()

        planned = await home.run("undo", run, "--json")
        assert (planned.code, planned.summary["state"], planned.summary["job"]) == (4, "planned", "undo")
        assert planned.summary["plan"] | {"drifted": 3, "unchanged": 0} == planned.summary["plan"]
        assert {call for call, _ in home.calls()} == {"queryDetail"}
        assert fields(home) == after

        back = await home.run("undo", run, "--apply", "--json")
        assert (back.code, back.summary["counts"]["succeeded"]) == (0, 3)
        assert fields(home) == before
        assert [call for call, key in home.calls() if key == 3] == ["queryDetail"] * 2 + ["update", "queryDetail"]
        line = home.results(back.summary["run"])["3"]
        assert line["changes"] == [{"field": "recallNum", "old": 3, "new": 7, "moved_by": "ours"}]
        shown = recallflow("show", back.summary["run"], "--json", cwd=home.folder).summary
        assert shown["undoes"] == run


async def test_what_has_changed_since_is_gone_or_is_no_longer_pending_is_left_alone_and_listed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in range(1, 6):
            home.vendor.flows[key].fields["recallNum"] = 7
        done = await home.reconcile("--apply", "--json", "--max-changes", "100%")
        run = done.summary["run"]
        home.vendor.flows[1].fields["recallInterval"] = 99
        home.vendor.flows[2].status = 1
        del home.vendor.flows[3]
        home.vendor.flows[4].fields["recallNum"] = 7
        home.calls()
        back = await home.run("undo", run, "--apply", "--json")
        lines = home.results(back.summary["run"])
        assert {key: (lines[key]["state"], lines[key]["plan"]) for key in map(str, range(1, 6))} == {
            "1": ("not_sent", "conflict"),
            "2": ("not_sent", "locked"),
            "3": ("not_sent", "missing"),
            "4": ("unchanged", "unchanged"),
            "5": ("succeeded", "drifted"),
        }
        assert lines["1"]["message"] == f"Changed since run {run}, so that it is left alone: recallInterval"
        assert [key for call, key in home.calls() if call == "update"] == [5]
        assert back.code == 4
        plain = await home.run("undo", run)
        assert f"1: conflict · Changed since run {run}" in plain.out.replace("\n", " ")


async def test_what_has_changed_since_cannot_be_ticked_either(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        run = await applied(home)
        home.vendor.flows[3].fields["recallInterval"] = 99
        plan = await home.run("undo", run, "--plan", "plan.xlsx", "--json")
        assert plan.code == 4
        tick_all(tmp_path / "plan.xlsx")
        refused = await home.run("apply", "plan.xlsx")
        assert refused.code == 2
        assert "Changed since run" in refused.err or "has changed since" in refused.err
        tick_all(tmp_path / "plan.xlsx", but="3")
        done = await home.run("apply", "plan.xlsx", "--json")
        assert (done.code, done.summary["counts"]["succeeded"]) == (0, 2)
        assert [home.vendor.flows[key].fields["recallNum"] for key in (3, 4, 5)] == [3, 7, 7]


async def test_an_undo_is_itself_taken_back_and_then_the_run_can_be_taken_back_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        run = await applied(home)
        back = await home.run("undo", run, "--apply", "--json")
        assert home.vendor.flows[3].fields["recallNum"] == 7
        refused = await home.run("undo", run, "--apply")
        assert refused.code == 2
        assert f"taken back already, all of it, by run {back.summary['run']}" in refused.err
        again = await home.run("undo", back.summary["run"], "--apply", "--json")
        assert (again.code, again.summary["counts"]["succeeded"]) == (0, 3)
        assert home.vendor.flows[3].fields["recallNum"] == 3
        assert (await home.run("undo", run, "--apply")).code == 0
        assert home.vendor.flows[3].fields["recallNum"] == 7


async def test_what_can_not_be_taken_back_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        found = await home.reconcile("--json")
        refused = await home.run("undo", found.summary["run"], "--json")
        assert (refused.code, refused.summary["job"]) == (2, "undo")
        assert "has sent nothing" in refused.summary["reason"]
        tried = recallflow("reconcile", home.file, "--sandbox", "--apply", "--json", cwd=tmp_path)
        home.calls()
        refused = await home.run("undo", tried.summary["run"])
        assert (refused.code, home.calls()) == (2, [])
        assert "--sandbox" in refused.err
        assert (await home.run("undo", "nothing")).code == 2


async def test_an_upload_that_read_nothing_cannot_be_taken_back_and_says_what_to_do(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        run = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"][0]["run"]
        back = await home.run("undo", run, "--apply", "--json")
        assert (back.code, back.summary["counts"]["invalid"], home.calls()) == (1, 20, [])
        line = home.results(back.summary["run"])["1"]
        assert [problem["code"] for problem in line["problems"]] == ["no-before-image"]


async def test_of_a_run_that_was_stopped_only_what_it_sent_is_taken_back_and_then_it_does_not_go_on(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        for key in (3, 4, 5):
            home.vendor.flows[key].fields["recallNum"] = 7
        carry_out, refused = home.vendor.carry_out, Reply("-1", "authentication error")
        sent: list[bytes] = []

        def one_only(path: str, body: bytes) -> Reply:
            if path.endswith("update"):
                sent.append(body)
                if len(sent) > 1:
                    return refused
            return carry_out(path, body)

        home.vendor.carry_out = one_only  # type: ignore[method-assign]
        stopped = await home.reconcile("--apply", "--json", "--concurrency", "1")
        home.vendor.carry_out = carry_out  # type: ignore[method-assign]
        run = stopped.summary["run"]
        assert (stopped.code, stopped.summary["counts"]["succeeded"]) == (3, 1)
        back = await home.run("undo", run, "--apply", "--json")
        assert (back.code, back.summary["requests"], back.summary["counts"]["succeeded"]) == (0, 1, 1)
        assert [home.vendor.flows[key].fields["recallNum"] for key in (3, 4, 5)] == [7, 7, 7]
        resumed = await home.run("resume", run)
        assert resumed.code == 2
        assert f"was taken back by run {back.summary['run']}" in resumed.err
        assert (await home.run("resume")).code == 2


async def test_a_stopped_run_does_not_go_on_while_what_takes_it_back_only_reads_yet(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (3, 4, 5):
            home.vendor.flows[key].fields["recallNum"] = 7
        carry_out, sent = home.vendor.carry_out, list[bytes]()

        def one_only(path: str, body: bytes) -> Reply:
            if path.endswith("update"):
                sent.append(body)
            return Reply("-1", "authentication error") if len(sent) > 1 else carry_out(path, body)

        home.vendor.carry_out = one_only  # type: ignore[method-assign]
        stopped = await home.reconcile("--apply", "--json", "--concurrency", "1")
        run, meanwhile = stopped.summary["run"], list[Finished]()

        def resumed_while_it_is_read(path: str, body: bytes) -> Reply:
            if not meanwhile:
                env = KEYS | {"RECALLFLOW_BASE_URL": "http://127.0.0.1:9/"}  # where nobody is
                named = recallflow("resume", run, cwd=tmp_path, env=KEYS)
                meanwhile.extend((named, recallflow("resume", cwd=tmp_path, env=env)))
            return carry_out(path, body)

        home.vendor.carry_out = resumed_while_it_is_read  # type: ignore[method-assign]
        back = await home.run("undo", run, "--apply", "--json")
    assert [each.code for each in meanwhile] == [2, 2]
    assert f"is being taken back by run {back.summary['run']}" in meanwhile[0].err
    assert "no run to go on with" in meanwhile[1].err
    assert (back.code, back.summary["counts"]["succeeded"]) == (0, 1)
    assert [home.vendor.flows[key].fields["recallNum"] for key in (3, 4, 5)] == [7, 7, 7]


async def test_what_was_applied_last_after_an_undo_is_what_was_put_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[4].fields["recallInterval"] = 99
        done = await home.reconcile("--apply", "--only-fields", "recallNum", "--json")
        home.vendor.flows[3].fields["recallNum"] = 7
        done = await home.reconcile("--apply", "--only-fields", "recallNum", "--json")
        assert (await home.run("undo", done.summary["run"], "--apply")).code == 0
        found = await home.reconcile("--json")
        lines = home.results(found.summary["run"])
        assert lines["3"]["changes"] == [{"field": "recallNum", "old": 7, "new": 3, "moved_by": "ours"}]
        assert lines["4"]["changes"][0]["moved_by"] == "remote"


def tick_all(path: Path, *, but: str = "", only: str = "") -> None:
    """Ticks the lines of a plan, but for those of a flow, or only those of a field."""
    workbook = openpyxl.load_workbook(path)
    for row in workbook["Plan"].iter_rows(min_row=2):
        _, key, _, _, field, *_ = (str(cell.value) for cell in row)
        row[0].value = "x" if key != but and only in {"", field} else None
    workbook.save(path)
