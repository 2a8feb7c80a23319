"""The rules of the house, held by reading the imports."""

import ast
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for folder in ("runner", "jobs") for path in (ROOT / folder).rglob("*.py"))

TOP_LEVEL = {"pyproject.toml", "runner", "jobs", "samples", "tests", "docs", "README.md", "LICENSE"}

WORDS = {"errors", "text", "problem", "change", "plan", "request", "exchange", "outcome", "events", "job"}
"""What everything in `runner` may speak in."""

LONGEST_FILE = 300

OWNERS = {
    "aiohttp": {"runner.sending.transport", "jobs.recallflow.sandbox.server"},
    "aiolimiter": {"runner.sending.pace"},
    "tenacity": {"runner.sending.retry"},
    "sqlite3": {"runner.journal"},
    "psutil": {"runner.journal.owner", "runner.tables.workbooks.process_limits"},
    "python_calamine": {"runner.tables.workbooks.calamine_book"},
    "pandas": {"runner.report.frame"},
    "xlrd": {"runner.tables.workbooks.xls_book"},
    "lxml": {"runner.tables.workbooks.xml_stream"},
    "openpyxl": {"runner.report", "jobs.recallflow.template"},
    "jinja2": {"runner.report.page"},
    "typer": {
        "jobs.app.main",
        "jobs.app.options",
        "jobs.app.journal_commands",
        "jobs.app.plan_commands",
        "jobs.app.export_commands",
        "jobs.app.run",
        "jobs.app.sandbox_command",
        "jobs.app.units",
        "jobs.app.migrate_command",
        "jobs.app.reference_commands",
        "jobs.app.way_back_commands",
    },
    "rich": {"jobs.app"},
    "uvloop": {"jobs.app.loop"},
    "platformdirs": {"jobs.app.settings"},
    "structlog": {"jobs.app.log"},
    "apprise": {"jobs.app.night.messenger"},
    "prometheus_client": {"jobs.app.night.metrics"},
    "pydantic_settings": {"jobs.app.settings"},
    # Models and types, which are made to be shared:
    "pydantic": {"jobs", "runner.planning.terms"},
    "pydantic_core": {"jobs.recallflow"},
    "annotated_types": {"jobs.recallflow.reference"},
}
"""Every third-party library, and who may import it: a module, or all below a package."""

NAMELESS = {"utils", "helpers", "common", "manager", "misc"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it; the modules of the house by their full names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


IMPORTS = {name: set(imported(path)) for name, path in MODULES.items()}


def below(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def layer(module: str) -> int:
    """Arrows point from app to jobs to the vendor to the runner."""
    if below(module, "jobs.app"):
        return 3
    if below(module, "jobs.recallflow"):
        return 1
    return 2 if below(module, "jobs") else 0


def test_the_top_level_is_as_it_was_agreed() -> None:
    import subprocess

    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout.splitlines()
    assert {name.partition("/")[0] for name in tracked if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("module", MODULES)
def test_arrows_point_from_app_to_jobs_to_runner(module: str) -> None:
    for other in IMPORTS[module]:
        if other in MODULES and other != "jobs":
            assert layer(other) <= layer(module), f"{module} imports {other}"
            if layer(module) == layer(other) == 2:
                pytest.fail(f"one job never imports another: {module} imports {other}")


@pytest.mark.parametrize("module", [name for name in MODULES if below(name, "runner")])
def test_inside_the_runner_the_words_stand_on_words_and_tables_only(module: str) -> None:
    if module.removeprefix("runner.") in WORDS:
        for other in IMPORTS[module]:
            if below(other, "runner"):
                name = other.removeprefix("runner.")
                assert name in WORDS or (module == "runner.job" and below(other, "runner.tables")), other


def test_nothing_is_imported_by_a_name_that_is_made_up_at_run_time() -> None:
    for module, names in IMPORTS.items():
        assert not any(below(name, "importlib") for name in names), module


def test_errors_import_nothing() -> None:
    assert IMPORTS["runner.errors"] == set()


def test_imports_form_no_cycle() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module in done:
            return
        for other in sorted(IMPORTS[module] & MODULES.keys()):
            visit(other, (*path, module))
        done.add(module)

    for module in MODULES:
        visit(module, ())


def test_every_third_party_library_has_one_owner() -> None:
    for module, names in IMPORTS.items():
        for name in names:
            library = name.partition(".")[0]
            if library in {"runner", "jobs"} or (library in sys.stdlib_module_names and library != "sqlite3"):
                continue
            assert library in OWNERS, f"{module} imports {library}, which has no owner"
            assert any(below(module, owner) for owner in OWNERS[library]), f"{module} imports {library}"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_file_reads_in_one_sitting_and_has_a_name_that_says_something(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in NAMELESS


def test_the_error_tree_at_the_top_of_errors_is_the_real_one() -> None:
    from runner import errors

    drawn = [line for line in (errors.__doc__ or "").splitlines() if "──" in line or line == "RunnerError"]
    tree = [(line.index(line.strip("│├└─ ")) // 4, line.strip("│├└─ ").split()[0]) for line in drawn]
    classes = {name for name in vars(errors) if isinstance(getattr(errors, name), type)}
    assert {name for _, name in tree} == classes
    for (depth, name), (next_depth, next_name) in pairwise(tree):
        if next_depth == depth + 1:
            assert issubclass(getattr(errors, next_name), getattr(errors, name))
