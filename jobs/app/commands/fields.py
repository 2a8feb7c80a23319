"""`recallflow fields`: every field and its rule, or everything about one."""

import difflib
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.recallflow.reference import ALL_FIELDS, FLOW_FIELDS, NODE_FIELDS, FieldSpec
from jobs.recallflow.rule_words import accepted, need, rule, shape
from runner.errors import SettingsError
from runner.tables.vocabulary import plain
from runner.text import Language, Text


def fields(name: str | None, *, language: Language, json: bool, markdown: bool = False) -> int:
    """Shows the reference. Gives the exit code.

    Args:
        name: a field's name or label, in any case; None for all fields.
        language: of the rules.
        json: as one JSON object.
        markdown: as the page of the docs, in both languages.

    Raises:
        SettingsError: there is no such field.
    """
    specs = ALL_FIELDS if name is None else (_find(name),)
    if json:
        print_json({"fields": [_json(spec, language) for spec in specs]})
    elif markdown:
        print("\n".join(_markdown(specs)))  # noqa: T201 - it is what stdout is for
    elif name is None:
        console = Console()
        for title, group in ((_FLOW, FLOW_FIELDS), (_NODE, NODE_FIELDS)):
            console.print(title.in_language(language), style="bold", highlight=False)
            console.print(_table(group, language), "")
        print_line(console, _MORE, language)
    else:
        Console().print(_all_about(specs[0], language))
    return 0


def _find(name: str) -> FieldSpec:
    known = {plain(each): spec for spec in ALL_FIELDS for each in (spec.label.page, spec.label.short, spec.name)}
    found = known.get(plain(name))
    if found:
        return found

    def likeness(each: str) -> float:
        return difflib.SequenceMatcher(None, plain(name), each).ratio()

    nearest = known[max(known, key=likeness)]
    raise SettingsError(
        f'There is no field "{name}"; the nearest is {nearest.name} ({nearest.label.short}). '
        "List all of them with: recallflow fields",
        f"没有字段“{name}”；最接近的是 {nearest.label.short}（{nearest.name}）。列出全部字段：recallflow fields",
    )


def _json(spec: FieldSpec, language: Language) -> dict[str, object]:
    return {
        "name": spec.name,
        "level": "flow" if spec in FLOW_FIELDS else "node",
        "label": spec.label.short,
        "kind": spec.kind,
        "required": spec.required,
        "required_when": dict(spec.required_when) if spec.required_when else None,
        "effective_when": dict(spec.effective_when) if spec.effective_when else None,
        "options": [{"value": value, "en": words.en, "zh": words.zh} for value, words in spec.options.items()],
        "low": spec.low,
        "high": spec.high,
        "rule": rule(spec).in_language(language),
    }


def _table(specs: Iterable[FieldSpec], language: Language) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True)
    table.add_column(_FIELD.in_language(language), no_wrap=True, min_width=15)
    for heading, ratio in ((_MEANING, 3), (_REQUIRED, 3), (_VALUE, 4)):
        table.add_column(heading.in_language(language), overflow="fold", ratio=ratio)
    for spec in specs:
        texts = (Text(spec.label.en, spec.label.short), need(spec, bare=True), shape(spec))
        table.add_row(spec.name, *(RichText(words.in_language(language)) for words in texts))
    return table


def _markdown(specs: Iterable[FieldSpec]) -> Iterator[str]:
    yield "# Fields 字段\n"
    yield "Made by `recallflow fields --markdown` from the declarations that everything else is checked against.\n"
    yield "| field 字段 | rule | 规则 | vendor's words 供应商文档 |"
    yield "|---|---|---|---|"
    for spec in specs:
        cells = (f"`{spec.name}` {spec.label.short}", rule(spec).en, rule(spec).zh, spec.label.page)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _all_about(spec: FieldSpec, language: Language) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    rows = (
        (_FIELD, Text.verbatim(spec.name)),
        (_LABEL, Text.verbatim(spec.label.short)),
        (_MEANING, Text(spec.label.en, "")),
        (_LEVEL, _OF_FLOW if spec in FLOW_FIELDS else _OF_NODE),
        (_RULE, rule(spec)),
        (_ACCEPTED, accepted(spec)),
        (_PAGE, Text.verbatim(spec.label.page)),
    )
    for heading, words in rows:
        if words.in_language(language):
            table.add_row(heading.in_language(language), RichText(words.in_language(language)))
    return table


_FLOW = Text("Of a flow", "流程级字段")
_NODE = Text("Of a node", "节点级字段")
_FIELD = Text("Field", "字段")
_LABEL = Text("Label", "名称")
_MEANING = Text("Meaning", "名称")
_LEVEL = Text("Level", "级别")
_OF_FLOW = Text("flow", "流程")
_OF_NODE = Text("node", "节点")
_REQUIRED = Text("Required", "是否必填")
_VALUE = Text("Value", "取值")
_RULE = Text("Rule", "规则")
_ACCEPTED = Text("Also accepted", "也可填写")
_PAGE = Text("Vendor's words", "供应商文档")
_MORE = Text("All about one: recallflow fields NAME", "查看某一字段的全部说明：recallflow fields 字段名")
