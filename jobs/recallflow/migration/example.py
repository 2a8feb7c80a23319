"""An example of rules, with comments: what `recallflow migrate --example` prints."""

from runner.text import Language, Text


def example(language: Language) -> str:
    """Rules that can be read as they stand; what needs a table is there as a comment."""
    return _EXAMPLE.in_language(language)


_EXAMPLE = Text(
    """\
# Rules of a migration: which flows, and what becomes of each. Change them, then look at what they would do:
#   recallflow migrate rules.toml --plan plan.xlsx
# Nothing is sent by that. Every key is explained in docs/migrating.md; `recallflow fields` lists the fields.

[flows]                              # the flows that were made between these times, by the vendor's clock …
from = 2026-11-01 00:00:00
to = 2026-11-22 23:59:59
# task_name = "Winter sale"          # … of this task only
# keys = "keys.xlsx"                 # … or, instead of all three, the flows of a spreadsheet with a column keyId

# Conditions: all must hold, or the flow is left alone. Ask flow fields, status, nodes (how many), or node fields.
[[where]]
field = "status"                     # 0 is pending; no other flow can be edited
equals = 0

[[where]]
field = "lan"
in = ["EN", "IN"]
nodes = "any"                        # of how many nodes it must hold: "any", "all", "none"

# Changes: made in this order, each to what the one before has left.
[[change]]
name = "call again later"            # what plan, report and history call it
field = "recallInterval"
shift = 30                           # 30 minutes more than it was
beyond = "limit"                     # past what the field may be: "limit" stops there, "fail" sends nothing

[[change]]
name = "new greeting"
field = "text"
replace = "Black Friday"
with = "winter sale"
where = [                            # only the nodes for which all of these hold
  { field = "source", equals = 3 },
  { field = "lan", equals = "EN" },
]

# [[change]]
# name = "new recordings"
# field = "voiceFileId"
# map = "voices.csv"                 # a table with the old ids in one column and the new ones in another
# from = "old"                       # the headings of the two; without them the first two columns
# to = "new"
# no_match = "fail"                  # for what is not in it: "fail" sends nothing, "keep", or "default" (default = "…")
# where = [ { field = "source", equals = 1 } ]

# [[change]]
# field = "recallNum"
# set = 3

# [[change]]
# field = "senderId"
# clear = true                       # makes it blank

# [[change]]
# add_node = { source = 3, text = "Goodbye", lan = "EN", hangUpSms = 0, toSeat = 0 }
# at = "end"                         # "end", "start", or a number from 1

# [[change]]
# remove_node = true
# where = [ { field = "text", contains = "Black Friday" } ]
""",
    """\
# 迁移规则：处理哪些流程，如何修改。改好后先查看将做的修改：
#   recallflow migrate rules.toml --plan plan.xlsx
# 此命令不会发送任何内容。各键的说明见 docs/migrating.md；字段见 `recallflow fields`。

[flows]                              # 在此时间段内创建的流程（以供应商时钟为准）……
from = 2026-11-01 00:00:00
to = 2026-11-22 23:59:59
# task_name = "双十一"               # ……且仅限此任务
# keys = "keys.xlsx"                 # ……或代替以上三项：含 keyId 列的表格所列的流程

# 条件：须全部满足，否则不改动该流程。可用流程字段、status、nodes（节点数）或节点字段。
[[where]]
field = "status"                     # 0 为待执行；其他状态的流程无法修改
equals = 0

[[where]]
field = "语种"                       # 字段可写名称（lan）或供应商的中文名
in = ["EN", "IN"]
nodes = "any"                        # 须满足的节点："any" 任一，"all" 全部，"none" 无

# 修改：按此顺序进行，每项都在前一项的结果上修改。
[[change]]
name = "延长间隔"                    # 计划、报告和历史中的名称
field = "recallInterval"
shift = 30                           # 增加 30 分钟
beyond = "limit"                     # 超出允许范围时："limit" 停在上下限，"fail" 不发送

[[change]]
name = "新话术"
field = "text"
replace = "双十一"
with = "双十二"
where = [                            # 仅限满足全部条件的节点
  { field = "source", equals = 3 },
  { field = "lan", equals = "EN" },
]

# [[change]]
# name = "新录音"
# field = "voiceFileId"
# map = "voices.csv"                 # 对照表：一列旧 ID，一列新 ID
# from = "旧"                        # 两列的标题；不写则为前两列
# to = "新"
# no_match = "fail"                  # 表中没有时："fail" 不发送，"keep" 保留，"default" 用默认值（default = "…"）
# where = [ { field = "source", equals = 1 } ]

# [[change]]
# field = "recallNum"
# set = 3

# [[change]]
# field = "senderId"
# clear = true                       # 清空

# [[change]]
# add_node = { source = 3, text = "再见", lan = "EN", hangUpSms = 0, toSeat = 0 }
# at = "end"                         # "end" 末尾，"start" 开头，或从 1 开始的数字

# [[change]]
# remove_node = true
# where = [ { field = "text", contains = "双十一" } ]
""",
)
