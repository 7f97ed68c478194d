"""Conferences, answering machines and transcriptions, as Twilio plays them."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from twilio.rest.api.v2010.account.conference import ConferenceContext
from twilio.rest.api.v2010.account.conference.participant import ParticipantContext, ParticipantList

from simulator.scripting.people import Phone
from simulator.twilio_rest.tables import CREATE_PARTICIPANT, UPDATE_CONFERENCE, UPDATE_PARTICIPANT, Parameter
from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage

ROOM = (
    '<Dial action="/after"><Conference {0} beep="false" waitUrl="" statusCallback="/room"'
    ' statusCallbackEvent="start end join leave mute hold">room</Conference></Dial>'
)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}) as session:
        yield session


async def rest(stage: Stage, http: aiohttp.ClientSession, path: str, method: str = "POST", **fields: str) -> tuple[int, Any]:
    url = f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/{path}"
    async with http.request(method, url, data=fields or None) as response:
        return response.status, await response.json() if response.status != 204 else None


async def joined(stage: Stage, http: aiohttp.ClientSession, agent: str = 'participantLabel="agent"') -> tuple[Phone, Phone, str]:
    """A caller and an agent who talk; and the conference's path."""
    stage.voice(ROOM.format('startConferenceOnEnter="false" participantLabel="caller"'))
    stage.gateway.script["/agent"] = f"<Response>{ROOM.format(agent)}</Response>"
    stage.gateway.script["/after"] = "<Response><Say>You are back.</Say></Response>"
    caller = await stage.sim.call()
    await rest(stage, http, "Calls.json", To=AGENT, From=stage.settings.voice_number, Url=f"{stage.gateway.url}/agent")
    sam = await stage.sim.rings(AGENT)
    await sam.answers()
    await caller.is_joined()
    await sam.is_joined()
    _, found = await rest(stage, http, "Conferences.json?FriendlyName=room&Status=in-progress", "GET")
    return caller, sam, f"Conferences/{found['conferences'][0]['sid']}"


async def test_two_talk_and_the_one_who_ends_it_sends_the_other_back(stage: Stage, http: aiohttp.ClientSession) -> None:
    caller, sam, _ = await joined(stage, http, 'endConferenceOnExit="true"')
    await sam.says("Hello, this is Sam")
    await caller.hears("this is Sam")
    await sam.hangs_up()
    await caller.hears("You are back.")
    assert stage.gateway.fields("/after")[0]["DialCallStatus"] == "answered"
    await caller.ends()
    events = [f["StatusCallbackEvent"] for f in stage.gateway.fields("/room")]
    assert sorted(events) == sorted(["participant-join"] * 2 + ["participant-leave"] * 2 + ["conference-start", "conference-end"])
    ends = next(f for f in stage.gateway.fields("/room") if f["StatusCallbackEvent"] == "conference-end")
    assert ends["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert re.fullmatch("CF[0-9a-f]{32}", ends["ConferenceSid"]) and ends["FriendlyName"] == "room"
    assert stage.sim.problems() == []


async def test_hold_mute_and_being_put_out(stage: Stage, http: aiohttp.ClientSession) -> None:
    caller, sam, room = await joined(stage, http)
    stage.gateway.script["/music"] = "<Response><Say>La la la.</Say><Pause length='9'/></Response>"
    music = f"{stage.gateway.url}/music"
    status, body = await rest(stage, http, f"{room}/Participants/caller.json", Hold="true", HoldUrl=music)
    assert status == 200 and body["hold"] is True and body["label"] == "caller"
    await caller.hears("La la la.")
    await sam.says("a word among colleagues")
    await rest(stage, http, f"{room}/Participants/{caller.sid}.json", Hold="false")
    await caller.is_joined()
    await rest(stage, http, f"{room}/Participants/{sam.sid}.json", Muted="true")
    await sam.says("nobody hears this")
    await rest(stage, http, f"{room}/Participants/{sam.sid}.json", Muted="false")
    await sam.says("there I am")
    await caller.hears("there I am")
    assert "a word among colleagues" not in caller.heard and "nobody hears this" not in caller.heard
    assert (await rest(stage, http, f"{room}/Participants/{caller.sid}.json", "DELETE"))[0] == 204
    await caller.hears("You are back.")


async def test_a_coach_is_heard_by_one(stage: Stage, http: aiohttp.ClientSession) -> None:
    caller, sam, _ = await joined(stage, http)
    listening = ROOM.format(f'coach="{sam.sid}"')
    stage.gateway.script["/coach"] = f"<Response>{listening}</Response>"
    coach_number = "+12125550170"
    url = f"{stage.gateway.url}/coach"
    await rest(stage, http, "Calls.json", To=coach_number, From=stage.settings.voice_number, Url=url)
    kim = await stage.sim.rings(coach_number)
    await kim.answers()
    await kim.is_joined()
    await kim.says("offer the refund")
    await sam.hears("offer the refund")
    await caller.says("hello?")
    await kim.hears("hello?")
    assert "offer the refund" not in caller.heard


async def test_a_third_party_is_rung_into_the_conference(stage: Stage, http: aiohttp.ClientSession) -> None:
    caller, sam, room = await joined(stage, http)
    status, body = await rest(
        stage, http, f"{room}/Participants.json", To="+12125550171", From=stage.settings.voice_number, Label="third", Beep="false"
    )
    assert status == 201 and body["label"] == "third"
    third = await stage.sim.rings("+12125550171")
    await third.answers()
    await third.is_joined()
    await third.says("branch speaking")
    await caller.hears("branch speaking")
    await sam.hears("branch speaking")
    await third.hangs_up()
    await sam.says("still here")
    await caller.hears("still here")


@pytest.mark.parametrize(
    ("path", "fields", "status", "code"),
    [
        ("/Participants/caller.json", {"Held": "true"}, 400, 20001),
        ("/Participants/caller.json", {"Hold": "yes"}, 400, 20001),
        ("/Participants/nobody.json", {"Hold": "true"}, 404, 20404),
        ("/Participants/caller.json", {"Coaching": "true"}, 400, 20001),
        ("/Participants.json", {"To": AGENT}, 400, 21213),
        ("/Participants.json", {"To": AGENT, "From": "+12125559999"}, 400, 21210),
        (".json", {"Status": "paused"}, 400, 20001),
        ("/Recordings/Twilio.CURRENT.json", {"Status": "paused"}, 404, 20404),
    ],
)
async def test_conference_requests_are_checked(
    stage: Stage, http: aiohttp.ClientSession, path: str, fields: dict[str, str], status: int, code: int
) -> None:
    _, _, room = await joined(stage, http)
    got, body = await rest(stage, http, room + path, **fields)
    assert (got, body["code"]) == (status, code)


async def test_a_recording_is_paused_and_told(stage: Stage, http: aiohttp.ClientSession) -> None:
    agent = 'endConferenceOnExit="true" record="record-from-start" recordingStatusCallback="/recorded"'
    stage.gateway.script["/agent"] = ""
    stage.voice(ROOM.format('record="record-from-start" recordingStatusCallback="/recorded"'))
    stage.gateway.script["/agent"] = f"<Response>{ROOM.format(agent)}</Response>"
    caller = await stage.sim.call()
    await rest(stage, http, "Calls.json", To=AGENT, From=stage.settings.voice_number, Url=f"{stage.gateway.url}/agent")
    sam = await stage.sim.rings(AGENT)
    await sam.answers()
    await caller.is_joined()
    status, body = await rest(
        stage, http, "Conferences/room/Recordings/Twilio.CURRENT.json", Status="paused", PauseBehavior="skip"
    )
    assert (status, body["status"]) == (200, "paused")
    await sam.hangs_up()
    await caller.ends()
    event = await stage.sim.wait(lambda e: e.get("what") == "recording", "recording callback", 5)
    assert event["fields"]["RecordingSource"] == "Conference" and event["fields"]["RecordingStatus"] == "completed"


@pytest.mark.parametrize(
    ("table", "method"),
    [
        (UPDATE_CONFERENCE, ConferenceContext.update),
        (UPDATE_PARTICIPANT, ParticipantContext.update),
        (CREATE_PARTICIPANT, ParticipantList.create),
    ],
)
def test_the_parameters_are_the_packages(table: dict[str, Parameter], method: Any) -> None:
    """The package is newer than the published description, so it may know more."""
    names = [name for name in inspect.signature(method).parameters if name != "self"]
    assert {re.sub(r"(?:^|_)(\w)", lambda m: m[1].upper(), name.rstrip("_")) for name in names} >= set(table)


@pytest.mark.parametrize(
    ("detection", "by", "answered_by"),
    [("Enable", "machine", "machine_start"), ("DetectMessageEnd", "machine", "machine_end_beep"), ("Enable", "human", "human")],
)
async def test_a_machine_is_recognised(
    stage: Stage, http: aiohttp.ClientSession, detection: str, by: str, answered_by: str
) -> None:
    stage.gateway.script["/out"] = "<Response><Say>Hello.</Say></Response>"
    fields = {"To": AGENT, "From": stage.settings.voice_number, "Url": f"{stage.gateway.url}/out", "MachineDetection": detection}
    await rest(stage, http, "Calls.json", **fields)
    phone = await stage.sim.rings(AGENT)
    await phone.answers(by=by)
    await phone.hears("Hello.")
    assert stage.gateway.fields("/out")[0]["AnsweredBy"] == answered_by


async def test_no_answer_and_a_sip_address(stage: Stage, http: aiohttp.ClientSession) -> None:
    fields = {"To": "sip:sam@desk.example", "From": stage.settings.voice_number, "Url": f"{stage.gateway.url}/out"}
    status, _ = await rest(stage, http, "Calls.json", StatusCallback=f"{stage.gateway.url}/status", **fields)
    assert status == 201
    phone = await stage.sim.rings("sip:sam@desk.example")
    await phone.ignores()
    assert await phone.ends() == "no-answer"
    await stage.sim.wait(lambda e: e.get("what") == "call status", "status", 5)
    assert stage.gateway.fields("/status")[0]["CallStatus"] == "no-answer"


async def test_a_recorded_message_is_transcribed(stage: Stage) -> None:
    stage.voice('<Record action="/2" transcribe="true" transcribeCallback="/text" timeout="3"/>', "<Say>Thank you.</Say>")
    phone = await stage.sim.call()
    await phone.says("Please call me about my card.")
    await stage.sim.moves_clock(3.1)
    await phone.hears("Thank you.")
    await stage.sim.wait(lambda e: e.get("what") == "transcription", "transcription", 5)
    told = stage.gateway.fields("/text")[0]
    assert told["TranscriptionText"] == "Please call me about my card." and told["TranscriptionStatus"] == "completed"
    assert told["RecordingSid"] == stage.gateway.fields("/2")[0]["RecordingSid"]
