"""Rules as somebody writes them, and flows as the vendor has them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from jobs.recallflow.migration.deriving import derive
from jobs.recallflow.migration.rules import Rules, read_rules
from jobs.recallflow.reference import FLOW_FIELDS, NODE_FIELDS, NODES
from runner.errors import InputError
from runner.plan import Derived, Remote

FLOWS = "[flows]\nfrom = 2026-11-01\nto = 2026-11-22\n"
SPOKEN = {"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": 0, "toSeat": 0}
PLAYED = {"source": 1, "voiceFileId": "v-1", "hangUpSms": 0, "toSeat": 0}

Values = dict[str, Any]


def node(values: Mapping[str, Any]) -> Values:
    """With all fields, as the remote state has them."""
    return {spec.name: values.get(spec.name) for spec in NODE_FIELDS}


def flow(*nodes: Mapping[str, Any], **own: object) -> Values:
    """A flow that keeps every rule, as far as its nodes do."""
    values: Values = {"keyId": 299, "recallInterval": 30, "recallNum": 3, "recallType": 1} | own
    in_order: Values = {spec.name: values.get(spec.name) for spec in FLOW_FIELDS if spec.name != NODES}
    return in_order | {NODES: [node(each) for each in nodes]}


def remote(values: Values, *, status: object = 0, files: Mapping[str, bytes] | None = None) -> Remote:
    """As the vendor tells it."""
    return Remote(body=to_json(values), locked=False, facts={"status": status}, files=files or {})


def rules_of(folder: Path, text: str) -> Rules:
    """The rules that are read from a file; a selection is put above them."""
    path = folder / "rules.toml"
    path.write_text(FLOWS + text, encoding="utf-8")
    return read_rules(path)


def complaints_on(folder: Path, text: str) -> list[str]:
    """The lines of the message, whole files."""
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as found:
        read_rules(path)
    assert found.value.en.count("\n") == found.value.zh.count("\n")
    return found.value.en.splitlines()


def derived(rules: Rules, values: Values, **how: Any) -> Derived:
    return derive(rules, "299", remote(values, **how))


def wanted(rules: Rules, values: Values, **how: Any) -> Values:
    """What is wanted of a flow; what it has, where nothing is."""
    found = derived(rules, values, **how)
    assert not found.problems, found.problems
    if found.body is None:
        assert found.why is not None
        return values
    read: Values = from_json(found.body)
    return read
