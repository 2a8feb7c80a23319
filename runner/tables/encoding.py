"""Which encoding a text file is in. UTF-8 and a byte order mark are certain; the rest is a guess, and is told as one.

GB18030 takes nearly any bytes, so that "it can be decoded" says little. A guess has to make sense: known headings
appear under it (see `dialect`), or what appears is what people write.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runner.errors import InputError

LIKELY_ENCODINGS = ("gb18030", "cp950")
"""What spreadsheet programs write in China, and in Taiwan and Hong Kong (Big5 as Windows has it), where not UTF-8."""

CALLED = {"gb18030": "GB18030", "cp950": "Big5"}

PLAUSIBLE = 0.6
"""The least share of characters in common use. Chinese text has above 0.9; Western or Russian text read as Chinese,
or UTF-8 with a damaged byte, below 0.5."""

FREQUENT = 0.3
"""The least share, from three characters on, of the few hundred that make up most of any Chinese text, name or address:
texts have above 0.5. Korean or Thai read as Chinese is all common characters, and at most 0.2 of it are these."""

SAMPLE = 200_000
"""Characters that are looked at, not counting ASCII."""

_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么"
    "去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又"
    "关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先"
    "海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王完设式色路记南品住告类求据程"
    "北边张该交规万取格望术共确传清切院让识候带导争运您请户电客谢号码服按键银款短语音呼尊敬重转坐席费李刘陈杨黄赵周吴"
    "林蔡许郑郭洪曾邱廖徐叶苏何罗朱胡孙梁宋韩冯邓曹彭董袁潘于蒋余杜戴夏钟汪姜范石姚谭陆崔康秦江顾侯孟龙钱汤"
    "伟芳娜敏静丽磊洋勇艳杰娟涛超秀霞刚桂英华玉兰红志淑芬豪佩玲雅婷怡君俊宏欣慧春梅雪琴云省县镇村街京沪津渝广州深圳"
    # The same in the characters of Taiwan and Hong Kong, where they differ:
    "這個們來為國說時會對過發後裡種經麼學當沒動還進樣開從實軍無與長機業將兩間問應戰頭體見產東聲員論處義幾認條氣題爾別變總電數報"
    "結務場計資統區隊決馬書聽達強難權設記類據萬術確傳讓識帶導爭運請戶謝號碼銀語話轉費劉陳楊黃趙吳點關並給麼錢單電訊"
    "張許鄭謝葉蘇羅孫韓馮鄧蕭蔣鐘譚陸顧龍錢湯偉靜麗豔傑濤蘭紅雲縣鎮廣號"
)

_CHUNK = 2**20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """An encoding that every byte of the file fits."""

    name: str
    """As Python calls it."""
    certain: bool = True
    plausible: bool = True
    """Whether the text looks like what people write."""
    offset: int = 0
    """Of the first byte that is not UTF-8."""


def encodings(path: Path) -> list[Guess]:
    """The encodings that the file can be in, the likeliest first; exactly one where it is certain.

    Raises:
        InputError: it holds binary data, or fits none of the encodings.
    """
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if start in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
        raise _binary(path)
    if marked:
        called = marked.removesuffix("-sig")  # without it the mark counts as bytes too
        offset = _first_misfit(path, called)
        if offset is not None:
            raise InputError(
                f"{path.name} is marked as {called.upper()} text, but byte {offset} does not fit. "
                "Save it again as CSV UTF-8.",
                f"{path.name} 标记为 {called.upper()} 编码，但第 {offset} 字节不符合。请另存为“CSV UTF-8”。",
            )
        return [Guess(name=marked)]
    first = _first_misfit(path, "utf-8")
    if first is None:
        return [Guess(name="utf-8")]
    samples = {name: _sample(path, name) for name in LIKELY_ENCODINGS}
    fitting = [(sample, name) for name, sample in samples.items() if sample.misfit is None]
    if not fitting:
        raise unreadable(path, max(first, *(sample.misfit or 0 for sample in samples.values())))
    fitting.sort(key=lambda pair: pair[0].score, reverse=True)  # stable: GB18030 where nothing tells them apart
    return [Guess(name=name, certain=False, plausible=sample.plausible, offset=first) for sample, name in fitting]


def unreadable(path: Path, offset: int) -> InputError:
    """What is said of a file that fits no encoding, or none in which it makes sense."""
    return InputError(
        f"{path.name} is neither UTF-8 nor GB18030 nor Big5 text (byte {offset}). Save it again as CSV UTF-8.",
        f"{path.name} 不是 UTF-8、GB18030 或 Big5 编码的文本（第 {offset} 字节）。请另存为“CSV UTF-8”。",
    )


def _binary(path: Path) -> InputError:
    return InputError(
        f"{path.name} is not a CSV file: it holds binary data. Save the table as .xlsx or as CSV UTF-8.",
        f"{path.name} 不是 CSV 文件：其中含有二进制数据。请将表格另存为 .xlsx 或“CSV UTF-8”。",
    )


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text, chunk by chunk; a `UnicodeDecodeError` has its place in the file as `start`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            pending = len(decoder.getstate()[0])  # bytes of a character that lies across two chunks
            if encoding != "utf-16" and b"\0" in chunk:
                raise _binary(path)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                error.start += read - pending
                raise
            if "\0" in text:
                raise _binary(path)
            yield text
            read += len(chunk)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            error.start += read - pending
            raise


def _first_misfit(path: Path, encoding: str) -> int | None:
    try:
        for _ in _decoded(path, encoding):
            pass
    except UnicodeDecodeError as error:
        return error.start
    return None


@dataclass(slots=True)
class _Sample:
    """What the characters of a text are, as far as they were looked at."""

    rare: frozenset[str]
    misfit: int | None = None
    ideographs: int = 0
    frequent: int = 0
    rarities: int = 0
    others: int = 0

    def look_at(self, text: str) -> None:
        for character in text:
            if character < "\x80":
                continue
            self.rarities += character in self.rare
            if "\u4e00" <= character <= "\u9fff":
                self.ideographs += 1
                self.frequent += character in _FREQUENT
            else:
                self.others += 1

    @property
    def size(self) -> int:
        return self.ideographs + self.others

    @property
    def common(self) -> float:
        return 1 - self.rarities / max(self.size, 1)

    @property
    def score(self) -> float:
        return self.common + self.frequent / max(self.ideographs, 1)

    @property
    def plausible(self) -> bool:
        return self.common >= PLAUSIBLE and (self.ideographs < 3 or self.frequent >= FREQUENT * self.ideographs)


def _sample(path: Path, encoding: str) -> _Sample:
    sample = _Sample(_rare_characters(encoding))
    try:
        for text in _decoded(path, encoding):
            if sample.size < SAMPLE and not text.isascii():
                sample.look_at(text)
    except UnicodeDecodeError as error:
        sample.misfit = error.start
    return sample


@cache
def _rare_characters(encoding: str) -> frozenset[str]:
    """The characters of two bytes that people hardly write; those of four bytes do not come about by accident.

    In common use are the signs and the first level of GB 2312-80 (rows 01-09 and 16-55), and those of Big5 (A140-A3BF
    and A440-C67E), both of which were chosen by frequency.
    """
    rare: set[str] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            if encoding == "gb18030":
                common = trail >= 0xA1 and (0xA1 <= lead <= 0xA9 or 0xB0 <= lead <= 0xD7)
            else:
                common = 0xA140 <= (lead << 8 | trail) <= 0xA3BF or 0xA440 <= (lead << 8 | trail) <= 0xC67E
            if not common:
                rare.update(bytes((lead, trail)).decode(encoding, "ignore"))
    return frozenset(rare)
