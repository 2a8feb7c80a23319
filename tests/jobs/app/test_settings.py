"""Settings: the command line over the environment over a profile."""

import os
import sys
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from jobs.app.settings import load_settings
from runner.errors import SettingsError
from runner.sending.guards import Guards, MaxFailures
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONCURRENCY", "RATE", "API_KEY", "API_SECRET", "HOME", "BASE_URL"):
        monkeypatch.delenv(f"RECALLFLOW_{name}", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recallflow.toml"
    path.write_text("[default]\nconcurrency = 2\nrate = 5\n[nightly]\nconcurrency = 3\n", encoding="utf-8-sig")
    return path


def test_the_command_line_counts_before_the_environment_before_the_profile_before_its_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(file=file).concurrency == 2
    nightly = load_settings(file=file, profile="nightly")
    assert (nightly.concurrency, nightly.rate) == (3, 5)
    monkeypatch.setenv("RECALLFLOW_CONCURRENCY", "4")
    assert load_settings(file=file, profile="nightly").concurrency == 4
    assert load_settings(file=file, profile="nightly", concurrency=6).concurrency == 6
    assert load_settings(file=file, profile="nightly", concurrency=None).concurrency == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("default = 'x'", "must be a table"),
        ("[default]\nconcurency = 3", "concurency"),
        ("[default", "cannot be read"),
        ("[default]\nrate = inf", "rate"),
        ("[default]\nrate = 0", "rate"),
        ("[default]\nconcurrency = 0", "concurrency"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "recallflow.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words):
        load_settings(file=path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="no folder is closed to root")
def test_who_is_in_a_folder_that_is_closed_to_them_has_no_profile(file: Path) -> None:
    file.parent.chmod(0)
    try:
        assert load_settings(file=file).concurrency == Limits().concurrency
    finally:
        file.parent.chmod(0o700)


@pytest.mark.parametrize("name", ["m.txt", "m", "m.prom.txt", "m.PROM"])
def test_a_metrics_file_that_node_exporter_would_pass_over_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"end in \.prom\. Name it so: .+\.prom$") as caught:
        load_settings(file=tmp_path / "none", metrics=tmp_path / name)
    assert caught.value.zh.startswith("--metrics（RECALLFLOW_METRICS）")
    assert load_settings(file=tmp_path / "none", metrics=tmp_path / "m.prom").metrics == tmp_path / "m.prom"


@pytest.mark.parametrize("key", ["key\n", "key\r", "a key", "钥匙"])
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="RECALLFLOW_API_KEY"):
        load_settings(file=tmp_path / "none", api_key=key, api_secret="secret").account()


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("20", MaxFailures(count=20)),
        ("0", MaxFailures(count=0)),
        ("5%", MaxFailures(share=0.05)),
        ("0.5%", MaxFailures(share=0.005)),
        (" 5 ％ ", MaxFailures(share=0.05)),
        ("100%", MaxFailures(share=1.0)),
        (20, MaxFailures(count=20)),
    ],
)
def test_max_failures_is_a_number_or_a_share(tmp_path: Path, words: object, most: MaxFailures) -> None:
    assert load_settings(file=tmp_path / "none", max_failures=words).guards == Guards(max_failures=most)


@pytest.mark.parametrize("words", ["", "5.5", "-1", "101%", "5 percent", "%", "1e3", "5%%", 0.05, True])
def test_anything_else_is_answered_with_what_to_write(tmp_path: Path, words: object) -> None:
    with pytest.raises(SettingsError, match="Write a number like 20, or a share like 5%"):
        load_settings(file=tmp_path / "none", max_failures=words)


def test_what_is_not_set_is_as_the_runner_has_it(tmp_path: Path) -> None:
    settings = load_settings(file=tmp_path / "none")
    assert (settings.limits, settings.retry) == (Limits(), RetryPolicy())
    assert (settings.breaker, settings.guards) == (BreakerTerms(), Guards())


@pytest.mark.parametrize("terms", [Limits(), RetryPolicy(), BreakerTerms()])
def test_all_that_the_sender_can_be_told_can_be_set(
    tmp_path: Path, terms: Limits | RetryPolicy | BreakerTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {
        "window": "LIMIT_WINDOW",
        "error_share": "LIMIT_ERRORS",
        "latency_factor": "LIMIT_LATENCY",
        "budget_share": "RETRY_SHARE",
        "budget_floor": "RETRY_FLOOR",
    }
    prefix = "BREAKER_" if isinstance(terms, BreakerTerms) else ""
    for field in fields(terms):
        monkeypatch.setenv(
            f"RECALLFLOW_{names.get(field.name, prefix + field.name.upper())}", "1.0" if "error" in field.name else "7"
        )
    settings = load_settings(file=tmp_path / "none")
    (same,) = (each for each in (settings.limits, settings.retry, settings.breaker) if type(each) is type(terms))
    assert all(value == (1 if name == "error_share" else 7) for name, value in asdict(same).items())
