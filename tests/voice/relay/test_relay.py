"""Whole calls over the relay: signed webhooks and a signed socket, the core played by fakes, no time passing."""

from __future__ import annotations

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from bot.model import CallState, HandoffState, Option, Reply
from bot.ports import TurnResult
from tests.voice.fakes import PUBLIC, TOKEN, Doc, FakeCalls
from tests.voice.relay_world import SESSION, RelayWorld, came, handshake, relay_world
from voice.gather import twiml
from voice.speech.prompts import Line, Prompts

MENU = TurnResult("", (Reply("What is it about?", (Option("Balance", "/balance"), Option("My card", "/card"))),))


@pytest.fixture
async def world(aiohttp_client: Any) -> AsyncIterator[RelayWorld]:
    async with relay_world(aiohttp_client) as made:
        yield made


# -- the session -----------------------------------------------------------------------------------------------------


async def test_a_call_is_greeted_over_the_socket(world: RelayWorld) -> None:
    world.conversations.will("Welcome to Harbour Bank. How can I help?")
    phone = world.phone()
    doc = await phone.rings()
    assert doc.verbs == ["Connect"] and doc.words == ""
    relay = doc.one("ConversationRelay").attrib
    assert relay["dtmfDetection"] == relay["partialPrompts"] == relay["applicationReconnect"] == "true"
    assert doc.one("Connect").attrib["action"] == "/twilio/voice/relay?step=1"
    socket = await world.opens(phone, doc)
    frames = await socket.frames()
    assert [frame["token"] for frame in frames] == ["Welcome to Harbour Bank. ", "How can I help? "]
    assert [frame["last"] for frame in frames] == [False, True]
    call = world.store.calls[phone.sid]
    assert (call.state, call.step, call.last_prompt) == (CallState.TALKING, 1, "Welcome to Harbour Bank. How can I help?")


async def test_another_number_stays_with_gather(world: RelayWorld) -> None:
    doc = await world.phone().at("/twilio/voice", CallStatus="ringing", To="+15550100777")
    assert doc.verbs == ["Gather", "Redirect"]


async def test_words_are_a_turn_and_figures_are_read_as_people_say_them(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.conversations.will("You have $5.20. Anything else?")
    await socket.sends(type="prompt", voicePrompt="what is", lang="en-US", last=False)
    await socket.says("what is my balance")
    assert await socket.hears() == "You have 5 dollars and 20 cents. Anything else?"
    assert world.conversations.turns == [(None, "what is my balance")]
    kind, message = world.conversations.heard[-1]
    assert (kind, message.id, message.call_sid) == ("receive", f"voice:{phone.sid}:1", phone.sid)


async def test_a_conversation_is_the_same_as_over_gather(world: RelayWorld) -> None:
    """Same messages under the same ids, and the same record of the call."""
    digits = TurnResult("", (Reply("The last four digits?"),), expects_digits=True, collect=4)
    script = [MENU, digits, TurnResult("", (Reply("Done."),))]
    world.conversations.script.extend(script)
    phone = world.phone("a")
    socket = await world.opens(phone, await phone.rings())
    await socket.hears()
    await socket.presses("2")
    await socket.hears()
    await socket.presses("4242")
    await socket.hears()
    over_relay, world.conversations.heard[:] = list(world.conversations.heard), []
    call = world.store.calls[phone.sid]

    world.conversations.script.extend(script)
    other = world.phone("b")
    doc = await other.at("/twilio/voice", CallStatus="ringing", To="+15550100777")
    doc = await other.answers(doc, Digits="2")
    await other.answers(doc, Digits="4242")
    over_gather = world.conversations.heard
    told = [(kind, m.id.rpartition(":")[2], m.text, m.digits, m.sender) for kind, m in over_relay]
    assert told == [(kind, m.id.rpartition(":")[2], m.text, m.digits, m.sender) for kind, m in over_gather]
    twin = world.store.calls[other.sid]
    assert (call.step, call.state, call.last_prompt, call.silences) == (twin.step, twin.state, twin.last_prompt, twin.silences)


async def test_a_slow_turn_is_bridged_by_fillers(world: RelayWorld) -> None:
    _, socket = await world.connected()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("Here it is.")
    await socket.says("find it")
    assert await socket.hears() == "One moment please."
    world.conversations.gate.set()
    while (said := await socket.hears()) == "One moment please.":
        continue
    assert said == "Here it is."
    assert len(world.conversations.turns) == 1


async def test_a_turn_that_never_comes_ends_with_a_person(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.conversations.gate = asyncio.Event()
    await socket.says("find it")
    assert [await socket.hears() for _ in range(3)] == ["One moment please."] * 3
    data = await socket.ends()
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=data)
    assert doc.verbs[-1] == "Enqueue"
    world.conversations.gate.set()


async def test_nobody_waits_for_the_caller_while_a_turn_runs(world: RelayWorld) -> None:
    _, socket = await world.connected()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("Here it is.")
    await socket.says("find it")
    assert await socket.hears() == "One moment please."
    await socket.sends(type="info", name="agentSpeaking", value="off", ts=1)  # the filler was spoken
    await socket.sends(type="prompt", voicePrompt="are you", lang="en-US", last=False)
    await socket.sends(type="error", description="only to know that these were read")
    await world.passed_over.wait()
    assert 6.0 not in world.sleep.lengths
    world.conversations.gate.set()
    while await socket.hears() == "One moment please.":
        continue
    assert world.store.calls[world.phone().sid].silences == 0


# -- keys ------------------------------------------------------------------------------------------------------------


async def test_figures_are_collected_until_there_are_enough(world: RelayWorld) -> None:
    _, socket = await world.connected("The last four digits?", expects_digits=True, collect=4)
    await socket.presses("4040")
    await socket.hears()
    assert world.conversations.turns == [("4040", "")]


async def test_figures_of_any_count_end_with_the_hash_key_or_a_pause(world: RelayWorld) -> None:
    _, socket = await world.connected("The number?", expects_digits=True)
    world.conversations.will("And the other?", expects_digits=True)
    await socket.presses("94107#")
    await socket.hears()
    await socket.presses("12")
    sid = world.phone().sid
    await world.sleep.until(lambda: came(sid, world.store.kept[f"{sid}:relay"])["keys"] == "12")
    await world.sleep.passes()
    await socket.hears()
    assert world.conversations.turns == [("94107", ""), ("12", "")]


async def test_star_repeats_without_a_turn(world: RelayWorld) -> None:
    _, socket = await world.connected("How can I help?")
    await socket.presses("*")
    assert await socket.hears() == "How can I help?"
    assert world.conversations.turns == []


async def test_zero_is_a_person(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    await socket.presses("0")
    data = await socket.ends()
    assert json.loads(data) == {"document": 1}
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=data)
    assert doc.verbs == ["Say", "Enqueue"]
    assert world.store.calls[phone.sid].state is CallState.WAITING


# -- silence ---------------------------------------------------------------------------------------------------------


async def test_silence_to_the_end(world: RelayWorld) -> None:
    phone, socket = await world.connected("How can I help?")
    assert await world.sleep.passes() > 6  # the words take their time, then the caller has theirs
    assert await socket.hears() == "I did not hear you. How can I help?"
    await world.sleep.passes()
    assert "How can I help?" in await socket.hears()
    await world.sleep.passes()
    doc = await phone.at("/twilio/voice/relay?step=3", SessionStatus="ended", HandoffData=await socket.ends())
    assert doc.verbs[-1] == "Enqueue" and world.conversations.turns == []


async def test_the_caller_has_time_from_the_end_of_our_words(world: RelayWorld) -> None:
    _, socket = await world.connected("How can I help you today, with your card, your balance or a branch near you?")
    for frame in ({"name": "agentSpeaking", "value": "on"}, {"name": "agentSpeaking", "value": "off"}):
        await socket.sends(type="info", ts=1, **frame)
    await socket.sends(type="info", name="tokensPlayed", value="How can I help you")
    await world.sleep.until(lambda: world.sleep.waiting and world.sleep.waiting[-1][0] == 6)


async def test_words_that_are_over_before_they_were_kept_are_not_waited_for_again(
    world: RelayWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, socket = await world.connected()
    gate, revise = asyncio.Event(), FakeCalls.revise

    async def slowly(self: FakeCalls, key: str, before: str | None, after: str) -> bool:
        if came(key.removesuffix(":relay"), after)["pending"] is None:
            await gate.wait()
        return await revise(self, key, before, after)

    monkeypatch.setattr(FakeCalls, "revise", slowly)
    world.conversations.will("It is in Elm Street.")
    await socket.says("find it")
    assert await socket.hears() == "It is in Elm Street."
    for value in ("on", "off"):
        await socket.sends(type="info", name="agentSpeaking", value=value, ts=1)
    await socket.sends(type="error", description="only to know that these were read")
    await world.passed_over.wait()
    before = len(world.sleep.lengths)
    gate.set()
    await world.sleep.until(lambda: len(world.sleep.lengths) > before)
    assert world.sleep.lengths[before:] == [6.0]


async def test_what_was_said_just_before_hanging_up_is_worked_on(world: RelayWorld) -> None:
    _, socket = await world.connected()
    world.conversations.will("Here it is.")
    await socket.says("cancel my card")
    await socket.ws.close()
    async with asyncio.timeout(5):
        await world.conversations.finished.wait()
    assert world.conversations.turns == [(None, "cancel my card")]


# -- interruption ----------------------------------------------------------------------------------------------------


async def test_what_the_caller_heard_is_kept(world: RelayWorld) -> None:
    phone, socket = await world.connected("Our branches are on Elm Street, Oak Street and Main Street.")
    await socket.sends(type="interrupt", utteranceUntilInterrupt="Our branches are on Elm", durationUntilInterruptMs=1400)
    await socket.says("Elm is fine")
    await socket.hears()
    assert world.heard == [(world.store.calls[phone.sid].conversation_id, "Our branches are on Elm")]
    assert world.conversations.turns == [(None, "Elm is fine")]


@pytest.mark.parametrize(
    ("first", "heard"),
    [
        (None, "How can I help?"),  # all of it was heard
        ("*", "How"),  # a repetition: it was heard before
    ],
)
async def test_what_needs_no_mark(world: RelayWorld, first: str | None, heard: str) -> None:
    _, socket = await world.connected("How can I help?")
    if first:
        await socket.presses(first)
        await socket.hears()
    await socket.sends(type="interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs=300)
    await socket.says("hello")
    await socket.hears()
    assert world.heard == []


# -- a person, and back ----------------------------------------------------------------------------------------------


async def test_a_person_and_back_to_the_bot_on_the_relay(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    handoff = await world.conversations.open(world.conversations.heard[-1][1])
    world.conversations.will("I will get somebody.", handoff=handoff)
    await socket.says("a human being, now")
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=await socket.ends())
    assert doc.verbs == ["Say", "Enqueue"] and doc.words == "I will get somebody. You are number 1 in line."
    assert doc.one("Enqueue").text == twiml.QUEUE
    world.conversations.will("Is there anything else?")
    doc = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="bridged")
    assert doc.verbs == ["Connect"]
    again = await world.opens(phone, doc, session="VX" + "2" * 32)
    assert await again.hears() == "Is there anything else?"
    assert world.store.handoffs[handoff.id].state is HandoffState.CLOSED


async def test_the_assistant_hangs_up(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.conversations.will("Goodbye.", hangup=True)
    await socket.says("bye")
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=await socket.ends())
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Goodbye."


async def test_the_caller_hangs_up(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    await socket.ws.close()
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="completed", CallStatus="completed")
    assert doc.verbs == [] and world.conversations.ended == [phone.sid]
    assert world.store.calls[phone.sid].state is CallState.ENDED


# -- what goes wrong -------------------------------------------------------------------------------------------------


async def test_a_session_that_fails_goes_on_over_gather_for_the_rest_of_the_call(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.conversations.will("It is on its way.")
    await socket.says("where is my card")
    await socket.hears()
    await socket.ws.close()
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="failed", ErrorCode="39001", ErrorMessage="gone")
    assert doc.verbs == ["Gather", "Redirect"] and doc.words == "It is on its way." and doc.step == 2
    doc = await phone.answers(doc, SpeechResult="thank you")
    assert doc.verbs == ["Gather", "Redirect"]
    assert world.conversations.turns == [(None, "where is my card"), (None, "thank you")]


async def test_a_session_that_fails_while_its_answer_is_kept_stays_failed(
    world: RelayWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller hears the answer and the line breaks before the session has kept that it was sent."""
    phone, socket = await world.connected()
    failed: list[Doc] = []
    revise = FakeCalls.revise

    async def slowly(self: FakeCalls, key: str, before: str | None, after: str) -> bool:
        if not failed and came(key.removesuffix(":relay"), after)["pending"] is None:
            monkeypatch.undo()
            failed.append(await phone.at("/twilio/voice/relay?step=1", SessionStatus="failed", ErrorCode="39001"))
        return await revise(self, key, before, after)

    monkeypatch.setattr(FakeCalls, "revise", slowly)
    world.conversations.will("It is on its way.")
    await socket.says("where is my card")
    assert await socket.hears() == "It is on its way."
    await socket.closed()
    doc = await phone.answers(failed[0], SpeechResult="thank you")
    assert doc.verbs == ["Gather", "Redirect"]
    assert world.conversations.turns == [(None, "where is my card"), (None, "thank you")]


async def test_a_turn_that_runs_when_the_session_fails_is_neither_lost_nor_doubled(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("It is on its way.")
    await socket.says("where is my card")
    await socket.hears()  # the filler: the turn runs
    await socket.ws.close()
    other = world.phone(at=1)  # and the webhook lands on the other gateway
    world.conversations.gate.set()
    doc = await other.at("/twilio/voice/relay?step=1", SessionStatus="failed", ErrorCode="64105")
    assert doc.words == "It is on its way." and doc.step == 2
    asked = {message.id for kind, message in world.conversations.heard if kind == "receive"}
    assert asked == {f"voice:{phone.sid}:1"} and len(world.conversations.results) == 2


async def test_a_turn_that_died_with_its_gateway_is_run_once_by_the_next(world: RelayWorld) -> None:
    _, socket = await world.connected()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("It is on its way.")
    await socket.says("where is my card")
    await socket.hears()
    await world.gateways[0].line.close()
    other = world.phone(at=1)
    doc = await other.at("/twilio/voice/relay?step=1", SessionStatus="failed", ErrorCode="64105")
    assert doc.words == "One moment please."
    world.conversations.gate.set()
    while doc.verbs == ["Say", "Redirect"]:
        doc = await other.follows(doc)
    assert doc.verbs == ["Gather", "Redirect"] and doc.words == "It is on its way."
    assert {m.id for kind, m in world.conversations.heard if kind == "receive"} == {f"voice:{other.sid}:1"}


async def test_a_second_socket_runs_the_turn_that_died_with_the_first(world: RelayWorld) -> None:
    world.conversations.will("How can I help?")
    phone = world.phone()
    doc = await phone.rings()
    first = await world.opens(phone, doc)
    await first.hears()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("It is on its way.")
    await first.says("where is my card")
    await first.hears()
    await world.gateways[0].line.close()
    world.conversations.gate.set()
    second = await world.opens(phone, doc, at=1)
    await second.says("where is my card")  # the replay
    assert await second.hears() == "It is on its way."
    await second.says("thanks")
    await second.hears()
    assert world.conversations.turns[-1] == (None, "thanks") and len(world.conversations.results) == 3


@pytest.mark.parametrize("same_gateway", [True, False])
async def test_a_second_socket_takes_over_and_a_replay_makes_no_second_turn(world: RelayWorld, same_gateway: bool) -> None:
    world.conversations.will("How can I help?")
    phone = world.phone()
    doc = await phone.rings()
    first = await world.opens(phone, doc)
    await first.hears()
    await first.says("yes")
    await first.hears()
    second = await world.opens(phone, doc, at=0 if same_gateway else 1)
    await second.says("yes")  # the replay
    await second.says("where is my card")  # was buffered, and never came
    assert await second.hears() == "Anything else?"
    assert world.conversations.turns == [(None, "yes"), (None, "where is my card")]
    assert world.ignored == ["relay_replayed"]
    if not same_gateway:
        await first.says("hello?")
    await first.closed()
    world.clock.passes(10)
    await second.says("where is my card")  # the same words again, much later: the caller's
    await second.hears()
    assert len(world.conversations.turns) == 3


async def test_a_reconnected_session_says_what_had_not_been_said(world: RelayWorld) -> None:
    world.conversations.will("How can I help?")
    phone = world.phone()
    doc = await phone.rings()
    first = await world.opens(phone, doc)
    await first.hears()
    world.conversations.gate = asyncio.Event()
    world.conversations.will("It is on its way.")
    await first.says("where is my card")
    await first.hears()
    await first.ws.close()
    world.conversations.gate.set()
    second = await world.opens(phone, doc)
    assert await second.hears() == "It is on its way."
    await second.says("where is my card")
    await second.says("thanks")
    assert await second.hears() == "Anything else?"
    assert world.conversations.turns[-1] == (None, "thanks") and len(world.conversations.results) == 3


async def test_a_gateway_that_stops_passes_the_call_on(world: RelayWorld) -> None:
    phone, socket = await world.connected("How can I help?")
    await world.gateways[0].line.close()
    data = await socket.ends()
    assert json.loads(data) == {"resume": True}
    doc = await world.phone(at=1).at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=data)
    other = await world.opens(phone, doc, at=1, session="VX" + "2" * 32)
    assert await other.hears() == "How can I help?"


async def test_the_store_is_down_in_mid_call(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    world.store.down = True
    await socket.says("hello")
    data = await socket.ends()
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=data)
    assert doc.verbs == ["Say", "Pause", "Redirect"]  # the call goes on when the store does, over Gather and relay alike
    world.store.down = False
    assert (await phone.follows(doc)).verbs == ["Connect"]
    doc = await phone.at("/twilio/voice/relay?step=1", SessionStatus="ended", HandoffData=data)
    assert doc.verbs == ["Connect"]  # had it come back in between, nobody would have noticed


async def test_the_assistant_is_down(world: RelayWorld) -> None:
    _, socket = await world.connected()
    world.conversations.script.append(TurnResult("", (Reply("Sorry, that did not work.", (Option("a person", "p"),)),)))
    await socket.says("hello")
    assert (await socket.hears()).startswith("Sorry, that did not work.")


JUNK = ["no json", "[]", '{"type": "prompt"}', '{"type": "brandNew"}', '{"type": "dtmf", "digit": "55"}']


@pytest.mark.parametrize("junk", JUNK)
async def test_what_cannot_be_read_is_passed_over(world: RelayWorld, junk: str) -> None:
    _, socket = await world.connected()
    await socket.ws.send_str(junk)
    await socket.says("hello")
    assert await socket.hears() == "Anything else?"
    assert world.ignored in (["relay_malformed"], ["relay_unknown"])


async def test_errors_and_unknown_information_change_nothing(world: RelayWorld) -> None:
    _, socket = await world.connected()
    await socket.sends(type="error", description="Invalid message received")
    await socket.sends(type="info", name="somethingNew", value="on")
    await socket.sends(type="configUpdated", whatever=1)
    await socket.says("hello")
    assert await socket.hears() == "Anything else?"
    assert world.ignored == ["relay_error"]


# -- who may open a socket -------------------------------------------------------------------------------------------


async def test_an_unsigned_handshake_is_refused(world: RelayWorld) -> None:
    client = world.gateways[0].client
    for attempt in (client.ws_connect("/twilio/relay"), handshake(client, token="9" * 32)):
        with pytest.raises(WSServerHandshakeError) as refused:
            await attempt
        assert refused.value.status == 403
    assert world.refused == ["unsigned", "signature"]


@pytest.mark.parametrize(
    "changes",
    [
        {"customParameters": {}},
        {"customParameters": {"token": TOKEN}},
        {"callSid": "CA" + "b" * 32},
        {"callSid": "nonsense"},
        {"accountSid": "AC" + "9" * 32},
        {"type": "prompt", "voicePrompt": "before setup"},
    ],
)
async def test_a_socket_that_is_not_this_calls_is_closed(world: RelayWorld, changes: dict[str, Any]) -> None:
    world.conversations.will("How can I help?")
    phone = world.phone()
    socket = await world.opens(phone, await phone.rings(), **changes)
    assert await socket.closed() == 1008
    assert world.refused == ["relay_setup"]


async def test_no_socket_for_a_call_that_is_over_or_failed(world: RelayWorld) -> None:
    phone, socket = await world.connected()
    await phone.at("/twilio/voice/relay?step=1", SessionStatus="failed", ErrorCode="64102")
    world.conversations.will("x")
    fresh = world.phone("c")
    doc = await fresh.rings()
    late = await world.opens(phone, doc, session=SESSION)
    assert await late.closed() == 1008
    await fresh.at("/twilio/voice/relay?step=1", SessionStatus="completed", CallStatus="completed")
    gone = await world.opens(fresh, doc)
    assert await gone.closed() == 1008
    await socket.ws.close()


# -- slower ----------------------------------------------------------------------------------------------------------


async def test_who_wants_it_slower_hears_pauses_between_the_sentences(world: RelayWorld) -> None:
    """The account's default voice knows no SSML; a silent file stands for a pause, and there is none at the end."""
    _, socket = await world.connected("Welcome to the bank. How can I help?")
    for seconds in (1, 2, 2):
        await socket.says("slow down")
        said = [frame.get("token") or frame["source"] for frame in await socket.frames()]
        pause = f"{PUBLIC}/twilio/voice/music/silence-{seconds}.wav"
        assert said == ["More slowly then. ", pause, "Welcome to the bank. ", pause, "How can I help? "]
    answer = await world.gateways[0].client.get("/twilio/voice/music/silence-2.wav")
    with wave.open(io.BytesIO(await answer.read())) as sound:
        assert sound.getnframes() == 2 * sound.getframerate()
        assert set(sound.readframes(sound.getnframes())) == {0}
    assert (await world.gateways[0].client.get("/twilio/voice/music/silence-3.wav")).status == 404


async def test_a_voice_that_knows_ssml_speaks_slower_by_itself(aiohttp_client: Any) -> None:
    voiced = Prompts(line=Line("en-US", "Polly.Joanna-Neural"))
    async with relay_world(aiohttp_client, prompts=voiced) as world:
        phone, socket = await world.connected("Fees & more. How can I help?")
        await socket.says("slower")
        frames = await socket.frames()
        assert [frame["token"] for frame in frames] == [
            '<prosody rate="85%">More slowly then. </prosody>',
            '<prosody rate="85%">Fees &amp; more. </prosody>',
            '<prosody rate="85%">How can I help? </prosody>',
        ]
        world.conversations.will("You have five dollars & no cents. Anything else?")
        await socket.says("my balance")
        await socket.frames()
        heard = '<prosody rate="85%">You have five dollars &amp; no'
        await socket.sends(type="interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs=900)
        await socket.says("thanks")
        await socket.frames()
        thread = world.store.calls[phone.sid].conversation_id
        assert world.heard == [(thread, "You have five dollars & no")]  # no markup in the transcript


async def test_the_silence_is_counted_from_the_end_of_slower_words(world: RelayWorld) -> None:
    _, socket = await world.connected("One thing. Another thing.")
    await socket.says("slower")
    await socket.frames()
    usual = len("More slowly then. One thing. Another thing.") * 0.07 + 6
    assert await world.sleep.passes() >= usual + 2 - 0.2  # two pauses of a second
