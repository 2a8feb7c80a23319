"""Files that are damaged, misnamed or made to hurt: an exit code, clear words, in time, and never a traceback."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from jobs.app.main import app
from tests.acceptance import hostile
from tests.acceptance.measured import Measured, measured
from tests.acceptance.program import SAMPLES, Finished, environment, recallflow

SECONDS = 20
"""Of processors, that any file under 5 MB may take: a machine that is busy with other things makes no difference."""
PATIENCE = 120
"""By the wall, for the same."""
MEMORY_MB = 2_048
LARGEST = 5_000_000

SOFFICE = shutil.which("soffice")

Make = Callable[[Path], Path]


def answered(path: Path) -> Finished:
    """Check a file, and hold what is promised for the answer to every file."""
    done = recallflow("check", path, cwd=path.parent)
    assert_is_an_answer(done)
    return done


def answered_in_time(path: Path) -> Measured:
    """As `answered`, and within the limits, which a process of its own shows."""
    done = measured("check", path, cwd=path.parent, within=PATIENCE)
    print(f"{done.seconds:.1f} s, {done.own_seconds + done.children_seconds:.1f} of CPU, {done.together_mb:.0f} MiB")
    assert_is_an_answer(done)
    assert done.own_seconds + done.children_seconds < SECONDS
    assert done.together_mb < MEMORY_MB
    return done


def assert_is_an_answer(done: Finished | Measured) -> None:
    assert done.code in {0, 1, 2}, done.err[-2_000:]
    for word in ("Traceback", "panicked", "Error:"):
        assert word not in done.err + done.out
    if done.code == 2:
        assert done.out == ""
        assert len(done.err.splitlines()) == 1
        assert len(done.err) < 1_000


LARGE: list[tuple[Make, int, str]] = [
    (hostile.bomb_of_one_text, 2, "reading_memory_mb"),
    (hostile.bomb_of_shared_strings, 0, ""),
    (hostile.bomb_of_parts, 2, "unpacked_mb"),
    (hostile.bomb_of_entities, 2, "cannot be read"),
    (hostile.entities_in_the_sheet, 2, "cannot be read"),
    (hostile.lying_dimension, 0, ""),
    (hostile.stray_corner, 2, "delete cells that stand far from the table"),
    (hostile.fifty_thousand_merges, 0, "49995 more"),
    (hostile.merges_over_everything, 1, "Merged cells"),
    (hostile.deep_xml, 2, "no rows"),
    (hostile.large_cell, 1, ""),
    (hostile.unclosed_quote, 2, "quotation mark"),
    (hostile.millions_of_ones, 2, "no known heading"),
    (hostile.millions_of_commas, 2, "line is too long"),
    (hostile.lines_of_commas, 0, ""),
    (hostile.millions_of_quotes, 1, ""),
]
SLOW: list[tuple[Make, int, str]] = [
    (hostile.bomb_of_spaces, 2, "reading_memory_mb"),
    (hostile.bomb_of_zeros, 2, "reading_"),
    (hostile.million_styled_rows, 0, ""),
    (hostile.many_right_rows, 0, ""),
    (hostile.many_wrong_rows, 1, ""),
    (hostile.one_key, 1, ""),
]
"""They take seconds, some of them as many as they may."""


@pytest.mark.process
@pytest.mark.parametrize(
    ("make", "code", "words"),
    [*LARGE, *(pytest.param(*each, marks=pytest.mark.campaign) for each in SLOW)],
    ids=[make.__name__ for make, _, _ in (*LARGE, *SLOW)],
)
def test_a_file_that_is_made_to_hurt_is_answered_in_time(tmp_path: Path, make: Make, code: int, words: str) -> None:
    path = make(tmp_path)
    assert path.stat().st_size < LARGEST
    done = answered_in_time(path)
    assert done.code == code
    assert words in done.err


@pytest.mark.process
@pytest.mark.parametrize("filling", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [900, 800_000])
def test_json_that_is_deep_is_a_problem_of_its_cell(tmp_path: Path, depth: int, filling: str) -> None:
    done = answered_in_time(hostile.deep_json(tmp_path, depth, filling))
    assert done.code == 1
    assert "nodeList" in done.out


@pytest.mark.parametrize("ending", [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv"])
def test_noise_is_no_table(tmp_path: Path, ending: str) -> None:
    assert answered(hostile.noise(tmp_path, ending)).code == 2


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A right workbook in each format that can be had here."""
    found = {".xlsx": (SAMPLES / "flows.xlsx").read_bytes()}
    if SOFFICE:
        folder = tmp_path_factory.mktemp("workbooks")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        for ending in (".xls", ".ods"):
            subprocess.run(
                [
                    SOFFICE,
                    profile,
                    "--headless",
                    "--convert-to",
                    ending[1:],
                    "--outdir",
                    folder,
                    SAMPLES / "flows.xlsx",
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
            found[ending] = (folder / f"flows{ending}").read_bytes()
    return found


@pytest.mark.parametrize("share", [0.5, 0.98])
@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_a_workbook_that_is_cut_off_cannot_be_read(
    tmp_path: Path, workbooks: dict[str, bytes], ending: str, share: float
) -> None:
    if ending not in workbooks:
        pytest.skip("LibreOffice is not installed")
    content = workbooks[ending]
    (tmp_path / f"cut{ending}").write_bytes(content[: int(len(content) * share)])
    assert answered(tmp_path / f"cut{ending}").code == 2


def _no_workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("letter.txt", "Dear all")
    return content.getvalue()


MISNAMED = [
    ("archive.xlsx", _no_workbook(), "archive.xlsx"),
    ("archive.ods", _no_workbook(), "archive.ods"),
    ("page.xls", b"<html><body><table><tr><td>keyId</td></tr></table></body></html>", "a web page"),
    ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "photo.csv"),
    ("locked.xlsx", hostile.OLE + "EncryptedPackage".encode("utf-16-le") + bytes(64), "protected by a password"),
    ("empty.csv", b"", "is empty"),
    ("empty.xls", b"", "is empty"),
    ("zeros.csv", bytes(100_000), "zeros.csv"),
    ("workbook.csv", _no_workbook(), "is a workbook that is called .csv"),
]


@pytest.mark.parametrize(("name", "content", "words"), MISNAMED, ids=[name for name, _, _ in MISNAMED])
def test_a_file_that_is_something_else_is_told_to_be(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = answered(tmp_path / name)
    assert (done.code, words in done.err) == (2, True), done.err


if sys.platform != "win32":  # where there are no pipes in folders

    @pytest.mark.parametrize("ending", [".csv", ".xlsx"])
    def test_what_is_no_file_is_not_waited_for(tmp_path: Path, ending: str) -> None:
        os.mkfifo(tmp_path / f"pipe{ending}")
        (tmp_path / f"folder{ending}").mkdir()
        (tmp_path / f"loop{ending}").symlink_to(tmp_path / f"loop{ending}")
        for name in ("pipe", "folder", "loop"):
            assert answered(tmp_path / f"{name}{ending}").code == 2


NAMES = ["呼叫 流程 🎉.csv", "[red]x.csv", "100% {name}.csv", "a" * 250 + ".csv"]


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_does_not_matter(tmp_path: Path, name: str) -> None:
    hostile.csv_lines(tmp_path / name, ["1,1,1,1\n"])
    done = answered(tmp_path / name)
    assert done.code == 0
    assert name in done.out
    (tmp_path / name).write_bytes(b"")
    done = answered(tmp_path / name)
    assert (done.code, done.err.startswith(name)) == (2, True)


CALM = settings(
    deadline=None,
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BEGINNINGS = (
    b"",
    b"PK\x03\x04",
    hostile.OLE,
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"keyId,recallInterval,recallNum,recallType\n",
)
FEW = settings(CALM, max_examples=15)


def exits(path: Path, content: bytes) -> None:
    """Checks such a file, within this process."""
    path.write_bytes(content)
    done = CliRunner(env=environment(RECALLFLOW_HOME=str(path.parent))).invoke(app, ["check", str(path)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code in {0, 1, 2}


@CALM
@given(beginning=st.sampled_from(BEGINNINGS), content=st.binary(max_size=2_000))
def test_any_bytes_called_csv_end_in_an_exit_code(tmp_path: Path, beginning: bytes, content: bytes) -> None:
    exits(tmp_path / "in.csv", beginning + content)


@CALM
@given(
    lines=st.lists(
        st.lists(st.text(max_size=20) | st.integers().map(str) | st.floats().map(str), max_size=8), max_size=20
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_any_cells_below_headings_end_in_an_exit_code(tmp_path: Path, lines: list[list[str]], encoding: str) -> None:
    text = "\n".join([hostile.HEADINGS + ",nodeList,text", *map(",".join, lines)])
    exits(tmp_path / "in.csv", text.encode(encoding, errors="replace"))


@FEW
@given(
    ending=st.sampled_from([".xlsx", ".xls", ".ods", ".xlsb"]),
    beginning=st.sampled_from(BEGINNINGS),
    content=st.binary(max_size=2_000),
)
def test_any_bytes_called_a_workbook_end_in_an_exit_code(
    tmp_path: Path, ending: str, beginning: bytes, content: bytes
) -> None:
    exits(tmp_path / f"in{ending}", beginning + content)
