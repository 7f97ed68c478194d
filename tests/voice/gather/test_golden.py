"""Each situation's script as TwiML, in a file. ``pytest tests/voice --update-golden`` writes them anew; read the difference."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.voice.table import problems, table
from voice import script
from voice.gather.twiml import render
from voice.script import Entrance, Foreign, Prompt, Script, Speech
from voice.speech.prompts import PromptSettings, checked

SPEECH = Speech()
GOLDEN = Path(__file__).parent / "golden"
MENU = Prompt("What can I do for you? For balance, press or say 1. For cards, press or say 2.", ("Balance", "Cards, lost or new"))

FIGURES = PromptSettings(speech_model="numbers_and_commands", timeout=8, end_silence=3, finish_key="")


def asked(**settings: object) -> Script:
    return script.ask(Prompt("Which one?", settings=checked(settings, "here")), 1, SPEECH, ["Well."])


AGAIN = "/twilio/voice/queue?joined=5&n=2&told=1795251600"
KEY = "/twilio/voice/queue/key?joined=5&n=2&told=1795251600"

SCRIPTS = {
    "ask_open": script.ask(Prompt("How can I help you?"), 1, SPEECH),
    "ask_options": script.ask(MENU, 1, SPEECH),
    "ask_ten_options": script.ask(Prompt("Which branch?", tuple(f"Branch {n}" for n in range(10))), 1, SPEECH),
    "ask_four_digits": script.ask(Prompt("The last four digits?", digits=True, count=4), 3, SPEECH),
    "ask_any_digits": script.ask(Prompt("The number, then the hash key.", digits=True), 3, SPEECH),
    "ask_after_lead": script.ask(Prompt("Anything else?"), 9, SPEECH, ["You are back with the assistant."]),
    "ask_other_language": script.ask(Prompt("Wie kann ich helfen?"), 1, Speech(language="de-DE", voice="Polly.Vicki-Neural")),
    "ask_marked_up": script.ask(Prompt("Fees < $5 & \"free\" for 'gold'\x0b\x00 \ud800members"), 1, SPEECH),
    "ask_barge_in_by_none": asked(barge_in="none"),
    "ask_barge_in_by_keys": asked(barge_in="keys"),
    "ask_barge_in_by_speech": asked(barge_in="speech"),
    "ask_keys_only": asked(listen="keys", count=6, finish_key="9"),
    "ask_speech_only": asked(listen="speech", speech_model="deepgram_nova-2-phonecall", language="en-GB"),
    "ask_a_name_by_keys": asked(count="any", timeout=9, end_silence=3),
    "ask_with_hints": asked(hints=("Tribeca", "Union Square", "debit card")),
    "ask_with_partial_results": asked(partial_results=True),
    "ask_partial_results_after_keys": asked(partial_results=True, barge_in="keys"),
    "ask_unfiltered": asked(profanity_filter=False),
    "ask_digits_designed": script.ask(Prompt("The code?", digits=True, count=6, settings=FIGURES), 2, SPEECH),
    "ask_slower": script.ask(Prompt("One thing. Another thing."), 1, Speech(slow=1)),
    "ask_slower_still": script.ask(Prompt("One thing. Another thing."), 1, Speech(slow=2)),
    "ask_slower_with_a_voice": script.ask(Prompt("One < two. Another."), 1, Speech(voice="Polly.Joanna-Neural", slow=2)),
    "ask_after_words_in_another_language": script.ask(MENU, 1, SPEECH, [Foreign("Solo hablo inglés.", "es-US")]),
    "goodbye_slower": script.goodbye(["Goodbye. Take care."], Speech(slow=1)),
    "patience": script.patience("Something is wrong here; please wait.", 5, 4, 1, SPEECH),
    "filler": script.filler("One moment please.", 4, 2, SPEECH),
    "enqueue": script.enqueue(["You are number 2 in line."], 5, SPEECH),
    "leave": script.leave(["All done, goodbye for now."], SPEECH),
    "wait_with_music": script.wait([], "/twilio/voice/music/2.wav", AGAIN, KEY, SPEECH),
    "wait_with_words": script.wait(["Hello, this is Sam."], "/twilio/voice/music/3.wav", AGAIN, KEY, SPEECH),
    "wait_in_silence": script.wait(["You are number 2."], "", AGAIN, KEY, SPEECH),
    "music_on_hold": script.music(["/twilio/voice/music/1.wav", "/twilio/voice/music/2.wav"]),
    "music_off": script.music([]),
    "offers_instead": script.onward(["Nobody is at work."], "/twilio/voice/choice?n=0", SPEECH),
    "choose_a_way": script.choose(["To be called back, press 1."], "/twilio/voice/choice?n=1", ["be called back"], SPEECH),
    "callback_number": script.choose(["Your number, please."], "/twilio/voice/choice?n=2", (), SPEECH, count=11, figures=True),
    "voicemail": script.message(["After the tone."], ["I heard nothing. Goodbye."], "h_0123456789abcdef", SPEECH),
    "voicemail_other_language": script.message(
        ["Nach dem Ton."], ["Auf Wiederhören."], "h_0123456789abcdef", Speech(language="de-DE")
    ),
    "whisper_to_agent": script.whisper(["Caller 5 5 5, claimed. Lost card."], "/twilio/voice/agent/join?handoff=h_1", SPEECH),
    "whisper_to_browser": script.whisper(
        ["Caller 5 5 5, claimed. Lost card."], "/twilio/voice/agent/join?handoff=h_1", SPEECH, patience=1
    ),
    "caller_enters": script.conference(
        [], Entrance("h_0123456789abcdef", "caller", ends=True), SPEECH, after="/twilio/voice/talked?step=5"
    ),
    "caller_enters_recorded": script.conference(
        ["This call is recorded."],
        Entrance("h_0123456789abcdef", "caller", ends=True, record=True),
        SPEECH,
        after="/twilio/voice/talked?step=5",
    ),
    "agent_enters": script.conference(
        [], Entrance("h_0123456789abcdef", "agent:sam", ends=True), SPEECH, last=["The call is over."]
    ),
    "supervisor_listens": script.conference(
        [], Entrance("h_0123456789abcdef", "listener:kim", starts=False, muted=True), SPEECH, last=["The call is over."]
    ),
    "supervisor_coaches": script.conference(
        [], Entrance("h_0123456789abcdef", "coach:kim", starts=False, coach="CA" + "0" * 32), SPEECH, last=["The call is over."]
    ),
    "goodbye": script.goodbye(["Goodbye."], SPEECH),
    "nothing": script.nothing(),
}


def readable(xml: str) -> str:
    root = ET.fromstring(xml)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


@pytest.mark.parametrize("name", SCRIPTS)
def test_document(name: str, request: pytest.FixtureRequest) -> None:
    document = render(SCRIPTS[name])
    path, now = GOLDEN / f"{name}.xml", readable(document)
    if request.config.getoption("--update-golden"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now
    assert problems(document) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_read_back_as_it_was_kept(name: str) -> None:
    assert Script.from_json(SCRIPTS[name].to_json()) == SCRIPTS[name]


@pytest.mark.parametrize("kept", ["", "<?xml version='1.0'?><Response/>", '{"verbs": [{"kind": "sing"}]}'])
def test_what_is_kept_in_another_form_is_no_script(kept: str) -> None:
    with pytest.raises(ValueError):
        Script.from_json(kept)


def test_a_question_with_the_same_words_as_the_next_step() -> None:
    asked_by_keys_first = asked(partial_results=True, barge_in="keys")
    moved = script.renumbered(asked_by_keys_first, 1)
    assert moved and render(moved) == render(asked_by_keys_first).replace("step=1", "step=2")
    assert script.renumbered(asked_by_keys_first, 4) is None and script.renumbered(SCRIPTS["goodbye"], 1) is None


LOST = {
    "<Say>Hello.</Say>": "after the last verb (Say) the call ends without a goodbye",
    "<Pause/>": "after the last verb (Pause) the call ends without a goodbye",
    "<Gather action='/a'/>": "after the last verb (Gather) the call ends without a goodbye",
    "<Gather><Say>Yes?</Say></Gather><Hangup/>": "Hangup without words of its own",
    "<Say>Speak.</Say><Record action='/r'/>": "after the last verb (Record) the call ends without a goodbye",
    "<Say>Speak.</Say><Record action='/r'/><Hangup/>": "Hangup without words of its own",
    "<Record/><Say>Goodbye.</Say><Hangup/>": "Record without an action begins this document again",
    "<Dial><Conference>h</Conference></Dial>": "after the last verb (Dial) the call ends without a goodbye",
    "<Enqueue>h</Enqueue>": "after the last verb (Enqueue) the call ends without a goodbye",
    "<Redirect>/next</Redirect><Say>Never.</Say>": "what follows Redirect is never reached",
    "<Dial action='/d'/><Say>Never.</Say><Hangup/>": "what follows Dial is never reached",
}


@pytest.mark.parametrize("bad", LOST)
def test_the_check_finds_where_a_caller_is_cut_off(bad: str) -> None:
    assert LOST[bad] in problems(f"<?xml version='1.0'?><Response>{bad}</Response>")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.xml")} == set(SCRIPTS)


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
    document = render(script.ask(Prompt(LONG[name]), 1, SPEECH, [LONG[name]]))
    assert problems(document) == []
    said = [say.text or "" for say in ET.fromstring(document).iter("Say")]
    assert said
    assert all(len(text) <= 1200 and len(quote(text)) <= 4500 for text in said)


@pytest.mark.parametrize("name", ["sentences", "no full stops", "accents"])
def test_nothing_is_lost_in_the_pieces(name: str) -> None:
    assert " ".join(script.chunks(LONG[name])).split() == LONG[name].split()


def test_a_prompt_is_read_back_as_it_was_kept() -> None:
    settings = PromptSettings(barge_in="keys", hints=("Tribeca",), count="any", with_keys="Keys, please.")
    prompt = Prompt('Say "é"', ("a", "b"), True, 4, "For a, press 1.", settings, "confirm", "4242", "{}")
    assert Prompt.from_json(prompt.to_json()) == prompt
