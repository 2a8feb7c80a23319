"""Where secrets come from besides the environment: files of systemd's, and a file that nobody else may read."""

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr

from runner.errors import SettingsError
from runner.text import Text

SECRET = ("api_key", "api_secret", "notify")
"""The settings that hold secrets."""

_DIRECTORY = "CREDENTIALS_DIRECTORY"
_BETWEEN_URLS = re.compile(r"[\s,;]+(?=[A-Za-z0-9]{1,32}://)")
_URL = re.compile(r"[A-Za-z0-9]{1,32}://")
_OF_OTHERS = 0o077


def credentials(environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The secrets that lie as files in the folder that systemd made for this service: `recallflow_api_key`, and so on.

    See https://systemd.io/CREDENTIALS/. A line break at the end is the editor's.

    Raises:
        SettingsError: one of them cannot be read.
    """
    folder = environment.get(_DIRECTORY)
    if not folder:
        return {}
    found = {}
    for name in SECRET:
        path = Path(folder) / f"recallflow_{name}"
        try:
            found[name] = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "UTF-8"  # a decoder's words would hold a part of it
            raise SettingsError(
                f"The credential {path} cannot be read: {why}.", f"无法读取凭据文件 {path}：{why}。"
            ) from None
    return found


def not_set(names: Iterable[str], environment: Mapping[str, str] = os.environ) -> SettingsError:
    """That secrets are needed which nobody has said, and where they may be."""
    settings = list(names)
    missing = " / ".join(f"RECALLFLOW_{name.upper()}" for name in settings)
    where = Text("Set it in the environment", "请设置环境变量")
    folder = environment.get(_DIRECTORY)
    if folder:
        files = [str(Path(folder) / f"recallflow_{name}") for name in settings]
        where = Text(
            f"Write it into the credential {' / '.join(files)}, which is missing or empty, or into the environment",
            f"凭据文件 {' / '.join(files)} 不存在或为空，请写入该文件或设置环境变量",
        )
    return SettingsError(
        f"{missing} is not set. {where.en}, or try --sandbox, which needs no account.",
        f"未设置 {missing}。{where.zh}，或用 --sandbox 试运行（无需账号）。",
    )


def _urls(words: object) -> object:
    """From one text or a list of them; apart by blanks, commas or semicolons, as apprise takes them apart."""
    each = [words] if isinstance(words, str) else words
    if not isinstance(each, list | tuple) or not all(isinstance(one, str) for one in each):
        raise ValueError("write URLs, one after the other or as a list / 请写网址或网址列表")
    urls = [url for one in each for part in _BETWEEN_URLS.split(one) if (url := part.strip(" \t\r\n,;"))]
    for place, url in enumerate(urls, start=1):
        if not _URL.match(url):  # whether a service is known shows when it is told of something
            raise SettingsError(
                f"No. {place} of the {len(urls)} URLs of the setting notify (RECALLFLOW_NOTIFY, the credential "
                "recallflow_notify) is none. Write each like dingtalk://SECRET@TOKEN.",
                f"设置 notify（RECALLFLOW_NOTIFY、凭据 recallflow_notify）共 {len(urls)} 个网址，其中第 {place} 个"
                "不是网址。请写成 dingtalk://SECRET@TOKEN 这样的格式。",
            )
    return urls


Urls = Annotated[tuple[SecretStr, ...], BeforeValidator(_urls)]
"""URLs that hold tokens, as people write them down."""


def warning_of_readers(file: Path, tables: Mapping[str, Any]) -> Text | None:
    """What to tell the user where a file of settings holds secrets, and others than its owner may get at it.

    Args:
        file: there is one.
        tables: what is in it.
    """
    holds = any(name in table for table in tables.values() if isinstance(table, Mapping) for name in SECRET)
    if not holds or os.name != "posix":
        return None
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return None
    if not mode & _OF_OTHERS:
        return None
    return _READERS.format(file=file, mode=f"{mode:04o}")


_READERS = Text(
    "Note: {file} holds secrets, and others may get at them (mode {mode}). Keep them out: chmod 600 {file}",
    "提示：{file} 含有密钥，但其他用户也可访问（权限 {mode}）。请执行：chmod 600 {file}",
)
