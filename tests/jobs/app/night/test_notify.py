"""Notifications go to real webhooks, and what goes wrong with them is one line that holds no token."""

import apprise
import pytest
from pydantic import SecretStr

from jobs.app.night.message import message
from jobs.app.night.notify import notify
from jobs.app.night.terms import NotifyTerms
from runner.text import Text
from tests.jobs.app.night.told_nights import DRIFT, GOOD
from tests.jobs.app.night.webhook import webhook

TOKEN = "token-of-the-tests"
EXAMPLES = {
    "dingtalk": "dingtalk://SECabcdef@0123456789abcdef",
    "feishu": "feishu://0c0e4b2e-0123-4567-89ab-0123456789ab",
    "wecombot": "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops",
    "mailtos": "mailtos://user:pass@smtp.example.com?from=night@example.com&to=ops@example.com",
    "json": "json://hooks.example.com/recallflow",
}


def told(*urls: str, capfd: pytest.CaptureFixture[str], seconds: float = 30) -> list[str]:
    """The warnings; nothing else is said anywhere, and never a token."""
    warnings: list[Text] = []
    notify(DRIFT, NotifyTerms(urls=tuple(map(SecretStr, urls))), "en", warnings.append, seconds=seconds)
    assert capfd.readouterr() == ("", "")
    assert all(TOKEN not in f"{warning.en} {warning.zh}" for warning in warnings)
    return [warning.en for warning in warnings]


def test_every_service_gets_the_message(capfd: pytest.CaptureFixture[str]) -> None:
    with webhook() as one, webhook() as other:
        assert told(one.url(TOKEN), other.url(), capfd=capfd) == []
        said = message(DRIFT, NotifyTerms(urls=()), "en")
        assert said is not None
        for hook in (one, other):
            (taken,) = hook.taken
            assert (taken["title"], taken["message"], taken["type"]) == (said.title, said.body, "warning")


def test_a_night_that_nobody_wants_to_hear_of_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    with webhook() as hook:
        notify(GOOD, NotifyTerms(urls=(SecretStr(hook.url()),)), "en", lambda words: pytest.fail(words.en))
        assert hook.taken == []
    assert capfd.readouterr() == ("", "")


def test_a_service_that_refuses_is_one_line_and_the_others_get_it(capfd: pytest.CaptureFixture[str]) -> None:
    with webhook(status=503) as bad, webhook() as good:
        assert told(bad.url(TOKEN), good.url(), capfd=capfd) == [
            "Note: the notification by json://… was refused with HTTP status 503."
        ]
        assert len(good.taken) == 1


def test_a_service_that_nobody_answers_for_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with webhook() as gone:
        pass
    assert told(gone.url(TOKEN), capfd=capfd) == ["Note: the notification by json://… could not be sent."]


def test_a_service_that_hangs_is_left_and_the_others_get_it(capfd: pytest.CaptureFixture[str]) -> None:
    with webhook(hangs=True) as slow, webhook() as good:
        warnings = told(slow.url(TOKEN, "?rto=3600&cto=3600"), good.url(), capfd=capfd, seconds=6)
        assert warnings == ["Note: the notification by json://… was not taken within 6 s."]
        assert (len(slow.taken), len(good.taken)) == (1, 1)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        (f"nonsense://{TOKEN}", "nonsense://…"),
        (f"https://example.com/{TOKEN}", "https://…"),
        (TOKEN, "no. 1"),
        ("dingtalk://", "dingtalk://…"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_line(url: str, service: str, capfd: pytest.CaptureFixture[str]) -> None:
    (warning,) = told(url, capfd=capfd)
    assert warning.startswith(f"Note: no notification can be sent by {service}: its URL")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what apprise's plugins import
@pytest.mark.parametrize("service", EXAMPLES)
def test_the_services_that_the_docs_name_are_known(service: str) -> None:
    assert apprise.Apprise().add(EXAMPLES[service])
