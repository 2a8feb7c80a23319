"""The keys of the format, table by table; `docs/migrating.md` explains each."""

TOP = ("flows", "where", "change")
FLOWS = ("from", "to", "task_name", "keys", "sheet")

IS_SET = "is_set"
ALIKE = ("equals", "not")
LISTED = ("in", "not_in")
NUMERIC = ("more_than", "at_least", "less_than", "at_most")
TEXTUAL = ("contains", "not_contains", "starts_with", "ends_with", "matches")
TABLED = ("in_table", "not_in_table")
TESTS = (*ALIKE, *LISTED, *NUMERIC, *TEXTUAL, *TABLED, IS_SET)

NEGATIVE = frozenset({"not", "not_in", "not_contains", "not_in_table"})
"""What a blank field fulfils, besides `is_set = false`."""

WHERE = ("field", *TESTS, "column", "sheet", "nodes")
EFFECTS = ("set", "clear", "map", "replace", "shift", "add_node", "remove_node")
OPTIONS = {
    "map": ("from", "to", "sheet", "no_match", "default"),
    "replace": ("with",),
    "shift": ("beyond",),
    "add_node": ("at",),
}
"""The keys that an effect has besides its own."""

CHANGE = ("name", "field", "where", *EFFECTS, *dict.fromkeys(key for keys in OPTIONS.values() for key in keys))

NODES = ("any", "all", "none")
NO_MATCH = ("fail", "keep", "default")
BEYOND = ("fail", "limit")
"""The first of each is what holds where nothing is said."""

AT = ("end", "start")
