"""Whatever rules make of a flow, it can be put back; and nothing is changed that no rule has changed."""

import json

from hypothesis import event, given, settings
from hypothesis import strategies as st

from jobs.recallflow.comparing import differences_between
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.merging import merged_flow
from jobs.recallflow.migration.deriving import derive
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.reference import NODES
from jobs.recallflow.rules import check_flow
from tests.jobs.recallflow.migration.random_rules import migrations, states
from tests.jobs.recallflow.migration.written_rules import Values, remote

EXAMPLES = settings(max_examples=300, deadline=None, print_blob=True)


@EXAMPLES
@given(rules=migrations(), state=states, status=st.integers(0, 4))
def test_undoing_what_rules_have_made_of_a_flow_gives_it_back_byte_for_byte(
    rules: Rules, state: tuple[Values, dict[str, bytes]], status: int
) -> None:
    values, files = state
    before = remote(values, status=status, files=files)
    found = derive(rules, str(values["keyId"]), before)
    assert (found.body is not None) + bool(found.problems) + (found.why is not None) == 1
    if found.body is None:
        event("problems" if found.problems else "nothing changed")
        return
    event("changed")
    back = merged_flow(found.body, before.body, lambda _: False)
    assert back == before.body
    assert not differences_between(None, back, before.body)


@EXAMPLES
@given(rules=migrations(), state=states)
def test_what_is_derived_keeps_every_rule_and_each_difference_names_what_has_made_it(
    rules: Rules, state: tuple[Values, dict[str, bytes]]
) -> None:
    values, files = state
    before = remote(values, files=files)
    found = derive(rules, str(values["keyId"]), before)
    names = {rule.name for rule in rules.changes}
    for problem in found.problems:
        assert problem.field is None or problem.field.startswith(("recall", NODES))
        assert any(f'"{name}"' in problem.violation.message.en for name in names)
    if found.body is None:
        assert not found.rules
        return
    assert isinstance(check_flow(json.loads(found.body)), FlowUpdate)
    differences = [each.field for each in differences_between(before.body, before.body, found.body)]
    assert differences
    assert list(found.rules) == differences
    for named in found.rules.values():
        assert named
        assert set(named.split(", ")) <= names


@settings(EXAMPLES, max_examples=100)
@given(migrations())
def test_kept_rules_are_the_same_rules(rules: Rules) -> None:
    again = Rules.decode(rules.encode())
    assert again == rules
    assert again.encode() == rules.encode()


@settings(EXAMPLES, max_examples=100)
@given(rules=migrations(), state=states)
def test_kept_rules_do_the_same(rules: Rules, state: tuple[Values, dict[str, bytes]]) -> None:
    values, files = state
    before = remote(values, files=files)
    assert derive(Rules.decode(rules.encode()), "1", before) == derive(rules, "1", before)
