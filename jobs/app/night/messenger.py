"""A process of its own that sends a message to some services, each by a URL of apprise. The owner of apprise.

Whoever started it can end it at any moment, however slow a service is; and what libraries print or log about a URL,
which holds a token, ends with it. It is told what to do by a JSON object on stdin, and answers on stdout with a line of
JSON for each service, as soon as that has answered.
"""

import json
import os
import re
import sys
from threading import Lock, Thread

import apprise

_STATUS = re.compile(r"error=(\d{3})\b")


class _Answers:
    """Stdout, a line at a time."""

    def __init__(self) -> None:
        self._lock = Lock()

    def add(self, index: int, came_to: str, status: str | None) -> None:
        line = json.dumps({"index": index, "came_to": came_to, "status": status})
        with self._lock:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def _send(index: int, url: str, title: str, body: str, kind: apprise.NotifyType, answers: _Answers) -> None:
    came_to, status = "failed", None
    try:
        asset = apprise.AppriseAsset(
            app_id="recallflow",
            app_desc="recallflow",
            app_url="",
            image_url_mask="",
            image_url_logo="",
            pgp_autogen=False,
            pem_autogen=False,
        )
        service = apprise.Apprise(asset=asset)
        if not service.add(url):
            came_to = "unusable"
        else:
            sent = service.notify(title=title, body=body, notify_type=kind, body_format=apprise.NotifyFormat.TEXT)
            came_to = "sent" if sent else "failed"
            status = _status(sent)
    finally:
        answers.add(index, came_to, status)


def _status(result: apprise.AppriseResult) -> str | None:
    """The HTTP status, which is all that may be told of what a library says."""
    found = (_STATUS.search(entry.message) for entry in result.logs())
    return next((match[1] for match in found if match), None)


def main() -> None:
    """Sends what stdin says."""
    asked = json.load(sys.stdin.buffer)
    answers = _Answers()
    threads = [
        Thread(
            target=_send,
            args=(index, url, asked["title"], asked["body"], apprise.NotifyType(asked["kind"]), answers),
            daemon=True,
        )
        for index, url in enumerate(asked["urls"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(asked["seconds"])
    os._exit(0)  # apprise has threads of its own, which Python would wait for


if __name__ == "__main__":
    main()
