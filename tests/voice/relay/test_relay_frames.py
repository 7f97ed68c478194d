"""Every message both ways, scripts as messages, and the replay: tables."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from tests.voice.conftest import ACCOUNT
from tests.voice.fakes import Doc
from voice import script
from voice.relay import frames
from voice.relay.frames import End, Language, Play, SendDigits, Text
from voice.relay.rendering import Elsewhere, Listen, Piece, Utterance, messages, spoken_then, utterance
from voice.relay.state import LOG_SIZE, Pending, RelayState, RelayStates, Replay
from voice.relay.twiml import connect, is_token, socket_url, token
from voice.script import Answer, Ask, Collect, Foreign, Keys, Prompt, Redirect, Say, Script, Speech
from voice.script.words import cut
from voice.sealing import Sealing
from voice.speech.prompts import PromptSettings

SID = "CA" + "a" * 32
SETUP = {
    "type": "setup",
    "sessionId": "VX" + "1" * 32,
    "accountSid": "AC" + "0" * 32,
    "parentCallSid": "",
    "callSid": SID,
    "from": "+15550100123",
    "to": "+15550100999",
    "forwardedFrom": "",
    "callType": "PSTN",
    "callerName": "",
    "direction": "inbound",
    "callStatus": "RINGING",
    "customParameters": {"token": "t"},
}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (SETUP, frames.Setup),
        ({**SETUP, "brandNewField": {"a": 1}}, frames.Setup),
        ({"type": "prompt", "voicePrompt": "hello", "lang": "en-US", "last": True}, frames.Prompt),
        ({"type": "prompt", "voicePrompt": "hel", "lang": "en", "last": False}, frames.Prompt),
        ({"type": "dtmf", "digit": "#"}, frames.Dtmf),
        ({"type": "interrupt", "utteranceUntilInterrupt": "We", "durationUntilInterruptMs": 460}, frames.Interrupt),
        ({"type": "interrupt", "utteranceUntilInterrupt": "We", "durationUntilInterruptMs": "460"}, frames.Interrupt),
        ({"type": "error", "description": "Invalid message received: {}"}, frames.Error),
        ({"type": "info", "name": "agentSpeaking", "value": "on", "ts": 1795251600000}, frames.Info),
        ({"type": "info", "name": "tokensPlayed", "value": "We have"}, frames.Info),
        ({"type": "configUpdated", "unseen": True}, frames.ConfigUpdated),
    ],
)
def test_what_twilio_says_is_read(body: dict[str, Any], kind: type) -> None:
    assert type(frames.read(json.dumps(body))) is kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"type": "prompt"}',
        '{"type": "prompt", "voicePrompt": 7}',
        json.dumps({"type": "prompt", "voicePrompt": "x" * 9000}),
        '{"type": "prompt", "voicePrompt": "\\ud800"}',
        '{"type": "dtmf", "digit": "55"}',
        '{"type": "dtmf", "digit": ""}',
        json.dumps({**SETUP, "callSid": "CA1"}),
        json.dumps({**SETUP, "sessionId": ""}),
        json.dumps({**SETUP, "customParameters": ["token"]}),
    ],
)
def test_what_is_no_message_is_told_apart(text: str) -> None:
    with pytest.raises(frames.FrameError) as error:
        frames.read(text)
    assert not isinstance(error.value, frames.UnknownFrame)


def test_an_unknown_type_is_told_apart() -> None:
    with pytest.raises(frames.UnknownFrame) as error:
        frames.read('{"type": "hologram", "voicePrompt": "secret words"}')
    assert error.value.name == "hologram" and "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (Text(token="Hello. "), {"type": "text", "token": "Hello. ", "last": False}),
        (
            Text(token="Hola", last=True, lang="es-ES", interruptible=False),
            {"type": "text", "token": "Hola", "last": True, "lang": "es-ES", "interruptible": False},
        ),
        (Play(source="https://a.example/b.mp3"), {"type": "play", "source": "https://a.example/b.mp3", "loop": 1}),
        (SendDigits(digits="9ww42#*"), {"type": "sendDigits", "digits": "9ww42#*"}),
        (Language(ttsLanguage="de-DE"), {"type": "language", "ttsLanguage": "de-DE"}),
        (
            Language(ttsLanguage="de-DE", transcriptionLanguage="de-DE"),
            {"type": "language", "ttsLanguage": "de-DE", "transcriptionLanguage": "de-DE"},
        ),
        (End(), {"type": "end"}),
        (End(handoffData=frames.handoff_data(document=3)), {"type": "end", "handoffData": '{"document": 3}'}),
    ],
)
def test_what_we_say(frame: frames.Outgoing, wire: dict[str, Any]) -> None:
    assert json.loads(frame.to_json()) == wire


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Text, {}),
        (Text, {"token": 7}),
        (Text, {"token": "a", "volume": 11}),
        (Text, {"token": "a", "last": "yes"}),
        (Text, {"token": "a", "lang": "english!"}),
        (Play, {"source": "/music.mp3"}),
        (Play, {"source": "https://a_b.example/x.mp3"}),
        (Play, {"source": "https://a.example/x", "loop": 1001}),
        (SendDigits, {"digits": "12A"}),
        (SendDigits, {"digits": ""}),
        (Language, {}),
        (End, {"handoffData": {"document": 3}}),
        (End, {"handoffData": "x" * 5000}),
    ],
)
def test_what_we_never_say(kind: type, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind(**values)


def test_words_lose_what_a_voice_would_stumble_on() -> None:
    assert frames.speakable("Fees < $5\x0b \ud800for <b>gold</b> & more") == "Fees   $5   for  b gold /b  & more"


# -- scripts ---------------------------------------------------------------------------------------------------------

SPEECH = Speech()


def heard(said: Utterance) -> list[tuple[str, str]]:
    """Each word piece's text and language."""
    return [(piece.verb.text, piece.verb.language) for piece in said.pieces if isinstance(piece.verb, Say)]


@pytest.mark.parametrize(
    ("step", "said", "then"),
    [
        (script.filler("One moment.", 4, 2, SPEECH), "One moment.", Collect(4, 2)),
        (script.enqueue(["You are second."], 5, SPEECH), "", Elsewhere()),
        (script.goodbye(["Goodbye."], SPEECH), "", Elsewhere()),
        (script.nothing(), "", Elsewhere()),
        (script.patience("Please wait.", 5, 4, 1, SPEECH), "", Elsewhere()),
        (script.choose(["Press 1."], "/twilio/voice/choice?n=1", (), SPEECH), "", Elsewhere()),
    ],
)
def test_scripts_that_do_not_ask(step: Script, said: str, then: object) -> None:
    made = utterance(step)
    assert (made.words, made.then) == (said, then)


def test_a_question() -> None:
    made = utterance(script.ask(Prompt("Which one?", ("Balance", "Cards")), 7, SPEECH, ["You are back."]))
    assert made.words == "You are back. Which one?" and made.seconds > 1
    assert isinstance(made.then, Listen)
    assert (made.then.step, made.then.count, made.then.keys, made.then.speech) == (7, 1, True, True)
    assert made.then.hints.startswith("Balance,Cards") and made.then.language == "en-US"


@pytest.mark.parametrize(("barge_in", "uncut"), [("both", True), ("speech", True), ("keys", False), ("none", False)])
def test_whether_speech_cuts_the_words_short(barge_in: Any, uncut: bool) -> None:
    made = utterance(script.ask(Prompt("Listen to this.", settings=PromptSettings(barge_in=barge_in)), 1, SPEECH))
    assert made.pieces == (Piece(Say("Listen to this.", "en-US"), uncut),)
    assert isinstance(made.then, Listen) and made.then.speech and made.then.keys


def test_figures_in_a_question() -> None:
    four = utterance(script.ask(Prompt("The last four?", digits=True, count=4), 3, SPEECH)).then
    anyhow = utterance(script.ask(Prompt("The number.", digits=True), 3, SPEECH)).then
    assert isinstance(four, Listen) and isinstance(anyhow, Listen)
    assert (four.count, anyhow.count, anyhow.finish_key) == (4, None, "#")


def test_other_languages_and_sounds() -> None:
    made = utterance(script.ask(Prompt("How can I help?"), 1, SPEECH, [Foreign("Hola.", "es-ES")]))
    assert heard(made) == [("Hola.", "es-ES"), ("How can I help?", "en-US")]
    spoken = [(frame.token, frame.lang) for frame in messages(made, "en-US", ACCOUNT.public) if isinstance(frame, Text)]
    assert spoken == [("Hola. ", "es-ES"), ("How can I help? ", None)]
    sound = Script((Ask(Answer(2), 5, (script.Play("/x.mp3"),), keys=Keys()), Redirect(Answer(2))))
    assert messages(utterance(sound), "", ACCOUNT.public) == [Play(source=ACCOUNT.public("/x.mp3"), interruptible=False)]


def test_a_question_in_another_language_switches_the_session_once() -> None:
    german = utterance(script.ask(Prompt("Wie geht es?", settings=PromptSettings(language="de-DE")), 1, SPEECH))
    switch, words = messages(german, "en-US", ACCOUNT.public)
    assert switch == Language(ttsLanguage="de-DE", transcriptionLanguage="de-DE")
    assert words == Text(token="Wie geht es? ", lang="en-US", last=True)
    assert spoken_then(german, "en-US") == "de-DE" and messages(german, "de-DE", ACCOUNT.public) == [words]


def test_slower_without_a_voice_that_knows_rates_is_silence_between_sentences() -> None:
    made = utterance(script.ask(Prompt("One. Two."), 1, Speech(slow=2)))
    one, silence, two = messages(made, "en-US", ACCOUNT.public)
    assert (one, two) == (Text(token="One. "), Text(token="Two. ", last=True))
    assert isinstance(silence, Play) and silence.source.endswith("/silence-2.wav")
    rated = utterance(script.ask(Prompt("One. Two."), 1, Speech(voice="Polly.Joanna-Neural", slow=2)))
    assert rated.seconds > utterance(script.ask(Prompt("One. Two."), 1, SPEECH)).seconds


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four… five", ["One.", "Two!", "Three?", "Four…", "five"]),
        ("It is 5.20 dollars, e.g. today.", ["It is 5.20 dollars, e.g.", "today."]),
        ("", []),
        ("\u4f60\u597d\u3002\u518d\u89c1\u3002", ["\u4f60\u597d\u3002", "\u518d\u89c1\u3002"]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert list(cut(text)) == parts


# -- the document that opens a session, and its token ----------------------------------------------------------------


def test_connect_is_known_twiml_and_holds_no_secret() -> None:
    text = connect(ACCOUNT, SID, Listen(3, hints="Balance,Cards", language="de-DE"), Speech(voice="Polly.Vicki-Neural"))
    relay = Doc(text).one("ConversationRelay").attrib
    assert (relay["url"], relay["language"]) == ("wss://line.example/twilio/relay", "de-DE")
    assert (relay["ttsProvider"], relay["voice"], relay["hints"]) == ("Amazon", "Vicki-Neural", "Balance,Cards")
    assert "?" not in relay["url"] and ACCOUNT.auth_tokens[0] not in text and SID not in text


def test_plain_sockets_only_where_the_public_address_is_plain() -> None:
    assert socket_url(ACCOUNT).startswith("wss://")


def test_a_token_fits_one_call() -> None:
    assert is_token(ACCOUNT, SID, token(ACCOUNT, SID))
    assert not is_token(ACCOUNT, "CA" + "b" * 32, token(ACCOUNT, SID))
    assert not is_token(ACCOUNT, SID, "") and not is_token(ACCOUNT, SID, "\ud800")


# -- state and replay ------------------------------------------------------------------------------------------------


class Kept:
    """As much of ``Calls`` as the state needs."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.meanwhile: list[Awaitable[object]] = []  # done between a look and the write that follows it

    async def remember(self, key: str, answer: str) -> None:
        self.texts[key] = answer

    async def remembered(self, key: str) -> str | None:
        return self.texts.get(key)

    async def revise(self, key: str, before: str | None, after: str) -> bool:
        if self.meanwhile:
            await self.meanwhile.pop()
        if self.texts.get(key) != before:
            return False
        self.texts[key] = after
        return True


async def test_the_state_comes_back_as_it_was() -> None:
    states = RelayStates(Kept(), Sealing(("old", "new")))  # type: ignore[arg-type]
    assert await states.get(SID) is None
    state = RelayState("VX1", "s_1", 4, keys="12", pending=Pending(4, text="hello"), log=("a", "b"))
    assert await states.change(SID, lambda _: state) == state
    assert await states.get(SID) == state


async def test_a_change_is_made_to_what_stands_there_and_loses_nothing() -> None:
    """The webhook that tells of a failed session comes while the session keeps what it sent."""
    kept = Kept()
    states = RelayStates(kept, Sealing(("old",)))  # type: ignore[arg-type]
    await states.change(SID, lambda _: RelayState("VX1", "s_1", 1))

    def own(now: RelayState | None) -> RelayState | None:
        return replace(now, sent=2) if now and now.owner == "s_1" else None

    kept.meanwhile.append(states.change(SID, lambda now: now and replace(now, failed=True, owner="")))
    assert await states.change(SID, own) is None
    assert await states.get(SID) == RelayState("VX1", "", 1, failed=True)


async def test_a_change_that_is_not_wanted_writes_nothing() -> None:
    states = RelayStates(Kept(), Sealing(("old",)))  # type: ignore[arg-type]
    assert await states.change(SID, lambda now: now and replace(now, failed=True)) is None
    assert await states.get(SID) is None


def test_the_log_is_bounded_and_holds_no_words() -> None:
    state = RelayState()
    for number in range(LOG_SIZE + 20):
        state = state.noted(str(number))
    assert len(state.log) == LOG_SIZE and state.log[-1] == str(LOG_SIZE + 19)


def test_a_mark_is_of_one_call_alone_and_holds_no_words() -> None:
    one, other = Sealing(("secret",)).of("CA1"), Sealing(("secret",)).of("CA2")
    marks = {seal.mark(kind, "my card is lost") for seal in (one, other) for kind in ("prompt", "key")}
    assert len(marks) == 4 and not any("card" in mark for mark in marks)
    assert one.mark("key", "4") == Sealing(("secret", "another")).of("CA1").mark("key", "4")


def test_what_is_sealed_opens_for_the_call_and_the_account_alone() -> None:
    sealed = Sealing(("secret",)).of("CA1").close("4821")
    assert "4821" not in sealed and sealed != Sealing(("secret",)).of("CA1").close("4821")
    assert Sealing(("new", "secret")).of("CA1").open(sealed) == "4821"  # the account's token was changed meanwhile
    assert Sealing(("secret",)).of("CA2").open(sealed) is None
    assert Sealing(("stranger",)).of("CA1").open(sealed) is None


async def test_a_state_that_cannot_be_opened_any_more_begins_with_nothing_keyed() -> None:
    kept = Kept()
    state = RelayState("VX1", "s_1", 4, keys="12", log=("a",))
    await RelayStates(kept, Sealing(("old",))).change(SID, lambda _: state)  # type: ignore[arg-type]
    assert await RelayStates(kept, Sealing(("new",))).get(SID) == RelayState("VX1", "s_1", 4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("log", "came", "again"),
    [
        ("", "a", [False]),
        ("abc", "abc", [True, True, True]),
        ("abc", "bcd", [True, True, False]),
        ("abc", "cde", [True, False, False]),
        ("abc", "dabc", [False, False, False, False]),  # a replay begins at once, or not at all
        ("aab", "abb", [True, True, False]),
        ("yyy", "yyyy", [True, True, True, False]),
        ("abab", "abx", [True, True, False]),
        ("abc", "acb", [True, False, False]),
    ],
)
def test_a_replay(log: str, came: str, again: list[bool]) -> None:
    replay = Replay(tuple(log))
    assert [replay.is_again(mark) for mark in came] == again


def test_after_a_while_everything_is_new() -> None:
    replay = Replay(("a", "b"))
    replay.over()
    assert not replay.is_again("a")
