"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.app.language import say
from jobs.app.units import seconds

SpreadsheetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help=say(
            "A .xlsx, .xlsm, .xls, .xlsb, .ods, .csv or .tsv file.",
            ".xlsx、.xlsm、.xls、.xlsb、.ods、.csv 或 .tsv 文件。",
        ),
    ),
]
RunArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN]",
        help=say(
            "As `runs` lists it, or a beginning that no other has. Default: the latest.",
            "运行编号，或其独有的开头；默认最近一次。",
        ),
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option(
        help=say("Which sheet; needed where several have known headings.", "工作表；多个表都有可识别标题时需指定。")
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="HEADING=FIELD",
        help=say(
            "What a heading stands for; nothing after = passes the column over. May be repeated.",
            "标题对应的字段；= 后留空表示忽略该列。可重复。",
        ),
    ),
]
MapFileOption = Annotated[
    Path | None,
    typer.Option(help=say("A .csv or .toml file of such pairs.", "写有上述对应关系的 .csv 或 .toml 文件。")),
]
DuplicatesOption = Annotated[
    str,
    typer.Option(
        metavar="error|last",
        help=say(
            "A keyId that comes again further down: a problem, or the last one counts.",
            "keyId 在下方重复出现时：视为错误，或以最后一处为准。",
        ),
    ),
]
FilesRootOption = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "The folder of the audio files that cells name. Default: the spreadsheet's.",
            "单元格所写音频文件所在的文件夹。默认为表格所在文件夹。",
        )
    ),
]
BaseUrlOption = Annotated[str | None, typer.Option(help=say("Where the vendor's calls are.", "供应商接口的基础网址。"))]
ConcurrencyOption = Annotated[
    int | None, typer.Option(help=say("Requests in flight at once. Default: 16.", "同时发送的请求数。默认 16。"))
]
RateOption = Annotated[
    float | None,
    typer.Option(help=say("Attempts per second at most. Default: no limit.", "每秒最多发送次数。默认不限。")),
]
CanaryOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help=say("Send so many first, and go on only if all of them succeeded.", "先试发 N 个，全部成功后才继续发送。"),
    ),
]
WavesOption = Annotated[
    str | None,
    typer.Option(
        metavar="N,N,…",
        help=say(
            "Send so many, then so many more; the last number goes on to count.",
            "分批发送的数量，最后一个数沿用到底：10,100,1000。",
        ),
    ),
]
PauseOption = Annotated[
    float | None,
    typer.Option(
        parser=seconds,
        metavar="DURATION",
        help=say("Between two waves: 10m. Default: a question.", "两批之间的间隔：10m。默认先询问。"),
    ),
]
MaxFailuresOption = Annotated[
    str | None,
    typer.Option(
        metavar="N|P%",
        help=say(
            "Stop when more than this have failed or are unknown: 20, or 5% of those that are settled.",
            "失败或未知超过此数量（20）或已完成请求的比例（5%）时停止。",
        ),
    ),
]
StrictOption = Annotated[
    bool | None,
    typer.Option(
        "--strict/--no-strict",
        help=say("Send nothing if anything is invalid.", "只要有一条数据有误，就全部不发送。"),
        show_default=False,
    ),
]
LogLevelOption = Annotated[
    str | None,
    typer.Option(
        metavar="debug|info|warning",
        help=say(
            "Keep a log: of each attempt, of each change, or of trouble.", "记录日志：每次发送、每次变化或仅异常。"
        ),
    ),
]
LogFormatOption = Annotated[
    str | None, typer.Option(metavar="text|json", help=say("Of the log. Default: text.", "日志格式，默认 text。"))
]
LogFileOption = Annotated[
    Path | None, typer.Option(help=say("Gets the log. Default: stderr.", "日志文件；默认写到标准错误输出。"))
]
NotifyOnOption = Annotated[
    str | None,
    typer.Option(
        metavar="drift,failure,recovery,always",
        help=say(
            "When to notify whom the setting notify names. Default: drift,failure,recovery.",
            "何时通知（接收方见设置 notify）。默认 drift,failure,recovery。",
        ),
    ),
]
MetricsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.prom",
        help=say("Gets figures for Prometheus' textfile collector.", "写入 Prometheus textfile 采集器所读的指标文件。"),
    ),
]
ReportOption = Annotated[
    Path | None, typer.Option(help=say("Where the report workbook is to lie.", "报告工作簿的保存位置。"))
]
PlanOption = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="PLAN.xlsx",
        help=say("Save the plan, to be ticked and applied.", "保存计划，勾选后可用 apply 应用。"),
    ),
]
WantedReportOption = Annotated[
    Path | None,
    typer.Option(
        "--report", help=say("Write a report workbook there. Default: none.", "报告工作簿的保存位置；默认不生成。")
    ),
]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help=say("Say nothing where all is as wanted.", "全部一致时不输出任何内容。")),
]
CorrectionsOption = Annotated[
    str | None,
    typer.Option(
        metavar="STATE,…",
        help=say(
            "What the report gives back to be corrected. Default: failed,unknown,invalid,not_sent.",
            "报告中列出供更正的状态。默认 failed,unknown,invalid,not_sent。",
        ),
    ),
]
HomeOption = Annotated[Path | None, typer.Option(help=say("The folder of the journal.", "运行记录所在文件夹。"))]
ProfileOption = Annotated[
    str | None, typer.Option(help=say("A table of recallflow.toml.", "recallflow.toml 中的配置名。"))
]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="zh|en", help=say("Default: by the locale.", "默认取决于系统语言。"))
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help=say("Go on where it would ask.", "需要确认时直接继续。"))]
JsonOption = Annotated[
    bool, typer.Option("--json", help=say("One JSON object on stdout.", "在标准输出打印一个 JSON 对象。"))
]
