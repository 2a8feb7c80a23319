from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from runner.errors import ReportError
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State, Stop
from runner.problem import Violation
from runner.report.page import write_page
from runner.report.words import STATES
from runner.text import Language, Text
from tests.runner.journal.sample_run import STARTED, bad, filled_run, guests
from tests.runner.report.reported_runs import outcome, settle
from tests.runner.sending.fake_job import Greet

LANGUAGES: tuple[Language, ...] = ("en", "zh")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;{{ 7 * 7 }}"
REASON = Text("The vendor is down", "供应商不可用")


class Page(HTMLParser):
    """What a browser makes of a page: its elements, their attributes, and its words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def stopped_run(database: Database, *, words: str = "parameter error") -> int:
    violation = Violation("odd", Text.verbatim(words), Text.verbatim(words))
    run = filled_run(database, [*guests(4), bad("x", 9, violation)])
    refused = outcome(2, State.FAILED, code=words, message=words, at=(STARTED, STARTED + 2))
    settle(database, run, [outcome(1), refused], now=STARTED + 9, stop=Stop(reason=REASON))
    return run


def page(database: Database, run: int, folder: Path, language: Language = "en") -> Page:
    return Page(write_page(folder / "run.html", Ledger(database), run, Greet(), language).read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_ran_what_became_of_it_and_why_it_stopped(
    database: Database, tmp_path: Path, language: Language
) -> None:
    run = stopped_run(database)
    record, told = Ledger(database).run(run), page(database, run, tmp_path, language).words
    assert record.account
    assert {record.name, record.source, record.account, REASON.in_language(language)} <= set(told)
    for state, count in record.counts.items():
        at = told.index(STATES[state].in_language(language))
        assert told[at + 1] == str(count)
    assert "parameter error" in told


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_it_names_its_language_and_the_run_in_its_title(
    database: Database, tmp_path: Path, language: Language, tag: str
) -> None:
    run = stopped_run(database)
    told = page(database, run, tmp_path, language)
    assert ("lang", tag) in told.attributes
    assert Ledger(database).run(run).name in told.words[0]


def test_it_runs_nothing_and_refers_to_nothing(database: Database, tmp_path: Path) -> None:
    told = page(database, stopped_run(database), tmp_path)
    assert told.tags.isdisjoint({"script", "link", "img", "svg", "style", "iframe", "object", "form", "a"})
    assert {name for name, _ in told.attributes}.isdisjoint({"src", "href", "background"})
    styles = " ".join(value for name, value in told.attributes if name == "style")
    assert not any(word in styles for word in ("url(", "flex", "grid", "@import", "var("))


def test_what_others_wrote_is_text_and_never_markup(database: Database, tmp_path: Path) -> None:
    run = stopped_run(database, words=HOSTILE)
    database.execute("UPDATE runs SET source = ?, sheet = ?, asked = ?", (HOSTILE,) * 3)
    told = page(database, run, tmp_path)
    assert told.tags.isdisjoint({"script", "img"})
    assert not any(name.startswith("on") for name, _ in told.attributes)
    assert told.words.count(HOSTILE) >= 5


def test_a_control_character_is_made_visible(database: Database, tmp_path: Path) -> None:
    assert "a␇b" in page(database, stopped_run(database, words="a\x07b"), tmp_path).words


def test_the_bars_over_time_are_told_in_words_as_well(database: Database, tmp_path: Path) -> None:
    told = page(database, stopped_run(database), tmp_path)
    [words] = [value for name, value in told.attributes if name == "aria-label"]
    assert words.startswith("2 first attempts and 1 retries")
    assert words in told.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_without_requests_has_a_page_too(database: Database, tmp_path: Path, language: Language) -> None:
    told = page(database, filled_run(database, []), tmp_path, language)
    assert not any(name == "aria-label" for name, _ in told.attributes)


def test_an_earlier_page_is_never_overwritten(database: Database, tmp_path: Path) -> None:
    run, ledger, path = stopped_run(database), Ledger(database), tmp_path / "new" / "run.html"
    names = [write_page(path, ledger, run, Greet(), "en").name for _ in range(2)]
    assert names == ["run.html", "run-2.html"]
    assert sorted(file.name for file in path.parent.iterdir()) == ["run-2.html", "run.html"]


def test_a_place_that_cannot_be_written_is_one_clear_error_and_nothing_is_left_behind(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Dear customer")
    run, path = stopped_run(database), tmp_path / "letter.txt" / "run.html"
    with pytest.raises(ReportError, match="cannot be written") as told:
        write_page(path, Ledger(database), run, Greet(), "en")
    assert str(path) in told.value.zh
    assert (tmp_path / "letter.txt").read_text() == "Dear customer"
