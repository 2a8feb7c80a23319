"""Settings: the command line over the environment over a profile."""

from pathlib import Path

import pytest

from jobs.app.settings import load_settings
from runner.errors import SettingsError


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


@pytest.mark.parametrize("key", ["key\n", "key\r", "a key", "钥匙"])
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="RECALLFLOW_API_KEY"):
        load_settings(file=tmp_path / "none", api_key=key, api_secret="secret").account()
