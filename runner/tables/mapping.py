"""Which heading of a file stands for which field, as its user says it."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from runner.errors import InputError
from runner.tables.delimited import DELIMITERS, read_delimited
from runner.tables.encoding import LIKELY_ENCODINGS, encodings
from runner.tables.table import shown
from runner.tables.vocabulary import RESEMBLING, Vocabulary, nearest, plain

LARGEST_FILE = 2**20
"""Bytes; no mapping is larger."""

_TITLES = frozenset({("heading", "field"), ("标题", "字段")})
"""First lines of a mapping file that say what its columns are."""


def parse_mapping(*options: str) -> Mapping[str, str]:
    """The mapping that options such as `客户编号=keyId` spell out: heading, `=`, field, or nothing to pass it over.

    Raises:
        InputError: one has no `=`, or nothing before it, or two are about one heading.
    """
    pairs: list[tuple[str, str]] = []
    for option in options:
        # A heading may hold a "=" of its own, a field never does.
        heading, sign, field = option.replace("＝", "=").rpartition("=")
        if not sign or not heading.strip():
            raise InputError(
                f'--map "{shown(option)}" is no mapping. Write --map "HEADING=FIELD", or "HEADING=" to pass it over.',
                f'--map "{shown(option)}" 不是有效的映射。请写成 --map "标题=字段"；要忽略某列，请写 "标题="。',
            )
        pairs.append((option[: len(heading)], field.strip()))
    return _unique(pairs, "--map")


def read_mapping(path: Path) -> Mapping[str, str]:
    """The mapping that a file spells out: a .csv with a heading and a field per line, or a .toml table of strings.

    Raises:
        InputError: there is no such file, it is of another format, or something in it is no mapping.
    """
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise InputError(
            f"The mapping {path} cannot be read. Check the name and the folder.",
            f"无法读取映射文件 {path}。请检查文件名和所在文件夹。",
        ) from error
    if not path.is_file() or path.suffix.lower() not in {".csv", ".toml"} or size > LARGEST_FILE:
        raise InputError(
            f"{path.name} is no mapping: a mapping is a .csv or .toml file of at most 1 MiB. Save it as one of them.",
            f"{path.name} 不是映射文件：映射文件应为不超过 1 MiB 的 .csv 或 .toml。请另存为其中一种格式。",
        )
    pairs = _pairs_in_toml(path) if path.suffix.lower() == ".toml" else _pairs_in_csv(path)
    return _unique(pairs, path.name)


def resolve(mapping: Mapping[str, str], vocabulary: Vocabulary) -> Mapping[str, str]:
    """The mapping, by headings in plain spelling, to field names in theirs; "" stays.

    Raises:
        InputError: it names a field that there is not, or one heading twice.
    """
    resolved: dict[str, str] = {}
    for heading, written in _unique(mapping.items(), "--map").items():
        field = vocabulary.field(written) if written.strip() else ""
        if field is None:
            near = vocabulary.nearest_field(written, at_least=RESEMBLING)
            raise InputError(
                f'The mapping of "{shown(heading)}" names a field "{shown(written)}" that there is not'
                + (f"; the nearest one is {near}. Correct the name." if near else ". Correct the name."),
                f"标题“{shown(heading)}”映射到了不存在的字段“{shown(written)}”"
                + (f"；最接近的字段是 {near}。请更正字段名。" if near else "。请更正字段名。"),
            )
        resolved[plain(heading)] = field
    return resolved


def as_option(heading: str, field: str) -> str:
    """What a user types to map a heading; it is for reading, and a shell may want other quotes."""
    return f'--map "{" ".join(heading.split())}={field}"'


def _unique(pairs: Iterable[tuple[str, str]], source: str) -> Mapping[str, str]:
    mapping: dict[str, str] = {}
    written: dict[str, str] = {}
    for heading, field in pairs:
        first = written.setdefault(plain(heading), heading)
        if mapping.setdefault(first, field) != field:
            near = nearest(heading, [first]) or heading
            raise InputError(
                f'{source} maps the heading "{shown(near)}" to both {mapping[first] or "nothing"} and '
                f"{field or 'nothing'}. Keep one of them.",
                f"{source} 将标题“{shown(near)}”同时映射到 {mapping[first] or '（忽略）'} 和 {field or '（忽略）'}。"
                "请只保留一个。",
            )
    return mapping


def _pairs_in_toml(path: Path) -> list[tuple[str, str]]:
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{path.name} is no TOML file in UTF-8 ({reason}). Correct it there.",
            f"{path.name} 不是 UTF-8 编码的 TOML 文件（{reason}）。请更正。",
        ) from error
    for heading, field in table.items():
        if not isinstance(field, str):
            raise InputError(
                f'{path.name} maps "{shown(heading)}" to something that is no text. '
                'Write lines such as "heading" = "field".',
                f'{path.name} 中“{shown(heading)}”的值不是文本。请按 "标题" = "字段" 的格式逐行填写。',
            )
    return list(table.items())


def _pairs_in_csv(path: Path) -> list[tuple[str, str]]:
    guesses = [guess for guess in encodings(path) if guess.name not in LIKELY_ENCODINGS[1:]]
    encoding = guesses[0].name if guesses else LIKELY_ENCODINGS[0]
    # The delimiter is the one that makes pairs of the most lines; a comma, where none is better.
    lines = _best_lines(path, encoding)
    found: list[tuple[str, str]] = []
    for number, cells in enumerate(lines, start=1):
        filled = [cell.strip() for cell in cells]
        if not any(filled) or (not found and tuple(map(plain, filled[:2])) in _TITLES):
            continue
        if len(filled) < 2 or not filled[0] or any(filled[2:]):
            raise InputError(
                f"{path.name}, row {number} is no mapping. Write a heading, a comma and a field; "
                "nothing behind the comma to pass the heading over.",
                f"{path.name} 第 {number} 行不是有效的映射。请写成“标题,字段”；要忽略某列，逗号后留空。",
            )
        found.append((filled[0], filled[1]))
    return found


def _best_lines(path: Path, encoding: str) -> list[list[str]]:
    tried: list[list[list[str]]] = []
    stumbles: list[InputError] = []
    for delimiter in DELIMITERS:
        try:
            records = list(read_delimited(path, delimiter, encoding))
        except InputError as error:
            stumbles.append(error)
        else:
            tried.append([[cell if isinstance(cell, str) else "" for cell in record] for record in records])
    if not tried:
        raise stumbles[0]
    return max(tried, key=lambda lines: sum(len(line) == 2 for line in lines))
