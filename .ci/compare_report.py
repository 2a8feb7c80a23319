"""Opens the report of the latest run and compares it with that run's JSON summary, read from stdin."""

import json
import sys
from collections import Counter

from openpyxl import load_workbook

run = json.load(sys.stdin)["runs"][0]
workbook = load_workbook(run["report"], read_only=True)
headings, *rows = workbook["Results"].iter_rows(values_only=True)
results = [dict(zip(headings, row, strict=False)) for row in rows]

counts = Counter(str(result["State"]).replace(" ", "_") for result in results)
attempts = sum(int(result["Attempts"]) for result in results)
facts = {row[0]: row[1] for row in workbook["Summary"].iter_rows(values_only=True) if len(row) > 1}

print(f"run {run['run']}: {dict(counts)}, {attempts} attempts")
expected = Counter({state: count for state, count in run["counts"].items() if count})
for what, found, wanted in (
    ("states in Results", counts, expected),
    ("lines in Results", len(results), run["requests"]),
    ("attempts in Results", attempts, run["attempts"]),
    ("run in Summary", facts["Run"], run["run"]),
    ("requests in Summary", facts["Requests"], run["requests"]),
    ("rows in Summary", facts["Rows"], run["rows"]),
):
    if found != wanted:
        sys.exit(f"{what}: {found}, but the summary says {wanted}")
print("the report and the summary agree")
