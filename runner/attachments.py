"""Files that go into bodies: found without ever leaving their folder, checked, and put in when a body is sent."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from runner.errors import AttachmentChanged
from runner.problem import Violation
from runner.request import PLACEHOLDER, Attachment, Request
from runner.text import Text

MOST_MB = 10

_HEAD = 16
"""Bytes; enough to tell the formats apart that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What sort of file a field takes."""

    name: Text
    endings: Mapping[str, Callable[[bytes], bool]]
    """Lower-case endings, `.wav`, and whether a file that begins with these bytes is what its ending says."""


class Files:
    """The files below one folder."""

    def __init__(self, root: Path, *, most_mb: float = MOST_MB) -> None:
        """Takes what lies in the folder or below it, of at most so many MiB each."""
        self._root = root.resolve()
        self._most_mb = most_mb
        self._known: dict[str, Attachment | Violation] = {}

    def attach(self, words: str, kind: FileKind) -> Attachment | Violation:
        """The file that a cell names, relative to the folder; or what is wrong with it. Each is read once."""
        found = self._known.get(words)
        if found is None:
            found = self._known[words] = self._attach(words, kind)
        return found

    def _attach(self, words: str, kind: FileKind) -> Attachment | Violation:
        path = self._inside(words)
        if path is None:
            return _OUTSIDE
        is_right = kind.endings.get(path.suffix.lower())
        if is_right is None:
            return _wrong_ending(kind)
        try:
            if not path.is_file():
                return _missing(path.name)
            size = path.stat().st_size
            if size > self._most_mb * 2**20:
                return _too_large(size, self._most_mb)
            with path.open("rb") as file:
                head = file.read(_HEAD)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return _unreadable(error.strerror or type(error).__name__)
        return Attachment(path=path, size=size, sha256=digest) if is_right(head) else _wrong_content(path.suffix, kind)

    def _inside(self, words: str) -> Path | None:
        """Where it lies, with links followed; None where that is not below the root."""
        relative = PurePosixPath(words.replace("\\", "/"))
        windows = PureWindowsPath(words)
        if relative.is_absolute() or windows.drive or windows.root or ".." in relative.parts:
            return None
        try:
            path = (self._root / relative).resolve()
        except (OSError, ValueError, RuntimeError):  # a loop of links, a NUL, a name that is too long
            return None
        return path if path.is_relative_to(self._root) else None


def tokens_in(body: bytes) -> frozenset[str]:
    """The tokens of the attachments that a body takes."""
    return frozenset(found.decode() for found in _TOKEN.findall(body)) if _BEGINS in body else frozenset()


def with_attachments(request: Request) -> bytes:
    """The body with its files in it, as base64. Reads them, so it is not for the event loop.

    Raises:
        AttachmentChanged: one of them is not what was checked any more, or is not here.
    """
    body = request.body
    tokens = tokens_in(body)
    if not tokens <= {each.token for each in request.attachments}:  # a token is never sent for what it stands for
        raise AttachmentChanged(
            f"{FILE_NOT_HERE.message.en}, so it was not sent.", f"{FILE_NOT_HERE.message.zh}，因此未发送。"
        )
    for attachment in request.attachments:
        if attachment.token not in tokens:
            continue  # it was there before
        try:
            if not attachment.path.is_file():  # a pipe would be waited at for ever
                raise _changed(attachment)
            with attachment.path.open("rb") as file:
                content = file.read(attachment.size + 1)
        except OSError as error:
            raise _changed(attachment) from error
        if hashlib.sha256(content).hexdigest() != attachment.sha256:
            raise _changed(attachment)
        body = body.replace(f'"{attachment.token}"'.encode(), b'"' + base64.b64encode(content) + b'"')
    return body


def _changed(attachment: Attachment) -> AttachmentChanged:
    name = attachment.path.name
    return AttachmentChanged(
        f"{name} is not the file any more that was checked, so it was not sent. Check the spreadsheet again.",
        f"{name} 在检查之后被修改或移走，因此未发送。请重新检查表格。",
    )


_BEGINS = f'"{PLACEHOLDER}'.encode()
_TOKEN = re.compile(rb'"(%s[0-9a-f]{64})"' % PLACEHOLDER.encode())

FILE_NOT_HERE = Violation(
    "file-not-here",
    Text(
        "A file that the vendor has would have to be sent as well, and it is not here",
        "需要一并发送供应商现有的文件，但本机没有该文件",
    ),
    Text("Compare it anew, or upload a spreadsheet that names the file.", "请重新比对，或上传写明该文件的表格。"),
)
"""Why a body cannot be sent that has a token, where nobody has the file."""

_OUTSIDE = Violation(
    "outside-folder",
    Text("The file is not in the spreadsheet's folder or below it", "该文件不在表格所在文件夹内"),
    Text(
        "Put it there, or name another folder with --files-root; write its path without .. and from that folder on.",
        "请把文件放入该文件夹，或用 --files-root 指定其他文件夹；路径从该文件夹写起，不要含 ..。",
    ),
)


def _wrong_ending(kind: FileKind) -> Violation:
    endings = ", ".join(kind.endings)
    return Violation(
        "wrong-file-type",
        Text(f"It names no {kind.name.en} ({endings})", f"所写的不是{kind.name.zh}（{endings}）"),
        Text("Name a file of one of these types.", "请填写上述类型之一的文件。"),
    )


def _missing(name: str) -> Violation:
    return Violation(
        "no-such-file",
        Text(f"There is no file {name} there", f"找不到文件 {name}"),
        Text(
            "Check the name; the path begins at the spreadsheet's folder.",
            "请检查文件名；路径从表格所在文件夹写起。",
        ),
    )


def _too_large(size: int, most_mb: float) -> Violation:
    return Violation(
        "file-too-large",
        Text(
            f"It has {size / 2**20:.1f} MiB; attachment_mb is {most_mb:g}",
            f"大小为 {size / 2**20:.1f} MiB；attachment_mb 为 {most_mb:g}",
        ),
        Text("Take a smaller file, or raise that setting.", "请使用更小的文件，或调高该设置。"),
    )


def _unreadable(reason: str) -> Violation:
    return Violation(
        "unreadable-file",
        Text(f"The file cannot be read ({reason})", f"无法读取该文件（{reason}）"),
        Text("Check who may read it.", "请检查读取权限。"),
    )


def _wrong_content(ending: str, kind: FileKind) -> Violation:
    return Violation(
        "wrong-file-content",
        Text(f"It is called {ending}, and its content is not", f"文件名为 {ending}，但内容不是"),
        Text(f"Take a real {kind.name.en}.", f"请使用真正的{kind.name.zh}。"),
    )
