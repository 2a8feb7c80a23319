"""Secrets come from the environment, from systemd's credentials, or from a file that nobody else may read."""

import sys
from pathlib import Path

import pytest

from jobs.app.night.terms import Occasion
from jobs.app.settings import load_settings
from runner.errors import SettingsError
from runner.text import Text


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECALLFLOW_API_KEY", "RECALLFLOW_API_SECRET", "RECALLFLOW_NOTIFY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "credentials"
    path.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path))
    return path


def silence(words: Text) -> None:
    pytest.fail(words.en)


def toml(tmp_path: Path, text: str, *, mode: int = 0o600) -> Path:
    path = tmp_path / "recallflow.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def secret(settings: object, name: str) -> str:
    value: str = getattr(settings, name).get_secret_value()
    return value


def test_credentials_come_after_the_environment_and_before_the_profile(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = toml(tmp_path, '[default]\napi_key = "of-the-profile"\napi_secret = "of-the-profile"\n')
    (folder / "recallflow_api_key").write_text("of-the-credentials\n")
    settings = load_settings(file=file, tell=silence)
    assert (secret(settings, "api_key"), secret(settings, "api_secret")) == ("of-the-credentials", "of-the-profile")
    monkeypatch.setenv("RECALLFLOW_API_KEY", "of-the-environment")
    assert secret(load_settings(file=file, tell=silence), "api_key") == "of-the-environment"


@pytest.mark.parametrize("text", ["s3cret", "s3cret\n", "s3cret\r\n", "\ufeffs3cret\n"])
def test_a_line_break_at_the_end_is_no_part_of_a_secret(tmp_path: Path, folder: Path, text: str) -> None:
    (folder / "recallflow_api_secret").write_bytes(text.encode())
    assert secret(load_settings(file=tmp_path / "none"), "api_secret") == "s3cret"


@pytest.mark.parametrize("content", ["", "\n", None])
def test_a_credential_that_is_empty_or_missing_is_named(tmp_path: Path, folder: Path, content: str | None) -> None:
    (folder / "recallflow_api_key").write_text("key\n")
    if content is not None:
        (folder / "recallflow_api_secret").write_text(content)
    settings = load_settings(file=tmp_path / "none")
    with pytest.raises(SettingsError, match="RECALLFLOW_API_SECRET is not set") as caught:
        settings.account()
    for words in (caught.value.en, caught.value.zh):
        assert str(folder / "recallflow_api_secret") in words
        assert "recallflow_api_key" not in words


def test_who_has_no_credentials_is_not_told_of_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is not set\. Set it in the environment, or try --sandbox"):
        load_settings(file=tmp_path / "none").account()


def test_other_credentials_of_the_service_are_none_of_our_business(tmp_path: Path, folder: Path) -> None:
    (folder / "recallflow_concurrency").write_text("3")
    (folder / "api_key").write_text("somebody else's")
    settings = load_settings(file=tmp_path / "none")
    assert (settings.concurrency, settings.api_key) == (16, None)


@pytest.mark.parametrize("content", [b"\xff\xfes3cret", None])
def test_a_credential_that_cannot_be_read_is_explained_without_showing_it(
    tmp_path: Path, folder: Path, content: bytes | None
) -> None:
    path = folder / "recallflow_api_key"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises(SettingsError, match="recallflow_api_key cannot be read") as caught:
        load_settings(file=tmp_path / "none")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "urls"),
    [
        ("json://a/1", ["json://a/1"]),
        ("json://a/1, dingtalk://x\nslack://y;mailto://z?to=a@b.example,c@d.example",
         ["json://a/1", "dingtalk://x", "slack://y", "mailto://z?to=a@b.example,c@d.example"]),
        (" json://a/1 ,\n", ["json://a/1"]),
        ("", []),
    ],
)  # fmt: skip
def test_notification_urls_stand_apart_by_blanks_or_commas(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, urls: list[str]
) -> None:
    (folder / "recallflow_notify").write_text(words)
    by_credential = load_settings(file=tmp_path / "none").notify
    monkeypatch.setenv("RECALLFLOW_NOTIFY", words)
    for notify in (by_credential, load_settings(file=tmp_path / "none").notify):
        assert [url.get_secret_value() for url in notify] == urls


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("s3cret garbage", "No. 1 of the 1 URLs"),
        ("s3cret dingtalk://x", "No. 1 of the 2 URLs"),
        (["json://a", "s3cret", "json://b"], "No. 2 of the 3 URLs"),
        ("https:/s3cret", "No. 1 of the 1 URLs"),
    ],
)
def test_what_is_no_url_is_told_at_once_by_its_place_and_never_shown(
    tmp_path: Path, words: str | list[str], place: str
) -> None:
    with pytest.raises(SettingsError, match=place) as caught:
        load_settings(file=tmp_path / "none", notify=words)
    assert "s3cret" not in f"{caught.value} {caught.value.zh}"


def test_the_profile_may_list_urls_and_occasions(tmp_path: Path) -> None:
    file = toml(tmp_path, '[default]\nnotify = ["json://a", "json://b json://c"]\nnotify_on = ["always"]\n')
    settings = load_settings(file=file, tell=silence)
    assert [url.get_secret_value() for url in settings.notify] == ["json://a", "json://b", "json://c"]
    assert settings.notify_terms.on == (Occasion.ALWAYS,)


def test_no_url_is_shown(tmp_path: Path) -> None:
    settings = load_settings(file=tmp_path / "none", notify="json://s3cret")
    assert "s3cret" not in f"{settings!r} {settings} {settings.notify_terms}"
    with pytest.raises(SettingsError, match="notify") as caught:
        load_settings(file=tmp_path / "none", notify=[3, "json://s3cret"])
    assert "s3cret" not in f"{caught.value} {caught.value.zh}"


@pytest.mark.parametrize("words", ["drift,failure", "Drift failure", "drift，failure"])
def test_occasions_are_named_as_a_list(tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(file=tmp_path / "none", notify_on=words).notify_on == (Occasion.DRIFT, Occasion.FAILURE)
    monkeypatch.setenv("RECALLFLOW_NOTIFY_ON", words)
    assert load_settings(file=tmp_path / "none").notify_on == (Occasion.DRIFT, Occasion.FAILURE)
    with pytest.raises(SettingsError, match="notify_on"):
        load_settings(file=tmp_path / "none", notify_on="never")


def test_a_message_hides_the_account_and_names_the_journals_folder_where_it_is_not_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECALLFLOW_HOME", raising=False)
    terms = load_settings(file=tmp_path / "none", api_key="key", api_secret="secret").notify_terms
    assert [each.get_secret_value() for each in terms.hidden] == ["key", "secret"]
    assert terms.target.home is None
    assert load_settings(file=tmp_path / "none", home=tmp_path).notify_terms.target.home == tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.parametrize("name", ["api_key", "api_secret", "notify"])
def test_a_file_with_secrets_that_others_may_read_is_warned_of(tmp_path: Path, name: str, mode: int) -> None:
    warnings: list[Text] = []
    file = toml(tmp_path, f'[nightly]\n{name} = "json://s3cret"\n', mode=mode)
    load_settings(file=file, tell=warnings.append)
    (warning,) = warnings
    assert f"(mode {mode:04o})" in warning.en
    assert warning.en.endswith(f"chmod 600 {file}")
    assert "s3cret" not in f"{warning.en}{warning.zh}"


def test_a_file_without_secrets_or_that_only_its_owner_may_read_is_not(tmp_path: Path) -> None:
    load_settings(file=toml(tmp_path, "[default]\nrate = 5\n", mode=0o644), tell=silence)
    load_settings(file=toml(tmp_path, '[default]\napi_key = "k"\n', mode=0o600), tell=silence)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_the_warning_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_settings(file=toml(tmp_path, '[default]\napi_key = "k"\n', mode=0o644))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
