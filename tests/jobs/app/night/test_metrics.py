"""The metrics file is what Prometheus' textfile collector can read."""

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobs.app.night.metrics import write_metrics
from jobs.app.night.night import Night
from runner.outcome import FINAL_STATES
from runner.plan import Plan
from runner.text import Text
from tests.jobs.app.night.told_nights import DRIFT, GOOD, NOT_STARTED

Sample = tuple[str, frozenset[tuple[str, str]]]


def written(night: Night, path: Path) -> dict[Sample, float]:
    write_metrics(night, path, lambda words: pytest.fail(words.en))
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
        for sample in family.samples
    }


def named(name: str, *, source: str = "flows.xlsx", **labels: str) -> Sample:
    return name, frozenset({"job": "reconcile", "source": source, **labels}.items())


def test_a_file_has_all_that_is_measured(tmp_path: Path) -> None:
    assert written(GOOD, tmp_path / "recallflow.prom") == {
        **{named("recallflow_requests", state=state): GOOD.counts[state] for state in FINAL_STATES},
        **{named("recallflow_compared_requests", plan=plan): GOOD.plan[plan] for plan in Plan},
        named("recallflow_run_seconds"): 200.25,
        named("recallflow_run_timestamp_seconds"): GOOD.ended,
        named("recallflow_exit_code"): 0,
        named("recallflow_last_success_timestamp_seconds"): GOOD.ended,
    }
    assert [path.name for path in tmp_path.iterdir()] == ["recallflow.prom"]


def test_a_last_success_that_never_was_is_left_out_and_an_older_one_kept(tmp_path: Path) -> None:
    name = named("recallflow_last_success_timestamp_seconds")
    assert name not in written(DRIFT, tmp_path / "recallflow.prom")
    assert written(NOT_STARTED, tmp_path / "recallflow.prom")[name] == GOOD.last_success
    assert written(NOT_STARTED, tmp_path / "recallflow.prom")[named("recallflow_exit_code")] == 2


@pytest.mark.parametrize("source", ['a "b"\\c.xlsx', "流程 表.xlsx", "a\nb.csv"])
def test_whatever_a_file_is_called_the_text_can_be_read(tmp_path: Path, source: str) -> None:
    samples = written(replace(GOOD, source=source), tmp_path / "recallflow.prom")
    assert samples[named("recallflow_exit_code", source=source)] == 0


def test_a_file_name_that_is_no_text_does_no_harm(tmp_path: Path) -> None:
    assert written(replace(GOOD, source="\udcff.csv"), tmp_path / "recallflow.prom")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_another_user_can_read_it_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        written(GOOD, tmp_path / "recallflow.prom")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "recallflow.prom").stat().st_mode) == 0o644


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-folder" / "x").touch()
    for path in (tmp_path / "missing" / "recallflow.prom", tmp_path / "a-folder"):
        warnings: list[Text] = []
        write_metrics(GOOD, path, warnings.append)
        (warning,) = warnings
        assert warning.en.startswith(f"Note: the metrics file {path} cannot be written: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-folder"]
