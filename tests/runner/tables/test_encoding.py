"""Text in the encodings that spreadsheet programs write, and nothing guessed that makes no sense."""

from pathlib import Path

import pytest

from runner.errors import InputError
from runner.tables.headings import Heading
from runner.tables.read import read_table

HEADINGS = (
    Heading(field="keyId", labels=("主键", "主鍵"), required=True),
    Heading(field="text", labels=("文件内容", "檔案內容")),
)
SIMPLIFIED = "尊敬的用户，您好，您的账单已出，请及时缴费"
TRADITIONAL = "尊敬的用戶，您好，您的帳單已出，請及時繳費"


def read(folder: Path, content: bytes) -> tuple[list[object], list[str]]:
    """The texts, and the encodings that were guessed."""
    (folder / "in.csv").write_bytes(content)
    with read_table(folder / "in.csv", HEADINGS) as table:
        guessed = [notice.value for notice in table.notices if notice.code == "encoding-guessed"]
        assert all(name in notice.message.zh for notice, name in zip(table.notices, guessed, strict=True))
        return [table.cell(row, "text") for row in table.rows], guessed


@pytest.mark.parametrize("heading", ["keyId,text", "主键,文件内容"])
@pytest.mark.parametrize("text", [SIMPLIFIED, "您好", "你好", TRADITIONAL, "สวัสดี"])
def test_gb18030_is_guessed_and_said(tmp_path: Path, heading: str, text: str) -> None:
    assert read(tmp_path, f"{heading}\n1,{text}\n".encode("gb18030")) == ([text], ["GB18030"])


@pytest.mark.parametrize("heading", ["keyId,text", "主鍵,檔案內容"])
@pytest.mark.parametrize("text", [TRADITIONAL, "您好", "陳淑芬"])
def test_big5_is_guessed_and_said(tmp_path: Path, heading: str, text: str) -> None:
    assert read(tmp_path, f"{heading}\n1,{text}\n".encode("big5")) == ([text], ["Big5"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_certain_is_not_spoken_of(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, f"keyId,text\n1,{SIMPLIFIED}\n".encode(encoding)) == ([SIMPLIFIED], [])


def test_utf_16_with_the_other_byte_order_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, f"\ufeffkeyId\ttext\n1\t{SIMPLIFIED}\n".encode("utf-16-be")) == ([SIMPLIFIED], [])


def test_rare_characters_are_believed_below_a_known_chinese_heading(tmp_path: Path) -> None:
    assert read(tmp_path, "主键,文件内容\n1,鑫淼\n".encode("gb18030")) == (["鑫淼"], ["GB18030"])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller, café", "cp1252"),
        ("Müller Böhm grün süß", "cp1252"),
        ("Уважаемый клиент", "cp1251"),
        ("안녕하세요", "cp949"),
        ("안녕하세요 고객님 결제 금액을 확인해 주시기 바랍니다" * 5, "cp949"),
        ("お客様のお支払い期限が過ぎています", "shift_jis"),
        ("สวัสดีครับ ลูกค้า", "cp874"),
        ("khách hàng", "cp1258"),
        ("مرحبا بكم", "cp1256"),
    ],
)
def test_text_of_another_encoding_is_refused_and_not_sent_as_garbage(tmp_path: Path, text: str, encoding: str) -> None:
    content = f'keyId,text\n1,"{text}"\n'.encode(encoding)
    with pytest.raises(InputError, match=r"neither UTF-8 nor GB18030 nor Big5 text \(byte \d+\)"):
        read(tmp_path, content)


@pytest.mark.parametrize("place", range(20, 60, 3))
def test_a_damaged_utf_8_file_is_refused_and_the_damage_found(tmp_path: Path, place: int) -> None:
    content = bytearray(f"keyId,text\n1,{SIMPLIFIED * 3}\n".encode())
    content[place] = 0xFF
    with pytest.raises(InputError, match="byte"):
        read(tmp_path, bytes(content))


def test_the_place_of_the_damage_is_found_across_blocks(tmp_path: Path) -> None:
    content = b"keyId,text\n" + ("1," + "你" * 100 + "\n").encode() * 5000 + b"1,\xe4\xbd\n"
    with pytest.raises(InputError, match=rf"byte {len(content) - 3}\)"):
        read(tmp_path, content)
