"""A loopback server that answers as a test tells it to, for what the simulated vendor cannot play."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.acceptance.program import ACCOUNT, PROGRAM, Finished, environment, recallflow

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[str]:
    """Serves every POST with `answer`; gives the base URL."""
    app = web.Application()
    app.router.add_post("/{call:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def ran(*args: str | Path, cwd: Path, env: Mapping[str, str] = ACCOUNT) -> Finished:
    """Runs a command to its end within this process, beside the vendor."""
    return await asyncio.to_thread(recallflow, *args, cwd=cwd, env=env)


async def started(*args: str | Path, cwd: Path, env: Mapping[str, str] = ACCOUNT) -> asyncio.subprocess.Process:
    """Starts a command as a process of its own, so that it can be met while it runs."""
    return await asyncio.create_subprocess_exec(
        *PROGRAM,
        *map(str, args),
        cwd=cwd,
        env=environment(RECALLFLOW_HOME=str(cwd / "home"), **env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finished(process: asyncio.subprocess.Process) -> Finished:
    """Waits for the end of such a process."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())
