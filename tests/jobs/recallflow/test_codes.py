"""What each answer of the vendor leads to."""

import json

import pytest

from jobs.recallflow.client import advice_on, read_answer, verdict_on
from jobs.recallflow.codes import CODES
from runner.exchange import Response
from runner.outcome import Action, Verdict

DOCUMENTED = {
    "0": Action.SUCCEED,
    "-1": Action.STOP,
    "-2": Action.STOP,
    "-16": Action.SIGN_AGAIN,
    "-18": Action.BACK_OFF,
    "-22": Action.FAIL,
    "-41": Action.FAIL,
    "-10": Action.FAIL,
    "-20": Action.FAIL,
    "-21": Action.FAIL,
    "-23": Action.FAIL,
    "-26": Action.FAIL,
    "-42": Action.FAIL,
    "-74": Action.FAIL,
    "-77": Action.FAIL,
}
each_code = pytest.mark.parametrize(("code", "action"), DOCUMENTED.items())


def answered(body: object, status: int = 200) -> Verdict:
    """The verdict on an answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    verdict = verdict_on(Response(status, {}, content))
    assert verdict.message.en == verdict.message.en.strip()
    return verdict


def test_every_documented_code_is_classified_and_no_other() -> None:
    assert {code: known.action for code, known in CODES.items()} == DOCUMENTED


@each_code
def test_a_code_leads_to_the_same_as_a_number_and_as_a_string(code: str, action: Action) -> None:
    as_number = answered({"code": int(code), "msg": "said", "data": None})
    as_string = answered({"code": code, "msg": "said", "data": None})
    assert as_number == as_string
    assert (as_number.action, as_number.code, as_number.message.en) == (action, code, "said")


@each_code
def test_a_code_leads_to_the_same_under_its_other_names(code: str, action: Action) -> None:
    verdict = answered({"status": code, "reason": "said"})
    assert (verdict.action, verdict.code, verdict.message.en, verdict.message.zh) == (action, code, "said", "said")


@each_code
def test_a_code_without_a_message_is_explained_in_both_languages(code: str, action: Action) -> None:
    for body in ({"code": code}, {"code": code, "msg": None}, {"code": code, "msg": ""}):
        verdict = answered(body)
        assert verdict.action is action
        assert verdict.message.en
        assert verdict.message.zh
        assert verdict.message.en != verdict.message.zh


@each_code
def test_a_code_comes_with_advice_in_both_languages(code: str, action: Action) -> None:
    advice = advice_on(code)
    assert advice is not None, action
    assert advice.en
    assert advice.zh
    assert advice.en != advice.zh


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_only_a_system_error_leaves_it_open_whether_the_update_was_applied(code: str) -> None:
    assert answered({"code": code}).ambiguous is (code == "-18")


@pytest.mark.parametrize("code", ["-3", "-99", "1", "200", "2000", "00", "+0", "0.0", "-0", "OK", "success", "成功"])
def test_a_code_that_is_not_documented_is_a_failure_and_kept_word_for_word(code: str) -> None:
    verdict = answered({"code": code, "msg": "  号码 #7 无效; see <b>docs</b>".strip()})
    assert (verdict.action, verdict.code, verdict.ambiguous) == (Action.FAIL, code, False)
    assert verdict.message.en == verdict.message.zh == "号码 #7 无效; see <b>docs</b>"
    assert advice_on(code) is None


def test_the_vendors_words_for_a_refusal_are_kept_word_for_word() -> None:
    message = "参数异常: nodeList[0].lan 不支持"
    assert answered({"code": -22, "msg": message}).message.in_language("en") == message


def test_blanks_around_a_code_do_not_matter() -> None:
    assert answered({"code": " 0 "}).action is Action.SUCCEED


def test_the_data_of_an_answer_is_read() -> None:
    answer = read_answer(b'{"code": 0, "msg": "success", "data": {"keyId": 299}}')
    assert answer is not None
    assert answer.data == {"keyId": 299}


UNREADABLE = [
    b"",
    b" ",
    b"<html><h1>502 Bad Gateway</h1></html>",
    b'{"code": 0, "msg": "succ',
    b'{"code": 0}{"code": 0}',
    b"\xff\xfe\x00",
    b"null",
    b"0",
    b'"0"',
    b"[]",
    b'[{"code": 0}]',
    b"{}",
    b'{"msg": "success"}',
    b'{"code": null}',
    b'{"code": ""}',
    b'{"code": "  "}',
    b'{"code": true}',
    b'{"code": false}',
    b'{"code": 0.0}',
    b'{"code": [0]}',
    b'{"code": {"code": 0}}',
    b'{"data": {"code": 0}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: body[:20].decode("latin-1"))
def test_an_answer_that_cannot_be_read_is_tried_again_and_leaves_everything_open(body: bytes) -> None:
    verdict = answered(body)
    assert (verdict.action, verdict.code, verdict.ambiguous) == (Action.BACK_OFF, "unreadable", True)
    assert verdict.message.en != verdict.message.zh


@each_code
def test_a_long_answer_leads_to_the_same_as_a_short_one(code: str, action: Action) -> None:
    long = answered({"code": code, "msg": "said", "data": {"baseFile": "UklGRg==" * 10_000}})
    assert long == answered({"code": code, "msg": "said", "data": None})
    assert long.action is action


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
@pytest.mark.parametrize("body", [b"", b'{"code": 0, "msg": "success"}', b'{"code": -22, "msg": "no"}'])
def test_an_answer_that_points_elsewhere_is_not_believed(status: int, body: bytes) -> None:
    verdict = answered(body, status)
    assert (verdict.action, verdict.ambiguous) == (Action.BACK_OFF, True)
    assert str(status) in verdict.message.en


@pytest.mark.parametrize("status", [201, 202, 204, 400, 401, 403, 404, 408])
def test_success_under_another_http_status_is_not_believed(status: int) -> None:
    verdict = answered({"code": 0, "msg": "success"}, status)
    assert (verdict.action, verdict.ambiguous) == (Action.BACK_OFF, True)


@pytest.mark.parametrize(("code", "action"), [("-1", Action.STOP), ("-2", Action.STOP), ("-22", Action.FAIL)])
def test_a_refusal_under_another_http_status_is_believed(code: str, action: Action) -> None:
    assert answered({"code": code}, 403).action is action


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_page_under_another_http_status_says_nothing_of_the_update(status: int) -> None:
    verdict = answered(b"<html>Not here</html>", status)
    assert (verdict.action, verdict.ambiguous) == (Action.BACK_OFF, True)
