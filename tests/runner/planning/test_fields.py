import pytest

from runner.planning.fields import FieldSelection, means


@pytest.mark.parametrize(
    ("pattern", "field", "meant"),
    [
        ("recallNum", "recallNum", True),
        ("recallNum", "recallNumber", False),
        ("text", "nodeList[0].text", True),
        ("text", "nodeList[12].text", True),
        ("text", "nodeList[0].textKey", False),
        ("nodeList", "nodeList[0].text", True),
        ("nodeList", "nodeList[3]", True),
        ("nodeList[0]", "nodeList[0].text", True),
        ("nodeList[0]", "nodeList[0]", True),
        ("nodeList[0]", "nodeList[1].text", False),
        ("nodeList[1]", "nodeList[10].text", False),
        ("nodeList.text", "nodeList[4].text", True),
        ("nodeList[4].text", "nodeList[4].text", True),
        ("nodeList[4].text", "nodeList[5].text", False),
        ("nodeList[4].text", "nodeList[4].lan", False),
    ],
)
def test_a_pattern_means_a_field_by_any_of_its_names(pattern: str, field: str, *, meant: bool) -> None:
    assert means(pattern, field) is meant


@pytest.mark.parametrize(
    ("selection", "has"),
    [
        (FieldSelection(), ["recallNum", "nodeList[0].text", "nodeList[0].lan", "nodeList[1]"]),
        (FieldSelection(only=("text",)), ["nodeList[0].text"]),
        (FieldSelection(excluded=("nodeList",)), ["recallNum"]),
        (FieldSelection(only=("nodeList",), excluded=("text",)), ["nodeList[0].lan", "nodeList[1]"]),
        (FieldSelection(only=("text",), excluded=("text",)), []),
    ],
)
def test_only_what_is_selected_and_not_excluded_is_compared(selection: FieldSelection, has: list[str]) -> None:
    fields = ["recallNum", "nodeList[0].text", "nodeList[0].lan", "nodeList[1]"]
    assert [field for field in fields if selection.has(field)] == has
