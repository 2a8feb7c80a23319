"""What Excel itself holds cells to: drop-downs, ranges and lengths, down to the last row of the sheet.

They are no stricter than the check: what it takes though it stands in no list is asked about, and can be kept.
"""

from collections.abc import Sequence

from openpyxl.worksheet.datavalidation import DataValidation

from jobs.recallflow.fields import LANGUAGES
from jobs.recallflow.reference import FieldSpec
from jobs.recallflow.rule_words import length_words, number_words, option_text
from runner.report.long_sheet import MOST_ROWS
from runner.tables.cells import EXACT_UP_TO
from runner.text import Language, Text

LONGEST_TITLE, LONGEST_MESSAGE, LONGEST_LIST = 32, 255, 255
"""Characters (Microsoft's specification of Excel); a longer one makes Excel call the file damaged."""


def validation(spec: FieldSpec, letter: str, language: Language) -> DataValidation | None:
    """What the cells of a field's column are held to; None where any text is right."""
    found = _validation(spec, language)
    if found:
        found.errorTitle = (spec.label.short if language == "zh" else spec.name)[:LONGEST_TITLE]
        found.showErrorMessage = True
        found.add(f"{letter}2:{letter}{MOST_ROWS}")
    return found


def _validation(spec: FieldSpec, language: Language) -> DataValidation | None:
    if spec.options:
        value = max(spec.options)
        return _list(
            [option_text(spec, each).in_language(language) for each in spec.options],
            _PICK.format(value=value, meaning=spec.options[value]).in_language(language),
        )
    if spec.kind == "digit":
        return _list([str(digit) for digit in range(10)], _DIGIT.in_language(language))
    if spec.name == "lan":
        return _list(LANGUAGES, _LANGUAGE.in_language(language))
    if spec.kind in {"integer", "number"}:
        return DataValidation(
            type="whole" if spec.kind == "integer" else "decimal",
            operator="between",
            formula1=_LEAST if spec.low is None else f"{spec.low:g}",
            formula2=_GREATEST if spec.high is None else f"{spec.high:g}",
            allow_blank=True,
            error=_NUMBER.format(number=_lower(number_words(spec))).in_language(language),
        )
    length = length_words(spec)
    if length is None:
        return None
    return DataValidation(
        type="textLength",
        operator="between",
        formula1=f"{spec.low:g}",
        formula2=f"{spec.high:g}",
        allow_blank=True,
        error=_LENGTH.format(length=length).in_language(language),
    )


def _list(values: Sequence[str], question: str) -> DataValidation:
    return DataValidation(
        type="list", formula1=f'"{",".join(values)}"', allow_blank=True, errorStyle="warning", error=question
    )


def _lower(words: Text) -> Text:
    return Text(words.en[0].lower() + words.en[1:], words.zh)


_LEAST, _GREATEST = str(-EXACT_UP_TO), str(EXACT_UP_TO)

_PICK = Text(
    "This is not in the list. Pick from the drop-down; {value} or {meaning} alone is right as well.",
    "该内容不在列表中。请从下拉列表中选择；只填 {value} 或 {meaning} 也可以。",
)
_DIGIT = Text(
    "This is not one digit from 0 to 9. Pick the key from the list.", "不是 0 到 9 的一位数字。请从列表中选择按键。"
)
_LANGUAGE = Text(
    "This is not one of the known language codes. Keep it only if the vendor's table has it.",
    "不是已知的语种代码。仅当供应商的语种表中有该代码时才可保留。",
)
_NUMBER = Text(
    "This must be {number}. Type the number alone, without units.",
    "要求：{number}。请只填写数字，不要带单位。",
)
_LENGTH = Text(
    "This must have {length}; an emoji counts as two. Change the text to fit.",
    "要求：{length}；一个表情符号算两个。请修改文本以符合要求。",
)
