"""Stderr, which nobody need be reading: no run ends because whoever watched it has gone."""

import os
from typing import Any, TextIO


class Stderr:
    """The stream that it is given, but from the first time that it cannot be written, what is written goes nowhere.

    Below rich, which would send stdout nowhere as well, and end the program.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        """Writes, or loses, the words."""
        try:
            return self._stream.write(words)
        except OSError:  # a closed pipe, which Windows calls an invalid argument; a full disk; a terminal that is gone
            self._lose()
            return len(words)

    def flush(self) -> None:
        """Writes, or loses, what waits."""
        try:
            self._stream.flush()
        except OSError:
            self._lose()

    def _lose(self) -> None:
        """What waits goes nowhere too, so that Python does not stumble over it at the program's end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a stream has
        return getattr(self._stream, name)
