"""Whether rules may be applied twice: known beforehand, and never said where it is not so."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jobs.recallflow.migration.conditions import Condition, Test
from jobs.recallflow.migration.deriving import derive
from jobs.recallflow.migration.effects import AddNode, Map, RemoveNode, Replace, Set
from jobs.recallflow.migration.repeating import repeats_safely
from jobs.recallflow.migration.rule import Rule
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.migration.selection import PageSelection
from runner.plan import Remote
from tests.jobs.recallflow.migration.written_rules import SPOKEN, flow, remote, rules_of
from tests.jobs.recallflow.written_tables import write_csv

SET = '[[change]]\nfield = "recallNum"\nset = 5\n'
MAPPED = '[[change]]\nfield = "voiceFileId"\nmap = "{table}.csv"\n'
REPLACED = '[[change]]\nfield = "text"\nreplace = "{old}"\nwith = "{new}"\n'
WHERE = 'where = [ {{ field = "{field}", equals = {value} }} ]\n'


@pytest.mark.parametrize(
    ("rules", "safely"),
    [
        (SET, True),
        (SET + '[[change]]\nfield = "recallNum"\nset = 6\n', True),
        ('[[change]]\nfield = "senderId"\nclear = true\n', True),
        ('[[change]]\nfield = "recallNum"\nshift = 1\n', False),
        ('[[change]]\nfield = "recallNum"\nshift = 1\nbeyond = "limit"\n', False),
        ('[[change]]\nadd_node = { source = 1, voiceFileId = "a", hangUpSms = 0, toSeat = 0 }\n', False),
        ('[[change]]\nremove_node = true\nwhere = [ { field = "lan", equals = "EN" } ]\n', True),
        (REPLACED.format(old="a", new="b"), True),
        (REPLACED.format(old="a", new="ab"), False),
        (REPLACED.format(old="ab", new="a"), False),
        (REPLACED.format(old="ab", new=""), False),
        (REPLACED.format(old="ab", new="ca"), False),
        (REPLACED.format(old="ab", new="bc"), False),
        (REPLACED.format(old="old", new="new"), True),
        (REPLACED.format(old="a", new="b") + REPLACED.format(old="c", new="d"), True),
        (REPLACED.format(old="a", new="b") + REPLACED.format(old="c", new="a"), False),
        (REPLACED.format(old="c", new="a") + REPLACED.format(old="a", new="b"), True),
        (MAPPED.format(table="plain"), True),
        (MAPPED.format(table="same"), True),
        (MAPPED.format(table="chain"), False),
        (MAPPED.format(table="swap"), False),
        (MAPPED.format(table="plain") + 'no_match = "keep"\n', True),
        (MAPPED.format(table="plain") + 'no_match = "default"\ndefault = "z"\n', False),
        (MAPPED.format(table="to z") + 'no_match = "default"\ndefault = "z"\n', True),
        (MAPPED.format(table="plain") + MAPPED.format(table="other"), True),
        (MAPPED.format(table="plain") + MAPPED.format(table="back"), False),
        (SET + WHERE.format(field="recallNum", value=3), True),
        (
            '[[change]]\nfield = "recallNum"\nset = 6\n' + WHERE.format(field="recallNum", value=5) + SET,
            False,
        ),
        (SET + '[[change]]\nfield = "recallNum"\nset = 6\n' + WHERE.format(field="recallNum", value=5), True),
        (
            SET
            + WHERE.format(field="nodes", value=2)
            + "[[change]]\nremove_node = true\n"
            + WHERE.format(field="lan", value='"EN"'),
            False,
        ),
    ],
)
def test_it_is_known_whether_twice_is_the_same_as_once(tmp_path: Path, rules: str, *, safely: bool) -> None:
    tables = {"plain": "ab", "same": "aa", "to z": "az", "other": "cd", "back": "da"}
    for name, pair in tables.items():
        write_csv(tmp_path / f"{name}.csv", [["old", "new"], list(pair)])
    write_csv(tmp_path / "chain.csv", [["old", "new"], ["a", "b"], ["b", "c"]])
    write_csv(tmp_path / "swap.csv", [["old", "new"], ["a", "b"], ["b", "a"]])
    assert rules_of(tmp_path, rules).repeats_safely is safely


_VALUES: dict[str, list[Any]] = {"recallNum": [1, 2, 3], "text": ["a", "b", "ab"], "lan": ["a", "b"]}
"""So few that rules meet the results of others."""


@st.composite
def _rules(draw: st.DrawFn, name: str) -> Rule:
    field = draw(st.sampled_from(list(_VALUES)))
    value = st.sampled_from(_VALUES[field])
    effect: Set | Map | Replace | AddNode | RemoveNode
    match draw(st.sampled_from(["set", "map", "replace", "remove"])):
        case "replace":
            field = "text"
            effect = Replace(
                field=field, old=draw(st.sampled_from(["a", "b", "ab"])), new=draw(st.text("abc", max_size=2))
            )
        case "map":
            pairs = tuple(draw(st.dictionaries(value, value, min_size=1)).items())
            no_match: Any = draw(st.sampled_from(["keep", "fail", "default"]))
            default = draw(value) if no_match == "default" else None
            effect = Map(field=field, pairs=pairs, table="t", no_match=no_match, default=default)
        case "remove":
            field = "lan"
            effect = RemoveNode()
        case _:
            effect = Set(field=field, value=draw(value))
    where: list[Condition] = []
    for _ in range(draw(st.integers(0, 2)) or isinstance(effect, RemoveNode)):
        asked = draw(st.sampled_from([*_VALUES, "nodes"])) if where or not isinstance(effect, RemoveNode) else "lan"
        test = Test(
            how=draw(st.sampled_from(["equals", "not"])), values=(draw(st.sampled_from(_VALUES.get(asked, [1, 2]))),)
        )
        scopes: list[Any] = [None] if field != "recallNum" else []
        of_node = asked in {"text", "lan"}
        first = isinstance(effect, RemoveNode) and not where
        scope = None if first or not of_node else draw(st.sampled_from([*scopes, "any", "all", "none"]))
        where.append(Condition(line=1, field=asked, nodes=scope, tests=(test,)))
    return Rule(name=name, line=1, where=tuple(where), effect=effect)


@settings(max_examples=800, deadline=None, print_blob=True)
@given(
    changes=st.integers(1, 3).flatmap(lambda count: st.tuples(*[_rules(f"change {at}") for at in range(count)])),
    number=st.sampled_from(_VALUES["recallNum"]),
    nodes=st.lists(
        st.fixed_dictionaries({"text": st.sampled_from(_VALUES["text"]), "lan": st.sampled_from(_VALUES["lan"])}),
        min_size=1,
        max_size=3,
    ),
)
def test_rules_that_are_said_to_repeat_safely_do(
    changes: tuple[Rule, ...], number: int, nodes: list[dict[str, str]]
) -> None:
    if not repeats_safely(changes):
        return
    moment = datetime(2026, 11, 1)  # noqa: DTZ001 - by the vendor's clock
    rules = Rules(selection=PageSelection(first=moment, last=moment), where=(), changes=changes, sha256="0")
    once = derive(rules, "299", remote(flow(*(SPOKEN | each for each in nodes), recallNum=number)))
    if once.body is None:
        return
    event("repeated")
    twice = derive(rules, "299", Remote(body=once.body, locked=False, facts={"status": 0}))
    assert twice.body is None
