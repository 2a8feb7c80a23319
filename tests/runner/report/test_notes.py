from runner.journal.corrigenda import Corrigendum
from runner.outcome import State
from runner.report import notes
from runner.report.words import ADVICE
from runner.text import Text

WRONG, MEND = Text("It is wrong", "有误"), Text("Mend it.", "请更正。")


def request(state: State, code: str | None, message: Text | None) -> Corrigendum:
    return Corrigendum(
        taken_over=False, ordinal=1, key="a", state=state, code=code, message=message, rows=(), problems=()
    )


def on(asked: Corrigendum, reason: Text | None = None) -> str:
    return notes.on_state(asked, reason, lambda state, _: ADVICE[state], "en")


def test_what_is_wrong_is_one_line_and_what_to_do_the_next() -> None:
    assert notes.note(WRONG, MEND, "en") == "It is wrong.\nMend it."
    assert notes.note(WRONG, MEND, "zh") == "有误。\n请更正。"
    assert notes.note(Text("What now?", "如何？"), Text("", ""), "en") == "What now?"


def test_one_thing_is_said_once_and_two_have_a_blank_line_between() -> None:
    assert notes.together(["a.\nb.", "c.\nd.", "a.\nb."]) == "a.\nb.\n\nc.\nd."


def test_a_request_that_was_not_sent_says_why_the_run_stopped_and_others_do_not() -> None:
    reason = Text("The account is blocked", "账号已停用")
    assert on(request(State.NOT_SENT, None, None), reason).startswith("not sent: The account is blocked.\n")
    assert on(request(State.UNKNOWN, None, None), reason).startswith("unknown.\n")


def test_what_was_withdrawn_says_only_its_own_message_which_names_the_remedy() -> None:
    said = Text("hello.wav has changed. Send it again.", "hello.wav 已更改。请重新发送。")
    assert on(request(State.INVALID, "file-changed", said)) == f"invalid (file-changed): {said.en}"


def test_what_was_there_is_shown_on_one_line_and_not_at_full_length() -> None:
    words = notes.on_lost("two\nlines " + "x" * 40_000, "en")
    assert words.startswith("What it held cannot stand in this cell: two lines xxx")
    assert len(words) < 400
