"""Commands that are printed can be typed as they stand."""

import shlex
import sys
from pathlib import Path

import pytest

from runner.typed import typed


@pytest.mark.skipif(sys.platform == "win32", reason="another shell")
@pytest.mark.parametrize("name", ["flows.xlsx", "my flows.csv", "八月 流程.xlsx", "a'b;rm -rf.xlsx", "$(x).csv"])
def test_a_file_name_is_one_word_for_the_shell(name: str) -> None:
    assert shlex.split(typed(["recallflow", "upload", Path(name)])) == ["recallflow", "upload", name]


@pytest.mark.skipif(sys.platform == "win32", reason="another shell")
def test_a_file_that_is_called_like_an_option_is_none() -> None:
    [_, _, file] = shlex.split(typed(["recallflow", "upload", Path("--yes")]))
    assert (Path(file).is_absolute(), Path(file).name) == (True, "--yes")
