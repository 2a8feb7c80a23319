"""Makes a spreadsheet of flows that are all right: any number, the same ones for the same seed.

    python samples/make_flows.py --flows 100000 --seed 7 large.xlsx
    python samples/make_flows.py --flows 100000 --headings en large.csv

About one flow in five has several nodes, so there are more rows than flows.
"""

import argparse
import base64
import csv
import io
import wave
from collections.abc import Iterator
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from jobs.recallflow.reference import FLOW_FIELDS, NODE_FIELDS

FIELDS = [spec for spec in (*FLOW_FIELDS, *NODE_FIELDS) if spec.name != "nodeList"]

FIRST_KEY = 200_001

SPEECHES = (
    ("EN", "Hello, this is a reminder that your bill is due tomorrow. Press 1 to talk to us."),
    ("EN", "Good afternoon. Your parcel could not be delivered. Press 2 to choose another day."),
    ("IN", "Namaste. Your appointment is on Friday at ten. Press 1 to confirm it."),
    ("ES", "Hola, su pago vence mañana. Pulse 1 para hablar con un agente."),
    ("PT", "Olá, o seu pedido está pronto. Prima 1 para falar connosco."),
    ("IDN", "Halo, tagihan Anda jatuh tempo besok. Tekan 1 untuk berbicara dengan kami."),
    ("VN", "Xin chào, hóa đơn của bạn đến hạn vào ngày mai. Nhấn 1 để gặp nhân viên."),
    ("TH", "สวัสดีค่ะ บิลของคุณครบกำหนดพรุ่งนี้ กด 1 เพื่อติดต่อเจ้าหน้าที่"),
)
MESSAGES = (
    "Dear ${text1}, we tried to call you. Your bill of ${text2} is due tomorrow.",
    "Your parcel ${text1} waits for you at ${text2}. Reply STOP to end these messages.",
    "尊敬的${text1},您的账单${text2}元将于明日到期,请及时处理。",
)

Row = dict[str, object]


def flows(number: int, seed: int) -> Iterator[list[Row]]:
    """Each flow as its rows, a node each; cells that stay blank are absent."""
    random = Random(seed)
    for key in range(FIRST_KEY, FIRST_KEY + number):
        flow: Row = {
            "keyId": key,
            "recallInterval": random.choice((5, 10, 15, 30, 60, 120, 1440)),
            "recallNum": random.randint(1, 10),
            "recallType": random.randint(0, 1),
        }
        nodes = random.choice((1, 1, 1, 1, 2, 3)) if random.random() < 0.6 else 1
        rows = [flow | _node(random)]
        rows += [{"keyId": key} | _node(random) for _ in range(nodes - 1)]
        yield rows


def _node(random: Random) -> Row:
    node = random.choice((_uploaded_file, _uploaded_file, _new_file, _speech, _speech, _speech))(random)
    node |= _message(random) if random.random() < 0.3 else {"hangUpSms": 0}
    node |= _seats(random) if random.random() < 0.4 else {"toSeat": 0}
    return node


def _uploaded_file(random: Random) -> Row:
    return {"source": 1, "voiceFileId": f"1202508{random.randrange(10**8):08d}{random.randrange(16**24):024x}.wav"}


def _new_file(random: Random) -> Row:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(random.randbytes(random.randint(40, 160)))
    return {
        "source": 2,
        "uploadName": f"voice-{random.randrange(10**6):06d}.wav",
        "baseFile": base64.b64encode(sound.getvalue()).decode(),
    }


def _speech(random: Random) -> Row:
    language, text = random.choice(SPEECHES)
    node: Row = {"source": 3, "text": text, "lan": language}
    if random.random() < 0.5:
        node["speakingRate"] = random.choice((0.75, 0.9, 1, 1.25))
    if random.random() < 0.5:
        node["ssmlGender"] = random.randint(1, 2)
    return node


def _message(random: Random) -> Row:
    node: Row = {"hangUpSms": 1, "smsContent": random.choice(MESSAGES)}
    if random.random() < 0.5:
        node["senderId"] = random.choice(("NOTICE", "ParcelBot", "8610086"))
    push = random.choice(("feedbackPush", "successPush", "failedPush", "ringPush"))
    node |= {"feedbackPush": 0, "successPush": 0, "failedPush": 0, "ringPush": 0, push: 1}
    if push == "feedbackPush":
        node["feedbackValue"] = str(random.randint(0, 9))
    if push == "successPush":
        node["successPushTime"] = random.choice((1, 5, 30, 600))
    return node


def _seats(random: Random) -> Row:
    node: Row = {
        "toSeat": 1,
        "sipGroupId": 1_000_000 + random.randrange(100),
        "outboundControl": 1,
        "calloutRate": random.randint(1, 5),
        "toSeatType": random.randint(1, 2),
    }
    if node["toSeatType"] == 2:
        node |= {"toSeatKey": str(random.randint(0, 9)), "delayTransfer": random.choice((0, 3, 10))}
    return node


def headings(language: str) -> list[str]:
    """The heading row: the vendor's labels, or the field names."""
    return [spec.label.short if language == "zh" else spec.name for spec in FIELDS]


def write_xlsx(path: Path, heading_row: list[str], rows: Iterator[list[object]]) -> None:
    """Writes a workbook with one sheet, as a stream."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("流程")
    sheet.freeze_panes = "A2"
    cells = []
    for heading in heading_row:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    for row in rows:
        sheet.append(row)
    workbook.save(path)


def write_csv(path: Path, heading_row: list[str], rows: Iterator[list[object]]) -> None:
    """Writes a CSV file that Excel opens as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading_row)
        writer.writerows(rows)


def main() -> None:
    """The script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="a .xlsx or .csv file")
    parser.add_argument("--flows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--headings", choices=("zh", "en"), default="zh")
    given = parser.parse_args()
    rows = ([row.get(spec.name) for spec in FIELDS] for flow in flows(given.flows, given.seed) for row in flow)
    write = write_csv if given.out.suffix == ".csv" else write_xlsx
    write(given.out, headings(given.headings), rows)
    print(f"{given.flows} flows in {given.out}")


if __name__ == "__main__":
    main()
