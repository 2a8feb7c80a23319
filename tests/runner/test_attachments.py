"""Files that cells name: found below one folder only, checked, and sent as they were checked."""

import base64
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.attachments import FileKind, Files, with_attachments
from runner.errors import AttachmentChanged
from runner.problem import Violation
from runner.request import Attachment, Request
from runner.text import Text

CONTENT = b"SND1 a greeting"
SOUND = FileKind(
    name=Text("sound", "声音"),
    endings={".snd": lambda head: head.startswith(b"SND1"), ".raw": lambda head: len(head) > 0},
)


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "sheets"
    (root / "voices").mkdir(parents=True)
    (root / "hello.snd").write_bytes(CONTENT)
    (root / "voices" / "bye.snd").write_bytes(CONTENT + b"!")
    (tmp_path / "outside.snd").write_bytes(CONTENT)
    return root


def found(root: Path, words: str, *, most_mb: float = 1) -> Path:
    """The file that is attached."""
    attachment = Files(root, most_mb=most_mb).attach(words, SOUND)
    assert isinstance(attachment, Attachment), attachment
    assert attachment.path.is_absolute()
    assert attachment.sha256 == hashlib.sha256(attachment.path.read_bytes()).hexdigest()
    return attachment.path


def refusal(root: Path, words: str, *, most_mb: float = 1) -> Violation:
    """What is wrong, said in both languages, and never with the path of the folder."""
    violation = Files(root, most_mb=most_mb).attach(words, SOUND)
    assert isinstance(violation, Violation), violation
    for text in (violation.message, violation.remedy):
        assert text.en
        assert text.zh
        assert text.en != text.zh
        assert str(root.parent) not in text.en + text.zh
    return violation


def test_a_file_is_found_beside_the_spreadsheet(root: Path) -> None:
    assert found(root, "hello.snd") == (root / "hello.snd").resolve()


@pytest.mark.parametrize("words", ["voices/bye.snd", "voices\\bye.snd", "./voices/bye.snd", "voices//bye.snd"])
def test_a_file_is_found_in_a_folder_below_however_its_path_is_written(root: Path, words: str) -> None:
    assert found(root, words) == (root / "voices" / "bye.snd").resolve()


def test_the_case_of_an_ending_does_not_matter(root: Path) -> None:
    (root / "LOUD.SND").write_bytes(CONTENT)
    assert found(root, "LOUD.SND").name == "LOUD.SND"


def test_a_root_that_is_itself_a_link_is_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(root)
    assert found(tmp_path / "shortcut", "hello.snd") == (root / "hello.snd").resolve()


@pytest.mark.parametrize(
    "words",
    [
        "../outside.snd",
        "..\\outside.snd",
        "voices/../../outside.snd",
        "voices/../hello.snd",
        "..",
        "/etc/passwd.snd",
        "\\etc\\passwd.snd",
        "C:\\sounds\\hello.snd",
        "C:hello.snd",
        "c:/hello.snd",
        "\\\\server\\share\\hello.snd",
        "//server/share/hello.snd",
        "hello\0.snd",
    ],
)
def test_a_path_that_leads_out_of_the_folder_is_refused(root: Path, words: str) -> None:
    assert refusal(root, words).code == "outside-folder"


def test_the_absolute_path_of_a_file_within_is_refused_too(root: Path) -> None:
    assert Files(root).attach(str(root / "hello.snd"), SOUND) == Files(root).attach("../hello.snd", SOUND)


def test_a_link_that_leads_out_of_the_folder_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "link.snd").symlink_to(tmp_path / "outside.snd")
    assert refusal(root, "link.snd").code == "outside-folder"


def test_a_folder_that_is_a_link_out_of_it_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "all").symlink_to(tmp_path)
    assert refusal(root, "all/outside.snd").code == "outside-folder"


def test_a_link_within_the_folder_is_followed(root: Path) -> None:
    (root / "link.snd").symlink_to(root / "voices" / "bye.snd")
    assert found(root, "link.snd") == (root / "voices" / "bye.snd").resolve()


def test_a_loop_of_links_is_refused(root: Path) -> None:
    (root / "one.snd").symlink_to(root / "two.snd")
    (root / "two.snd").symlink_to(root / "one.snd")
    assert refusal(root, "one.snd").code in {"outside-folder", "no-such-file", "unreadable-file"}


@pytest.mark.parametrize("words", ["hello.mp4", "hello", "hello.snd.exe", "hello.", ".snd"])
def test_another_ending_is_refused_with_those_that_are_right(root: Path, words: str) -> None:
    violation = refusal(root, words)
    assert violation.code == "wrong-file-type"
    assert ".snd, .raw" in violation.message.en
    assert "声音" in violation.message.zh


@pytest.mark.parametrize("content", [b"", b"SND", b"\x89PNG\r\n", b" SND1"])
def test_a_file_that_is_not_what_its_ending_says_is_refused(root: Path, content: bytes) -> None:
    (root / "fake.snd").write_bytes(content)
    violation = refusal(root, "fake.snd")
    assert violation.code == "wrong-file-content"
    assert ".snd" in violation.message.zh


@pytest.mark.parametrize("words", ["missing.snd", "nowhere/hello.snd", "hello.snd/hello.snd"])
def test_a_file_that_is_not_there_is_refused_by_its_name(root: Path, words: str) -> None:
    violation = refusal(root, words)
    assert violation.code == "no-such-file"
    assert words.rpartition("/")[2] in violation.message.en


def test_a_name_longer_than_any_file_can_have_is_refused(root: Path) -> None:
    assert refusal(root, "a" * 5000 + ".snd").code in {"no-such-file", "unreadable-file", "outside-folder"}


def test_a_folder_is_no_file(root: Path) -> None:
    (root / "folder.snd").mkdir()
    assert refusal(root, "folder.snd").code == "no-such-file"


def test_a_file_of_the_greatest_size_is_taken_and_a_larger_one_refused(root: Path) -> None:
    most = len(CONTENT) / 2**20
    assert found(root, "hello.snd", most_mb=most).name == "hello.snd"
    violation = refusal(root, "voices/bye.snd", most_mb=most)
    assert violation.code == "file-too-large"
    assert "attachment_mb" in violation.message.en
    assert "attachment_mb" in violation.message.zh


@pytest.mark.parametrize("words", ["hello.snd", "missing.snd"])
def test_a_file_is_looked_at_once_however_often_it_is_named(root: Path, words: str) -> None:
    files = Files(root)
    first = files.attach(words, SOUND)
    (root / words).unlink(missing_ok=True)
    assert files.attach(words, SOUND) is first


def test_the_same_file_by_two_paths_is_the_same_attachment(root: Path) -> None:
    files = Files(root)
    assert files.attach("voices/bye.snd", SOUND) == files.attach("voices\\bye.snd", SOUND)


def attached(root: Path, *words: str) -> Request:
    """A request whose body holds the tokens of these files."""
    files = Files(root)
    attachments = [files.attach(each, SOUND) for each in words]
    known = [each for each in attachments if isinstance(each, Attachment)]
    body = {"keyId": 299, "files": [each.token for each in known], "text": "as it stands"}
    return Request(ordinal=1, key="299", body=json.dumps(body).encode(), attachments=tuple(dict.fromkeys(known)))


def test_a_token_could_be_taken_for_base64_and_is_in_no_need_of_escaping(root: Path) -> None:
    attachment = Files(root).attach("hello.snd", SOUND)
    assert isinstance(attachment, Attachment)
    assert base64.b64decode(attachment.token, validate=True)
    assert json.dumps(attachment.token) == f'"{attachment.token}"'


def test_a_body_is_sent_with_the_content_of_its_files_in_place_of_their_tokens(root: Path) -> None:
    (root / "large.raw").write_bytes(bytes(range(256)) * 500)
    request = attached(root, "hello.snd", "large.raw", "hello.snd")
    sent = json.loads(with_attachments(request))
    assert [base64.b64decode(each) for each in sent["files"]] == [CONTENT, bytes(range(256)) * 500, CONTENT]
    assert (sent["keyId"], sent["text"]) == (299, "as it stands")


def test_a_body_without_files_is_sent_as_it_is() -> None:
    body = b'{"keyId":299}'
    assert with_attachments(Request(ordinal=1, key="299", body=body)) == body


def shortened(path: Path) -> None:
    path.write_bytes(CONTENT[:-1])


def removed(path: Path) -> None:
    path.unlink()


def a_folder_now(path: Path) -> None:
    path.unlink()
    path.mkdir()


def of_the_same_size(path: Path) -> None:
    path.write_bytes(CONTENT[::-1])


@pytest.mark.parametrize("change", [shortened, removed, a_folder_now, of_the_same_size])
def test_a_file_that_has_changed_since_it_was_checked_is_not_sent(root: Path, change: Callable[[Path], None]) -> None:
    request = attached(root, "hello.snd")
    change(root / "hello.snd")
    with pytest.raises(AttachmentChanged) as caught:
        with_attachments(request)
    assert "hello.snd" in caught.value.en
    assert "hello.snd" in caught.value.zh


def test_a_file_that_was_written_again_with_the_same_content_is_sent(root: Path) -> None:
    request = attached(root, "hello.snd")
    (root / "hello.snd").unlink()
    (root / "hello.snd").write_bytes(CONTENT)
    assert base64.b64encode(CONTENT) in with_attachments(request)


if sys.platform != "win32":  # where there are no pipes in folders

    def test_a_file_that_became_a_pipe_is_not_waited_for(root: Path) -> None:
        attachment = Files(root).attach("hello.snd", SOUND)
        assert isinstance(attachment, Attachment)
        attachment.path.unlink()
        os.mkfifo(attachment.path)
        request = Request(ordinal=1, key="1", body=f'"{attachment.token}"'.encode(), attachments=(attachment,))
        with pytest.raises(AttachmentChanged):
            with_attachments(request)


def test_a_token_is_never_sent_for_a_file_that_is_not_here() -> None:
    token = Attachment(path=Path("gone"), size=1, sha256="0" * 64).token
    with pytest.raises(AttachmentChanged, match="not here"):
        with_attachments(Request(ordinal=1, key="1", body=f'{{"sound": "{token}"}}'.encode()))


def test_a_file_that_does_not_go_into_the_body_is_not_looked_at() -> None:
    was_there = Attachment(path=Path("gone"), size=1, sha256="0" * 64)
    assert with_attachments(Request(ordinal=1, key="1", body=b"{}", attachments=(was_there,))) == b"{}"
