"""Each situation's TwiML, as a file. ``pytest tests/voice --update-golden`` writes them anew; read the difference."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.voice.table import problems, table
from voice import twiml
from voice.twiml import Prompt, Speech

SPEECH = Speech()
GOLDEN = Path(__file__).parent / "golden"
MENU = Prompt("What can I do for you? For balance, press or say 1. For cards, press or say 2.", ("Balance", "Cards, lost or new"))

DOCUMENTS = {
    "ask_open": twiml.ask(Prompt("How can I help you?"), 1, SPEECH),
    "ask_options": twiml.ask(MENU, 1, SPEECH),
    "ask_ten_options": twiml.ask(Prompt("Which branch?", tuple(f"Branch {n}" for n in range(10))), 1, SPEECH),
    "ask_four_digits": twiml.ask(Prompt("The last four digits?", digits=True, count=4), 3, SPEECH),
    "ask_any_digits": twiml.ask(Prompt("The number, then the hash key.", digits=True), 3, SPEECH),
    "ask_after_lead": twiml.ask(Prompt("Anything else?"), 9, SPEECH, ["You are back with the assistant."]),
    "ask_other_language": twiml.ask(Prompt("Wie kann ich helfen?"), 1, Speech(language="de-DE", voice="Polly.Vicki-Neural")),
    "ask_marked_up": twiml.ask(Prompt("Fees < $5 & \"free\" for 'gold'\x0b\x00 \ud800members"), 1, SPEECH),
    "filler": twiml.filler("One moment please.", 4, 2, SPEECH),
    "enqueue": twiml.enqueue(["You are number 2 in line."], "h_0123456789abcdef", 5, SPEECH),
    "waiting_silently": twiml.waiting([], twiml.url("queue", joined=5, n=1, told=1795251600), 4, SPEECH),
    "waiting_with_words": twiml.waiting(["Hello, this is Sam."], twiml.url("queue", joined=5, n=2, told=1795251600), 4, SPEECH),
    "leave": twiml.leave(["All done, goodbye for now."], SPEECH),
    "join_agent": twiml.join("Caller 5 5 5, claimed. About: lost card.", "h_0123456789abcdef", SPEECH),
    "goodbye": twiml.goodbye(["Goodbye."], SPEECH),
    "nothing": twiml.nothing(),
}


def readable(xml: str) -> str:
    root = ET.fromstring(xml)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document(name: str, request: pytest.FixtureRequest) -> None:
    path, now = GOLDEN / f"{name}.xml", readable(DOCUMENTS[name])
    if request.config.getoption("--update-golden"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now
    assert problems(DOCUMENTS[name]) == []


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.xml")} == set(DOCUMENTS)


def test_the_table_knows_what_it_should() -> None:
    assert {"Gather", "Enqueue", "Dial", "Leave", "Redirect"} <= table()["Response"][1]
    assert "speechTimeout" in table()["Gather"][0]
    assert "Say" in table()["Gather"][1] and "Dial" not in table()["Gather"][1]
    assert "Queue" in table()["Dial"][1]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("<Response><Gather speechTimeut='2'/></Response>", "Gather has no attribute speechTimeut"),
        ("<Response><Gather speechTimeout='auto'/></Response>", "Gather speechTimeout='auto'"),
        ("<Response><Gather><Dial/></Gather></Response>", "Dial may not stand in Gather"),
        ("<Response><say/></Response>", "say may not stand in Response"),
    ],
)
def test_the_check_finds(bad: str, why: str) -> None:
    assert why in problems(f"<?xml version='1.0'?>{bad}")


LONG = {
    "sentences": "This is one of many sentences. " * 400,
    "no full stops": "word " * 4000,
    "one word": "x" * 20_000,
    "accents": "ééé ééé ééé! " * 2000,
    "chinese": "你好" * 9000,
    "astral": "😀" * 5000,
    "marks": "&<" * 30_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_text_keeps_twilios_limits(name: str) -> None:
    document = twiml.ask(Prompt(LONG[name]), 1, SPEECH, [LONG[name]])
    assert problems(document) == []
    said = [say.text or "" for say in ET.fromstring(document).iter("Say")]
    assert said
    assert all(len(text) <= 1200 and len(quote(text)) <= 4500 for text in said)


@pytest.mark.parametrize("name", ["sentences", "no full stops", "accents"])
def test_nothing_is_lost_in_the_pieces(name: str) -> None:
    assert " ".join(twiml.chunks(LONG[name])).split() == LONG[name].split()


def test_a_prompt_is_read_back_as_it_was_kept() -> None:
    prompt = Prompt('Say "é"', ("a", "b"), True, 4)
    assert Prompt.from_json(prompt.to_json()) == prompt
