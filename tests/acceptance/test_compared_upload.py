"""`recallflow upload --compare`: reads first, sends only what differs, and can be taken back."""

from pathlib import Path

from tests.acceptance.sheets import sheet_rows
from tests.acceptance.test_reconcile import house


async def test_only_what_differs_is_sent_whoever_has_moved_it_and_it_can_be_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        done = await home.run("upload", home.file, "--compare", "--json")
        assert (done.code, done.summary["job"], done.summary["state"]) == (0, "upload", "done"), done.err
        counts = done.summary["counts"]
        assert (counts["succeeded"], counts["unchanged"]) == (1, 19)
        assert done.summary["plan"] | {"unchanged": 19, "conflict": 1} == done.summary["plan"]
        assert [key for call, key in home.calls() if call == "update"] == [1]
        assert home.vendor.flows[1].fields["recallNum"] == 9
        rows = sheet_rows(Path(tmp_path / done.summary["report"]), "Results")
        assert [row["State"] for row in rows] == ["succeeded"] + ["unchanged"] * 19
        again = await home.run("upload", home.file, "--compare", "--json")
        assert (again.code, again.summary["counts"]["unchanged"]) == (0, 20)
        back = await home.run("undo", done.summary["run"], "--apply", "--json")
        assert (back.code, home.vendor.flows[1].fields["recallNum"]) == (0, 7)


async def test_what_is_missing_or_no_longer_pending_is_not_sent_and_the_exit_code_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        del home.vendor.flows[1]
        home.vendor.flows[2].fields["recallNum"] = 7
        home.vendor.flows[2].status = 1
        done = await home.run("upload", home.file, "--compare", "--json")
        lines = home.results(done.summary["run"])
        assert (done.code, done.summary["state"]) == (1, "done")
        assert [(lines[key]["state"], lines[key]["code"]) for key in "12"] == [
            ("not_sent", "missing"),
            ("not_sent", "locked"),
        ]
        assert {call for call, _ in home.calls()} == {"queryDetail"}


async def test_it_asks_somebody_so_that_it_is_no_dry_run(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        refused = await home.run("upload", home.file, "--compare", "--dry-run")
        assert (refused.code, home.calls()) == (2, [])
        assert "recallflow reconcile" in refused.err


async def test_one_that_was_stopped_goes_on_and_ends_as_an_upload(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (1, 2, 3):
            home.vendor.flows[key].fields["recallNum"] = 7
        home.vendor.flows[1].fields["recallInterval"] = 8
        home.extra["RECALLFLOW_CANARY"] = "1"
        home.extra["RECALLFLOW_ATTEMPTS"] = "1"
        carry_out = home.vendor.carry_out
        refused = home.vendor.carry_out("recallFlow/cancel", b"{}")

        home.vendor.carry_out = lambda path, body: refused if path.endswith("update") else carry_out(path, body)  # type: ignore[method-assign]
        stopped = await home.run("upload", home.file, "--compare", "--json")
        assert (stopped.code, stopped.summary["state"]) == (3, "stopped")
        home.vendor.carry_out = carry_out  # type: ignore[method-assign]
        home.extra.clear()
        done = await home.run("resume", stopped.summary["run"], "--json")
        assert (done.code, done.summary["job"], done.summary["report"] is not None) == (1, "upload", True)
        assert (done.summary["counts"]["succeeded"], done.summary["counts"]["failed"]) == (2, 1)
