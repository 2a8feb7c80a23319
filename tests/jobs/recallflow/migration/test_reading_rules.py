"""What is wrong with a file of rules is told line by line, all of it at once, with what to do about it."""

from datetime import datetime
from pathlib import Path

import pytest

from jobs.recallflow.migration.example import example
from jobs.recallflow.migration.rules import Rules, read_rules
from jobs.recallflow.migration.selection import KeySelection, PageSelection
from runner.errors import InputError, JournalError
from runner.tables.limits import ReadingLimits
from runner.text import Language
from tests.jobs.recallflow.migration.written_rules import FLOWS, complaints_on, rules_of
from tests.jobs.recallflow.written_tables import write_csv, write_xlsx

CHANGE = '[[change]]\nfield = "recallNum"\nset = 5\n'
COUNT = FLOWS.count("\n")

WRONG = [
    # below [flows] and a change: the line in it, and the words that tell what is wrong
    ('[[where]]\nfield = "statu"\nequals = 0', 2, 'no field "statu". The nearest one is status'),
    ('[[where]]\nfield = "nodeList"\nequals = 0', 2, 'no field "nodeList"'),
    ('[[where]]\nfield = "nodeList[0].text"\nequals = "a"', 2, "no field"),
    ("[[where]]\nfield = 5\nequals = 0", 2, 'no field "5"'),
    ("[[where]]\nequals = 0", 1, "names no field"),
    ('[[where]]\nfield = "status"', 1, "says nothing of status"),
    ('[[where]]\nfield = "status"\nequal = 0\nequals = 0', 3, 'no key "equal" here. The nearest one is equals'),
    ('[[where]]\nfield = "status"\nequals = "five"', 3, 'equals: "five" is not a number'),
    ('[[where]]\nfield = "status"\nequals = true', 3, "true is not a whole number"),
    ('[[where]]\nfield = "source"\nequals = "none"', 3, "equals: "),
    ('[[where]]\nfield = "text"\nequals = ""', 3, "Use is_set = false"),
    ('[[where]]\nfield = "text"\ncontains = ""', 3, "contains is no text"),
    ('[[where]]\nfield = "text"\nmatches = "("', 3, "no regular expression"),
    ('[[where]]\nfield = "text"\nat_least = 3', 3, "text is no number"),
    ('[[where]]\nfield = "recallNum"\ncontains = "3"', 3, "recallNum is no text"),
    ('[[where]]\nfield = "baseFile"\nequals = "a"', 3, "cannot be compared"),
    ('[[where]]\nfield = "text"\nis_set = 1', 3, "true or false"),
    ('[[where]]\nfield = "lan"\nin = "EN"', 3, "in is no list"),
    ('[[where]]\nfield = "lan"\nin = []', 3, "in is no list"),
    ('[[where]]\nfield = "recallNum"\nin = [\n  1,\n  "x",\n]', 5, 'in: "x" is not'),
    ('[[where]]\nfield = "lan"\nequals = "EN"\nnodes = "some"', 4, 'nodes cannot be that. Write "any" or'),
    ('[[where]]\nfield = "status"\nequals = 0\nnodes = "any"', 4, "not of its nodes"),
    ('[[where]]\nfield = "lan"\nequals = "EN"\ncolumn = "a"', 4, "column says nothing without in_table"),
    ('[[where]]\nfield = "lan"\nin_table = "none.csv"', 3, "no file none.csv"),
    ('[[where]]\nfield = "lan"\nin_table = "\\u0000"', 3, "no file"),
    ("[where]\nx = 1", 1, "where is no list of tables"),
    ("[elsewhere]\nx = 1", 1, 'no key "elsewhere" here. The nearest one is where'),
    ('[[change]]\nfield = "recallNum"', 1, "It changes nothing"),
    ('[[change]]\nfield = "recallNum"\nset = 5\nshift = 1', 1, "several things at once: set, shift"),
    ("[[change]]\nset = 5", 1, "names no field"),
    ('[[change]]\nfield = "keyId"\nset = 5', 2, "keyId cannot be changed"),
    ('[[change]]\nfield = "status"\nset = 5', 2, "status cannot be changed"),
    ('[[change]]\nfield = "节点数"\nset = 5', 2, "nodes cannot be changed"),
    ('[[change]]\nfield = "nodeList"\nset = 5', 2, "no field"),
    ('[[change]]\nfield = "baseFile"\nset = "a.wav"', 2, "Rules send no audio"),
    ('[[change]]\nfield = "recallNum"\nset = 11', 3, "set: 11 is not between 1 and 10"),
    ('[[change]]\nfield = "recallNum"\nset = ""', 3, "set is blank"),
    ('[[change]]\nfield = "recallNum"\nset = true', 3, "set: true is not a whole number"),
    ('[[change]]\nfield = "recallNum"\nset = 2026-11-01', 3, "set: "),
    ('[[change]]\nfield = "recallNum"\nset = [1]', 3, "is not a whole number"),
    ('[[change]]\nfield = "recallNum"\nclear = true', 3, "is required"),
    ('[[change]]\nfield = "senderId"\nclear = false', 3, "no other value than true"),
    ('[[change]]\nfield = "senderId"\nset = "-"', 3, "set is blank"),
    ('[[change]]\nfield = "smsContent"\nset = "${text11}"', 3, "set: It holds a variable that does not exist"),
    ('[[change]]\nfield = "recallNum"\nreplace = "1"\nwith = "2"', 3, "recallNum is no text"),
    ('[[change]]\nfield = "text"\nreplace = "1"', 3, "does not say with what"),
    ('[[change]]\nfield = "text"\nreplace = ""\nwith = "2"', 3, "replace is no text"),
    ('[[change]]\nfield = "text"\nreplace = "2"\nwith = "2"', 3, "Both are the same"),
    ('[[change]]\nfield = "text"\nset = "a"\nwith = "2"', 4, "with says nothing without replace"),
    ('[[change]]\nfield = "recallNum"\nshift = 0', 3, "shift is no number"),
    ('[[change]]\nfield = "recallNum"\nshift = 0.5', 3, "shift is no number"),
    ('[[change]]\nfield = "recallNum"\nshift = "1"', 3, "shift is no number"),
    ('[[change]]\nfield = "speakingRate"\nshift = inf', 3, "shift is no number"),
    ('[[change]]\nfield = "speakingRate"\nshift = nan', 3, "shift is no number"),
    ('[[change]]\nfield = "recallType"\nshift = 1', 3, "recallType is no number that"),
    ('[[change]]\nfield = "recallNum"\nshift = 1\nbeyond = "stop"', 4, 'Write "fail" or "limit"'),
    ('[[change]]\nadd_node = { source = 3 }\nfield = "text"', 3, "Remove field"),
    ('[[change]]\nadd_node = { source = 3, lan = "EN", hangUpSms = 0, toSeat = 0 }', 2, "text: It is blank"),
    ("[[change]]\nadd_node = { source = 2, hangUpSms = 0, toSeat = 0 }", 2, "source cannot be 2"),
    ('[[change]]\nadd_node = { sorce = 3, text = "a" }', 2, 'no field "sorce". The nearest one is source'),
    ("[[change]]\nadd_node = { source = 3, recallNum = 3 }", 2, "recallNum cannot be changed"),
    ('[[change]]\nadd_node = { source = 3, "文件来源" = 3 }', 2, "source is there twice"),
    ('[[change]]\n[change.add_node]\nsource = 3\nlan = "EN"\ntext = ""', 5, "text is blank"),
    ("[[change]]\nadd_node = true", 2, "add_node is no table"),
    ("[[change]]\nadd_node = { source = 3 }\nat = 0", 3, "at is no place"),
    ("[[change]]\nremove_node = true", 2, "would remove every node"),
    (
        '[[change]]\nremove_node = true\nwhere = [ { field = "lan", equals = "EN", nodes = "any" } ]',
        2,
        "would remove every node",
    ),
    (
        '[[change]]\nfield = "lan"\nset = "EN"\nwhere = [\n {field = "lan", equals = "VN"},\n {field = "l"},\n]',
        6,
        "no field",
    ),
    ('[[change]]\nname = "change 1"\nfield = "lan"\nset = "EN"', 2, 'Line 4 is called "change 1" as well'),
    ('[[change]]\nname = ""\nfield = "lan"\nset = "EN"', 2, "name is no text"),
    (f'[[change]]\nname = "{"n" * 61}"\nfield = "lan"\nset = "EN"', 2, "more than 60 characters"),
    ('[[change]]\nname = "a\\nb"\nfield = "lan"\nset = "EN"', 2, "such as cannot be seen"),
    ('[[change]]\nfield = "lan"\nmap = 5', 3, "map is no text"),
    ('[[change]]\nfield = "lan"\nmap = "none.csv"', 3, "no file none.csv"),
    ('[[change]]\nfield = "lan"\nmap = "none.csv"\nno_match = "drop"', 4, 'Write "fail" or "keep" or "default"'),
    ('[[change]]\nfield = "lan"\nset = "EN"\nno_match = "keep"', 4, "no_match says nothing without map"),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    above = FLOWS + CHANGE
    found = complaints_on(tmp_path, above + text + "\n")
    place = f"rules.toml, line {above.count(chr(10)) + line}: "
    assert any(each.startswith(place) and words in each for each in found), found
    assert all(each.endswith(".") for each in found)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (CHANGE, 1, "does not say which flows"),
        ("[flows]\n" + CHANGE, 1, "from is missing"),
        ("[flows]\nfrom = 2026-11-01\n" + CHANGE, 1, "to is missing"),
        ('[flows]\nfrom = "2026-11-01"\nto = 2026-11-02\n' + CHANGE, 2, "from is no time"),
        ("[flows]\nfrom = 2026-11-01\nto = 2026-11-02T00:00:00Z\n" + CHANGE, 3, "to is no time"),
        ("[flows]\nfrom = 2026-11-01\nto = 2026-10-02\n" + CHANGE, 3, "ends before it begins"),
        ("[flows]\nfrom = 2026-11-01\nto = 2026-11-02\nsheet = 'a'\n" + CHANGE, 4, "sheet says nothing without keys"),
        ("[flows]\nkeys = 'none.xlsx'\n" + CHANGE, 2, "no file none.xlsx"),
        ("[flows]\nkeys = 'k.csv'\nfrom = 2026-11-01\n" + CHANGE, 3, "from says nothing where keys"),
        ("flows = 3\n" + CHANGE, 1, "flows is no table"),
        (FLOWS, 1, "There is no change"),
        (FLOWS + "change = []\n", 1, "There is no change"),
        ("", 1, "There is no change"),
        (FLOWS + "[[change]\n", 4, "no TOML"),
        (FLOWS + "a = 'b\n", 4, "no TOML"),
        (FLOWS + "a = \n", 4, "no TOML"),
        (FLOWS + 'a = """\n\n', 4, "no TOML"),
        (FLOWS + "a = 1\na = 2\n", 5, "here twice"),
        (FLOWS + "a = \u201cb\u201d\n", 4, "curly"),
        (FLOWS + 'a = "C:\\Users"\n', 4, "no TOML"),
        ("a = " + "[" * 5000, 1, "nested too deep"),
    ],
)
def test_what_is_wrong_with_the_whole_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = complaints_on(tmp_path, text)
    assert any(each.startswith(f"rules.toml, line {line}: ") and words in each for each in found), found


def test_everything_is_told_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    found = complaints_on(tmp_path, FLOWS + "".join(f"{text}\n" for text, _, _ in WRONG[:3]))
    lines = [int(each.split(":")[0].rpartition(" ")[2]) for each in found]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_no_more_is_told_than_anybody_reads(tmp_path: Path) -> None:
    found = complaints_on(tmp_path, FLOWS + '[[where]]\nfield = "x"\n' * 80)
    assert len(found) == 51
    assert found[-1] == "(and 31 more)"


def test_a_table_is_read_cell_by_cell_and_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "t.csv",
        [["old", "new"], ["a", "b"], ["c", None], ["a", "d"], [None, "e"], ["a", "b"], ["f", "g\th"]],
    )
    found = complaints_on(tmp_path, FLOWS + '[[change]]\nfield = "lan"\nmap = "t.csv"\n')
    assert [each.partition(": ")[2].partition(": ")[0] for each in found] == [
        "t.csv B3",
        "t.csv A4",
        "t.csv A5",
        "t.csv B7",
    ]
    assert "a is in A2 already, with another result" in found[1]


@pytest.mark.parametrize(
    ("rows", "keys", "words"),
    [
        ([["old"], ["a"]], "", "fewer than 2 columns"),
        ([[1, 2], [3, 4]], "", "has 1 where a heading is to be"),
        ([["old", "new"]], "", "no rows below its headings"),
        ([["old", "old"], ["a", "b"]], "", 'Both columns are called "old"'),
        ([["old", "new"], ["a", "b"]], 'from = "alt"', "alt"),
        ([["old", "new"], ["a", "b", "c"]], 'to = "new"', "stands below no heading"),
    ],
)
def test_a_table_that_is_not_as_it_is_named_is_refused(
    tmp_path: Path, rows: list[list[str | int]], keys: str, words: str
) -> None:
    write_xlsx(tmp_path / "t.xlsx", rows)
    if words != "stands below no heading":
        found = complaints_on(tmp_path, FLOWS + f'[[change]]\nfield = "lan"\nmap = "t.xlsx"\n{keys}\n')
        assert any(each.startswith("rules.toml, line 6: ") and words in each for each in found), found
    if words != "has 1 where a heading is to be":
        (tmp_path / "t.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
        found = complaints_on(tmp_path, FLOWS + f'[[change]]\nfield = "lan"\nmap = "t.csv"\n{keys}\n')
        assert any(each.startswith("rules.toml, line 6: ") and words in each for each in found), found
    assert not any("--map" in each for each in found)


def test_a_table_past_the_limits_is_refused(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", [["old", "new"], ["a", "b"], ["c", "d"]])
    (tmp_path / "rules.toml").write_text(FLOWS + '[[change]]\nfield = "lan"\nmap = "t.csv"\n')
    with pytest.raises(InputError, match=r"line 6: t\.csv has more than 1 rows"):
        read_rules(tmp_path / "rules.toml", ReadingLimits(file_rows=1))


def test_a_sheet_and_columns_can_be_named(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", [["说明"], ["x", "旧", "新"], ["y", "a", "b"]])
    text = '[[change]]\nfield = "lan"\nmap = "t.xlsx"\nsheet = "流程"\nfrom = "旧"\nto = "新"\n'
    assert rules_of(tmp_path, text).changes[0].effect.model_dump()["pairs"] == (("a", "b"),)


def test_a_day_is_meant_from_its_first_second_to_its_last(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[flows]\nfrom = 2026-11-01\nto = 2026-11-22\ntask_name = "双十一"\n' + CHANGE, encoding="utf-8-sig"
    )
    first, last = datetime(2026, 11, 1), datetime(2026, 11, 22, 23, 59, 59)  # noqa: DTZ001 - by the vendor's clock
    assert read_rules(path).selection == PageSelection(first=first, last=last, task_name="双十一")
    path.write_text("[flows]\nfrom = 2026-11-01 08:30:00\nto = 2026-11-01T08:30:00\n" + CHANGE)
    moment = datetime(2026, 11, 1, 8, 30)  # noqa: DTZ001
    assert read_rules(path).selection == PageSelection(first=moment, last=moment)


def test_a_list_of_keys_is_looked_for_from_where_the_rules_are(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "keys.csv").write_text("keyId\n299\n")
    (tmp_path / "rules.toml").write_text('[flows]\nkeys = "lists/keys.csv"\nsheet = "a"\n' + CHANGE)
    rules = read_rules(tmp_path / "rules.toml")
    assert rules.selection == KeySelection(path=tmp_path / "lists" / "keys.csv", sheet="a")
    assert Rules.decode(rules.encode()) == rules


def test_a_changed_table_is_a_changed_migration(tmp_path: Path) -> None:
    rule = '[[change]]\nfield = "lan"\nmap = "t.csv"\n'
    write_csv(tmp_path / "t.csv", [["old", "new"], ["a", "b"]])
    first = rules_of(tmp_path, rule).sha256
    assert rules_of(tmp_path, rule).sha256 == first
    write_csv(tmp_path / "t.csv", [["old", "new"], ["a", "c"]])
    assert rules_of(tmp_path, rule).sha256 != first
    write_csv(tmp_path / "t.csv", [["old", "new"], ["a", "b"]])
    assert rules_of(tmp_path, rule).sha256 == first
    assert rules_of(tmp_path, "# a note\n" + rule).sha256 != first


def test_kept_rules_need_none_of_their_files(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", [["old", "new"], ["a", "b"], ["c", "NULL"]])
    text = '[[where]]\nfield = "lan"\nin_table = "t.csv"\n[[change]]\nfield = "senderId"\nmap = "t.csv"\n'
    rules = rules_of(tmp_path, text)
    (tmp_path / "t.csv").unlink()
    (tmp_path / "rules.toml").unlink()
    assert Rules.decode(rules.encode()) == rules


def test_rules_that_another_version_has_kept_are_refused() -> None:
    with pytest.raises(JournalError, match="another version"):
        Rules.decode('{"rules": []}')


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_is_read_without_complaint_as_is_what_is_commented_out_in_it(
    tmp_path: Path, language: Language
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(example(language), encoding="utf-8")
    assert len(read_rules(path).changes) == 2
    headings = ["old", "new"] if language == "en" else ["旧", "新"]
    write_csv(tmp_path / "voices.csv", [headings, ["a", "b"]])
    path.write_text(with_all_changes(example(language)), encoding="utf-8")
    assert len(read_rules(path).changes) == 7


def with_all_changes(text: str) -> str:
    """The example with the changes that are comments in it."""
    head, mark, below = text.partition("# [[change]]")
    return head + "\n".join(line.removeprefix("# ") for line in (mark + below).split("\n"))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(InputError, match="cannot be read"):
            read_rules(path)
    (tmp_path / "gbk.toml").write_bytes(b"[flows]\n# \xc4\xe3\n")
    with pytest.raises(InputError, match=r"gbk.toml, line 2: This is not UTF-8"):
        read_rules(tmp_path / "gbk.toml")
    (tmp_path / "large.toml").write_text("#" * (2**20 + 1))
    with pytest.raises(InputError, match="more than 1 MiB"):
        read_rules(tmp_path / "large.toml")
