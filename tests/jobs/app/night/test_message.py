"""What people are told of a night, and of which nights."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.app.night.message import message
from jobs.app.night.night import Night
from jobs.app.night.terms import USUAL, NotifyTerms, Occasion
from jobs.app.target import Target
from runner.plan import Plan
from runner.report.words import STATES
from runner.text import Text
from tests.jobs.app.night.told_nights import DRIFT, GOOD, NOT_STARTED, REPAIRED, STOPPED

URL = SecretStr("json://127.0.0.1/token-of-the-tests")


def terms(*on: Occasion) -> NotifyTerms:
    return NotifyTerms(urls=(URL,), on=on or USUAL)


@pytest.mark.parametrize(
    ("night", "occasions"),
    [
        (GOOD, set()),
        (replace(GOOD, before=None), set()),
        (replace(GOOD, before=3), {Occasion.RECOVERY}),
        (replace(GOOD, before=3, plan={**GOOD.plan, Plan.IGNORED: 2}), {Occasion.RECOVERY}),
        (DRIFT, {Occasion.DRIFT}),
        (REPAIRED, {Occasion.DRIFT}),
        (replace(REPAIRED, before=1), {Occasion.DRIFT}),
        (replace(REPAIRED, exit_code=1), {Occasion.DRIFT, Occasion.FAILURE}),
        (replace(DRIFT, exit_code=1), {Occasion.DRIFT, Occasion.FAILURE}),
        (replace(DRIFT, exit_code=3), {Occasion.FAILURE}),
        (STOPPED, {Occasion.FAILURE}),
        (NOT_STARTED, {Occasion.FAILURE}),
        (replace(GOOD, exit_code=130), {Occasion.FAILURE}),
        (replace(GOOD, exit_code=143), {Occasion.FAILURE}),
    ],
)
def test_people_hear_of_the_nights_that_they_want_to_hear_of(night: Night, occasions: set[Occasion]) -> None:
    heard_of = {one for one in Occasion if message(night, terms(one), "en")}
    assert heard_of == occasions | {Occasion.ALWAYS}


def test_what_the_ignore_list_holds_no_longer_is_in_a_message_and_is_no_reason_for_one() -> None:
    lines = tuple(Text(f"Ignored only until 2026-01-0{day}", f"忽略已于 2026-01-0{day} 到期") for day in range(1, 9))
    assert message(replace(GOOD, ignored=lines), terms(), "en") is None
    said = message(replace(DRIFT, ignored=lines[:1]), terms(), "zh")
    assert said is not None
    assert "忽略已于 2026-01-01 到期\n" in said.body
    said = message(replace(DRIFT, ignored=lines), terms(), "en")
    assert said is not None
    assert "2026-01-05\nand 3 more lines of the ignore list\n\n42: drifted" in said.body


def test_a_message_has_counts_lines_and_what_to_do() -> None:
    said = message(DRIFT, terms(), "en")
    assert said is not None
    assert said.title == "recallflow: drift in flows.xlsx"
    assert said.body == (
        "Run 20260301-020000-ab12: exit code 4, 200 s\n"
        "Compared: as wanted 9,985 · drifted 38\n"
        "Requests: unchanged 9,985 · not sent 38\n"
        "\n"
        "42: drifted · recallNum: 3 → 5 (changed at the vendor's)\n"
        "and 37 more\n"
        "\n"
        "Look at it: recallflow show 20260301-020000-ab12"
    )


@pytest.mark.parametrize(
    ("night", "kind", "en", "zh"),
    [
        (REPAIRED, "success", "flows.xlsx: drift was put right", "flows.xlsx 的偏离已修复"),
        (replace(REPAIRED, exit_code=4), "warning", "drift in flows.xlsx", "flows.xlsx 有偏离"),
        (replace(REPAIRED, exit_code=1), "failure", "flows.xlsx needs you", "flows.xlsx 需要处理"),
    ],
)
def test_what_was_put_right_alarms_nobody_unless_something_is_left(night: Night, kind: str, en: str, zh: str) -> None:
    in_english, in_chinese = message(night, terms(), "en"), message(night, terms(), "zh")
    assert in_english is not None
    assert in_chinese is not None
    assert (in_english.kind, in_english.title, in_chinese.title) == (
        kind,
        f"recallflow: {en}",
        f"recallflow：{zh}",
    )


def test_a_message_is_in_the_users_language() -> None:
    said = message(
        STOPPED, NotifyTerms(urls=(URL,), target=Target(profile="night", home=Path("/srv/night runs"))), "zh"
    )
    assert said is not None
    assert said.title == "recallflow：flows.xlsx 需要处理"
    assert said.body.splitlines()[0] == "运行 20260301-020000-ab12：退出码 3，用时 200 秒"
    assert "原因：已到截止时间。" in said.body
    assert said.body.endswith("继续：recallflow resume 20260301-020000-ab12 --profile night --home '/srv/night runs'")


def test_a_message_of_a_night_that_was_not_started_says_why() -> None:
    night = replace(NOT_STARTED, source="a\nb.xlsx", reason=Text("x\ny", "x\ny"))
    said = message(night, terms(), "en")
    assert said is not None
    assert said.title == "recallflow: a b.xlsx needs you"
    assert said.body == "Nothing was started; exit code 2\nWhy: x y\nMend that, then start it again."


def test_every_night_that_is_told_always_has_a_title_of_its_own() -> None:
    nights = (GOOD, DRIFT, REPAIRED, STOPPED, replace(GOOD, before=4))
    titles = {said.title for night in nights if (said := message(night, terms(*Occasion), "en"))}
    assert len(titles) == 5


def test_no_secret_is_in_a_message_whoever_wrote_it_there() -> None:
    night = replace(STOPPED, reason=Text.verbatim(f"bad key my-secret, {URL.get_secret_value()} \udcff"))
    said = message(night, NotifyTerms(urls=(URL,), hidden=(SecretStr("my-secret"), SecretStr(""))), "en")
    assert said is not None
    assert "Why: bad key ••••, ••••" in said.body
    said.body.encode()


def test_nothing_of_what_became_of_requests_is_left_out() -> None:
    night = replace(STOPPED, counts=dict.fromkeys(STOPPED.counts, 7), plan=dict.fromkeys(Plan, 8))
    said = message(night, terms(), "en")
    assert said is not None
    assert all(f"{STATES[state].en} 7" in said.body for state in night.counts)
    assert said.body.count(" 8") == len(Plan)
