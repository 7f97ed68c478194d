"""Browsers that are rung: tokens checked as Twilio checks them, and a call's life from ringing to the end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import jwt
import pytest
from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

from simulator.access_token import Claims, TokenRefused, check_token
from tests.simulator.conftest import ACCOUNT, KEY, KEY_SECRET, TOKEN, Stage, settings_for

SAM = "agent_sam"
SETTINGS = settings_for("http://127.0.0.1:1")
NOW = 1_800_000_000.0


def token(identity: str = SAM, secret: str = KEY_SECRET, **more: Any) -> str:
    """As the ``twilio`` package makes it."""
    made = AccessToken(ACCOUNT, KEY, secret, grants=[VoiceGrant(incoming_allow=True)], identity=identity, **more)
    return str(made.to_jwt())


def claims(**changes: Any) -> dict[str, Any]:
    grants = {"identity": SAM, "voice": {"incoming": {"allow": True}}}
    return {"iss": KEY, "sub": ACCOUNT, "nbf": NOW, "exp": NOW + 1800, "grants": grants} | changes


def signed(what: dict[str, Any], secret: str = KEY_SECRET, algorithm: str = "HS256", cty: str = "twilio-fpa;v=1") -> str:
    return jwt.encode(what, secret, algorithm=algorithm, headers={"cty": cty})


def test_a_token_of_the_package_is_good() -> None:
    found = check_token(token(ttl=600), SETTINGS, time.time())
    assert found.identity == SAM and 590 < found.expires - time.time() <= 600
    assert check_token(signed(claims()), SETTINGS, NOW) == Claims(SAM, NOW + 1800)


REFUSED = {
    "another secret": (signed(claims(), "x" * 32), 31202),
    "no signature": (signed(claims(), "", "none"), 20101),
    "another algorithm": (signed(claims(), "x" * 64, "HS512"), 20101),
    "expired": (signed(claims(exp=NOW)), 20104),
    "no end": (signed({k: v for k, v in claims().items() if k != "exp"}), 20101),
    "good for too long": (signed(claims(exp=NOW + 90_000)), 20101),
    "not yet valid": (signed(claims(nbf=NOW + 600)), 20101),
    "another key": (signed(claims(iss="SK" + "9" * 32)), 20101),
    "another account": (signed(claims(sub="AC" + "9" * 32)), 20101),
    "another kind": (signed(claims(), cty="JWT"), 20101),
    "no grants": (signed(claims(grants={})), 20101),
    "no voice grant": (signed(claims(grants={"identity": SAM})), 20101),
    "incoming not allowed": (signed(claims(grants={"identity": SAM, "voice": {"incoming": {"allow": False}}})), 20101),
    "outgoing alone": (signed(claims(grants={"identity": SAM, "voice": {"outgoing": {"application_sid": "AP1"}}})), 20101),
    "a wild identity": (signed(claims(grants={"identity": "sam@desk", "voice": {"incoming": {"allow": True}}})), 20101),
    "rubbish": ("rubbish", 20101),
    "nothing": (None, 20101),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_tokens_are_refused_as_twilio_does(name: str) -> None:
    given, code = REFUSED[name]
    with pytest.raises(TokenRefused) as refused:
        check_token(given, SETTINGS, NOW)
    assert refused.value.code == code and (given is None or given not in str(refused.value))


class Browser:
    """One browser's socket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws

    async def says(self, kind: str, **more: object) -> None:
        await self._ws.send_json({"type": kind, **more})

    async def hears(self, kind: str) -> dict[str, Any]:
        heard: dict[str, Any] = await self._ws.receive_json(timeout=5)
        assert heard["type"] == kind, heard
        return heard

    async def closes(self) -> None:
        await self._ws.close()


@asynccontextmanager
async def browser(stage: Stage, identity: str = SAM) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session, session.ws_connect(stage.server.make_url("/simulator/signal")) as ws:
        one = Browser(ws)
        await one.says("register", token=token(identity))
        assert (await one.hears("registered"))["identity"] == identity
        yield one


async def rung(stage: Stage, **more: str) -> str:
    """A call by the REST API to sam's browser."""
    stage.gateway.script["/out"] = (
        '<Response><Gather input="dtmf" numDigits="1" action="/join"><Say>A caller.</Say></Gather></Response>'
    )
    stage.gateway.script["/join"] = "<Response><Say>Joined.</Say><Pause length='60'/></Response>"
    fields = {"To": f"client:{SAM}?handoff=h_1", "From": stage.settings.voice_number, "Url": f"{stage.gateway.url}/out"} | more
    fields |= {"StatusCallback": f"{stage.gateway.url}/status"}
    url = f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    async with aiohttp.ClientSession(headers=headers) as http, http.post(url, data=fields) as answer:
        body = await answer.json()
        assert answer.status == 201, body
    return str(body["sid"])


async def ended(stage: Stage) -> str:
    await stage.sim.wait(lambda e: e.get("what") == "call status", "status callback", 5)
    return stage.gateway.fields("/status")[0]["CallStatus"]


async def test_a_browser_answers_presses_and_hangs_up(stage: Stage) -> None:
    async with browser(stage) as sam:
        sid = await rung(stage)
        invited = await sam.hears("incoming")
        assert (invited["call"], invited["params"], invited["from"]) == (sid, "handoff=h_1", stage.settings.voice_number)
        phone = await stage.sim.rings(f"client:{SAM}")
        await sam.says("accept", call=sid)
        await sam.hears("accepted")
        await phone.hears("A caller")
        assert stage.gateway.fields("/out")[0]["To"] == f"client:{SAM}"
        await sam.says("digits", call=sid, digits="1")
        await phone.hears("Joined")
        assert stage.gateway.fields("/join")[0]["Digits"] == "1"
        await sam.says("hangup", call=sid)
        await sam.hears("disconnect")
        assert await ended(stage) == "completed"


@pytest.mark.parametrize(("how", "status"), [("reject", "busy"), ("close", "no-answer")])
async def test_declining_and_closing_the_page(stage: Stage, how: str, status: str) -> None:
    async with browser(stage) as sam:
        sid = await rung(stage)
        await sam.hears("incoming")
        await (sam.says("reject", call=sid) if how == "reject" else sam.closes())
        assert await ended(stage) == status


async def test_closing_the_page_ends_the_call(stage: Stage) -> None:
    async with browser(stage) as sam:
        sid = await rung(stage)
        await sam.hears("incoming")
        await sam.says("accept", call=sid)
        await sam.hears("accepted")
        await sam.closes()
        assert await ended(stage) == "completed"


async def test_nobody_is_registered(stage: Stage) -> None:
    async with browser(stage, "agent_kim"):
        await rung(stage)
        assert await ended(stage) == "no-answer"


async def test_two_browsers_ring_and_one_answers(stage: Stage) -> None:
    async with browser(stage) as one, browser(stage) as other:
        sid = await rung(stage)
        await one.hears("incoming")
        await other.hears("incoming")
        await one.says("accept", call=sid)
        await one.hears("accepted")
        await other.hears("cancel")
        await other.says("hangup", call=sid)  # not its call any more
        await one.says("hangup", call=sid)
        await one.hears("disconnect")


async def test_a_stranger_cannot_touch_a_call(stage: Stage) -> None:
    async with browser(stage) as sam, browser(stage, "agent_kim") as kim:
        sid = await rung(stage)
        await sam.hears("incoming")
        for kind in ("accept", "reject", "hangup"):
            await kim.says(kind, call=sid)
        await kim.says("register", token="rubbish")
        assert (await kim.hears("error"))["code"] == 20101  # all of it was read by now
        await sam.says("accept", call=sid)
        await sam.hears("accepted")
    assert any("20101" in problem for problem in stage.sim.problems())


async def test_a_token_that_ends_takes_the_registration_with_it(stage: Stage) -> None:
    async with browser(stage) as sam:
        await sam.says("token", token=token(ttl=1))
        await sam.hears("registered")
        assert (await sam.hears("error"))["code"] == 20104
        await rung(stage)
        assert await ended(stage) == "no-answer"


async def test_dial_client_rings_the_browser_with_its_parameters(stage: Stage) -> None:
    client = f'<Client><Identity>{SAM}</Identity><Parameter name="handoff" value="h 1"/></Client>'
    stage.voice(f'<Dial action="/2">{client}</Dial>', "<Say>Over.</Say>")
    async with browser(stage) as sam:
        phone = await stage.sim.call()
        invited = await sam.hears("incoming")
        assert invited["params"] == "handoff=h+1"
        await sam.says("accept", call=invited["call"])
        await sam.hears("accepted")
        await phone.is_joined()
        leg = await stage.sim.rings(f"client:{SAM}")
        await sam.says("mute", call=invited["call"], on=True)
        await sam.says("mute", call=invited["call"], on=False)
        await leg.says("Hello, this is Sam")
        await phone.hears("this is Sam")
        await sam.says("hangup", call=invited["call"])
        await phone.hears("Over.")
    assert stage.gateway.fields("/2")[0]["DialCallStatus"] == "completed" and stage.sim.problems() == []


async def test_nobody_answers_for_a_browser_by_the_api(stage: Stage) -> None:
    async with browser(stage) as sam:
        await rung(stage)
        await sam.hears("incoming")
        leg = await stage.sim.rings(f"client:{SAM}")
        with pytest.raises(AssertionError, match="answers by itself"):
            await leg.answers()


@pytest.mark.parametrize("to", ["client:", "client:sam@desk", "client:sam?" + "x" * 801])
async def test_a_browser_that_cannot_be_is_refused(stage: Stage, to: str) -> None:
    with pytest.raises(AssertionError, match="21211"):
        await rung(stage, To=to)
