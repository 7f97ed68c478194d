"""Whole calls: the interpreter, two legs, queues, dialling, faults, against a little installation."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage

BASIC = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
UNREAD = "nobody waited for this answer any more"
GATHER = '<Gather input="dtmf speech" action="/2" numDigits="1" timeout="4"><Say>Press or say.</Say></Gather>'


async def rest(stage: Stage, path: str, **fields: str) -> tuple[int, dict[str, object]]:
    """One POST to the Calls resource."""
    async with (
        aiohttp.ClientSession(headers=BASIC) as session,
        session.post(f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/{path}", data=fields) as response,
    ):
        return response.status, await response.json()


async def test_a_call_says_and_hangs_up(stage: Stage) -> None:
    stage.voice("<Say>Welcome to <emphasis>Harbour</emphasis> Bank.</Say><Hangup/>")
    phone = await stage.sim.call()
    await phone.hears("welcome to harbour bank.")
    assert await phone.ends() == "completed"
    first = stage.gateway.fields("/twilio/voice")[0]
    assert first["From"] == "+12125550147" and first["To"] == "+12125550101"
    assert first["Direction"] == "inbound" and first["CallStatus"] == "ringing" and first["CallSid"] == phone.sid
    assert stage.sim.problems() == []


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (("presses", "2"), {"Digits": "2"}),
        (("says", "where is my card"), {"SpeechResult": "where is my card", "Confidence": "0.93000000"}),
    ],
)
async def test_an_answer_goes_to_the_action(stage: Stage, act: tuple[str, str], fields: dict[str, str]) -> None:
    stage.voice(GATHER, "<Say>Thanks.</Say>")
    phone = await stage.sim.call()
    await getattr(phone, act[0])(act[1])
    await phone.hears("Thanks.")
    came = stage.gateway.fields("/2")[0]
    assert {name: came.get(name) for name in fields} == fields
    assert came["CallStatus"] == "in-progress"


async def test_silence_falls_through(stage: Stage) -> None:
    stage.voice(GATHER + "<Say>I did not hear you.</Say>", "<Say>Never.</Say>")
    phone = await stage.sim.call()
    await phone.stays_silent()
    await phone.hears("I did not hear you.")
    await phone.ends()
    assert stage.gateway.fields("/2") == []


async def test_silence_with_action_on_empty_result(stage: Stage) -> None:
    stage.voice(GATHER.replace("numDigits", 'actionOnEmptyResult="true" numDigits'), "<Say>Still there?</Say>")
    phone = await stage.sim.call()
    await phone.stays_silent()
    await phone.hears("Still there?")
    assert stage.gateway.fields("/2")[0]["Digits"] == ""


async def test_the_default_action_is_the_same_document(stage: Stage) -> None:
    def voice(fields: dict[str, str]) -> str:
        said = fields.get("Digits")
        return f"<Response><Say>You pressed {said}.</Say></Response>" if said else "<Response><Gather/></Response>"

    stage.gateway.script["/twilio/voice"] = voice
    phone = await stage.sim.call()
    await phone.presses("4477#")
    await phone.hears("You pressed 4477.")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (web.Response(status=500, text="oops"), "11200"),
        (web.Response(text="<Response><Say>", content_type="text/xml"), "12100"),
        (web.Response(text="{}", content_type="application/json"), "12300"),
        (web.Response(text="<Resp/>", content_type="text/xml"), "12102"),
        (web.Response(text="", content_type="text/xml"), "12100"),
        (web.Response(text=f"<Response><Say>{'a' * 66_000}</Say></Response>", content_type="text/xml"), "11750"),
    ],
)
async def test_what_fails_is_an_application_error(stage: Stage, answer: web.Response, problem: str) -> None:
    stage.gateway.script["/twilio/voice"] = answer
    phone = await stage.sim.call()
    await phone.hears("application error")
    await phone.ends()
    assert stage.sim.problems()[0].startswith(problem)


async def test_plain_text_is_read_aloud(stage: Stage) -> None:
    stage.gateway.script["/twilio/voice"] = web.Response(text="Just words.", content_type="text/plain")
    phone = await stage.sim.call()
    await phone.hears("Just words.")
    assert await phone.ends() == "completed"


async def test_cookies_come_back_and_relative_urls_resolve(stage: Stage) -> None:
    answer = web.Response(text="<Response><Redirect>sub/next</Redirect></Response>", content_type="text/xml")
    answer.set_cookie("call", "1")
    stage.gateway.script["/twilio/voice"] = answer
    stage.gateway.script["/twilio/sub/next"] = "<Response><Say>Here.</Say></Response>"
    phone = await stage.sim.call()
    await phone.hears("Here.")
    assert stage.gateway.raw[1].cookies == {"call": "1"}


async def test_reject_is_busy(stage: Stage) -> None:
    stage.voice('<Reject reason="busy"/>')
    phone = await stage.sim.call()
    assert await phone.ends() == "busy"


async def test_hanging_up_in_the_middle_calls_back(stage: Stage) -> None:
    stage.voice(GATHER)
    phone = await stage.sim.call()
    await phone.hears("Press or say.")
    await phone.hangs_up()
    await phone.ends("completed")
    await stage.sim.wait(lambda e: e.get("what") == "call status", "status callback", 5)
    last = stage.gateway.fields("/call-status")[-1]
    assert last["CallStatus"] == "completed" and last["CallDuration"].isdigit() and last["SequenceNumber"] == "0"


async def test_a_caller_waits_and_is_joined_with_an_agent(stage: Stage) -> None:
    """The house's way: the caller is enqueued, the agent is rung by REST, hears a whisper and dials the queue."""
    stage.voice(
        '<Enqueue waitUrl="/2" action="/3">people</Enqueue>',
        "<Say>You are next.</Say><Pause length='10'/>",
        "<Say>You are with the assistant again.</Say>",
        "<Say>Ana asks about a card.</Say><Dial><Queue>people</Queue></Dial>",
    )
    phone = await stage.sim.call()
    await phone.hears("You are next.")
    status, call = await rest(stage, "Calls.json", To=AGENT, From="+12125550101", Url=f"{stage.gateway.url}/4")
    assert status == 201 and call["status"] == "queued" and str(call["sid"]).startswith("CA")
    agent = await stage.sim.rings(AGENT)
    await agent.answers()
    await agent.hears("Ana asks about a card.")
    await phone.is_joined()
    await agent.is_joined()
    await agent.says("Hello, this is Sam.")
    await phone.hears("this is Sam")
    await phone.says("Hello Sam.")
    await agent.hears("Hello Sam.")
    await agent.hangs_up()
    await phone.hears("assistant again")
    ended = stage.gateway.fields("/3")[0]
    assert ended["QueueResult"] == "bridged" and ended["QueueSid"].startswith("QU")
    waiting = stage.gateway.fields("/2")[0]
    assert waiting["QueuePosition"] == "1" and waiting["CurrentQueueSize"] == "1" and waiting["MaxQueueSize"] == "100"


async def test_the_wait_document_loops_and_leaving_goes_on(stage: Stage) -> None:
    def wait(fields: dict[str, str]) -> str:
        first = len(stage.gateway.fields("/2")) == 1
        return f"<Response>{'<Say>Please wait.</Say>' if first else '<Leave/>'}</Response>"

    stage.voice('<Enqueue waitUrl="/2" action="/3">people</Enqueue>', "", "<Say>Left.</Say>")
    stage.gateway.script["/2"] = wait
    phone = await stage.sim.call()
    await phone.hears("Please wait.")
    await stage.sim.moves_clock(2)
    await phone.hears("Left.")
    assert stage.gateway.fields("/3")[0]["QueueResult"] == "leave"


async def test_hanging_up_in_the_queue_tells_the_action(stage: Stage) -> None:
    stage.voice('<Enqueue waitUrl="/2" action="/3">people</Enqueue>', "<Say>Wait.</Say><Pause length='60'/>")
    phone = await stage.sim.call()
    await phone.hears("Wait.")
    await phone.hangs_up()
    await phone.ends("completed")
    await stage.sim.wait(lambda e: e["kind"] == "exchange" and e["url"].endswith("/3"), "action", 5)
    told = stage.gateway.fields("/3")[0]
    assert told["QueueResult"] == "hangup" and told["CallStatus"] == "completed"


async def test_verbs_that_a_wait_document_may_not_have(stage: Stage) -> None:
    stage.voice('<Enqueue waitUrl="/2">people</Enqueue>', "<Dial>+12125550160</Dial><Say>Wait.</Say><Pause length='60'/>")
    phone = await stage.sim.call()
    await phone.hears("Wait.")
    assert stage.sim.problems() == ["12200: <Dial> is not allowed in a wait document"]


async def test_a_full_queue(stage: Stage) -> None:
    stage.voice('<Enqueue waitUrl="" maxQueueSize="1" action="/2">people</Enqueue>', "<Say>Full.</Say>")
    first = await stage.sim.call("+12125550148")
    await stage.sim.wait(lambda e: e["kind"] == "call" and e["call"]["activity"] == "waiting", "waiting caller", 5)
    second = await stage.sim.call()
    await second.hears("Full.")
    assert stage.gateway.fields("/2")[0]["QueueResult"] == "queue-full"
    await first.hangs_up()


async def test_dial_with_a_whisper(stage: Stage) -> None:
    stage.voice(f'<Dial action="/2"><Number url="/3">{AGENT}</Number></Dial>', "<Say>Bye.</Say>", "<Say>A call for you.</Say>")
    phone = await stage.sim.call()
    agent = await stage.sim.rings(AGENT)
    await agent.answers()
    await agent.hears("A call for you.")
    await phone.is_joined()
    await agent.hangs_up()
    await phone.hears("Bye.")
    ended = stage.gateway.fields("/2")[0]
    assert (ended["DialCallStatus"], ended["DialBridged"], ended["DialCallSid"]) == ("completed", "true", agent.sid)


async def test_nobody_answers(stage: Stage) -> None:
    stage.voice(f'<Dial action="/2" timeout="20">{AGENT}</Dial>', "<Say>Nobody there.</Say>")
    phone = await stage.sim.call()
    agent = await stage.sim.rings()
    await stage.sim.moves_clock(21)
    await phone.hears("Nobody there.")
    await agent.ends("no-answer")
    assert stage.gateway.fields("/2")[0]["DialCallStatus"] == "no-answer"


async def test_the_agent_is_busy(stage: Stage) -> None:
    stage.voice(f'<Dial action="/2">{AGENT}</Dial>', "<Say>Busy.</Say>")
    phone = await stage.sim.call()
    await (await stage.sim.rings()).refuses()
    await phone.hears("Busy.")
    assert stage.gateway.fields("/2")[0]["DialCallStatus"] == "busy"


async def test_a_live_call_is_given_another_document(stage: Stage) -> None:
    stage.voice(GATHER, "<Say>Second.</Say>")
    phone = await stage.sim.call()
    await phone.hears("Press or say.")
    status, _ = await rest(stage, f"Calls/{phone.sid}.json", Twiml="<Response><Say>Interrupted.</Say></Response>")
    assert status == 200
    await phone.hears("Interrupted.")
    await phone.ends()
    status, error = await rest(stage, f"Calls/{phone.sid}.json", Status="completed")
    assert (status, error["code"]) == (400, 21220)


async def test_a_call_that_is_rung_reports_its_progress(stage: Stage) -> None:
    events = {"StatusCallback": f"{stage.gateway.url}/progress", "StatusCallbackEvent": "initiated ringing answered completed"}
    await rest(stage, "Calls.json", To=AGENT, From="+12125550101", Twiml="<Response><Say>Hello.</Say></Response>", **events)
    agent = await stage.sim.rings(AGENT)
    await agent.answers()
    await agent.hears("Hello.")
    await agent.ends("completed")
    done = lambda e: e.get("what") == "call status" and e["fields"]["CallStatus"] == "completed"  # noqa: E731
    await stage.sim.wait(done, "the last report", 5)
    came = sorted(stage.gateway.fields("/progress"), key=lambda fields: int(fields["SequenceNumber"]))
    assert [fields["CallStatus"] for fields in came] == ["queued", "ringing", "in-progress", "completed"]


async def test_record_ends_with_silence(stage: Stage) -> None:
    stage.voice('<Record action="/2" recordingStatusCallback="/rec" timeout="3"/>', "<Say>Kept.</Say>")
    phone = await stage.sim.call()
    await phone.says("Please call me back.")
    await stage.sim.wait(lambda e: e["kind"] == "said", "the words", 5)
    await stage.sim.moves_clock(4)
    await phone.hears("Kept.")
    fields = stage.gateway.fields("/2")[0]
    assert fields["RecordingSid"].startswith("RE") and fields["RecordingUrl"].endswith(fields["RecordingSid"])


@pytest.mark.parametrize("ending", ["silence", "#"])
async def test_a_recording_of_silence_is_told_to_nobody_and_the_next_verb_follows(stage: Stage, ending: str) -> None:
    record = '<Record action="/2" recordingStatusCallback="/rec" transcribeCallback="/text" timeout="3"/>'
    stage.voice(f"{record}<Say>Nothing came.</Say>")
    phone = await stage.sim.call()
    await stage.sim.wait(lambda e: e["kind"] == "call" and e["call"]["activity"] == "recording", "the recording", 5)
    if ending == "#":
        await phone.presses("#")
    else:
        await stage.sim.moves_clock(4)
    await phone.hears("Nothing came.")
    await phone.ends()
    assert [path for path in ("/2", "/rec", "/text") if stage.gateway.fields(path)] == []


async def test_who_hangs_up_after_the_tone_is_recorded_and_the_action_is_told(stage: Stage) -> None:
    stage.voice('<Record action="/2" recordingStatusCallback="/rec"/><Say>Nothing came.</Say><Hangup/>')
    phone = await stage.sim.call()
    await phone.says("Please call me back.")
    await phone.hangs_up()
    await stage.sim.wait(lambda e: e["kind"] == "exchange" and e["url"].endswith("/2"), "the action", 5)
    (fields,) = stage.gateway.fields("/2")
    assert (fields["Digits"], fields["CallStatus"]) == ("hangup", "completed") and fields["RecordingSid"].startswith("RE")


async def test_a_webhook_that_is_sent_twice_has_one_token(stage: Stage) -> None:
    await stage.sim.faults(duplicate_next=1)
    stage.voice("<Say>Once.</Say>")
    phone = await stage.sim.call()
    await phone.hears("Once.")
    await phone.ends()
    tokens = [r.headers["I-Twilio-Idempotency-Token"] for r in stage.gateway.raw if r.path == "/twilio/voice"]
    assert len(tokens) == 2 and len(set(tokens)) == 1 and phone.heard == ["Once."]


async def test_another_of_our_numbers_is_called(stage: Stage) -> None:
    stage.voice("<Say>Welcome.</Say><Hangup/>")
    phone = await stage.sim.call(to="+12125550120")
    await phone.hears("welcome")
    await phone.ends()
    assert stage.gateway.fields("/twilio/voice")[0]["To"] == "+12125550120"
    with pytest.raises(AssertionError, match="phone number"):
        await stage.sim.call(to="12")


async def test_a_withheld_number(stage: Stage) -> None:
    stage.voice("<Say>Hello.</Say>")
    phone = await stage.sim.call("anonymous")
    await phone.hears("Hello.")
    assert stage.gateway.fields("/twilio/voice")[0]["From"] == "anonymous"


async def test_partial_results_come_while_a_caller_speaks(stage: Stage) -> None:
    stage.voice(
        '<Gather input="speech" action="/2" partialResultCallback="/partial"><Say>Yes?</Say></Gather>', "<Say>Thanks.</Say>"
    )
    phone = await stage.sim.call()
    await phone.says("where is my new card today please")
    await phone.ends()
    await stage.sim.wait(
        lambda e: e.get("what") == "partial" and e["fields"]["SequenceNumber"] == "3", "the last partial result", 5
    )
    told = sorted(
        (f["SequenceNumber"], f["StableSpeechResult"], f["UnstableSpeechResult"]) for f in stage.gateway.fields("/partial")
    )
    assert told == [
        ("0", "where", "is"),
        ("1", "where is my", "new"),
        ("2", "where is my new card", "today"),
        ("3", "where is my new card today", "please"),
    ]
    assert stage.gateway.fields("/2")[0]["SpeechResult"] == "where is my new card today please"


async def test_what_is_recognised_on_the_way_may_differ_from_the_result(stage: Stage) -> None:
    stage.voice('<Gather input="speech" action="/2" partialResultCallback="/partial"/>', "<Say>Thanks.</Say>")
    phone = await stage.sim.call()
    await phone.says("a parson", 0.2, partials=["a person"])
    await phone.ends()
    await stage.sim.wait(lambda e: e.get("what") == "partial", "the partial result", 5)
    assert [f["UnstableSpeechResult"] for f in stage.gateway.fields("/partial")] == ["person"]


async def test_who_hangs_up_while_the_answer_is_awaited_takes_no_request_back(stage: Stage) -> None:
    """As with Twilio: what is on its way to the installation arrives and is answered, though nobody hears the answer."""
    began, goes_on, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        began.set()
        await goes_on.wait()
        answered.set()
        return web.Response(text="<Response><Say>Too late.</Say></Response>", content_type="text/xml")

    app = web.Application()
    app.router.add_post("/slow", slow)
    async with TestServer(app) as server:
        stage.voice(f"<Redirect>{server.make_url('/slow')}</Redirect>")
        phone = await stage.sim.call()
        await began.wait()
        await phone.hangs_up()
        assert await phone.ends() == "completed"
        goes_on.set()
        await answered.wait()
        journalled = await stage.sim.wait(lambda one: one.get("note") == UNREAD, UNREAD, 10)
    assert journalled["status"] == 200 and "Too late." not in str(phone.heard)
