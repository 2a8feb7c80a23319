"""Which libraries a command waits for: none that it has no use for."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.acceptance.program import SAMPLES, environment, recallflow
from tests.test_architecture import OWNERS

LIBRARIES = {*OWNERS, "asyncio", "numpy"}

HELP = {"typer"}
HAS_OPTIONS = HELP | {"annotated_types", "pydantic", "pydantic_core"}  # of typer's, where they are
READS_SETTINGS = HAS_OPTIONS | {"asyncio", "platformdirs", "pydantic_settings"}
READS_THE_JOURNAL = READS_SETTINGS | {"rich", "sqlite3"}
CHECKS = READS_THE_JOURNAL | {"psutil"}
WRITES_WORKBOOKS = CHECKS | {"lxml", "numpy", "openpyxl"}  # openpyxl takes both where they are
SENDS = WRITES_WORKBOOKS | {"aiohttp", "aiolimiter", "tenacity", "uvloop"}

COMMANDS: list[tuple[str, Collection[str]]] = [
    ("--help", HELP),
    ("upload --help", HAS_OPTIONS),
    ("sandbox --help", HAS_OPTIONS),
    ("template --help", HAS_OPTIONS),
    ("fields", READS_THE_JOURNAL - {"asyncio", "platformdirs", "pydantic_settings"}),
    ("runs", READS_THE_JOURNAL),
    ("results", READS_THE_JOURNAL),
    ("history 200001", READS_THE_JOURNAL),
    ("drift", READS_THE_JOURNAL),
    ("show", CHECKS),
    ("check flows.csv", CHECKS),
    ("check flows.xlsx", CHECKS),
    ("template new.xlsx", WRITES_WORKBOOKS),
    ("report", WRITES_WORKBOOKS),
    ("upload flows.csv --dry-run", SENDS - {"uvloop"}),
    ("upload flows.csv --sandbox", SENDS),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files to send, and a journal with a run."""
    folder = tmp_path_factory.mktemp("start-up")
    for name in ("flows.csv", "flows.xlsx"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    assert recallflow("upload", "flows.csv", "--dry-run", cwd=folder).code == 0
    return folder


@pytest.mark.process
@pytest.mark.parametrize(("command", "libraries"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_imports_no_library_that_it_has_no_use_for(
    folder: Path, command: str, libraries: Collection[str]
) -> None:
    script = (
        "import sys; from jobs.app.main import main\n"
        f"try: main({command.split()!r})\n"
        "except SystemExit as end: print('code', end.code, *{name.partition('.')[0] for name in sys.modules})"
    )
    env = environment(RECALLFLOW_HOME=str(folder / "home"))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, encoding="utf-8", check=True, env=env
    )
    told, _, imported = done.stdout.rpartition("code 0 ")
    assert told, done.stderr
    assert LIBRARIES & set(imported.split()) <= set(libraries)
