"""Audio that the vendor gives back is kept, so that a flow with an uploaded file can be changed and put back."""

import base64
import json
import os
import stat
from pathlib import Path

from tests.acceptance.sheets import RIGHT, write_csv
from tests.acceptance.test_reconcile import House, house
from tests.acceptance.test_undo import tick_all

HELLO, BYE = (b"RIFF\x04\x00\x00\x00WAVE" + word for word in (b"hello", b"bye"))


def played(key: int, audio: bytes, **others: object) -> dict[str, object]:
    spoken = {name: value for name, value in RIGHT.items() if name not in {"text", "lan"}}
    own = {"source": 2, "uploadName": "hello.wav", "baseFile": base64.b64encode(audio).decode()}
    return {"keyId": key} | spoken | own | others


def kept(home: House) -> list[Path]:
    return sorted((home.folder / "home" / "attachments").glob("*"))


def audio_of(home: House, key: int) -> bytes:
    return base64.b64decode(home.vendor.flows[key].fields["nodeList"][0]["baseFile"])


async def test_other_fields_of_a_flow_with_audio_are_changed_and_put_back_with_it(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        write_csv(home.file, [played(key, HELLO) for key in (1, 2)])
        assert (await home.run("upload", home.file)).code == 0
        before = json.dumps(home.vendor.flows[1].fields, sort_keys=True)
        write_csv(home.file, [played(key, BYE, recallNum=5) for key in (1, 2)])
        done = await home.reconcile("--apply", "--only-fields", "recallNum", "--max-changes", "100%", "--json")
        assert (done.code, done.summary["counts"]["succeeded"]) == (0, 2), done.err
        assert (audio_of(home, 1), home.vendor.flows[1].fields["recallNum"]) == (HELLO, 5)
        [file] = kept(home)
        assert file.read_bytes() == HELLO
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        back = await home.run("undo", done.summary["run"], "--apply", "--json")
        assert (back.code, back.summary["counts"]["succeeded"]) == (0, 2), back.err
        assert json.dumps(home.vendor.flows[1].fields, sort_keys=True) == before


async def test_audio_itself_is_put_back_and_no_token_ever_goes_out_for_it(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        write_csv(home.file, [played(1, HELLO)])
        assert (await home.run("upload", home.file)).code == 0
        write_csv(home.file, [played(1, BYE)])
        done = await home.reconcile("--apply", "--max-changes", "100%", "--json")
        assert (done.code, audio_of(home, 1)) == (0, BYE)
        for file in kept(home):
            file.unlink()
        lost = await home.run("undo", done.summary["run"], "--apply", "--json")
        assert (lost.code, audio_of(home, 1)) == (1, BYE)
        line = home.results(lost.summary["run"])["1"]
        assert (line["state"], line["code"]) == ("invalid", "file-changed")


async def test_a_saved_plan_is_applied_with_the_audio_that_stays(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        write_csv(home.file, [played(1, HELLO)])
        assert (await home.run("upload", home.file)).code == 0
        write_csv(home.file, [played(1, BYE, recallNum=5)])
        await home.reconcile("--plan", "plan.xlsx")
        tick_all(tmp_path / "plan.xlsx", only="recallNum")
        done = await home.run("apply", "plan.xlsx", "--json")
        assert (done.code, audio_of(home, 1), home.vendor.flows[1].fields["recallNum"]) == (0, HELLO, 5), done.err
