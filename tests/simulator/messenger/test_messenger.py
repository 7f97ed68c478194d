"""Messenger: the Send API's rules, the events with their signature, the 24-hour window."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator.signing import hub_signature
from tests.simulator.conftest import Stage

TOKEN = "page-token-of-this-test"


PROOF = hmac.new(b"app-secret-of-this-test", TOKEN.encode(), hashlib.sha256).hexdigest()


async def send(stage: Stage, body: Any, path: str = "/v26.0/me/messages", token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.post(stage.graph + path, json=body, headers=headers) as response:
        return response.status, await response.json()


def text(stage: Stage, **message: Any) -> dict[str, Any]:
    return {"recipient": {"id": stage.sim.psid}, "messaging_type": "RESPONSE", "message": {"text": "hi", **message}}


def reply(title: str = "Card", payload: str = "m_1:1") -> dict[str, str]:
    return {"content_type": "text", "title": title, "payload": payload}


def events(stage: Stage) -> list[dict[str, Any]]:
    found = [
        json.loads(body) for (path, _), body in zip(stage.gateway.seen, stage.gateway.bodies, strict=True) if path == "/messenger"
    ]
    return [entry["messaging"][0] for body in found for entry in body["entry"]]


async def test_a_conversation(stage: Stage) -> None:
    ana = stage.sim.messenger()
    await ana.writes("grüß/dich")
    await stage.sim.wait(lambda e: e.get("what") == "messenger", "event", 5)
    request, body = stage.gateway.raw[0], stage.gateway.bodies[0]
    assert request.headers["X-Hub-Signature-256"] == hub_signature("app-secret-of-this-test", body)
    assert b"gr\\u00fc\\u00df\\/dich" in body
    assert events(stage)[0]["message"]["text"] == "grüß/dich" and events(stage)[0]["sender"]["id"] == ana.psid
    status, sent = await send(stage, text(stage, quick_replies=[reply(), reply("Person", "m_1:2")]))
    assert status == 200 and sent["recipient_id"] == ana.psid
    assert (await ana.receives("hi"))["mid"] == sent["message_id"]
    await ana.taps("Person")
    await ana.reads()
    await stage.sim.wait(lambda e: e.get("what") == "messenger" and '"read"' in e["body"], "read event", 5)
    kinds = [(kind, event) for event in events(stage) for kind in ("message", "delivery", "read") if kind in event]
    messages = [event["message"] for kind, event in kinds if kind == "message"]
    assert any(m.get("is_echo") and m["mid"] == sent["message_id"] for m in messages)
    assert any(m.get("quick_reply") == {"payload": "m_1:2"} and m["text"] == "Person" for m in messages)
    assert any(kind == "delivery" and event["delivery"]["mids"] == [sent["message_id"]] for kind, event in kinds)


TEMPLATE: dict[str, Any] = {"type": "template", "payload": {"template_type": "button", "text": "Which?", "buttons": []}}
BUTTON = {"type": "postback", "title": "Card", "payload": "m_1:1"}
SENDS: list[tuple[dict[str, Any], int, int | None, int | None]] = [
    ({}, 200, None, None),
    ({"recipient": {"id": "42"}}, 400, 100, 2018001),
    ({"recipient": None}, 400, 100, None),
    ({"message": {"text": "x" * 1999}}, 200, None, None),
    ({"message": {"text": "x" * 2000}}, 400, 100, None),
    ({"message": {"text": ""}}, 400, 100, None),
    ({"message": {}}, 400, 100, None),
    ({"message": {"txt": "typo"}}, 400, 100, None),
    ({"messagingtype": "RESPONSE"}, 400, 100, None),
    ({"messaging_type": "SPAM"}, 400, 100, None),
    ({"tag": "ACCOUNT_UPDATE", "messaging_type": "MESSAGE_TAG"}, 400, 100, None),
    ({"tag": "HUMAN_AGENT", "messaging_type": "MESSAGE_TAG"}, 400, 100, 2018276),
    ({"message": {"text": "a", "quick_replies": [reply()] * 13}}, 200, None, None),
    ({"message": {"text": "a", "quick_replies": [reply()] * 14}}, 400, 100, None),
    ({"message": {"text": "a", "quick_replies": [reply("x" * 21)]}}, 400, 100, None),
    ({"message": {"text": "a", "quick_replies": [reply(payload="x" * 1001)]}}, 400, 100, None),
    ({"sender_action": "typing_on"}, 400, 100, 2018014),
    ({"message": {"attachment": {**TEMPLATE, "payload": {**TEMPLATE["payload"], "buttons": [BUTTON]}}}}, 200, None, None),
    ({"message": {"attachment": {**TEMPLATE, "payload": {**TEMPLATE["payload"], "buttons": [BUTTON] * 4}}}}, 400, 100, None),
    ({"message": {"attachment": {"type": "image", "payload": {}}}}, 400, 100, None),
]


@pytest.mark.parametrize(("change", "status", "code", "subcode"), SENDS)
async def test_sends_are_checked(
    stage: Stage, change: dict[str, Any], status: int, code: int | None, subcode: int | None
) -> None:
    await stage.sim.messenger().writes("hello")
    got, body = await send(stage, {**text(stage), **change})
    error = body.get("error", {})
    assert (got, error.get("code"), error.get("error_subcode")) == (status, code, subcode), body


async def test_a_sender_action_stands_alone(stage: Stage) -> None:
    await stage.sim.messenger().writes("hello")
    body = {"recipient": {"id": stage.sim.psid}, "sender_action": "typing_on"}
    assert await send(stage, body) == (200, {"recipient_id": stage.sim.psid})


@pytest.mark.parametrize(
    ("path", "token", "status", "code"),
    [
        ("/v26.0/100000000000001/messages", TOKEN, 200, None),
        ("/me/messages", TOKEN, 200, None),
        ("/v26.0/999/messages", TOKEN, 400, 100),
        ("/v26.0/me/nothing", TOKEN, 400, 100),
        ("/v26.0/me/messages", "wrong", 401, 190),
        ("/v26.0/me/messages", "", 401, 190),
        (f"/v26.0/me/messages?appsecret_proof={PROOF}", TOKEN, 200, None),
        (f"/v26.0/me/messages?appsecret_proof={PROOF[::-1]}", TOKEN, 400, 100),
        ("/v26.0/me/messages?typo=1", TOKEN, 400, 100),
    ],
)
async def test_who_may_send_where(stage: Stage, path: str, token: str, status: int, code: int | None) -> None:
    await stage.sim.messenger().writes("hello")
    got, body = await send(stage, text(stage), path, token)
    assert (got, body.get("error", {}).get("code")) == (status, code)


async def test_the_window_closes_after_24_hours(stage: Stage) -> None:
    ana = stage.sim.messenger()
    await ana.writes("hello")
    await stage.sim.moves_clock(24 * 3600 + 1)
    status, body = await send(stage, text(stage))
    assert (status, body["error"]["code"], body["error"]["error_subcode"]) == (403, 10, 2018278)
    await ana.writes("back again")
    assert (await send(stage, text(stage)))[0] == 200


async def test_too_many_requests_on_demand(stage: Stage) -> None:
    await stage.sim.messenger().writes("hello")
    await stage.sim.faults(rest_next=1, rest_mode="429")
    status, body = await send(stage, text(stage))
    assert (status, body["error"]["code"]) == (429, 4)


async def test_a_postback_comes_from_a_template(stage: Stage) -> None:
    ana = stage.sim.messenger()
    await ana.writes("hello")
    template = {**TEMPLATE, "payload": {**TEMPLATE["payload"], "buttons": [BUTTON]}}
    await send(stage, {**text(stage), "message": {"attachment": template}})
    await ana.receives("Which?")
    await ana.taps("Card")
    await stage.sim.wait(lambda e: e.get("what") == "messenger" and "postback" in e["body"], "postback", 5)
    assert next(e["postback"] for e in events(stage) if "postback" in e)["payload"] == "m_1:1"


async def test_the_verification_handshake(stage: Stage) -> None:
    assert await stage.sim.verifies_messenger() is False

    def challenge(_: dict[str, str]) -> web.Response:
        query = stage.gateway.raw[-1].query
        assert query["hub.mode"] == "subscribe" and query["hub.verify_token"] == "verify-token-of-this-test"
        return web.Response(text=query["hub.challenge"])

    stage.gateway.script["/messenger"] = challenge
    assert await stage.sim.verifies_messenger() is True
    assert "verify-token" not in json.dumps(stage.sim.events)


async def test_an_event_that_is_refused_is_sent_again(stage: Stage) -> None:
    def busy_at_first(_: dict[str, str]) -> web.Response:
        return web.Response(status=503 if len(events(stage)) == 1 else 200)

    stage.gateway.script["/messenger"] = busy_at_first
    await stage.sim.messenger().writes("hello")
    await stage.sim.wait(lambda e: e.get("what") == "messenger" and e["status"] == 503, "the refusal", 5)
    await stage.sim.moves_clock(2)
    await stage.sim.wait(lambda e: e.get("what") == "messenger" and e["status"] == 200, "the second try", 5)
    assert [event["message"]["text"] for event in events(stage)] == ["hello", "hello"]
