"""Every rule is said in full, in both languages."""

import re

import pytest

from jobs.recallflow.fields import LANGUAGES, PUSHES
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, FieldSpec, named
from jobs.recallflow.rule_words import accepted, conditional, need, option_text, rule, shape

SPECS = {spec.name: spec for spec in ALL_FIELDS}
each_field = pytest.mark.parametrize("spec", ALL_FIELDS, ids=lambda spec: spec.name)

CHINESE = r"[\u3400-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}[,;:!?()]|[,;:!?()]{CHINESE}|{CHINESE}\.(?!\w)|[“”]{{2}}")
"""ASCII punctuation beside a Chinese character; the dot of `.mp3` is no punctuation."""


@each_field
def test_a_rule_is_said_in_both_languages_with_the_punctuation_of_each(spec: FieldSpec) -> None:
    for words in (rule(spec), accepted(spec)):
        assert words.en
        assert words.zh
        assert words.en != words.zh
        assert not HALF_WIDTH.search(words.zh), words.zh
    assert rule(spec).en.endswith(".")
    assert rule(spec).zh.endswith("。")
    assert not re.search(CHINESE, rule(spec).en)


@each_field
def test_a_rule_names_every_condition(spec: FieldSpec) -> None:
    words = rule(spec)
    for name, value in {**(spec.required_when or {}), **(spec.effective_when or {})}.items():
        assert f"{name} = {value}" in words.en
        assert f"{SPECS[name].label.short}（{name}）= {value}" in words.zh
    assert ("Always required" in words.en) is spec.required
    assert ("Required when" in words.en) is (spec.required_when is not None)
    assert words.zh.startswith("必填。") is spec.required


@each_field
def test_a_rule_names_every_option_with_its_meaning(spec: FieldSpec) -> None:
    for value, meaning in spec.options.items():
        assert f"{value} = {meaning.en}" in rule(spec).en
        assert f"{value}-{meaning.zh}" in rule(spec).zh
        assert option_text(spec, value).zh == f"{value}-{meaning.zh}"


@each_field
def test_a_rule_names_its_range(spec: FieldSpec) -> None:
    text = spec.kind in {"name", "text"}
    bounds = (spec.high,) if text and spec.low == 1 else (spec.low, spec.high)
    for bound in bounds if spec.kind != "file" else ():
        if bound is not None:
            assert re.search(rf"\b{bound:g}\b", rule(spec).en)
            assert re.search(rf"\b{bound:g}\b", rule(spec).zh)
    if text and spec.high:
        assert "an emoji is two" in rule(spec).en
        assert "表情符号算两个" in rule(spec).zh


@each_field
def test_only_a_field_of_a_flow_says_in_which_rows_it_stands(spec: FieldSpec) -> None:
    assert ("row" in rule(spec).en) is (spec in FLOW_FIELDS)
    assert ("行" in rule(spec).zh.replace("单行", "").replace("换行", "")) is (spec in FLOW_FIELDS)


def test_the_rule_over_the_four_pushes_is_said_at_each_of_them() -> None:
    for push in PUSHES:
        assert conditional(SPECS[push])
        assert need(SPECS[push]).zh == "触发挂机短信（hangUpSms）= 1 时，四种推送至少一种为 1"
        assert all(other in rule(SPECS[push]).en for other in PUSHES)
        assert all(named(other).zh in rule(SPECS[push]).zh for other in PUSHES)


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        ("recallInterval", "A whole number from 1 to 1440 (minutes)", "1 到 1440 之间的整数（分钟）"),
        ("successPushTime", "A whole number from 1 to 9999 (seconds)", "1 到 9999 之间的整数（秒）"),
        ("speakingRate", "A number from 0.25 to 4", "0.25 到 4 之间的数字"),
        ("hangUpSms", "0 = no, 1 = yes", "0-否，1-是"),
        ("uploadName", "One line of text, 5 to 32 characters", "单行文本，5 到 32 个字符"),
        ("sipGroupId", "A whole number", "整数"),
    ],
)
def test_what_a_value_is_is_said_in_few_words(name: str, en: str, zh: str) -> None:
    words = shape(SPECS[name])
    assert (words.en, words.zh) == (en, zh)


def test_what_is_special_about_a_field_is_said() -> None:
    assert need(SPECS["smsContent"]).zh == "触发挂机短信（hangUpSms）= 1 时必填"
    assert need(SPECS["toSeatKey"], bare=True).zh == "toSeat = 1 且 toSeatType = 2 时必填"
    assert "${text1} to ${text10}" in rule(SPECS["smsContent"]).en
    assert "${text1} … ${text10}" in rule(SPECS["smsContent"]).zh
    assert all(code in rule(SPECS["lan"]).zh for code in LANGUAGES)
    for ending in (".mp3", ".m4a", ".wav"):
        assert ending in rule(SPECS["baseFile"]).en
        assert ending in rule(SPECS["baseFile"]).zh


def test_an_option_may_be_said_by_value_meaning_or_both() -> None:
    assert accepted(SPECS["toSeat"]).en == "The value, its meaning, or both: 1, yes, 是, 1-yes"
    assert accepted(SPECS["toSeat"]).zh == "值、含义或两者：1、是、yes、1-是"
