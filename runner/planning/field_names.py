"""The fields of a job as users name them, in the terms of `runner.planning.fields.means`."""

import re
from collections.abc import Sequence

from runner.tables.cells import narrow
from runner.tables.headings import Heading, vocabulary_of
from runner.tables.vocabulary import RESEMBLING

_PART = re.compile(r"(.+?)\s*(\[\d+\])?")


class FieldNames:
    """What a job's fields are called: by their names, or by what the vendor calls them."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        """Takes the columns that the job knows."""
        self._fields = {heading.field for heading in headings}
        self._vocabulary = vocabulary_of(headings)

    def pattern(self, written: str) -> str | None:
        """What a user means by `text`, `文件内容`, `nodeList[0].text` or `流程节点[0]`; None where there is no such."""
        if written in self._fields:
            return written
        parts = [_PART.fullmatch(part.strip()) for part in narrow(written).split(".")]
        meant = [(self._vocabulary.field(part[1]), part[2] or "") for part in parts if part]
        if len(meant) == len(parts) and all(name for name, _ in meant):
            return ".".join(f"{name}{place}" for name, place in meant)
        return self._vocabulary.field(written)  # some labels have a point or a bracket in them

    def nearest(self, written: str) -> str | None:
        """The field whose name resembles this most, if any does."""
        last = narrow(written).rpartition(".")[2]
        return self._vocabulary.nearest_field(last, at_least=RESEMBLING)
