"""The REST API: strict about what it is given, Twilio's errors, faults; with the real ``twilio`` client as well."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallContext, CallList
from twilio.rest.api.v2010.account.message import MessageList

from simulator.twilio_rest.tables import CREATE_CALL, CREATE_MESSAGE, UPDATE_CALL, Parameter
from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage

CUSTOMER, SMS, VOICE = "+12125550147", "+12125550100", "+12125550101"
GOOD = {"To": CUSTOMER, "From": SMS, "Body": "hello"}
CALL = {"To": AGENT, "From": VOICE, "Twiml": "<Response/>"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}) as session:
        yield session


async def post(stage: Stage, http: aiohttp.ClientSession, path: str, fields: Any) -> tuple[int, dict[str, Any]]:
    async with http.post(f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/{path}", data=fields) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("table", "method"),
    [(CREATE_MESSAGE, MessageList.create), (CREATE_CALL, CallList.create), (UPDATE_CALL, CallContext.update)],
)
def test_the_parameters_are_the_packages(table: dict[str, Parameter], method: Any) -> None:
    names = [name for name in inspect.signature(method).parameters if name != "self"]
    assert set(table) == {"".join(part.capitalize() for part in name.strip("_").split("_")) for name in names}


MESSAGES = [
    ({"Body": "x" * 1600}, 201, None),
    ({"Body": "x" * 1601}, 400, 21617),
    ({"To": "2125550147"}, 400, 21211),
    ({"To": None}, 400, 21604),
    ({"From": None}, 400, 21603),
    ({"From": "+12125559999"}, 400, 21606),
    ({"Body": None}, 400, 21602),
    ({"Body": ""}, 400, 21602),
    ({"Bdy": "typo"}, 400, 20001),
    ({"ValidityPeriod": "36001"}, 400, 20001),
    ({"SmartEncoded": "yes"}, 400, 20001),
    ({"StatusCallback": "not a url"}, 400, 21609),
    ({"StatusCallback": "https://under_score.example/"}, 400, 21609),
    ({"To": SMS}, 400, 21266),
    ({"To": "+15005550004"}, 400, 21610),
    ({"To": "+15005550009"}, 400, 21614),
]


@pytest.mark.parametrize(("change", "status", "code"), MESSAGES)
async def test_messages_are_checked(
    stage: Stage, http: aiohttp.ClientSession, change: dict[str, str | None], status: int, code: int | None
) -> None:
    fields = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    got, body = await post(stage, http, "Messages.json", fields)
    assert (got, body.get("code")) == (status, code), body
    if code:
        assert body["status"] == status and body["more_info"].endswith(str(code))
    else:
        assert re.fullmatch("SM[0-9a-f]{32}", body["sid"]) and body["status"] == "queued" and body["num_segments"] == "11"


CALLS = [
    ({}, 201, None),
    ({"To": None}, 400, 21201),
    ({"From": None}, 400, 21213),
    ({"From": "+12125559999"}, 400, 21210),
    ({"Twiml": None}, 400, 21205),
    ({"Url": "https://x.example/"}, 400, 21205),
    ({"Twiml": "x" * 4001}, 400, 32018),
    ({"Timeout": "601"}, 400, 20001),
    ({"Method": "PUT"}, 400, 21403),
    ({"StatusCallbackEvent": "ended"}, 400, 21626),
    ({"MachineDetection": "Maybe"}, 400, 20001),
    ({"Timeut": "5"}, 400, 20001),
    ({"To": "+15005550003"}, 400, 21215),
]


@pytest.mark.parametrize(("change", "status", "code"), CALLS)
async def test_calls_are_checked(
    stage: Stage, http: aiohttp.ClientSession, change: dict[str, str | None], status: int, code: int | None
) -> None:
    fields = {name: value for name, value in {**CALL, **change}.items() if value is not None}
    got, body = await post(stage, http, "Calls.json", fields)
    assert (got, body.get("code")) == (status, code), body


@pytest.mark.parametrize(
    ("account", "token", "path", "status", "code"),
    [
        (ACCOUNT, "wrong", f"Accounts/{ACCOUNT}/Messages.json", 401, 20003),
        ("AC" + "2" * 32, TOKEN, f"Accounts/{ACCOUNT}/Messages.json", 401, 20003),
        (ACCOUNT, TOKEN, f"Accounts/AC{'2' * 32}/Messages.json", 404, 20404),
        (ACCOUNT, TOKEN, f"Accounts/{ACCOUNT}/Nothing.json", 404, 20404),
    ],
)
async def test_who_may_ask_for_what(stage: Stage, account: str, token: str, path: str, status: int, code: int) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth(account, token)}
    url = f"{stage.api}/2010-04-01/{path}"
    async with aiohttp.ClientSession() as session, session.post(url, data=GOOD, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (status, code)


async def test_a_message_travels_and_calls_back_without_queued(stage: Stage, http: aiohttp.ClientSession) -> None:
    fields = {**GOOD, "StatusCallback": f"{stage.gateway.url}/twilio/status"}
    _, created = await post(stage, http, "Messages.json", fields)
    assert await stage.sim.handset().receives("hello") == "hello"
    delivered = lambda e: e.get("what") == "sms status" and e["fields"]["MessageStatus"] == "delivered"  # noqa: E731
    await stage.sim.wait(delivered, "delivered", 5)
    assert sorted(f["MessageStatus"] for f in stage.gateway.fields("/twilio/status")) == ["delivered", "sent"]
    async with http.get(f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/Messages/{created['sid']}.json") as response:
        assert (await response.json())["status"] == "delivered"


async def test_opting_out_and_in(stage: Stage, http: aiohttp.ClientSession) -> None:
    handset = stage.sim.handset()
    await handset.texts(" stop ")
    await handset.receives("unsubscribed")
    assert (await post(stage, http, "Messages.json", GOOD))[1]["code"] == 21610
    await handset.texts("START")
    await handset.receives("re-subscribed")
    assert (await post(stage, http, "Messages.json", GOOD))[0] == 201
    assert "OptOutType" not in stage.gateway.fields("/twilio/sms")[0]
    await stage.sim.post("options", advanced_opt_out=True)
    await handset.texts("Stop")
    await stage.sim.wait(lambda e: e.get("what") == "sms" and e["fields"].get("OptOutType") == "STOP", "OptOutType", 5)


async def test_an_incoming_text_has_twilios_fields_and_its_twiml_is_sent(stage: Stage) -> None:
    stage.gateway.script["/twilio/sms"] = "<Response><Message>one</Message><Message><Body>two</Body></Message></Response>"
    handset = stage.sim.handset("+12125550148")
    await handset.texts("grüß dich 😀")
    await handset.receives("one")
    await handset.receives("two")
    fields = stage.gateway.fields("/twilio/sms")[0]
    assert fields["Body"] == "grüß dich 😀" and fields["From"] == "+12125550148" and fields["NumSegments"] == "1"
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"] and fields["FromZip"] == ""


@pytest.mark.parametrize(("mode", "status", "code"), [("429", 429, 20429), ("500", 500, 20500), ("503", 503, 20503)])
async def test_refusals_on_demand(stage: Stage, http: aiohttp.ClientSession, mode: str, status: int, code: int) -> None:
    await stage.sim.faults(rest_next=1, rest_mode=mode)
    got, body = await post(stage, http, "Messages.json", GOOD)
    assert (got, body["code"]) == (status, code)
    assert (await post(stage, http, "Messages.json", GOOD))[0] == 201


async def test_a_lost_answer_has_sent_the_message(stage: Stage, http: aiohttp.ClientSession) -> None:
    await stage.sim.faults(rest_next=1, rest_mode="lost")
    with pytest.raises(aiohttp.ClientError):
        await post(stage, http, "Messages.json", GOOD)
    await stage.sim.handset().receives("hello")


async def test_a_hanging_request_has_done_nothing(stage: Stage, http: aiohttp.ClientSession) -> None:
    await stage.sim.faults(rest_next=1, rest_mode="hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await post(stage, http, "Messages.json", GOOD)
    assert stage.sim.handset().inbox == []


async def test_callbacks_in_the_wrong_order(stage: Stage, http: aiohttp.ClientSession) -> None:
    await stage.sim.faults(reorder_next=1)
    await post(stage, http, "Messages.json", {**GOOD, "StatusCallback": f"{stage.gateway.url}/twilio/status"})
    sent = lambda e: e.get("what") == "sms status" and e["fields"]["MessageStatus"] == "sent"  # noqa: E731
    await stage.sim.wait(sent, "the late one", 5)
    assert [f["MessageStatus"] for f in stage.gateway.fields("/twilio/status")] == ["delivered", "sent"]


class Rewriting(TwilioHttpClient):
    """The package's own client, pointed at the simulator."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


async def test_the_twilio_package_works_with_it(stage: Stage) -> None:
    client = Client(ACCOUNT, TOKEN, http_client=Rewriting(stage.api))

    def talk() -> tuple[Any, Any, int]:
        message = client.messages.create(to=CUSTOMER, from_=SMS, body="from the package")
        call = client.calls.create(to=AGENT, from_=VOICE, twiml="<Response/>", status_callback_event=["ringing", "answered"])
        client.calls(call.sid).update(status="canceled")
        try:
            client.messages.create(to="+15005550004", from_=SMS, body="no")
        except TwilioRestException as error:
            return client.messages(message.sid).fetch(), client.calls(call.sid).fetch(), error.code
        raise AssertionError("an opted-out number was accepted")

    message, call, code = await asyncio.to_thread(talk)
    assert (message.body, message.from_, call.status, code) == ("from the package", SMS, "canceled", 21610)


async def test_a_recording_is_deleted_once(stage: Stage) -> None:
    stage.voice('<Record action="/2" recordingStatusCallback="/rec" timeout="3"/>', "<Say>Kept.</Say>")
    phone = await stage.sim.call()
    await phone.says("Please call me back.")
    await stage.sim.wait(lambda e: e["kind"] == "said", "the words", 5)
    await stage.sim.moves_clock(4)
    await phone.hears("Kept.")
    sid = stage.gateway.fields("/2")[0]["RecordingSid"]
    client = Client(ACCOUNT, TOKEN, http_client=Rewriting(stage.api))

    def deletes() -> bool:
        return bool(client.recordings(sid).delete())

    assert await asyncio.to_thread(deletes)
    with pytest.raises(TwilioRestException) as again:
        await asyncio.to_thread(deletes)
    assert again.value.status == 404
