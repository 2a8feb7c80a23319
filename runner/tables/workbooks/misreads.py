"""Cells that hold something, but no value: found by each format's own reader, and worded here for all of them."""

from functools import lru_cache

from runner.problem import Violation
from runner.tables.table import Misread
from runner.text import Text


@lru_cache(maxsize=256)  # one object for each error, so that a batch of rows is pickled with one copy of its words
def error_cell(shown: str) -> Misread:
    """A cell that shows an error, such as `#N/A`."""
    return Misread(
        shown,
        Violation(
            "error-cell",
            Text(f"The cell holds the error {shown}", f"单元格为错误值 {shown}"),
            Text("Mend the formula, or type the value.", "请修正公式，或直接输入数值。"),
        ),
    )


def formula_without_value(formula: str) -> Misread:
    """A formula that no program has ever computed; written with its `=`."""
    return Misread(formula, _NEVER_COMPUTED)


_NEVER_COMPUTED = Violation(
    "formula-without-value",
    Text("The formula was never computed, so the file holds no value for it", "公式从未计算过，文件中没有它的值"),
    Text(
        "Open the file in a spreadsheet program and save it, or type the value.",
        "请用电子表格软件打开并保存，或直接输入数值。",
    ),
)
