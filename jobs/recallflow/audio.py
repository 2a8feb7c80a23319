"""The audio files that the vendor takes (its public pages: .mp3, .m4a, .wav)."""

import base64

from runner.attachments import FileKind
from runner.text import Text


def names_a_file(words: str) -> bool:
    """Whether a cell names a file; base64 (RFC 4648, section 4) has neither a full stop nor a backslash in it."""
    return "." in words or "\\" in words


def decoded(value: object) -> bytes | None:
    """The bytes that are base64 in a body; None where it is none."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_mp3(head: bytes) -> bool:
    """An ID3 tag, or the eleven set bits that a frame begins with (ISO/IEC 11172-3)."""
    return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def _is_m4a(head: bytes) -> bool:
    """The box `ftyp` (ISO/IEC 14496-12)."""
    return head[4:8] == b"ftyp"


def _is_wav(head: bytes) -> bool:
    """A RIFF file of the form WAVE."""
    return head.startswith(b"RIFF") and head[8:12] == b"WAVE"


AUDIO = FileKind(name=Text("audio file", "音频文件"), endings={".mp3": _is_mp3, ".m4a": _is_m4a, ".wav": _is_wav})
