"""What a rule makes of a field's value."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from jobs.recallflow.migration.asked_fields import Scalar
from jobs.recallflow.migration.conditions import Kept
from jobs.recallflow.reference import SPECS
from jobs.recallflow.rules import broken_by
from jobs.recallflow.violations import wrong_type
from runner.problem import Violation
from runner.tables.table import shown
from runner.text import Text

Result = Scalar | Violation | None


class Set(Kept):
    """Whatever it was, it has this value."""

    kind: Literal["set"] = "set"
    field: str
    value: Scalar | None
    """None for nothing."""

    def of(self, value: object) -> Result:  # noqa: ARG002 - whatever it was
        """The value from then on."""
        return self.value


class Map(Kept):
    """It has what a table says for it."""

    kind: Literal["map"] = "map"
    field: str
    pairs: tuple[tuple[Scalar, Scalar | None], ...]
    table: str
    """The name of the file."""
    no_match: Literal["fail", "keep", "default"]
    default: Scalar | None = None

    @cached_property
    def results(self) -> Mapping[Scalar, Scalar | None]:
        """By what it was."""
        return dict(self.pairs)

    def of(self, value: object) -> Result:
        """The value from then on. A blank one is in no table."""
        if type(value) in (int, float, str) and value in self.results:
            return self.results[value]  # type: ignore[index]  # it is one of the keys
        match self.no_match:
            case "keep":
                return value  # type: ignore[return-value]  # as the vendor has it, whatever it is
            case "default":
                return self.default
            case "fail":
                what = _BLANK if value is None else Text.verbatim(shown(str(value)))
                return Violation("no-match", _NO_MATCH.format(value=what, table=self.table), _ADD_IT)


class Replace(Kept):
    """Words in it become other words, wherever they are in it."""

    kind: Literal["replace"] = "replace"
    field: str
    old: str
    new: str

    def of(self, value: object) -> Result:
        """The value from then on; a blank one stays so."""
        if value is None or isinstance(value, str):
            return value.replace(self.old, self.new) if value else value
        return wrong_type(self.field, str(value))


class Shift(Kept):
    """It becomes more or less."""

    kind: Literal["shift"] = "shift"
    field: str
    by: int | float
    beyond: Literal["fail", "limit"]

    def of(self, value: object) -> Result:
        """The value from then on; a blank one stays so."""
        if value is None:
            return None
        if type(value) not in (int, float):
            return wrong_type(self.field, str(value))
        spec = SPECS[self.field]
        # By its digits: of two floating-point numbers, 1.1 and 0.1, the sum is not quite 1.2.
        exact = Decimal(str(value)) + Decimal(str(self.by))
        if self.beyond == "limit" and spec.low is not None and spec.high is not None:
            exact = min(max(exact, Decimal(str(spec.low))), Decimal(str(spec.high)))
        shifted = float(exact) if spec.kind == "number" else int(exact)
        broken = broken_by(self.field, shifted)
        if broken is None:
            return shifted
        said = _BEYOND.format(value=value, by=f"{self.by:+}", message=broken.message)
        return Violation(broken.code, said, _LIMIT_IT)


class AddNode(Kept):
    """There is one node more."""

    kind: Literal["add_node"] = "add_node"
    values: dict[str, Scalar]
    """By field; all others are blank."""
    at: Literal["start", "end"] | int
    """A number is the place that it has then, from 1."""


class RemoveNode(Kept):
    """The nodes that the conditions tell from others are there no more."""

    kind: Literal["remove_node"] = "remove_node"


FieldEffect = Set | Map | Replace | Shift
Effect = Annotated[FieldEffect | AddNode | RemoveNode, Field(discriminator="kind")]

_BLANK = Text("A blank", "空值")
_NO_MATCH = Text("{value} is not in {table}", "{value} 不在 {table} 中")
_ADD_IT = Text(
    'Add it to the table, leave such out with where, or say what is to become of it: no_match = "keep" or "default".',
    '请将其加入该表，或用 where 排除，或指明处理方式：no_match = "keep" 或 "default"。',
)
_BEYOND = Text("{value} {by}: {message}", "{value} {by}：{message}")
_LIMIT_IT = Text(
    'Leave such flows out with where, or let it stop at the limit: beyond = "limit".',
    '请用 where 排除此类流程，或在到达上下限时停止：beyond = "limit"。',
)
