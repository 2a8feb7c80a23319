"""What is to be read, as the command line and the settings say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from jobs.app.settings import Settings
from runner.errors import SettingsError
from runner.journal.duplicates import Duplicates
from runner.loading import Source
from runner.tables.mapping import parse_mapping, read_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the command line says of the spreadsheet."""

    file: Path
    sheet: str | None
    map: Sequence[str] | None
    map_file: Path | None
    duplicates: str
    files_root: Path | None

    def source(self, settings: Settings) -> Source:
        """The spreadsheet and how it is read.

        Raises:
            InputError: the mapping cannot be used.
            SettingsError: another option cannot.
        """
        if self.duplicates not in get_args(Duplicates):
            raise SettingsError(
                f"--duplicates {self.duplicates} means nothing. Write error or last.",
                f"--duplicates {self.duplicates} 无效。请写 error 或 last。",
            )
        if self.files_root is not None and not self.files_root.is_dir():
            raise SettingsError(
                f"--files-root {self.files_root} is no folder. Name the folder of the audio files.",
                f"--files-root {self.files_root} 不是文件夹。请指定音频文件所在的文件夹。",
            )
        duplicates: Duplicates = "last" if self.duplicates == "last" else "error"
        return Source(
            path=self.file,
            sheet=self.sheet,
            mapping=self._mapping(),
            duplicates=duplicates,
            files_root=self.files_root,
            limits=settings.reading,
            attachment_mb=settings.attachment_mb,
        )

    def _mapping(self) -> Mapping[str, str]:
        """What the options say wins over what the file says."""
        in_file = read_mapping(self.map_file) if self.map_file else {}
        return {**in_file, **parse_mapping(*(self.map or ()))}
