"""All who want to know of a night are told, and nothing that goes wrong there is raised."""

from pathlib import Path

import pytest

from jobs.app.night.night import Night
from jobs.app.night.telling import tell_of
from jobs.app.settings import load_settings
from runner.errors import JournalError
from runner.text import Text
from tests.jobs.app.night.told_nights import DRIFT
from tests.jobs.app.night.webhook import webhook


def test_machines_and_people_are_told(tmp_path: Path) -> None:
    with webhook() as hook:
        settings = load_settings(file=tmp_path / "none", notify=[hook.url()], metrics=tmp_path / "night.prom")
        tell_of(lambda: DRIFT, settings, "en", lambda words: pytest.fail(words.en))
        assert (tmp_path / "night.prom").is_file()
        assert len(hook.taken) == 1


def test_nobody_is_told_where_nothing_is_set(tmp_path: Path) -> None:
    tell_of(lambda: DRIFT, load_settings(file=tmp_path / "none"), "en", lambda words: pytest.fail(words.en))


def test_metrics_that_cannot_be_written_keep_nobody_from_being_told(tmp_path: Path) -> None:
    warnings: list[Text] = []
    with webhook() as hook:
        settings = load_settings(file=tmp_path / "none", notify=[hook.url()], metrics=tmp_path / "no" / "x.prom")
        tell_of(lambda: DRIFT, settings, "en", warnings.append)
        assert len(hook.taken) == 1
    assert len(warnings) == 1


def test_a_night_that_cannot_be_looked_up_is_one_line_and_nothing_is_raised(tmp_path: Path) -> None:
    def night() -> Night:
        raise JournalError("It cannot be read.", "无法读取。")

    warnings: list[Text] = []
    tell_of(night, load_settings(file=tmp_path / "none"), "en", warnings.append)
    assert warnings == [], "nobody is to be told"
    tell_of(night, load_settings(file=tmp_path / "none", metrics=tmp_path / "x.prom"), "en", warnings.append)
    assert [words.en for words in warnings] == ["Note: others could not be told of the run (JournalError)."]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("json://token-of-the-tests")])
def test_nothing_is_raised_whatever_breaks(tmp_path: Path, error: BaseException) -> None:
    warnings: list[Text] = []

    def tell(words: Text) -> None:
        warnings.append(words)
        if len(warnings) == 1:
            raise error

    tell_of(lambda: DRIFT, load_settings(file=tmp_path / "none", metrics=tmp_path / "no" / "x.prom"), "en", tell)
    assert len(warnings) == 2
    assert "token" not in warnings[-1].en
