"""The options of `recallflow sandbox`: there is one for every fault that the simulated vendor can have."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.options import HomeOption, JsonOption, LanguageOption
from jobs.app.run import run_command
from jobs.app.units import seconds, share
from runner.text import Language


def _share(en: str, zh: str) -> object:
    return typer.Option(parser=share, metavar="SHARE", help=say(en, zh))


def _seconds(en: str, zh: str) -> object:
    return typer.Option(parser=seconds, metavar="DURATION", help=say(en, zh))


def sandbox(  # noqa: PLR0913 - its options
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help=say("0 for any that is free.", "0 表示任意空闲端口。"))
    ] = 0,
    expired: Annotated[float, _share("Timestamps called expired.", "判为时间戳过期的比例。")] = 0.0,
    system_error: Annotated[float, _share("System errors.", "系统异常的比例。")] = 0.0,
    latency: Annotated[float, _seconds("Before every answer: 50ms.", "每次应答前的延迟：50ms。")] = 0.0,
    drop: Annotated[float, _share("Connections cut before the answer.", "应答前断开连接的比例。")] = 0.0,
    not_json: Annotated[float, _share("HTML pages instead of answers.", "以 HTML 页面代替应答的比例。")] = 0.0,
    http_503: Annotated[float, _share("HTTP 503.", "HTTP 503 的比例。")] = 0.0,
    timeout: Annotated[float, _share("Connections held without an answer.", "保持连接而不应答的比例。")] = 0.0,
    hang: Annotated[float, _seconds("How long they are held: 60s.", "不应答的连接保持多久：60s。")] = 60.0,
    cut_body: Annotated[float, _share("Answers cut off half-way.", "应答中途断开的比例。")] = 0.0,
    rate_limit: Annotated[
        int | None,
        typer.Option(min=0, help=say("Requests per second before HTTP 429.", "每秒请求数上限，超出返回 HTTP 429。")),
    ] = None,
    concurrency_limit: Annotated[
        int | None,
        typer.Option(min=0, help=say("Requests at once before HTTP 429.", "并发请求数上限，超出返回 HTTP 429。")),
    ] = None,
    retry_after: Annotated[
        float | None, _seconds("What HTTP 429 and 503 say to wait.", "HTTP 429 与 503 要求等待的时间。")
    ] = None,
    retry_after_date: Annotated[
        bool, typer.Option("--retry-after-date", help=say("They say it as a date.", "以日期形式给出等待时间。"))
    ] = False,
    down_from: Annotated[
        float | None, _seconds("So long after the start it goes down.", "启动多久之后中断服务。")
    ] = None,
    down_for: Annotated[float | None, _seconds("So long it stays down.", "中断服务持续多久。")] = None,
    clock_skew: Annotated[float, _seconds("Its clock is ahead by: 120s.", "其时钟超前：120s。")] = 0.0,
    window: Annotated[float, _seconds("How far off a timestamp may be.", "时间戳允许的偏差。")] = 300.0,
    no_date: Annotated[bool, typer.Option("--no-date", help=say("No Date header.", "不带 Date 头。"))] = False,
    hide_base_file: Annotated[
        bool,
        typer.Option("--hide-base-file", help=say("queryDetail without baseFile.", "queryDetail 不返回 baseFile。")),
    ] = False,
    numbers_as_text: Annotated[
        bool,
        typer.Option(
            "--numbers-as-text", help=say("queryDetail with numbers as text.", "queryDetail 以文本返回数字。")
        ),
    ] = False,
    reverse_nodes: Annotated[
        bool,
        typer.Option(
            "--reverse-nodes", help=say("queryDetail with nodes in reverse.", "queryDetail 以相反顺序返回节点。")
        ),
    ] = False,
    null_for_unknown: Annotated[
        bool,
        typer.Option(
            "--null-for-unknown",
            help=say(
                "queryDetail of no such flow: success without data.", "queryDetail 查询不存在的流程时返回成功而无数据。"
            ),
        ),
    ] = False,
    flows: Annotated[
        int,
        typer.Option(
            min=0, max=1_000_000, help=say("Example flows that it has from the start.", "启动时已有的示例流程数。")
        ),
    ] = 0,
    page_order: Annotated[
        str,
        typer.Option(
            metavar="oldest|newest", help=say("What queryPage lists first.", "queryPage 先列出最早还是最新的流程。")
        ),
    ] = "oldest",
    seed: Annotated[int, typer.Option(help=say("Of the faults.", "故障的随机种子。"))] = 0,
    request_log: Annotated[
        Path | None, typer.Option(help=say("Gets a JSON line for every request.", "每个请求写入一行 JSON。"))
    ] = None,
    home: HomeOption = None,  # noqa: ARG001 - taken everywhere; the sandbox keeps no journal
    lang: LanguageOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the simulated vendor."""
    if page_order not in {"oldest", "newest"}:
        raise typer.BadParameter("oldest / newest", param_hint="--page-order")

    def command(language: Language) -> int:
        from jobs.app.commands.sandbox import serve_sandbox  # noqa: PLC0415 - for fast help
        from jobs.app.settings import load_settings  # noqa: PLC0415
        from jobs.recallflow.sandbox.faults import FaultShares  # noqa: PLC0415
        from jobs.recallflow.sandbox.gate import Opening  # noqa: PLC0415
        from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings  # noqa: PLC0415

        own = load_settings()
        settings = SandboxSettings(
            account=own.account() if own.api_key or own.api_secret else EXAMPLE_ACCOUNT,
            port=port,
            faults=FaultShares(
                http_503=http_503,
                expired=expired,
                system_error=system_error,
                drop=drop,
                not_json=not_json,
                timeout=timeout,
                cut_body=cut_body,
                latency=latency,
                hang=hang,
                seed=seed,
            ),
            opening=Opening(
                rate_limit=rate_limit,
                concurrency_limit=concurrency_limit,
                down_from=down_from,
                down_for=down_for,
            ),
            retry_after=retry_after,
            retry_after_date=retry_after_date,
            clock_skew=clock_skew,
            window=window,
            date_header=not no_date,
            hide_base_file=hide_base_file,
            numbers_as_text=numbers_as_text,
            reverse_nodes=reverse_nodes,
            null_for_unknown=null_for_unknown,
            newest_first=page_order == "newest",
            flows=flows,
            request_log=request_log,
        )
        return serve_sandbox(settings, language=language, json=json)

    run_command("sandbox", command, lang, json=json)
