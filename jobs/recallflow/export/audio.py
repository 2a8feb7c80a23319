"""The audio files of an export: in a folder beside the spreadsheet, whose cells name them.

The files are gathered under a temporary name and get their own once the spreadsheet is written, so that an export that
fails leaves nothing behind. A file of other content is never overwritten.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jobs.recallflow.audio import AUDIO
from runner.attachments import Files
from runner.errors import SettingsError
from runner.report.placing import put_in_place
from runner.request import Attachment

LONGEST_NAME = 32
"""Characters: as many as `uploadName` may have, so that the file can be uploaded under its own name."""

_FEWEST_DIGITS = 8
"""Of the digest that a name ends with: different contents have different names."""

_LONGEST_STEM = 80
"""Characters of the spreadsheet's name that the folder's name takes over."""

_FOLDER_ENDING = "-audio"
_UNSAFE_IN_FOLDER = re.compile(r"[^\w() -]+")
_UNSAFE_IN_FILE = re.compile(r"[^0-9A-Za-z一-鿿-]+")
_NAMELESS = "audio"


def audio_folder(path: Path) -> Path:
    """The folder of an export: `flows-audio` beside `flows.xlsx`.

    A cell names it, so it has no characters that a cell loses, or that some system takes for something else.
    """
    stem = _UNSAFE_IN_FOLDER.sub("-", path.stem[:_LONGEST_STEM]).strip(" -") or "flows"
    return path.with_name(f"{stem}{_FOLDER_ENDING}")


def check_audio_folder(path: Path) -> None:
    """Checks before anything is read that audio can lie beside an export.

    Raises:
        SettingsError: something that is no folder has the name.
    """
    folder = audio_folder(path)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise SettingsError(
            f"{folder} is no folder, and the audio files would go into a folder of that name. Move it away, or name "
            "another OUT.",
            f"{folder} 不是文件夹，而音频文件需要放入同名文件夹。请移走它，或改用其他输出文件名。",
        )


class AudioFolder:
    """The files, while they are gathered."""

    def __init__(self, path: Path) -> None:
        """Takes where the spreadsheet is going to lie."""
        self._place = audio_folder(path)
        self.root = path.with_name(f".{path.name}.{os.getpid()}.audio.tmp")
        """As the spreadsheet's folder, for those who look for the files already."""
        self._gathered = self.root / self._place.name
        self._kept: dict[str, Attachment] = {}
        self._names: dict[str, str | None] = {}
        self._placed: list[Path] = []
        self._made = False

    @property
    def folder(self) -> Path | None:
        """Where the files lie in the end; None where there are none."""
        return self._place if self.count else None

    @property
    def count(self) -> int:
        """How many files there are."""
        return sum(name is not None for name in self._names.values())

    def offer(self, attachments: Iterable[Attachment]) -> None:
        """Takes files that the next flow may name."""
        self._kept = {each.token: each for each in attachments}

    def name(self, token: str, called: str | None) -> str | None:
        """What a cell says for a file, relative to the spreadsheet; None where the file is not here, or no audio.

        Args:
            token: stands for it in the body.
            called: how the vendor calls it.

        Raises:
            OSError: it cannot be written.
        """
        if token not in self._names:
            attachment = self._kept.get(token)
            if attachment is None:
                return None
            self._names[token] = self._gather(attachment, called or "")
        name = self._names[token]
        return None if name is None else f"{self._place.name}/{name}"

    def put_in_place(self) -> None:
        """Gives the files their place.

        Raises:
            OSError: they cannot be put there; what was put there is gone again.
        """
        if not self.count:
            return
        try:
            if not self._place.exists():
                self._place.mkdir()
                self._made = True
            for file in sorted(self._gathered.iterdir()):
                place = self._place / file.name
                if not os.path.lexists(place) or not _holds(place, file.read_bytes()):
                    put_in_place(file, place)
                    self._placed.append(place)
        except BaseException:
            self.take_back()
            raise

    def take_back(self) -> None:
        """Takes away what was put in place, as the spreadsheet is not going to be there."""
        for place in self._placed:
            with suppress(OSError):
                place.unlink(missing_ok=True)
        if self._made:
            with suppress(OSError):  # somebody else has put a file into it meanwhile
                self._place.rmdir()

    def _gather(self, attachment: Attachment, called: str) -> str | None:
        try:
            content = attachment.path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != attachment.sha256:
            return None
        ending = next((ending for ending, is_right in AUDIO.endings.items() if is_right(content)), None)
        if ending is None:
            return None
        name = self._free_name(called, attachment.sha256, ending, content)
        self._gathered.mkdir(parents=True, exist_ok=True)
        (self._gathered / name).write_bytes(content)
        return name

    def _free_name(self, called: str, digest: str, ending: str, content: bytes) -> str:
        """One that no other content has, here or there."""
        stem = _UNSAFE_IN_FILE.sub("-", Path(called).stem).strip("-") or _NAMELESS
        taken = {name.casefold() for name in self._names.values() if name}
        most_digits = LONGEST_NAME - len(ending) - 2
        for digits in range(_FEWEST_DIGITS, most_digits):
            end = f"-{digest[:digits]}{ending}"
            name = stem[: LONGEST_NAME - len(end)].rstrip("-") + end
            there = self._place / name
            if name.casefold() not in taken and (not os.path.lexists(there) or _holds(there, content)):
                return name
        raise FileExistsError(None, "files with other content have the names", str(self._place))


@contextmanager
def gathered_audio(path: Path, *, most_mb: float) -> Iterator[tuple[AudioFolder, Files]]:
    """A folder for the audio of an export, and the files as an upload finds them; what is not in place at the end goes.

    Args:
        path: of the finished spreadsheet.
        most_mb: of a file that an upload takes.
    """
    audio = AudioFolder(path)
    try:
        yield audio, Files(audio.root, most_mb=most_mb)
    finally:
        shutil.rmtree(audio.root, ignore_errors=True)


def _holds(path: Path, content: bytes) -> bool:
    """Whether an ordinary file is there that holds just this."""
    try:
        return path.is_file() and not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False
