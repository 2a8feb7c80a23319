"""The report as the place where the work begins again: corrected there, and uploaded as it stands."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import openpyxl
import pytest

from runner.text import Language
from tests.acceptance.corrector import CORRECTIONS, correct
from tests.acceptance.program import ACCOUNT, recallflow, request_log, running_sandbox
from tests.acceptance.sheets import RIGHT, all_cells, generator, sheet_rows, simple_flows, write_csv

SOFFICE = shutil.which("soffice")
with_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
UPDATE = "recallFlow/update"
SEED = 20261123

Row = dict[str, object]
Flow = list[Row]


def set_in_first(field: str, value: object) -> Callable[[Flow], None]:
    def mistake(flow: Flow) -> None:
        flow[0][field] = value

    return mistake


def set_in_second(field: str, value: object) -> Callable[[Flow], None]:
    def mistake(flow: Flow) -> None:
        flow[1][field] = value

    return mistake


MISTAKES: dict[str, Callable[[Flow], None]] = {
    "required": set_in_first("recallInterval", None),
    "out-of-range": set_in_first("recallNum", 99),
    "not-an-option": set_in_first("recallType", 7),
    "not-a-number": set_in_first("recallInterval", "soon"),
    "not-a-whole-number": set_in_first("recallNum", 2.5),
    "percentage": set_in_first("recallInterval", "50%"),
    "error-cell": set_in_first("recallInterval", "#N/A"),
    "wrong-length": set_in_first("text", "x" * 5_000),
    "rows-disagree": set_in_second("recallInterval", 1_439),
    "key-missing": set_in_second("keyId", None),
}
EACH = 6


def flows_with_mistakes(path: Path, number: int, language: Language) -> None:
    """A workbook of flows, of which six each have a mistake of one of ten kinds."""
    make = generator()
    flows: list[Flow] = [[dict(row) for row in flow] for flow in make.flows(number, SEED)]
    fits: dict[str, Callable[[Flow], bool]] = {
        "wrong-length": lambda flow: flow[0]["source"] == 3,
        "rows-disagree": lambda flow: len(flow) > 1,
        "key-missing": lambda flow: len(flow) > 1,
    }
    left = Random(SEED).sample(range(number), number)
    for kind, mistake in reversed(MISTAKES.items()):
        chosen = [index for index in left if kind not in fits or fits[kind](flows[index])][:EACH]
        for index in chosen:
            mistake(flows[index])
            left.remove(index)
    rows = ([row.get(spec.name) for spec in make.FIELDS] for flow in flows for row in flow)
    make.write_xlsx(path, make.headings(language), rows)


def saved_by_libreoffice(report: Path) -> None:
    """Opens the workbook in LibreOffice, and saves it there."""
    assert SOFFICE is not None
    folder = report.parent / "saved"
    profile = f"-env:UserInstallation={(report.parent / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(report)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    (folder / report.name).replace(report)


def updates(log: Path) -> Counter[int]:
    """How often the vendor was sent each flow."""
    return Counter(line["keyId"] for line in request_log(log) if line["path"] == UPDATE)


@pytest.mark.parametrize(
    ("language", "opened_in_libreoffice"),
    [
        ("en", "never"),
        ("zh", "never"),
        pytest.param("en", "before it is corrected", marks=with_libreoffice),
        pytest.param("zh", "before it is corrected", marks=with_libreoffice),
        pytest.param("zh", "after it was corrected", marks=with_libreoffice),
    ],
)
def test_a_report_that_is_corrected_as_its_notes_say_and_uploaded_again_settles_every_flow(
    tmp_path: Path, language: Language, opened_in_libreoffice: str
) -> None:
    flows, report, log = tmp_path / "flows.xlsx", tmp_path / "report.xlsx", tmp_path / "log.jsonl"
    flows_with_mistakes(flows, 500, language)
    with running_sandbox(request_log=log) as url:
        options = ("--base-url", url, "--json", "--lang", language)
        first = recallflow("upload", flows, *options, "--report", report, cwd=tmp_path, env=ACCOUNT)
        assert first.code == 1, first.err
        assert +Counter(first.summary["counts"]) == {"succeeded": 440, "invalid": 60}
        before = updates(log)
        if opened_in_libreoffice == "before it is corrected":
            saved_by_libreoffice(report)
        assert correct(report) == 60
        if opened_in_libreoffice == "after it was corrected":
            saved_by_libreoffice(report)
        second = recallflow("upload", report, *options, "--report", "second.xlsx", cwd=tmp_path, env=ACCOUNT)
    assert second.code == 0, second.err
    assert +Counter(second.summary["counts"]) == {"succeeded": 60}
    after = updates(log)
    assert len(before) == 440
    assert len(after) == 500
    assert set(after.values()) == {1}, "no flow was sent twice"
    assert sheet_rows(tmp_path / "second.xlsx", CORRECTIONS) == []


def test_the_kinds_of_mistakes_are_those_that_are_named(tmp_path: Path) -> None:
    flows_with_mistakes(tmp_path / "flows.xlsx", 500, "en")
    done = recallflow("check", "flows.xlsx", "--json", cwd=tmp_path)
    found = Counter(problem["code"] for problem in json.loads(done.out)["problems"])
    assert found == {kind: EACH for kind in MISTAKES if kind not in {"key-missing", "required"}} | {
        "required": 2 * EACH
    }


def mixed(path: Path) -> Path:
    """Flows of which the vendor refuses one, one has a mistake, and two are right."""
    right = [{"keyId": key} | RIGHT for key in (1, 2, 3, 4)]
    right[1]["recallNum"] = 99
    return write_csv(path, [row | {"备注": f"note {row['keyId']}"} for row in right])


def corrections(report: Path) -> list[tuple[object, ...]]:
    return all_cells(report, CORRECTIONS)


def test_corrections_hold_the_users_own_columns_and_values(tmp_path: Path) -> None:
    mixed(tmp_path / "flows.csv")
    done = recallflow("upload", "flows.csv", "--sandbox", "--report", "report.xlsx", cwd=tmp_path)
    assert done.code == 1, done.err
    heading, *rows = corrections(tmp_path / "report.xlsx")
    assert heading == ("keyId", *RIGHT, "备注")
    assert [row[0] for row in rows] == [2]
    assert rows[0][-1] == "note 2"


def test_which_states_are_given_back_can_be_chosen(tmp_path: Path) -> None:
    mixed(tmp_path / "flows.csv")
    recallflow("upload", "flows.csv", "--dry-run", "--report", "all.xlsx", cwd=tmp_path)
    assert [row[0] for row in corrections(tmp_path / "all.xlsx")[1:]] == [1, 2, 3, 4]
    recallflow("report", "--report", "some.xlsx", "--corrections", "failed,invalid", cwd=tmp_path)
    assert [row[0] for row in corrections(tmp_path / "some.xlsx")[1:]] == [2]
    refused = recallflow("report", "--corrections", "succeeded", cwd=tmp_path)
    assert refused.code == 2
    assert "failed, unknown, invalid, not_sent" in refused.err


def test_a_mapping_need_not_be_said_again(tmp_path: Path) -> None:
    rows: Iterable[Row] = [{"客户编号": 1, "备注": "x"} | RIGHT | {"recallNum": 99}]
    write_csv(tmp_path / "flows.csv", rows)
    mapping = ("--map", "客户编号=keyId", "--map", "备注=")
    done = recallflow("upload", "flows.csv", "--sandbox", *mapping, "--report", "report.xlsx", cwd=tmp_path)
    assert done.code == 1, done.err
    assert correct(tmp_path / "report.xlsx") == 1
    again = recallflow("upload", "report.xlsx", "--sandbox", "--json", "--report", "two.xlsx", cwd=tmp_path)
    assert again.code == 0, again.err
    assert again.summary["counts"]["succeeded"] == 1


def test_a_report_in_which_nothing_was_corrected_sends_nothing_that_is_wrong(tmp_path: Path) -> None:
    mixed(tmp_path / "flows.csv")
    recallflow("upload", "flows.csv", "--sandbox", "--report", "report.xlsx", cwd=tmp_path)
    again = recallflow("upload", "report.xlsx", "--sandbox", "--json", "--report", "two.xlsx", cwd=tmp_path)
    assert again.code == 1
    assert +Counter(again.summary["counts"]) == {"invalid": 1}


def test_a_report_with_nothing_to_correct_says_so(tmp_path: Path) -> None:
    simple_flows(tmp_path / "flows.csv", 3)
    options = ("--base-url", "http://127.0.0.1:1/", "--dry-run")
    recallflow("upload", "flows.csv", *options, "--report", "report.xlsx", "--corrections", "invalid", cwd=tmp_path)
    done = recallflow("upload", "report.xlsx", "--sandbox", cwd=tmp_path)
    assert done.code == 2
    assert "nothing left to correct" in done.err
    assert "没有需要更正的内容" in recallflow("upload", "report.xlsx", "--sandbox", "--lang", "zh", cwd=tmp_path).err


def test_a_report_that_was_sent_already_is_recognised_by_content_and_sends_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    mixed(tmp_path / "flows.csv")
    with running_sandbox(request_log=log) as url:
        options = ("--base-url", url, "--json", "--report", "report.xlsx")
        recallflow("upload", "flows.csv", *options, cwd=tmp_path, env=ACCOUNT)
        correct(tmp_path / "report.xlsx")
        once = recallflow("upload", "report.xlsx", *options, cwd=tmp_path, env=ACCOUNT)
        again = recallflow("upload", "report.xlsx", *options, cwd=tmp_path, env=ACCOUNT)
    assert once.summary["counts"]["succeeded"] == 1
    assert again.code == 0, again.err
    assert +Counter(again.summary["counts"]) == {"unchanged": 1}
    assert updates(log) == {1: 1, 2: 1, 3: 1, 4: 1}
    [row] = sheet_rows(tmp_path / again.summary["report"], "Results")
    assert once.summary["run"] in row["Message"]


def test_a_report_of_a_run_that_another_journal_has_is_sent_whole_and_says_so(tmp_path: Path) -> None:
    mixed(tmp_path / "flows.csv")
    recallflow("upload", "flows.csv", "--sandbox", "--report", "report.xlsx", cwd=tmp_path)
    correct(tmp_path / "report.xlsx")
    elsewhere = ("--home", tmp_path / "other", "--report", "two.xlsx")
    done = recallflow("upload", "report.xlsx", "--sandbox", *elsewhere, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "does not have" in done.out + done.err


def test_the_numbers_of_a_csv_are_numbers_to_correct(tmp_path: Path) -> None:
    write_csv(tmp_path / "flows.csv", [{"keyId": 1} | RIGHT | {"recallNum": 99, "text": "007"}])
    recallflow("upload", "flows.csv", "--sandbox", "--report", "report.xlsx", cwd=tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")[CORRECTIONS]
    headings, values = sheet.iter_rows(values_only=True)
    found = dict(zip(headings, values, strict=True))
    assert (found["keyId"], found["recallNum"], found["text"]) == (1, 99, "007")
