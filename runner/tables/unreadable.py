"""The ways in which a cell can fail to mean what its field needs."""

from runner.problem import Violation
from runner.tables.table import Cell, Truth, shown
from runner.text import Text


def not_a_number(cell: Cell) -> Violation:
    """Words where a number should be."""
    if isinstance(cell, Truth):
        remedy = Text("Type a number.", "请输入数字。")
    else:
        remedy = Text("Type a number, without units.", "请输入数字，不要带单位。")
    return Violation("not-a-number", Text(f'"{shown(cell)}" is not a number', f"“{shown(cell)}”不是数字"), remedy)


def not_whole(cell: Cell) -> Violation:
    """Decimals where there can be none."""
    return Violation(
        "not-a-whole-number",
        Text(f"{shown(cell)} is not a whole number", f"{shown(cell)} 不是整数"),
        Text("Type a whole number.", "请输入整数。"),
    )


def percentage(cell: Cell) -> Violation:
    """A share where a whole number should be: 50% may be meant as 50, or as a half."""
    return Violation(
        "percentage",
        Text(f"{shown(cell)} is a percentage, not a whole number", f"{shown(cell)} 是百分比，不是整数"),
        Text(
            "Type the number itself, and format the cell as a number.",
            "请直接输入数字，并将单元格格式设为“数值”或“常规”。",
        ),
    )


def date_instead(cell: Cell) -> Violation:
    """Excel makes a date of what looks like one: of `1-2` the second of January."""
    return Violation(
        "date-instead",
        Text(
            f"{shown(cell)} is a date; a spreadsheet program makes one of 1-2 or 3/4",
            f"{shown(cell)} 是日期；电子表格软件会把 1-2、3/4 之类自动变成日期",
        ),
        Text("Format the cell as text and type the value again.", "请将单元格格式设为“文本”后重新输入。"),
    )


def not_text(cell: Cell) -> Violation:
    """A truth value where text should be."""
    return Violation(
        "not-text",
        Text(f'"{shown(cell)}" is not text', f"“{shown(cell)}”不是文本"),
        Text("Format the cell as text and type the value again.", "请将单元格格式设为“文本”后重新输入。"),
    )


def digits_lost(cell: Cell) -> Violation:
    """More digits than a number cell keeps, or than Excel writes into a CSV file."""
    return Violation(
        "digits-lost",
        Text(
            f"{shown(cell)} is too long for a number cell, so that its last digits are lost",
            f"{shown(cell)} 超出数字单元格的精度，末尾几位已丢失",
        ),
        Text("Format the cell as text and type all digits again.", "请将单元格格式设为“文本”后重新输入全部数字。"),
    )


TOO_LARGE = Violation(
    "out-of-range",
    Text("It has more digits than any integer of the vendor's can have", "数字过大，超出整数的范围"),
    Text("Check the number; at most 9223372036854775807 is possible.", "请检查该数字；最大为 9223372036854775807。"),
)
