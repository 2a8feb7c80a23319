"""How much of a file is read, and what reading it may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """Past any of them a file is refused, and the message names it as it is here, which is as a setting."""

    file_mb: int = 256
    """Of the file as it lies on the disk, in MiB."""
    unpacked_mb: int = 4096
    """Of a workbook's parts when they are unpacked, in MiB."""
    file_rows: int = 2_000_000
    """Rows below the heading."""
    file_problems: int = 200_000
    """Problems of one file that are written down; with more of them it is not the table that was meant."""
    reading_memory_mb: int = 1536
    """Of the process that reads a workbook, in MiB; and 24 more for each MiB of the file."""
    reading_seconds: float = 10.0
    """Processor time of that process; and as much again for each 10 MiB of the file."""

    def memory_for(self, size: int) -> int:
        """What reading a workbook of this many bytes may take, in MiB.

        A sheet takes about 75 bytes for each of its cells, and a file of 70 MiB can have 32 million of them.
        """
        return self.reading_memory_mb + _MEMORY_PER_MIB * size // 2**20

    def seconds_for(self, size: int) -> float:
        """What reading a workbook of this many bytes may take."""
        return self.reading_seconds * (1 + size / (_MIB_PER_ALLOWANCE * 2**20))


_MEMORY_PER_MIB = 24
_MIB_PER_ALLOWANCE = 10
