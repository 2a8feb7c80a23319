"""What people write above a column, and which field it stands for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.tables.vocabulary import MISSPELT, Vocabulary, nearest

SOURCE = "文件来源(1-已上传文件,2-重新上传语音文件,3-文本转语音)"
NAMES = {
    "keyId": ("keyId", "自动重呼任务流程唯一主键"),
    "recallInterval": ("recallInterval", "重呼间隔", "重呼间隔,单位分钟,可输入1-1440分钟"),
    "recallNum": ("recallNum", "重呼次数", "重呼次数,可输入1-10"),
    "source": ("source", "文件来源", SOURCE),
    "delayTransfer": ("delayTransfer", "延迟转接", "延迟转接,单位秒。需转坐席且按键转接时参数生效"),
}
VOCABULARY = Vocabulary(NAMES)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("重呼间隔（分钟）", "recallInterval"),
        ("重呼间隔【单位：分钟】", "recallInterval"),
        ("重呼间隔(1-1440分钟)", "recallInterval"),
        ("recallInterval (minutes)", "recallInterval"),
        ("recallInterval [min]", "recallInterval"),
        ("Recall Interval (in minutes, required)", "recallInterval"),
        ("recallNum*", "recallNum"),
        ("重呼次数（必填）", "recallNum"),
        ("（必填）重呼次数", "recallNum"),
        ("重呼次数（次）", "recallNum"),
        ("重呼次数(1~10)(必填)*", "recallNum"),
        ("重呼次数：", "recallNum"),
        ("延迟转接（秒）", "delayTransfer"),
        ("delayTransfer (s)", "delayTransfer"),
        (SOURCE, "source"),
        (SOURCE.replace("(", "（").replace(")", "）").replace(",", "，"), "source"),
        (SOURCE + "（必填）", "source"),
        ("source " + SOURCE, "source"),
        (SOURCE + "\nsource", "source"),
        ("source (1-已上传文件)", "source"),
        ("recallNum 重呼次数", "recallNum"),
        ("重呼次数(recallNum)", "recallNum"),
        ("重呼次数\nrecallNum", "recallNum"),
        ("recallNum / 重呼次数", "recallNum"),
        ("recallInterval 重呼间隔（分钟）*", "recallInterval"),
        ("重呼次数\u200b", "recallNum"),
    ],
)
def test_a_heading_with_a_unit_a_remark_or_a_second_name_is_known(written: str, field: str) -> None:
    assert VOCABULARY.field(written) == field


@pytest.mark.parametrize(
    "written",
    [
        "重呼间隔（秒）",
        "recallInterval (hours)",
        "延迟转接（毫秒）",
        "recallNum (old)",
        "重呼次数（旧）",
        "recallNum (keyId)",
        "重呼次数(recallInterval)",
        "recallNum keyId",
        "recallNum 重呼间隔",
        "(recallNum",
        "()",
        "",
        ":",
        "(" * 90 + ")" * 90,
    ],
)
def test_a_heading_that_may_mean_another_thing_is_not_known(written: str) -> None:
    assert VOCABULARY.field(written) is None


@pytest.mark.parametrize("written", ["重呼间隔（秒）", "recallInterval (old)"])
def test_a_field_with_a_remark_that_is_not_understood_resembles_it_so_much_that_it_is_asked_about(written: str) -> None:
    assert VOCABULARY.nearest_field(written, at_least=MISSPELT) == "recallInterval"


def test_a_long_text_is_compared_with_nothing() -> None:
    text = "recallNum" * 100_000
    assert VOCABULARY.field(text) is None
    assert VOCABULARY.nearest_field(text, at_least=0.1) is None
    assert nearest(text, ["recallNum", text]) is None


@settings(deadline=None)
@given(st.text())
def test_any_text_has_a_field_or_none(written: str) -> None:
    assert VOCABULARY.field(written) in {None, *NAMES}
    assert VOCABULARY.nearest_field(written, at_least=0.5) in {None, *NAMES}


@settings(deadline=None)
@given(
    st.sampled_from([name for names in NAMES.values() for name in names]), st.sampled_from("（）()[]* \n\u3000：_＊")
)
def test_what_stands_around_a_name_does_not_make_it_another_ones(name: str, around: str) -> None:
    field = next(field for field, names in NAMES.items() if name in names)
    assert VOCABULARY.field(around + name) in {None, field}
    assert VOCABULARY.field(name + around) in {None, field}
