"""`recallflow sandbox`: the simulated vendor, until it is told to stop."""

import asyncio
import signal
from types import FrameType

from rich.console import Console

from jobs.app.loop import run_loop
from jobs.app.printing import print_line
from jobs.app.summary import print_json
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from runner.text import Language, Text


def serve_sandbox(settings: SandboxSettings, *, language: Language, json: bool) -> int:
    """Serves until Ctrl-C or SIGTERM. Gives the exit code.

    Raises:
        SettingsError: the port or the request log cannot be opened.
    """
    return run_loop(_serve(settings, language, json=json))


async def _serve(settings: SandboxSettings, language: Language, *, json: bool) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(_: int, __: FrameType | None) -> None:
        loop.call_soon_threadsafe(ended.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    async with sandbox(settings) as (base_url, _):
        account = settings.account.masked
        if json:
            print_json({"base_url": base_url, "account": account})
        else:
            words = (_EXAMPLE if settings.account is EXAMPLE_ACCOUNT else _OWN).format(url=base_url, account=account)
            print_line(Console(), words, language)
        await ended.wait()
    return 0


_EXAMPLE = Text(
    "The simulated vendor listens on {url} until Ctrl-C.\n"
    "It takes the account of the vendor's own example. Send to it with:\n"
    "RECALLFLOW_API_KEY=bDqJFiq9 RECALLFLOW_API_SECRET=7bz1lzh9 recallflow upload FILE --base-url {url}",
    "模拟供应商正在监听 {url}，按 Ctrl-C 结束。\n"
    "它接受供应商文档示例中的账号。发送命令：\n"
    "RECALLFLOW_API_KEY=bDqJFiq9 RECALLFLOW_API_SECRET=7bz1lzh9 recallflow upload 文件 --base-url {url}",
)
_OWN = Text(
    "The simulated vendor listens on {url} until Ctrl-C.\n"
    "It takes the account {account} that RECALLFLOW_API_KEY and RECALLFLOW_API_SECRET set.\n"
    "Send to it with: recallflow upload FILE --base-url {url}",
    "模拟供应商正在监听 {url}，按 Ctrl-C 结束。\n"
    "它接受由 RECALLFLOW_API_KEY 与 RECALLFLOW_API_SECRET 设置的账号 {account}。\n"
    "发送命令：recallflow upload 文件 --base-url {url}",
)
