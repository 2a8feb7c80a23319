import pytest

from jobs.app.field_lists import field_selection
from runner.errors import SettingsError
from runner.planning.fields import FieldSelection


@pytest.mark.parametrize(
    ("only", "excluded", "selection"),
    [
        (None, None, FieldSelection()),
        ("recallNum", None, FieldSelection(only=("recallNum",))),
        ("recallNum,text", "lan", FieldSelection(only=("recallNum", "text"), excluded=("lan",))),
        ("recallNum，text、 lan ; source", None, FieldSelection(only=("recallNum", "text", "lan", "source"))),
        (None, "nodeList[0].text", FieldSelection(excluded=("nodeList[0].text",))),
    ],
)
def test_fields_are_listed_with_any_sign_between_them(
    only: str | None, excluded: str | None, selection: FieldSelection
) -> None:
    assert field_selection(only, excluded) == selection


@pytest.mark.parametrize(("words", "named"), [("nosuch", "nosuch"), ("text,nosuch", "nosuch"), ("keyId", "keyId")])
@pytest.mark.parametrize("option", ["--only-fields", "--exclude-fields"])
def test_what_is_no_field_is_named_with_its_option(option: str, words: str, named: str) -> None:
    given = (words, None) if option == "--only-fields" else (None, words)
    with pytest.raises(SettingsError) as raised:
        field_selection(*given)
    for text in (raised.value.en, raised.value.zh):
        assert option in text
        assert named in text


@pytest.mark.parametrize("words", ["", " ", ","])
def test_a_list_of_nothing_is_refused_rather_than_taken_for_everything(words: str) -> None:
    with pytest.raises(SettingsError):
        field_selection(words, None)
