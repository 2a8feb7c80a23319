"""`recallflow history`: one flow's story over all runs."""

import getpass
import hashlib
from pathlib import Path

from tests.acceptance.program import recallflow
from tests.acceptance.test_reconcile import house


async def test_a_flow_has_one_story_over_all_runs_the_oldest_first(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first = hashlib.sha256(home.file.read_bytes()).hexdigest()
        home.rewrite(lambda rows: rows[2].update(recallNum=5))
        assert (await home.run("upload", home.file)).code == 0
        home.vendor.flows[3].fields["recallNum"] = 7
        planned = await home.reconcile("--json")
        night = await home.reconcile("--apply", "--json")
        back = await home.run("undo", night.summary["run"], "--apply", "--json")
        told = recallflow("history", "3", "--json", cwd=tmp_path).summary
        assert told["key"] == "3"
        entries = told["entries"]
        assert [entry["job"] for entry in entries] == ["upload", "upload", "reconcile", "reconcile", "undo"]
        assert {entry["user"] for entry in entries} == {getpass.getuser()}
        assert [entry["sha256"] == first for entry in entries] == [True, False, False, False, False]
        uploaded, changed, plan, applied, undone = entries
        assert (uploaded["state"], uploaded["attempts"], uploaded["changes"]) == ("succeeded", 1, [])
        one = {"field": "recallNum", "moved_by": None, "rule": None}
        assert changed["changes"] == [one | {"old": 3, "new": 5}]
        assert (changed["compared"], applied["compared"]) == (False, True)
        assert (plan["run"], plan["state"], plan["only_planned"]) == (planned.summary["run"], "not_sent", True)
        assert applied["changes"] == [one | {"old": 7, "new": 5, "moved_by": "remote"}]
        assert applied["undone_by"] == undone["run"] == back.summary["run"]
        assert (undone["undoes"], undone["sha256"]) == (applied["run"], "")
        text = recallflow("history", "3", cwd=tmp_path).out
        assert "planned, not sent" in text
        assert "against what was applied last" in text
        assert f"({first[:12]})" in text
        assert "recallNum: 7 → 5 (changed at the vendor's)" in text
        assert f"was taken back by run {undone['run']}" in text


def test_a_flow_that_no_run_has_had_is_told_so(tmp_path: Path) -> None:
    done = recallflow("history", "3", "--json", cwd=tmp_path)
    assert done.code == 2
    assert "No run has had the flow 3" in done.summary["reason"]
