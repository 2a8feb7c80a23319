"""Spreadsheets to send, and reports to read."""

import csv
import importlib.util
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl

from tests.acceptance.program import SAMPLES

RIGHT: dict[str, object] = {
    "recallInterval": 30,
    "recallNum": 3,
    "recallType": 1,
    "source": 3,
    "text": "Hello",
    "lan": "EN",
    "hangUpSms": 0,
    "toSeat": 0,
}


def write_csv(path: Path, rows: Iterable[dict[str, object]]) -> Path:
    """A CSV file whose headings are the keys of the first row."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def simple_flows(path: Path, number: int) -> Path:
    """A CSV file of flows that are right, numbered from 1."""
    return write_csv(path, ({"keyId": key} | RIGHT for key in range(1, number + 1)))


def generator() -> ModuleType:
    """The script that makes samples."""
    spec = importlib.util.spec_from_file_location("make_flows", SAMPLES / "make_flows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def varied_flows(path: Path, number: int, seed: int) -> Path:
    """A workbook of flows as the samples have them."""
    make = generator()
    rows = ([row.get(spec.name) for spec in make.FIELDS] for flow in make.flows(number, seed) for row in flow)
    make.write_xlsx(path, make.headings("zh"), rows)
    return path


def all_cells(report: Path, sheet: str) -> list[tuple[Any, ...]]:
    """A sheet of a report, as it stands."""
    workbook = openpyxl.load_workbook(report, read_only=True)
    try:
        return list(workbook[sheet].iter_rows(values_only=True))
    finally:
        workbook.close()


def sheet_rows(report: Path, sheet: str) -> list[dict[str, Any]]:
    """A sheet of a report, each row by its headings; cells at a row's end may be missing where they are blank."""
    headings, *rows = all_cells(report, sheet)
    return [dict(zip_longest(map(str, headings), row)) for row in rows]
