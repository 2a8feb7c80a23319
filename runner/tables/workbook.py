"""Reads .xlsx workbooks: fast where that loses nothing, carefully otherwise.

The fast reader (calamine) gives error cells and formulas without a stored value as blanks, so that a mistake would
become "no value". It is taken only for workbooks whose XML has neither.
"""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import InputError, RunnerError
from runner.problem import Violation
from runner.tables.headings import SEARCHED_ROWS
from runner.tables.table import Cell, Misread
from runner.text import Text

if TYPE_CHECKING:
    from openpyxl.cell import Cell as OpenpyxlCell
    from openpyxl.cell import MergedCell

_CHUNK = 2**20
_TRACES = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b't="e"', b"t='e'")
"""What every formula and every error cell has in a sheet's XML, whatever the prefix of its names (ECMA-376 part 1,
18.3.1.4 and 18.3.1.40). Text that happens to look like it costs only time."""


def sheet_names(path: Path) -> list[str]:
    """The workbook's sheets, in order.

    Raises:
        InputError: it is not a workbook that can be read.
    """
    import pandas as pd  # noqa: PLC0415 - heavy; only for those who read a workbook

    with _as_input_error(path), pd.ExcelFile(path, engine="calamine") as workbook:
        return [str(name) for name in workbook.sheet_names]


def read_sheet(path: Path, sheet: str, *, only_top: bool = False) -> Iterator[Sequence[Cell]]:
    """Every row from row 1 on, each cell from column A on, blank ones included.

    Args:
        path: the workbook.
        sheet: one of its `sheet_names`.
        only_top: no more rows than headings are looked for in.

    Raises:
        InputError: it is not a workbook that can be read. Raised while reading.
    """
    rows = SEARCHED_ROWS if only_top else None
    with _as_input_error(path):
        yield from _read_carefully(path, sheet, rows) if _has_traces(path) else _read_fast(path, sheet, rows)


def _read_fast(path: Path, sheet: str, rows: int | None) -> Iterator[Sequence[Cell]]:
    import pandas as pd  # noqa: PLC0415 - heavy; only for those who read a workbook

    frame = pd.read_excel(
        path, sheet_name=sheet, header=None, dtype=object, na_filter=False, nrows=rows, engine="calamine"
    )
    for cells in frame.itertuples(index=False, name=None):
        yield [None if cell == "" else cell for cell in cells]


def _read_carefully(path: Path, sheet: str, rows: int | None) -> Iterator[Sequence[Cell]]:
    import openpyxl  # noqa: PLC0415 - heavy; only for those who read a workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that it does not keep; we keep only values
        values = openpyxl.load_workbook(path, read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)
        try:
            of_values, of_formulas = values[sheet], formulas[sheet]
            of_values.reset_dimensions()
            of_formulas.reset_dimensions()
            pairs = zip(of_values.iter_rows(max_row=rows), of_formulas.iter_rows(max_row=rows), strict=True)
            for value_cells, formula_cells in pairs:
                yield [_careful(*pair) for pair in zip(value_cells, formula_cells, strict=True)]
        finally:
            values.close()
            formulas.close()


def _careful(value: "OpenpyxlCell | MergedCell", formula: "OpenpyxlCell | MergedCell") -> Cell:
    if value.data_type == "e":
        return Misread(str(value.value), _error_cell(str(value.value)))
    if formula.data_type == "f" and value.value is None and value.data_type != "str":  # which is an empty text
        return Misread(str(formula.value), _NEVER_COMPUTED)
    found: Any = value.value
    cell: Cell = found
    return None if cell == "" else cell


def _has_traces(path: Path) -> bool:
    overlap = max(map(len, _TRACES)) - 1
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as part:
                tail = b""
                while chunk := part.read(_CHUNK):
                    window = tail + chunk
                    if any(trace in window for trace in _TRACES):
                        return True
                    tail = window[-overlap:]
    return False


@contextmanager
def _as_input_error(path: Path) -> Iterator[None]:
    """Whatever the readers stumble over means one thing: the file is damaged, or no workbook."""
    try:
        yield
    except (RunnerError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(
            f"{path.name} cannot be read as a spreadsheet ({reason}). Open it and save it again as .xlsx.",
            f"{path.name} 无法作为电子表格读取（{reason}）。请打开后重新另存为 .xlsx。",
        ) from error


def _error_cell(shown: str) -> Violation:
    return Violation(
        "error-cell",
        Text(f"The cell holds the error {shown}", f"单元格为错误值 {shown}"),
        Text("Mend the formula, or type the value.", "请修正公式，或直接输入数值。"),
    )


_NEVER_COMPUTED = Violation(
    "formula-without-value",
    Text("The formula was never computed, so the file holds no value for it", "公式从未计算过，文件中没有它的值"),
    Text(
        "Open the file in a spreadsheet program and save it, or type the value.",
        "请用电子表格软件打开并保存，或直接输入数值。",
    ),
)
