"""How the column of a field looks, and what it is held to: in the template, and in the corrections of a run."""

from functools import partial
from math import ceil

from jobs.recallflow.reference import SPECS, FieldSpec, named
from jobs.recallflow.rule_words import accepted, option_text, rule
from jobs.recallflow.template.validations import validation
from runner.report.form import AS_IT_IS, AS_TEXT, ColumnForm
from runner.report.measures import columns
from runner.text import Language, Text

_WIDTHS = {"integer": 11, "number": 11, "option": 16, "digit": 11, "name": 20, "text": 44, "file": 28, "nodes": 44}
_FORMATS = {"integer": "0", "number": AS_IT_IS, "option": AS_IT_IS}


def form_of(field: str, language: Language) -> ColumnForm:
    """The form of a field's column."""
    return column_form(SPECS[field], language)


def column_form(spec: FieldSpec, language: Language) -> ColumnForm:
    """The same, of what is declared of the field."""
    return ColumnForm(
        width=column_width(spec, language),
        number_format=_FORMATS.get(spec.kind, AS_TEXT),
        numeric=spec.kind in _FORMATS,
        held_to=partial(validation, spec, language=language),
        note=_rule_note(spec, language),
    )


def heading_text(spec: FieldSpec, language: Language) -> str:
    """As a column is headed: with an asterisk where it is always required, which the reader passes over."""
    return (spec.label.short if language == "zh" else spec.name) + "*" * spec.required


def column_width(spec: FieldSpec, language: Language) -> int:
    """In characters: room for the options, and for the heading: in Chinese, which breaks anywhere, on two lines."""
    heading = columns(heading_text(spec, language))
    least = ceil(heading / 2) + 3 if language == "zh" else heading + 4
    if spec.options:
        least = max(least, *(columns(option_text(spec, value).in_language(language)) + 4 for value in spec.options))
    return max(_WIDTHS[spec.kind], least)


def _rule_note(spec: FieldSpec, language: Language) -> str:
    about = Text(f"{spec.name}: {spec.label.en}", named(spec.name).zh)
    words = _NOTE.format(about=about, rule=rule(spec), accepted=accepted(spec), page=spec.label.page)
    return words.in_language(language)


_NOTE = Text(
    "{about}\n{rule}\nAlso accepted: {accepted}.", "{about}\n{rule}\n也可填写：{accepted}。\n供应商文档：{page}"
)
