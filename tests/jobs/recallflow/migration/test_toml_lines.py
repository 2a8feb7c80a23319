"""Each key and value of a TOML document is known with its line, however it is written."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.migration.toml_lines import Place, parse

DOCUMENT = (
    """# a note
a = 1; b
""".replace("; b", "")
    + '''
"quoted key".'and = so' = """
more
lines \\""" and "" quotes""""" # = [
c.d = 1.5
times = [2026-11-01 00:00:00, # ]
  [ "[", ']' ],
  { x = 1, y.z = [
    "#", ] },
]

  [table] # = x
  long = \'\'\'
[[array]]
\'\'\'
  e = "\\"]"
[[array]]
f = 1
[[other]]
[[array]]
g = { h = true }
[[array.inner]]
i = -1e-9
[[array.inner]]
i = 2
[array.inner.deep]
j = 3
'''
)


def test_lines_are_those_of_an_editor() -> None:
    document = parse(DOCUMENT)

    def line(*path: str | int) -> int:
        place = document
        for each in path:
            place = place.at(each)
        return place.line

    assert line("a") == 2
    assert line("quoted key", "and = so") == 4
    assert line("c", "d") == 7
    assert line("times") == 8
    assert [place.line for place in document.at("times").each()] == [8, 9, 10]
    assert line("times", 1, 1) == 9
    assert line("times", 2, "y", "z", 0) == 11
    assert (line("table"), line("table", "long"), line("table", "e")) == (14, 15, 18)
    assert [place.line for place in document.at("array").each()] == [19, 22]
    assert (line("array", 0, "f"), line("other", 0), line("array", 1, "g", "h")) == (20, 21, 23)
    assert [place.line for place in document.at("array").at(1).at("inner").each()] == [24, 26]
    assert line("array", 1, "inner", 1, "deep", "j") == 29
    assert document.find("none") is None
    assert parse(DOCUMENT.replace("\n", "\r\n")).at("array").at(1).line == 22


def _spelt(words: str, how: str) -> str:
    """A string of TOML."""
    safe = "".join(each for each in words if each.isprintable() and each not in "\\'\"")
    return {
        "basic": f'"{safe}\\""',
        "literal": f"'{safe}'",
        "long": f'"""{safe}\n]{safe}"""',
        "long literal": f"'''\n{safe}\n{safe}'''",
    }[how]


STRINGS = st.builds(
    _spelt, st.text("ab#[]{}=,. \u4e2d\t", max_size=6), st.sampled_from(("basic", "literal", "long", "long literal"))
)
VALUES = STRINGS | st.sampled_from(["1", "true", "1.5", "2026-11-01 08:00:00", "-inf", "08:00:00"])
ARRAYS = st.tuples(st.lists(VALUES, max_size=3), st.sampled_from([", ", ",\n  ", " , # ]\n"])).map(
    lambda drawn: f"[{''.join(each + drawn[1] for each in drawn[0])}]"
)
PAIRS = st.lists(st.tuples(st.sampled_from(["", "# note = [\n", "\n\n"]), VALUES | ARRAYS), max_size=4)


@settings(deadline=None, print_blob=True)
@given(st.lists(PAIRS, max_size=4))
def test_every_key_stands_on_the_line_where_it_was_written(tables: list[list[tuple[str, str]]]) -> None:
    text = ""
    expected: list[tuple[int, list[int]]] = []
    for pairs in tables:
        lines: list[int] = []
        own = text.count("\n") + 1
        text += "[[t]]\n"
        for number, (above, value) in enumerate(pairs):
            text += above
            lines.append(text.count("\n") + 1)
            text += f"key{number} = {value}\n"
        expected.append((own, lines))
    document = parse(text)
    found: list[Place] = list(document.at("t").each()) if tables else []
    assert [(each.line, [each.at(key).line for key in each.value]) for each in found] == expected
