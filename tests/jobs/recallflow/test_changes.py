"""What the report says that an update changed is what it changed."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.recallflow.changes import changes_between
from jobs.recallflow.fields import FlowUpdate
from jobs.recallflow.reference import FLOW_FIELDS, NODE_FIELDS
from jobs.upload import Upload
from runner.change import Change
from runner.job import Compares
from tests.jobs.recallflow.valid_flows import Values, flows

AUDIO = b"RIFF....WAVE"
DIGEST = hashlib.sha256(AUDIO).hexdigest()
NODE: Values = {"source": 3, "text": "Hello", "lan": "EN", "speakingRate": 1.25, "hangUpSms": 0, "toSeat": 0}
FLOW: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1, "nodeList": [NODE]}
quickly = settings(max_examples=50, deadline=timedelta(seconds=5), print_blob=True)


def changes(old: Values, new: Values) -> list[tuple[str, object, object]]:
    found = Upload(None).changes(json.dumps(old).encode(), json.dumps(new).encode())
    return [(change.field, change.old, change.new) for change in found]


def with_node(**values: object) -> Values:
    return FLOW | {"nodeList": [NODE | values]}


def by_path(flow: Values) -> dict[str, object]:
    """Every field that is set, by the name that a change would have."""
    found: dict[str, object] = {name: value for name, value in flow.items() if name != "nodeList"}
    for place, node in enumerate(flow.get("nodeList") or ()):
        found |= {f"nodeList[{place}].{name}": value for name, value in node.items()}
    return {path: value for path, value in found.items() if value is not None}


def test_upload_is_a_job_that_compares() -> None:
    assert isinstance(Upload(None), Compares)


def test_fields_that_differ_are_named_in_the_order_of_the_page() -> None:
    new = with_node(text="Goodbye", speakingRate=2) | {"recallNum": 5, "recallInterval": 60}
    assert changes(FLOW, new) == [
        ("recallInterval", 30, 60),
        ("recallNum", 3, 5),
        ("nodeList[0].text", "Hello", "Goodbye"),
        ("nodeList[0].speakingRate", 1.25, 2),
    ]


def test_null_is_as_good_as_absent_and_numbers_are_compared_by_value() -> None:
    assert changes(with_node(speakingRate=1, accent=None), with_node(speakingRate=1.0, senderId=None)) == []


def test_a_field_that_is_set_or_blanked_has_nothing_on_the_other_side() -> None:
    assert changes(with_node(accent=None), with_node(accent=7)) == [("nodeList[0].accent", None, 7)]
    assert changes(with_node(accent=7), FLOW) == [("nodeList[0].accent", 7, None)]


def test_a_node_that_came_or_went_is_one_change_without_what_is_blank_in_it() -> None:
    longer = FLOW | {"nodeList": [NODE, NODE | {"text": "More", "accent": None}]}
    assert changes(FLOW, longer) == [("nodeList[1]", None, NODE | {"text": "More"})]
    assert changes(longer, FLOW) == [("nodeList[1]", NODE | {"text": "More"}, None)]


def test_an_update_that_names_no_nodes_is_not_one_that_names_an_empty_list() -> None:
    bare = {name: value for name, value in FLOW.items() if name != "nodeList"}
    assert changes(bare, bare | {"nodeList": None}) == []
    assert changes(bare, bare | {"nodeList": []}) == [("nodeList", None, [])]
    assert changes(bare, FLOW) == [("nodeList[0]", None, NODE)]


def test_audio_is_compared_by_its_bytes_however_a_body_names_it() -> None:
    whole, named = base64.b64encode(AUDIO).decode(), f"attachments/{DIGEST}"
    assert changes(with_node(baseFile=whole), with_node(baseFile=named)) == []
    assert changes(with_node(baseFile=named), with_node(baseFile=named)) == []


def test_audio_is_never_shown() -> None:
    other = base64.b64encode(b"ID3 another").decode()
    [(field, old, new)] = changes(with_node(baseFile=f"attachments/{DIGEST}"), with_node(baseFile=other))
    assert (field, old) == ("nodeList[0].baseFile", f"audio file {DIGEST[:8]}")
    assert new == f"audio file {hashlib.sha256(b'ID3 another').hexdigest()[:8]}"
    [(_, _, node)] = changes(FLOW | {"nodeList": []}, with_node(baseFile=other))
    assert isinstance(node, Mapping)
    assert node["baseFile"] == new


def test_a_field_that_only_another_version_knows_is_named_too() -> None:
    assert changes(FLOW | {"later": 1}, FLOW) == [("later", 1, None)]


@quickly
@given(flow=flows())
def test_nothing_changes_between_an_update_and_itself(flow: Values) -> None:
    body = FlowUpdate.model_validate(flow).body()
    assert list(changes_between(body, body)) == []


@quickly
@given(old=flows(), new=flows())
def test_every_field_that_differs_is_named_and_no_other(old: Values, new: Values) -> None:
    before, after = (json.loads(FlowUpdate.model_validate(flow).body()) for flow in (old, new))
    named = list(changes_between(json.dumps(before).encode(), json.dumps(after).encode()))
    mine, other = by_path(before), by_path(after)
    differing = {path for path in mine | other if mine.get(path) != other.get(path)}
    assert {path for path in differing if not _is_covered(path, named)} == set()
    whole = {change.field for change in named if change.field.endswith("]")}
    assert {change.field for change in named} - whole - {"nodeList"} <= differing


@quickly
@given(flow=flows(), data=st.data())
def test_a_single_field_that_was_changed_is_the_only_change(flow: Values, data: st.DataObject) -> None:
    body: dict[str, Any] = json.loads(FlowUpdate.model_validate(flow).body())
    holders = [("", body, FLOW_FIELDS)]
    holders += [(f"nodeList[{place}].", node, NODE_FIELDS) for place, node in enumerate(body.get("nodeList") or ())]
    prefix, holder, specs = data.draw(st.sampled_from(holders))
    name = data.draw(st.sampled_from([spec.name for spec in specs if spec.kind not in {"nodes", "file"}]))
    old = json.dumps(body).encode()
    was, holder[name] = holder.get(name), "something else"
    assert list(changes_between(old, json.dumps(body).encode())) == [
        Change(field=prefix + name, old=was, new="something else")
    ]


def _is_covered(path: str, named: list[Change]) -> bool:
    return any(change.field == path or path.startswith(f"{change.field}.") for change in named)
