"""Answering in the browser: who is offered it, what the token says and for whom, what the page may load, who calls."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from redis.asyncio import Redis

from bot.model import ChannelName, HandoffState, LineAct, Proof
from bot.ports.phone_line import AGENT, CALLER, Leg, Room
from connectors.twilio.browser import BrowserPhones
from desk.agents import AgentDirectory
from desk.calls.softphone import Softphone
from desk.http import HEADERS
from desk.limits import TOKENS
from tests.desk.conftest import PASSWORD, Browser, House, cheap_passwords, opened_house
from tests.desk.fake_people import FakeClock

ACCOUNT, KEY, SECRET = "AC" + "1" * 32, "SK" + "2" * 32, "key-secret-of-this-test-of-32-chars"
PHONES = BrowserPhones(ACCOUNT, KEY, SECRET, "a secret of the installation")
SDK = "https://static.bank.example/voice/twiml.min.js"
SOFTPHONE = Softphone(PHONES, SDK, "sha384-abc", ("wss://voice-js.roaming.twilio.com",), ("https://sdk.twilio.com",))
TOKEN, CALL = "/desk/softphone/token", "/desk/softphone/call"


@pytest.fixture
def agents(redis: Redis) -> AgentDirectory:
    return AgentDirectory(redis, cheap_passwords(), browser=PHONES.address)


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
    async with opened_house(redis, agents, clock, softphone=SOFTPHONE) as opened:
        yield opened


@pytest.fixture
async def ana_here(house: House, ana: Browser) -> Browser:
    """Ana, who answers in the browser."""
    answer = await ana.post("/desk/settings", {"display_name": "Ana Reyes", "phone": "", "available": "1", "answers": "browser"})
    assert answer.status == 303
    return ana


def read(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert jwt.get_unverified_header(token)["cty"] == "twilio-fpa;v=1"
    return claims


async def token_of(browser: Browser, **fields: str) -> dict[str, Any]:
    answer = await browser.post(TOKEN, fields)
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    return read(json.loads(answer.text)["token"])


async def test_the_token_lets_this_agents_browser_be_rung_and_nothing_else(house: House, ana_here: Browser) -> None:
    claims = await token_of(ana_here)
    assert (claims["iss"], claims["sub"]) == (KEY, ACCOUNT)
    assert claims["grants"] == {"identity": PHONES.identity("ana"), "voice": {"incoming": {"allow": True}}}
    now = datetime.now(UTC).timestamp()
    assert now < claims["exp"] <= now + 3600 and claims["exp"] - claims["nbf"] <= 3600


async def test_nobody_gets_a_token_for_somebody_else(house: House, ana_here: Browser) -> None:
    await house.agent("kim", "Kim Park")
    asked = {"identity": PHONES.identity("kim"), "username": "kim", "agent": "kim"}
    assert (await token_of(ana_here, **asked))["grants"]["identity"] == PHONES.identity("ana")


def test_an_identity_is_stable_allowed_by_twilio_and_cannot_be_worked_out() -> None:
    made = PHONES.identity("ana.reyes-1")
    assert made == PHONES.identity("ana.reyes-1") != PHONES.identity("ana.reyes-2")
    assert made.removeprefix("agent_").isalnum() and made.isascii() and len(made) <= 121 and "ana" not in made
    assert made != replace(PHONES, identity_secret="another").identity("ana.reyes-1")
    assert made == replace(PHONES, key_secret="a new key").identity("ana.reyes-1")  # a new key changes no names
    assert SECRET not in repr(PHONES) and "installation" not in repr(PHONES)


async def test_strangers_get_no_token(house: House, browser_of: Callable[[], Browser]) -> None:
    stranger = browser_of()
    by_script = await stranger.post(TOKEN, {}, **{"X-Desk": "parts"})
    assert by_script.status == 401 and "ey" not in by_script.text
    by_hand = await stranger.post(TOKEN, {})
    assert by_hand.status == 303 and by_hand.location.startswith("/desk/sign-in")
    assert (await stranger.get(CALL + "?handoff=h_1")).status == 303


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"csrf": "made up"}])
async def test_another_site_gets_no_token(ana_here: Browser, wrong: dict[str, str]) -> None:
    origin = wrong.pop("origin", None)
    answer = await ana_here.post(TOKEN, wrong, origin)
    assert answer.status == 403 and "token" not in answer.text
    assert (await ana_here.get(TOKEN)).status == 404


async def test_a_token_is_for_who_answers_here(ana: Browser) -> None:
    answer = await ana.post(TOKEN, {})
    assert answer.status == 409 and "not chosen" in answer.text


async def test_tokens_are_limited(house: House, ana_here: Browser) -> None:
    for _ in range(TOKENS):
        assert (await ana_here.post(TOKEN, {})).status == 200
    refused = await ana_here.post(TOKEN, {})
    assert refused.status == 429 and 0 < int(refused.headers["Retry-After"]) <= 900
    house.clock.forward(seconds=int(refused.headers["Retry-After"]))
    assert (await ana_here.post(TOKEN, {})).status == 200


async def test_asking_for_a_token_does_not_keep_the_agent_signed_in(house: House, ana_here: Browser) -> None:
    for _ in range(3):
        house.clock.forward(minutes=25)
        last = await ana_here.post(TOKEN, {}, **{"X-Desk": "parts"})
    assert last.status == 401


async def test_the_page_may_load_the_script_and_reach_twilio_and_nothing_else(ana_here: Browser) -> None:
    page = await ana_here.get("/desk")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == f"'self' {SDK}" and policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' wss://voice-js.roaming.twilio.com"
    assert policy["media-src"] == "'self' mediastream: https://sdk.twilio.com"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "microphone=(self)" in page.headers["Permissions-Policy"] and "camera=()" in page.headers["Permissions-Policy"]
    assert f'data-sdk="{SDK}" data-integrity="sha384-abc"' in page.text


async def test_it_is_offered_and_shown_only_where_chosen(ana: Browser) -> None:
    assert "In this browser" in (await ana.get("/desk/settings")).text
    page = await ana.get("/desk")
    assert "softphone" not in page.text and SDK not in page.text


class TestWithoutIt:
    """Nothing is configured."""

    @pytest.fixture
    def agents(self, redis: Redis) -> AgentDirectory:
        return AgentDirectory(redis, cheap_passwords())

    @pytest.fixture
    async def house(self, redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
        async with opened_house(redis, agents, clock) as opened:
            yield opened

    async def test_nothing_is_offered_opened_or_kept(self, house: House, ana_here: Browser) -> None:
        assert "In this browser" not in (await ana_here.get("/desk/settings")).text
        page = await ana_here.get("/desk")
        assert page.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert "microphone=()" in page.headers["Permissions-Policy"] and "softphone" not in page.text
        assert (await ana_here.post(TOKEN, {})).status in (404, 405)
        ana = await house.agents.get("ana")
        assert ana is not None and not ana.in_browser


async def test_the_browser_is_rung_in_the_place_of_the_phone(house: House, ana_here: Browser) -> None:
    await house.agents.set_profile("ana", "Ana Reyes", "+12025550160", in_browser=True)
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid="CA" + "0" * 32)
    assert "Accept and ring here" in (await ana_here.get(f"/desk/handoffs/{handoff.id}")).text
    await ana_here.post(f"/desk/handoffs/{handoff.id}/accept", {})
    await ana_here.post(f"/desk/handoffs/{handoff.id}/call", {"do": "call"})
    here = PHONES.address("ana")
    assert house.people.calls == [("accept", handoff.id, "ana", here), ("act", handoff.id, "ana", LineAct.CALL, here)]


async def test_a_call_is_passed_to_a_colleagues_browser_and_the_name_stays_hidden(house: House, ana: Browser) -> None:
    await house.agent("kim", "Kim Park")
    await house.agents.set_profile("kim", "Kim Park", "", in_browser=True)
    await house.signed_in("kim")
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid="CA" + "0" * 32)
    await ana.post(f"/desk/handoffs/{handoff.id}/accept", {})
    view = house.people.views[handoff.id]
    legs = (Leg("CA" + "0" * 32, CALLER), Leg("CA" + "1" * 32, AGENT, "ana"))
    house.people.views[handoff.id] = replace(view, room=Room(handoff.id, "CF" + "0" * 32, legs))
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Transfer to Kim Park" in page and PHONES.identity("kim") not in page
    await ana.post(f"/desk/handoffs/{handoff.id}/call", {"do": "transfer", "to": "kim"})
    assert house.people.calls[-1] == ("act", handoff.id, "ana", LineAct.TRANSFER, f"kim {PHONES.address('kim')}")


@pytest.mark.parametrize("to", [PHONES.address("kim"), "client:kim"])
async def test_nobody_types_a_browsers_name(house: House, ana: Browser, to: str) -> None:
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid="CA" + "0" * 32)
    for do in ("bring_in", "transfer_out"):
        answer = await ana.post(f"/desk/handoffs/{handoff.id}/call", {"do": do, "to": to})
        assert answer.status == 409 and "country code" in answer.text
    settings = await ana.post("/desk/settings", {"display_name": "Ana", "phone": to})
    assert settings.status == 422 and not house.people.calls


async def test_who_calls_and_what_for(house: House, ana_here: Browser) -> None:
    handoff = house.people.open("Lost <card>", ChannelName.VOICE, tried=("card activation",), proof=Proof.CLAIMED, call_sid="CA1")
    shown = await ana_here.get(f"{CALL}?handoff={handoff.id}", **{"X-Desk": "parts"})
    assert shown.status == 200 and shown.headers["Cache-Control"] == "no-store"
    for words in ("+12025550100", "not verified", "Lost &lt;card&gt;", "card activation", f'href="/desk/handoffs/{handoff.id}"'):
        assert words in shown.text
    assert 'data-joined=""' in shown.text
    taken = replace(handoff, state=HandoffState.ASSIGNED, agent="ana")
    legs = (Leg("CA1", CALLER), Leg("CA2", AGENT, "ana"))
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], handoff=taken, room=Room(handoff.id, "CF1", legs))
    assert 'data-joined="1"' in (await ana_here.get(f"{CALL}?handoff={handoff.id}")).text
    assert (await ana_here.get(f"{CALL}?handoff=h_nobody")).status == 404
    assert (await ana_here.get(CALL)).status == 404


async def test_the_store_is_down(house: House, ana_here: Browser) -> None:
    house.people.down = True
    answer = await ana_here.get(f"{CALL}?handoff=h_1", **{"X-Desk": "parts"})
    assert answer.status == 503 and "store does not answer" in answer.text


async def test_the_choice_outlives_the_session_and_can_be_taken_back(house: House, ana_here: Browser) -> None:
    assert "checked" in (await ana_here.get("/desk/settings")).text.split('value="browser"')[1][:10]
    await ana_here.post("/desk/settings", {"display_name": "Ana Reyes", "phone": "+1 202 555 0160", "answers": "phone"})
    ana = await house.agents.get("ana")
    assert ana is not None and (ana.in_browser, ana.rings) == (False, "+12025550160")


async def test_what_was_typed_stays_when_a_phone_is_refused(ana: Browser) -> None:
    answer = await ana.post("/desk/settings", {"display_name": "Ana", "phone": "12", "answers": "browser"})
    assert answer.status == 422 and "checked" in answer.text.split('value="browser"')[1][:10]
    assert PASSWORD not in answer.text
