"""Tells people of a night, through whatever service they have."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from typing import Any

from jobs.app.night.message import Message, message
from jobs.app.night.night import Night
from jobs.app.night.terms import NotifyTerms
from jobs.app.printing import Tell
from runner.own_program import own_environment, own_program
from runner.text import Language, Text

SECONDS = 30.0
"""That all services together may take."""

_PROGRAM = "jobs.app.night.messenger"
_SCHEMA = re.compile(r"[A-Za-z0-9]{1,32}(?=://)")


def notify(night: Night, terms: NotifyTerms, language: Language, tell: Tell, *, seconds: float = SECONDS) -> None:
    """Sends a message to every service, if somebody wants to hear of such a night.

    What goes wrong is told, a line for each service, and has no other consequence.

    Args:
        night: what to tell of.
        terms: whom to tell, and when.
        language: of the message.
        tell: gets what could not be done; never a token.
        seconds: that it may take in all, whatever the services do.
    """
    urls = [url.get_secret_value() for url in terms.urls]
    said = message(night, terms, language) if urls else None
    if said is None:
        return
    answers = _answers(_send(urls, said, seconds))
    for index, url in enumerate(urls):
        warning = _warning(answers.get(index))
        if warning:
            tell(warning.format(service=_service(url, index), seconds=f"{seconds:g}"))


def _send(urls: list[str], said: Message, seconds: float) -> bytes:
    """What the process that sends has answered, until it ended or was ended."""
    asked = {"urls": urls, "kind": said.kind, "title": said.title, "body": said.body, "seconds": seconds}
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("RECALLFLOW_")}
    try:
        return subprocess.run(  # noqa: S603 - our own program
            own_program(_PROGRAM),
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where libraries say URLs
            env=own_environment(inherited),
            timeout=seconds,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    except OSError:
        return b""


def _answers(lines: bytes) -> Mapping[int, Mapping[str, Any]]:
    answers = {}
    for line in lines.splitlines():
        try:
            answer = json.loads(line)
            answers[int(answer["index"])] = answer
        except (ValueError, TypeError, KeyError):  # cut off in the middle, or a library's own
            continue
    return answers


def _warning(answer: Mapping[str, Any] | None) -> Text | None:
    if answer is None:
        return _NO_ANSWER
    if answer["came_to"] == "unusable":
        return _UNUSABLE
    if answer["came_to"] == "failed":
        return _REFUSED.format(service="{service}", status=answer["status"]) if answer["status"] else _FAILED
    return None


def _service(url: str, index: int) -> str:
    schema = _SCHEMA.match(url)
    return f"{schema[0].lower()}://…" if schema else f"no. {index + 1}"


_NO_ANSWER = Text(
    "Note: the notification by {service} was not taken within {seconds} s.",
    "提示：{service} 的通知在 {seconds} 秒内未送达。",
)
_UNUSABLE = Text(
    "Note: no notification can be sent by {service}: its URL (setting notify) is not one that apprise knows.",
    "提示：无法通过 {service} 发送通知：其网址（设置 notify）不是 apprise 可识别的格式。",
)
_REFUSED = Text(
    "Note: the notification by {service} was refused with HTTP status {status}.",
    "提示：{service} 的通知被拒绝，HTTP 状态码 {status}。",
)
_FAILED = Text("Note: the notification by {service} could not be sent.", "提示：{service} 的通知发送失败。")
