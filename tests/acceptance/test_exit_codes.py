"""Where several exit codes apply, the worst one counts; and a file that could not be written is one of the bad ones."""

import shutil
from pathlib import Path

import pytest

from jobs.app.exit_codes import worst
from jobs.recallflow.sandbox.vendor import Reply
from tests.acceptance.program import recallflow
from tests.acceptance.recorded import draft, recorded
from tests.acceptance.test_reconcile import House, house


def test_the_worst_code_counts() -> None:
    order = [2, 130, 3, 1, 4, 0]
    for place, code in enumerate(order):
        assert worst(*reversed(order[place:])) == code
    assert worst(0, 143, 3) == 143


async def test_drift_does_not_hide_that_rows_are_invalid(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        found = await home.reconcile("--json")
        assert (found.code, found.summary["plan"]["drifted"]) == (4, 1)
        home.rewrite(lambda rows: rows[4].update(recallNum=-1))
        both = await home.reconcile("--json")
        assert (both.summary["plan"]["drifted"], both.summary["counts"]["invalid"]) == (1, 1)
        assert (both.code, both.summary["exit_code"]) == (1, 1)


def takes_the_folder_away(home: House, call: str, folder: Path) -> None:
    """Once the vendor is asked for that, nothing can be written into the folder any more."""
    carry_out = home.vendor.carry_out

    def carried_out(path: str, body: bytes) -> Reply:
        if path.endswith(call) and folder.is_dir():
            shutil.rmtree(folder)
            folder.write_text("in the way")
        return carry_out(path, body)

    home.vendor.carry_out = carried_out  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("update", ["upload", "flows.csv", "--yes", "--report", "out/it.xlsx"]),
        ("queryDetail", ["reconcile", "flows.csv", "--plan", "out/it.xlsx"]),
        ("queryDetail", ["reconcile", "flows.csv", "--report", "out/it.xlsx"]),
        ("queryDetail", ["export", "out/it.xlsx", "--keys", "flows.csv"]),
    ],
    ids=["a report", "a plan", "a report of a night", "an export"],
)
async def test_what_could_not_be_written_is_exit_code_3_and_the_reason_says_so(
    tmp_path: Path, call: str, command: list[str]
) -> None:
    async with house(tmp_path) as home:
        takes_the_folder_away(home, call, tmp_path / "out")
        done = await home.run(*command, "--json")
        assert (done.code, done.summary["exit_code"], done.summary["state"]) == (3, 3, "done")
        assert "it.xlsx" in done.summary["reason"]
        assert "it.xlsx" in done.err


def test_a_name_that_no_file_can_have_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    recorded(tmp_path, [draft("1", 2)])
    long = "x" * 252  # with its ending, longer than a file's name can be
    done = recallflow("report", "--report", f"{long}.xlsx", "--json", cwd=tmp_path)
    assert (done.code, done.summary["exit_code"]) == (2, 2), done.err
    assert "--report" in done.err
