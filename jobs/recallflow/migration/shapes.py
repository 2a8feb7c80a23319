"""Takes values out of a table of the rules, in the types that they are to have; what is wrong is written down."""

from collections.abc import Collection, Iterator, Sequence

from jobs.recallflow.migration.asked_fields import field_named, nearest_field
from jobs.recallflow.migration.complaints import Complaints
from jobs.recallflow.migration.toml_lines import Place
from runner.tables.table import shown
from runner.text import Text


class Shapes:
    """Reads the tables of one file."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints

    def is_table(self, place: Place, known: Collection[str]) -> bool:
        """Whether it is one; keys that are not known are complained of."""
        if not isinstance(place.value, dict):
            self._complaints.add(place.line, _NO_TABLE.format(key=_key(place)))
            return False
        for key in place.value:
            if key not in known:
                self._complaints.unknown_key(place.at(key).line, key, known)
        return True

    def tables(self, within: Place, key: str, known: Collection[str]) -> Iterator[Place]:
        """Those of an array; none where there is no such key."""
        place = within.find(key)
        if place is None:
            return
        if not isinstance(place.value, list):
            self._complaints.add(place.line, _NO_TABLES.format(key=key))
            return
        yield from (each for each in place.each() if self.is_table(each, known))

    def text(self, within: Place, key: str, *, blank: bool = False) -> str | None:
        """A text; None where there is none, or it is wrong."""
        place = within.find(key)
        if place is None:
            return None
        if isinstance(place.value, str) and (blank or place.value.strip()):
            return place.value
        self._complaints.add(place.line, _NO_TEXT.format(key=key))
        return None

    def word(self, within: Place, key: str, known: Sequence[str]) -> str | None:
        """One of these; None where there is none, or it is wrong."""
        place = within.find(key)
        if place is None:
            return None
        if place.value in known:
            return str(place.value)
        self._complaints.not_one_of(place.line, key, known)
        return None

    def field(self, within: Place) -> str | None:
        """The field that `field` names."""
        place = within.find("field")
        if place is None:
            self._complaints.add(within.line, _NO_FIELD_KEY)
            return None
        return self.named(place, place.value)

    def named(self, place: Place, written: object) -> str | None:
        """The field that is meant by a name or a label."""
        field = field_named(written) if isinstance(written, str) else None
        if field is None:
            near = nearest_field(written) if isinstance(written, str) else None
            remedy = _NEAREST.format(near=near) if near else _LISTED
            self._complaints.add(place.line, _NO_FIELD.format(written=shown(str(written)), remedy=remedy))
        return field

    def only_with(self, within: Place, keys: Collection[str], owner: str) -> None:
        """Complains of keys that say nothing, as another one is not there."""
        for key in keys:
            if place := within.find(key):
                self._complaints.add(place.line, _ONLY_WITH.format(key=key, owner=owner))


def _key(place: Place) -> str:
    return next((part for part in reversed(place.path) if isinstance(part, str)), "")


_NO_TABLE = Text(
    "{key} is no table. Write its keys below a line [{key}], or within {{ }}.",
    "{key} 不是表。请在 [{key}] 行下方或 {{ }} 内填写各键。",
)
_NO_TABLES = Text(
    "{key} is no list of tables. Begin each with a line [[{key}]], or write [ {{ … }}, {{ … }} ].",
    "{key} 不是表的列表。请以 [[{key}]] 行开始每一个，或写成 [ {{ … }}, {{ … }} ]。",
)
_NO_TEXT = Text("{key} is no text. Write one, in quotation marks.", "{key} 不是文本。请填写加英文双引号的文本。")
_NO_FIELD_KEY = Text(
    'It names no field. Add field = "…", with one that `recallflow fields` lists.',
    '没有指明字段。请添加 field = "…"，字段见 `recallflow fields`。',
)
_NO_FIELD = Text('There is no field "{written}". {remedy}', "没有字段“{written}”。{remedy}")
_NEAREST = Text("The nearest one is {near}; correct the name.", "最接近的是 {near}；请更正。")
_LISTED = Text("Write one that `recallflow fields` lists.", "请填写 `recallflow fields` 列出的字段。")
_ONLY_WITH = Text(
    "{key} says nothing without {owner}. Remove one, or add the other.",
    "没有 {owner} 时 {key} 无效。请删除，或补上另一项。",
)
