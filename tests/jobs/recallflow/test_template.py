"""The template asks for every field, helps to fill it in, and is no stricter than the check."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jobs.recallflow.fields import LANGUAGES, PUSHES, FlowUpdate, Node
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, NODE_FIELDS, FieldSpec
from jobs.recallflow.rule_words import option_text, rule
from jobs.recallflow.template.data_sheet import COLUMNS
from jobs.recallflow.template.example_sheet import FIRST_EXAMPLE_ROW
from jobs.recallflow.template.examples import EXAMPLES, example
from jobs.recallflow.template.validations import LONGEST_LIST, LONGEST_MESSAGE, LONGEST_TITLE
from jobs.recallflow.template.workbook import write_template
from runner.errors import SettingsError
from runner.tables.headings import Heading, find_heading_row, missing, require_headings
from runner.text import Language

HEADINGS = tuple(
    Heading(field=spec.name, labels=(spec.label.short, spec.label.page), required=spec.required) for spec in ALL_FIELDS
)
each_language = pytest.mark.parametrize("language", ["zh", "en"])
each_column = pytest.mark.parametrize("spec", COLUMNS, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("templates")
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        write_template(folder / f"{language}.xlsx", language)
    return {language: openpyxl.load_workbook(folder / f"{language}.xlsx") for language in languages}


def column_of(sheet: Any, spec: FieldSpec) -> str:
    (cell,) = [cell for cell in sheet[1] if cell.value.rstrip("*") in {spec.name, spec.label.short}]
    return str(cell.column_letter)


def held_to(sheet: Any, spec: FieldSpec) -> Any:
    """The validation of a field's column."""
    letter = column_of(sheet, spec)
    found = [each for each in sheet.data_validations.dataValidation if f"{letter}2" in each.sqref]
    assert len(found) <= 1
    return found[0] if found else None


def first_rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    yield from sheet.iter_rows(values_only=True)


@each_language
def test_every_field_but_the_list_of_nodes_has_a_column_in_the_order_of_the_page(
    workbooks: dict[str, Any], language: Language
) -> None:
    sheet = workbooks[language].worksheets[0]
    found = find_heading_row(first_rows(sheet), HEADINGS)
    assert found is not None
    require_headings(found, HEADINGS)
    assert (found.number, found.unknown) == (1, ())
    assert list(found.columns) == [spec.name for spec in ALL_FIELDS if spec.name != "nodeList"]
    starred = [cell.value for cell in sheet[1] if cell.value.endswith("*")]
    assert len(starred) == sum(spec.required for spec in ALL_FIELDS)


@each_language
def test_the_sheet_that_explains_every_field_is_not_taken_for_the_one_with_the_flows(
    workbooks: dict[str, Any], language: Language
) -> None:
    sheet = workbooks[language].worksheets[2]
    for row in first_rows(sheet):
        found = find_heading_row([row], HEADINGS)
        assert found is None or missing(found, HEADINGS)
    first_column = [str(row[0]).split("\n") for row in first_rows(sheet)]
    rules = {str(row[3]) for row in first_rows(sheet)}
    for spec in ALL_FIELDS:
        assert [spec.name in lines for lines in first_column].count(True) == 1
        assert rule(spec).in_language(language) in rules


@each_language
@each_column
def test_a_heading_has_a_note_with_its_rule(workbooks: dict[str, Any], spec: FieldSpec, language: Language) -> None:
    sheet = workbooks[language].worksheets[0]
    note = sheet[f"{column_of(sheet, spec)}1"].comment
    assert spec.name in note.text
    assert rule(spec).in_language(language) in note.text
    assert note.author in {"", "None"}, "openpyxl reads an empty one as the word None"


@each_language
@each_column
def test_a_column_has_a_drop_down_exactly_where_there_is_a_list(
    workbooks: dict[str, Any], spec: FieldSpec, language: Language
) -> None:
    found = held_to(workbooks[language].worksheets[0], spec)
    listed = found is not None and found.type == "list"
    assert listed is (bool(spec.options) or spec.kind == "digit" or spec.name == "lan")
    if listed:
        values = found.formula1.strip('"').split(",")
        wanted = [option_text(spec, value).in_language(language) for value in spec.options]
        assert values == (wanted or (list(LANGUAGES) if spec.name == "lan" else list("0123456789")))
        assert found.errorStyle == "warning", "what the check takes besides can be kept"


@each_language
@each_column
def test_numbers_and_lengths_are_held_to_the_range_of_the_field(
    workbooks: dict[str, Any], spec: FieldSpec, language: Language
) -> None:
    found = held_to(workbooks[language].worksheets[0], spec)
    kinds = {"integer": "whole", "number": "decimal", "name": "textLength", "text": "textLength"}
    if spec.high is not None and spec.kind in kinds:
        assert (found.type, float(found.formula1), float(found.formula2)) == (kinds[spec.kind], spec.low, spec.high)
        assert f"{spec.high:g}" in found.error
    elif spec.kind == "integer":
        assert found.type == "whole"


@each_language
def test_validations_reach_down_and_keep_to_what_excel_can_take(workbooks: dict[str, Any], language: Language) -> None:
    sheet = workbooks[language].worksheets[0]
    for each in sheet.data_validations.dataValidation:
        (cells,) = each.sqref.ranges
        assert cells.max_row >= 5_000
        assert each.allow_blank, "a flow's fields stand in its first row only"
        assert len(each.errorTitle) <= LONGEST_TITLE
        assert 0 < len(each.error) <= LONGEST_MESSAGE
        if each.type == "list":
            assert len(each.formula1) <= LONGEST_LIST
    assert sheet.max_row == 1, "no cell is written to be formatted"


@each_column
def test_what_excel_would_turn_into_something_else_is_formatted_as_text(
    workbooks: dict[str, Any], spec: FieldSpec
) -> None:
    sheet, examples, _ = workbooks["zh"].worksheets
    letter = column_of(sheet, spec)
    as_text = spec.kind in {"digit", "name", "text", "file"}
    for formatted in (sheet.column_dimensions[letter], examples[f"{letter}{FIRST_EXAMPLE_ROW}"]):
        assert (formatted.number_format == "@") is as_text
    assert sheet.freeze_panes == "B2"


def test_the_examples_keep_every_rule_and_are_three_different_kinds_of_node() -> None:
    flows: dict[object, dict[str, Any]] = {}
    nodes = {spec.name for spec in NODE_FIELDS}
    for row in EXAMPLES:
        of_flow = {name: value for name, value in row.items() if name not in nodes}
        node = {name: value for name, value in row.items() if name in nodes}
        flows.setdefault(row["keyId"], {"nodeList": []} | of_flow)["nodeList"].append(Node.model_validate(node))
        for spec in NODE_FIELDS:
            if spec.required_when and all(node.get(name) == value for name, value in spec.required_when.items()):
                assert spec.name in node
            if spec.effective_when and spec.name in node:
                assert all(node.get(name) == value for name, value in spec.effective_when.items())
        assert (node["hangUpSms"] == 1) is any(node.get(push) == 1 for push in PUSHES)
    assert [len(FlowUpdate.model_validate(flow).nodeList or ()) for flow in flows.values()] == [1, 2]
    assert [(row["source"], row["hangUpSms"], row["toSeat"]) for row in EXAMPLES] == [(3, 0, 1), (1, 1, 0), (3, 1, 0)]
    assert len(FLOW_FIELDS) == 5


@each_language
def test_the_examples_are_marked_as_such(workbooks: dict[str, Any], language: Language) -> None:
    flows, examples, guide = workbooks[language].worksheets
    assert [row[0].value for row in examples.iter_rows(min_row=FIRST_EXAMPLE_ROW)] == [
        each["keyId"] for each in EXAMPLES
    ]
    assert all(row[0].font.italic for row in examples.iter_rows(min_row=FIRST_EXAMPLE_ROW))
    assert [cell.value for cell in examples[FIRST_EXAMPLE_ROW - 1]] == [cell.value for cell in flows[1]]
    for said in (str(examples["A1"].value), str(guide["A3"].value)):
        assert flows.title in said
    assert examples.title in str(guide["A3"].value)
    assert examples.row_dimensions[2].hidden


@pytest.mark.parametrize("name", ["old.xlsx", "new.csv", "new", "old.xlsx/new.xlsx"])
def test_a_place_that_cannot_be_taken_is_refused_and_nothing_is_left_behind(tmp_path: Path, name: str) -> None:
    (tmp_path / "old.xlsx").write_text("mine")
    with pytest.raises(SettingsError):
        write_template(tmp_path / name, "en")
    assert [path.name for path in tmp_path.iterdir()] == ["old.xlsx"]
    assert (tmp_path / "old.xlsx").read_text() == "mine"


@each_language
@pytest.mark.parametrize("spec", ALL_FIELDS, ids=lambda spec: spec.name)
def test_every_field_has_an_example(spec: FieldSpec, language: Language) -> None:
    assert example(spec, language)
