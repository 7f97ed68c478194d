"""The agent's leg: rung, whispered to, joined by a key in a conference; what happens when nobody takes the call."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.model import CallState, ChannelName, Handoff, HandoffState, LineAct, Packet, Proof
from bot.ports import HandoffRefused, SendError, SendFailure
from bot.ports.phone_line import AGENT, CALLER, LISTENER, Leg
from bot.transcript.wording import Notices
from connectors.twilio.client import TwilioClient
from tests.voice.agents.test_handoff import put_through
from tests.voice.conftest import World
from tests.voice.fakes import SENTENCES, Doc, Phone
from voice.agents.line_settings import LineSettings

ROOT = Path(__file__).parents[3]
SAM = "+15550100150"
ROOM = "CF" + "0" * 32


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def rung(world: World, letter: str = "a") -> tuple[Phone, Phone, Handoff]:
    """A caller in the queue, sam's phone, and the handoff that sam has accepted."""
    phone, agent = world.phone(letter), Phone(world.client, "e", SAM)
    _, handoff = await put_through(world, phone)
    taken = replace(handoff, state=HandoffState.ASSIGNED, agent="sam")
    world.store.handoffs[handoff.id] = taken
    await world.line.ring_agent(taken, SAM)
    return phone, agent, taken


async def joined(world: World) -> tuple[Phone, Phone, Handoff]:
    """A caller and sam in the conference."""
    phone, agent, handoff = await rung(world)
    await agent.answers(await agent.at(local(world.twilio.placed[-1]["url"])), Digits="1")
    for leg, label in ((phone, CALLER), (agent, "agent:sam")):
        await told(world, handoff, "participant-join", leg.sid, label)
    return phone, agent, handoff


async def told(world: World, handoff: Handoff, event: str, sid: str = "", label: str = "", conference: str = ROOM) -> None:
    """A conference event; those of the whole conference name no call."""
    who = {"CallSid": sid, "ParticipantLabel": label} if sid else {}
    phone = Phone(world.client, "a")
    answer = await phone.event(
        f"/twilio/voice/room?handoff={handoff.id}", StatusCallbackEvent=event, ConferenceSid=conference, **who
    )
    assert answer.status == 204


async def test_the_agent_is_rung_hears_the_whisper_and_takes_the_call(world: World) -> None:
    phone, agent, handoff = await rung(world)
    placed = world.twilio.placed[0]
    inspect.signature(TwilioClient.create_call).bind(None, **placed)  # the real client takes the same
    assert (placed["to"], placed["from_"]) == (SAM, "+15550100999")
    assert placed["url"] == f"https://line.example/twilio/voice/agent?handoff={handoff.id}&role=agent&who=sam"
    whisper = await agent.at(local(placed["url"]))
    assert whisper.words.startswith("Caller 5 5 5, 0 1 0, 0 1 2 3, claimed.") and whisper.words.endswith("Press a key.")
    assert whisper.verbs == ["Gather", "Redirect"]
    assert world.store.calls[phone.sid].state is CallState.WAITING  # a mailbox would not move the caller
    doc = await agent.answers(whisper, Digits="1")
    room = doc.one("Conference")
    assert room.text == handoff.id and room.attrib["endConferenceOnExit"] == "true"
    assert world.store.calls[phone.sid].state is CallState.BRIDGED
    sid, moved = world.twilio.updated[0]
    assert sid == phone.sid and moved["url"].endswith(f"/twilio/voice/room/enter?handoff={handoff.id}&step=2")
    entered = await phone.at(local(moved["url"]))
    assert entered.verbs == ["Dial"] and entered.one("Dial").attrib["action"] == "/twilio/voice/talked?step=2"
    assert entered.one("Conference").attrib["participantLabel"] == "caller"


async def test_a_repeated_key_moves_the_caller_once(world: World) -> None:
    _, agent, _ = await rung(world)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    assert await agent.answers(whisper, Digits="1") == await agent.answers(whisper, Digits="1")
    assert len(world.twilio.updated) == 1


REASONS = ["Card activation failed", "The card is on hold after three wrong tries at the machine in the branch"]


@pytest.mark.parametrize("reason", REASONS)
async def test_the_whisper_takes_ten_seconds_at_most(world: World, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the designers' own sentence; a figure counts as half a word, 160 words are said in a minute."""
    _, agent, handoff = await rung(world)
    tried = ("card activation", "a new personal number", "the branch in the main street", "the app")
    world.store.handoffs[handoff.id] = replace(handoff, reason=reason, packet=Packet(tried=tried, proof=Proof.CLAIMED))
    own = Notices.from_domain(ROOT / "domain")
    monkeypatch.setitem(SENTENCES, "utter_agent_whisper", str(own.say("utter_agent_whisper", ChannelName.VOICE)))
    words = (await agent.at(local(world.twilio.placed[0]["url"]))).words.removesuffix("Press a key.").split()
    figures = [word for word in words if word.strip(",.").isdigit()]
    assert len(figures) == 10 and reason.split()[0] in words and "activation," in words
    assert (len(words) - len(figures) / 2) / 160 * 60 <= 10


async def test_a_withheld_number_is_said_so(world: World) -> None:
    phone, agent = world.phone(number="anonymous"), Phone(world.client, "e", SAM)
    _, handoff = await put_through(world, phone)
    doc = await agent.at(f"/twilio/voice/agent?handoff={handoff.id}")
    assert doc.words.startswith("Caller a withheld number, claimed.") and "Tried: nothing yet." in doc.words


@pytest.mark.parametrize("gone", ["closed", "hung up", "unknown", "with the bot", "another agent's"])
async def test_an_agent_who_picks_up_too_late_is_told(world: World, gone: str) -> None:
    phone, agent, handoff = await rung(world)
    call, url = world.store.calls[phone.sid], local(world.twilio.placed[0]["url"])
    if gone == "closed":
        world.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.CLOSED)
    elif gone == "unknown":
        url = "/twilio/voice/agent?handoff=h_nobody"
    elif gone == "another agent's":
        world.store.handoffs[handoff.id] = replace(handoff, agent="kim")
    else:
        state = CallState.ENDED if gone == "hung up" else CallState.TALKING
        world.store.calls[phone.sid] = replace(call, state=state)
    doc = await agent.at(url)
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "The caller is gone."


async def test_the_caller_hangs_up_between_whisper_and_key(world: World) -> None:
    _, agent, _ = await rung(world)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    world.twilio.gone = True
    assert (await agent.answers(whisper, Digits="1")).words == "The caller is gone."


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_an_agent_who_does_not_answer_gives_the_caller_back_to_the_line(world: World, status: str) -> None:
    phone, agent, handoff = await rung(world)
    answer = await agent.post(local(world.twilio.placed[0]["status_callback"]), CallStatus=status)
    assert answer.status == 204
    kept = world.store.handoffs[handoff.id]
    assert (kept.state, kept.agent, kept.opened_at) == (HandoffState.WAITING, None, handoff.opened_at)
    assert world.store.words[phone.sid] == ["Our colleague could not take the call."]
    await agent.post(local(world.twilio.placed[0]["status_callback"]), CallStatus=status)
    assert len(world.store.words[phone.sid]) == 1


async def test_a_mailbox_presses_no_key(world: World) -> None:
    phone, agent, handoff = await rung(world)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    doc = await agent.answers(whisper)
    assert doc.verbs == ["Say", "Hangup"]
    assert world.store.handoffs[handoff.id].state is HandoffState.WAITING
    assert world.store.calls[phone.sid].state is CallState.WAITING and world.twilio.updated == []
    await agent.post(local(world.twilio.placed[0]["status_callback"]), CallStatus="completed")
    assert len(world.store.words[phone.sid]) == 1


async def test_the_end_of_a_talk_is_not_a_missed_call(world: World) -> None:
    phone, agent, handoff = await joined(world)
    await told(world, handoff, "participant-leave", agent.sid, "agent:sam")
    await agent.post(local(world.twilio.placed[0]["status_callback"]), CallStatus="completed")
    assert world.store.handoffs[handoff.id].agent == "sam" and not world.store.words.get(phone.sid)


async def test_nobody_is_rung_for_a_caller_who_is_gone(world: World) -> None:
    phone = world.phone()
    _, handoff = await put_through(world, phone)
    await phone.post("/twilio/voice/call-status", CallStatus="completed", CallDuration="61")
    call = world.store.calls[phone.sid]
    assert (call.status, call.seconds) == ("completed", 61)
    with pytest.raises(SendError) as refused:
        await world.line.ring_agent(handoff, SAM)
    assert refused.value.failure is SendFailure.REFUSED and world.twilio.placed == []


# -- after the talk ----------------------------------------------------------------------------------------------------


async def test_after_the_talk_the_bot_goes_on(world: World) -> None:
    phone, _, _ = await joined(world)
    world.conversations.will("Was that all?")
    back = await phone.at("/twilio/voice/talked?step=2", DialCallStatus="answered")
    assert back.words == "Was that all?"  # the assistant's words say that it is the assistant
    assert await phone.at("/twilio/voice/talked?step=2", DialCallStatus="answered") == back
    assert world.conversations.reasons[-1] == "", "the agent noted nothing"


@pytest.mark.parametrize("settings", [LineSettings(effort_question=True)])
@pytest.mark.parametrize(("digits", "kept"), [("2", [2]), ("9", []), ("", [])])
async def test_the_effort_question_is_asked_by_key_and_kept(world: World, digits: str, kept: list[int]) -> None:
    phone, _, _ = await joined(world)
    question = await phone.at("/twilio/voice/talked?step=2", DialCallStatus="answered")
    assert question.words == "How easy was it, one to five?"
    back = await phone.answers(question, Digits=digits)
    assert back.words == "Anything else?"
    assert await phone.answers(question, Digits=digits) == back
    assert world.helpers.efforts == kept
    assert world.store.calls[phone.sid].effort == (kept[0] if kept else None)


async def test_the_caller_hangs_up_in_the_conference(world: World) -> None:
    phone, _, handoff = await joined(world)
    assert (await phone.at("/twilio/voice/talked?step=2", CallStatus="completed")).verbs == []
    assert world.conversations.ended == [phone.sid] and world.store.handoffs[handoff.id].open


@pytest.mark.parametrize("settings", [LineSettings(record_calls=True)])
async def test_a_recording_is_announced_before_it_begins_and_attached(world: World) -> None:
    phone, _, handoff = await joined(world)
    doc = await phone.at(f"/twilio/voice/room/enter?handoff={handoff.id}&step=2")
    assert doc.verbs == ["Say", "Dial"] and doc.words == "This is recorded."
    assert doc.one("Conference").attrib["record"] == "record-from-start"
    url = f"/twilio/voice/recording?handoff={handoff.id}"
    await phone.event(url, ConferenceSid=ROOM, RecordingSid="RE" + "1" * 32, RecordingStatus="completed")
    assert world.store.handoffs[handoff.id].recordings == ("RE" + "1" * 32,)
    await world.line.act(handoff, LineAct.PAUSE, "sam", "")
    await world.line.act(handoff, LineAct.RECORD, "sam", "")
    assert world.twilio.recordings == [(ROOM, "Twilio.CURRENT", "paused"), (ROOM, "Twilio.CURRENT", "in-progress")]


async def test_without_the_setting_nothing_is_recorded(world: World) -> None:
    phone, _agent, handoff = await joined(world)
    doc = await phone.at(f"/twilio/voice/room/enter?handoff={handoff.id}&step=2")
    assert "record" not in doc.one("Conference").attrib and doc.words == ""
    with pytest.raises(SendError, match="not recorded"):
        await world.line.act(handoff, LineAct.PAUSE, "sam", "")


# -- what the desk does with it ------------------------------------------------------------------------------------------


async def test_hold_and_mute(world: World) -> None:
    _, agent, handoff = await joined(world)
    await world.line.act(handoff, LineAct.HOLD, "sam", "")
    assert (await world.line.state(handoff.id)).held
    await world.line.act(handoff, LineAct.RESUME, "sam", "")
    await world.line.act(handoff, LineAct.MUTE, "sam", "")
    assert world.twilio.participants == [
        (ROOM, CALLER, {"Hold": "true", "HoldUrl": "https://line.example/twilio/voice/music", "HoldMethod": "POST"}),
        (ROOM, CALLER, {"Hold": "false"}),
        (ROOM, agent.sid, {"Muted": "true"}),
    ]
    room = await world.line.state(handoff.id)
    assert room.muted and not room.held


async def test_the_music_on_hold_is_ours(world: World) -> None:
    doc = await world.phone().at("/twilio/voice/music")
    files = [play.text or "" for play in doc.root.iter("Play")]
    assert len(files) == 6
    for file in files:
        answer = await world.client.get(file)
        assert answer.status == 200 and (await answer.read())[:4] == b"RIFF"
        assert "max-age" in answer.headers["Cache-Control"] and answer.headers["Content-Type"] == "audio/wav"
    assert (await world.client.get("/twilio/voice/music/7.wav")).status == 404


async def test_a_transfer_to_a_colleague(world: World) -> None:
    _, agent, handoff = await joined(world)
    await world.line.act(handoff, LineAct.TRANSFER, "sam", "kim +15550100151")
    placed = world.twilio.placed[-1]
    assert placed["to"] == "+15550100151" and (await world.line.state(handoff.id)).ringing == "kim"
    with pytest.raises(SendError, match="being rung"):
        await world.line.act(handoff, LineAct.TRANSFER, "sam", "lee +15550100152")
    kim = Phone(world.client, "d", "+15550100151")
    doc = await kim.answers(await kim.at(local(placed["url"])), Digits="1")
    assert doc.one("Conference").attrib["endConferenceOnExit"] == "true" and world.twilio.removed == []
    await told(world, handoff, "participant-join", kim.sid, "transfer:kim")
    assert world.twilio.participants[-1] == (ROOM, agent.sid, {"EndConferenceOnExit": "false"})
    assert world.twilio.removed == [(ROOM, agent.sid)]
    assert world.store.handoffs[handoff.id].agent == "kim"
    room = await world.line.state(handoff.id)
    assert room.ringing == "" and {leg.who for leg in room.legs if leg.role == AGENT} == {"kim"}


async def test_a_colleague_who_does_not_answer_changes_nothing(world: World) -> None:
    _, _, handoff = await joined(world)
    await world.line.act(handoff, LineAct.TRANSFER, "sam", "kim +15550100151")
    kim = Phone(world.client, "d", "+15550100151")
    await kim.post(local(world.twilio.placed[-1]["status_callback"]), CallStatus="no-answer")
    assert world.store.handoffs[handoff.id].agent == "sam" and world.twilio.removed == []
    assert (await world.line.state(handoff.id)).ringing == ""


@pytest.mark.parametrize(("act", "label", "ends"), [(LineAct.BRING_IN, "third", "false"), (LineAct.TRANSFER, "transfer", "true")])
async def test_somebody_is_called_into_the_conference(world: World, act: LineAct, label: str, ends: str) -> None:
    _, agent, handoff = await joined(world)
    await world.line.act(handoff, act, "sam", "+15550100170")
    conference, fields = world.twilio.added[0]
    assert conference == ROOM and (fields["To"], fields["Label"], fields["EndConferenceOnExit"]) == ("+15550100170", label, ends)
    assert fields["From"] == "+15550100999"
    await told(world, handoff, "participant-join", "CA" + "d" * 32, label)
    assert world.twilio.removed == ([(ROOM, agent.sid)] if act is LineAct.TRANSFER else [])
    assert world.store.handoffs[handoff.id].agent == "sam"


async def test_supervisors_listen_and_coach_and_nobody_else(world: World) -> None:
    _, agent, handoff = await joined(world)
    world.helpers.supervisors.add("boss")
    with pytest.raises(HandoffRefused, match="supervisors"):
        await world.line.act(handoff, LineAct.LISTEN, "kim", "+15550100180")
    for act, role in ((LineAct.LISTEN, LISTENER), (LineAct.COACH, "coach")):
        await world.line.act(handoff, act, "boss", "+15550100180")
        boss = Phone(world.client, "c", "+15550100180")
        doc: Doc = await boss.answers(await boss.at(local(world.twilio.placed[-1]["url"])), Digits="1")
        room = doc.one("Conference").attrib
        assert room["endConferenceOnExit"] == "false" and room["participantLabel"] == f"{role}:boss"
        assert room.get("muted") == ("true" if act is LineAct.LISTEN else None)
        assert room.get("coach") == (agent.sid if act is LineAct.COACH else None)
        world.store.kept.pop(f"{boss.sid}:join:script")
        await world.helpers.rooms.leave(handoff.id, boss.sid)


@pytest.mark.parametrize("settings", [LineSettings(summary_sms=True)])
async def test_closing_ends_the_talk_and_texts_what_was_agreed(world: World) -> None:
    phone, _, handoff = await joined(world)
    await world.line.finish(handoff, "The fee is refunded")
    await world.line.finish(handoff, "The fee is refunded")
    assert world.twilio.removed[0] == (ROOM, CALLER)
    texts = world.helpers.outbox.texts
    assert texts == [(phone.number, "Harbour Bank, what we agreed on the phone: The fee is refunded")]


@pytest.mark.parametrize("act", [LineAct.HOLD, LineAct.MUTE, LineAct.TRANSFER, LineAct.BRING_IN])
async def test_nothing_is_done_when_nobody_is_on_the_line(world: World, act: LineAct) -> None:
    _, _, handoff = await rung(world)
    with pytest.raises(SendError, match="Nobody is on the line"):
        await world.line.act(handoff, act, "sam", "+15550100170")


async def test_events_of_an_earlier_conference_do_not_close_the_present_one(world: World) -> None:
    _, _, handoff = await joined(world)
    await told(world, handoff, "conference-end", conference="CF" + "9" * 32)
    assert (await world.line.state(handoff.id)).leg(CALLER) == Leg("CA" + "a" * 32, CALLER)
    await told(world, handoff, "conference-end")
    assert (await world.line.state(handoff.id)).legs == ()
