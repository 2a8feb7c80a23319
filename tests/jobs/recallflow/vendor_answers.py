"""What the vendor may give back of a flow: any type that says the same, and what nobody expects."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from jobs.recallflow.reference import SPECS
from tests.jobs.recallflow.valid_flows import Values


def fields_of(state: Values) -> Iterator[tuple[Values, str]]:
    """Everything in a state that can be sent, as where it is and its name."""
    for holder in (state, *(state["nodeList"] or ())):
        for name in holder:
            if name in SPECS and name != "nodeList" and (holder is state or name != "keyId"):
                yield holder, name


@st.composite
def relaxed(draw: st.DrawFn, kind: str, value: Any) -> Any:
    """The same value in another type."""
    if value is None:
        return draw(st.sampled_from([None, ""]))
    if kind in {"integer", "option", "number"}:
        same: list[Any] = [value, str(value)]
        if value == int(value) and abs(value) < 2**53:
            same += [int(value), float(value), str(int(value)), f"{int(value)}.0", f"{int(value)}.00", f"+{int(value)}"]
        return draw(st.sampled_from(same)) if value >= 0 else draw(st.sampled_from(same[:2]))
    as_number = value.isascii() and value.isdigit() and str(int(value)) == value
    return draw(st.sampled_from([value, int(value)])) if as_number else value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*SPECS, "status"]), inner),
    max_leaves=12,
)
