"""Signed webhooks, out to a program that follows the specification, and in from one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.model import ChannelName, Media, now
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Happened, Joined, PutBack, Words, Wrote
from connectors.desks.routes import WebhookRoute
from connectors.desks.webhook import WebhookDesk
from tests.bot.test_handoff_packet import BARE
from tests.connectors.desks.receiver import KEY, OTHER_KEY, Receiver, signed

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SAID = Words("sms:SM1", AT, "hello", ChannelName.SMS, (Media("https://x.example/1", "image/png", "photo"),))


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, WebhookDesk]]:
    made = Receiver()
    async with TestServer(made.app()) as server, aiohttp.ClientSession() as session:
        yield made, WebhookDesk(session=session, url=str(server.make_url("/hook")), keys=(KEY,), clock=now)


async def test_each_event_is_signed_and_a_repeat_has_the_same_id(receiver: tuple[Receiver, WebhookDesk]) -> None:
    theirs, desk = receiver
    assert await desk.open(BARE, {"version": "1.0"}, again=False) == BARE.id
    await desk.open(BARE, {"version": "1.0"}, again=True)
    await desk.say(BARE.id, SAID, again=False)
    await desk.end(BARE.id, BARE, "closed")
    created, repeat, message, closed = theirs.events
    assert created["type"] == "handoff.created" and created["data"] == {"handoff_id": "h1", "packet": {"version": "1.0"}}
    assert theirs.ids[0] == theirs.ids[1] and len(set(theirs.ids)) == 3 and repeat["type"] == "handoff.created"
    assert message["data"]["text"] == "hello" and message["data"]["attachments"][0]["title"] == "photo"
    assert "https" not in str(message) and closed["data"]["why"] == "closed" and theirs.unsigned == 0


async def test_while_a_key_is_changed_both_sign(receiver: tuple[Receiver, WebhookDesk]) -> None:
    theirs, desk = receiver
    theirs.key = OTHER_KEY
    await replace(desk, keys=(KEY, OTHER_KEY)).say("h1", SAID, again=False)
    assert len(theirs.events) == 1


@pytest.mark.parametrize(
    ("answer", "failure", "after"),
    [
        ((429, {"Retry-After": "30"}), SendFailure.RETRY, 30.0),
        ((503, {}), SendFailure.RETRY, None),
        ((302, {"Location": "/elsewhere"}), SendFailure.RETRY, None),
        ((410, {}), SendFailure.ACCOUNT, None),
        ((401, {}), SendFailure.ACCOUNT, None),
        ((422, {}), SendFailure.REFUSED, None),
    ],
)
async def test_what_their_answer_means(
    receiver: tuple[Receiver, WebhookDesk], answer: tuple[int, dict[str, str]], failure: SendFailure, after: float | None
) -> None:
    theirs, desk = receiver
    theirs.answers = [answer]
    with pytest.raises(SendError) as error:
        await desk.say("h1", SAID, again=False)
    assert (error.value.failure, error.value.after) == (failure, after)
    assert str(answer[0]) in error.value.reason and "http" not in error.value.reason
    await desk.say("h1", SAID, again=True)


async def test_nobody_listens(receiver: tuple[Receiver, WebhookDesk]) -> None:
    _, desk = receiver
    with pytest.raises(SendError) as error:
        await replace(desk, url="http://127.0.0.1:9/hook").say("h1", SAID, again=False)
    assert error.value.failure is SendFailure.RETRY


async def test_an_answer_that_does_not_come_may_have_arrived(
    receiver: tuple[Receiver, WebhookDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, desk = receiver
    theirs.hangs = asyncio.Event()
    monkeypatch.setattr("connectors.desks.webhook.TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(SendError) as error:
        await desk.say("h1", SAID, again=False)
    assert error.value.failure is SendFailure.UNCERTAIN
    theirs.hangs.set()


@dataclass
class Taking:
    """What came in; ``answer``: of our side."""

    answer: str | None = ""
    came: list[tuple[str, str, Happened]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def take(self, desk: str, ref: str, happened: Happened) -> str | None:
        self.came.append((desk, ref, happened))
        return self.answer


@pytest.fixture
async def route(aiohttp_client: Callable[..., Any]) -> tuple[TestClient[Any, Any], Taking]:
    taking, app = Taking(), web.Application()
    made = WebhookRoute(keys=(KEY,), take=taking.take, clock=now, on_refused=taking.refused.append)
    app.add_routes(made.routes())
    return await aiohttp_client(app), taking


def event(kind: str, **data: str) -> dict[str, Any]:
    return {"type": kind, "data": {"handoff_id": "h1", "agent": "Maria", **data}}


@pytest.mark.parametrize(
    ("sent", "happened"),
    [
        (event("agent.joined"), Joined("n", "Maria")),
        (event("agent.message", text=" Hello "), Wrote("n", "Maria", "Hello")),
        (event("agent.left"), PutBack("n")),
        (event("agent.closed", code="resolved", agreed="Done", note="x"), Ended("n", "Maria", "resolved", "Done", "x")),
    ],
)
async def test_what_happens_there_is_told_to_us(
    route: tuple[TestClient[Any, Any], Taking], sent: dict[str, Any], happened: Happened
) -> None:
    client, taking = route
    body, headers = signed(sent, "n")
    assert (await client.post("/desks/webhook", data=body, headers=headers)).status == 204
    assert taking.came == [("webhook", "h1", happened)]


@pytest.mark.parametrize(
    ("key", "ago", "changes", "status", "word"),
    [
        (OTHER_KEY, 0, {}, 401, "signature"),
        (KEY, 6 * 60, {}, 401, "old"),
        (KEY, -6 * 60, {}, 401, "old"),
        (KEY, 0, {"webhook-id": "another"}, 401, "signature"),
        (KEY, 0, {"webhook-timestamp": "soon"}, 401, "unsigned"),
        (KEY, 0, {"webhook-signature": "v1"}, 401, "signature"),
        (KEY, 0, {"webhook-signature": "v1a,AAAA v1,\u00e9"}, 401, "signature"),
        (KEY, 0, {"webhook-id": ""}, 401, "unsigned"),
    ],
)
async def test_nothing_is_read_of_who_has_not_signed_or_says_it_again_later(
    route: tuple[TestClient[Any, Any], Taking], key: str, ago: int, changes: dict[str, str], status: int, word: str
) -> None:
    client, taking = route
    body, headers = signed(event("agent.joined"), "n", key=key, ago=ago)
    answer = await client.post("/desks/webhook", data=body, headers=headers | changes)
    assert (answer.status, taking.refused, taking.came) == (status, [word], [])


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "agent.message", "data": {"handoff_id": "h1", "agent": "Maria"}},
        {"type": "agent.message", "data": {"handoff_id": "h1", "agent": "Maria", "text": 5}},
        {"type": "handoff.closed", "data": {"handoff_id": "h1"}},
        {"type": "agent.joined"},
        {"type": "agent.joined", "data": [1]},
        [],
    ],
)
async def test_what_is_no_event_gets_a_sentence(route: tuple[TestClient[Any, Any], Taking], sent: Any) -> None:
    client, taking = route
    body, headers = signed(sent, "n")
    answer = await client.post("/desks/webhook", data=body, headers=headers)
    assert answer.status == 400 and (await answer.json())["error"] and not taking.came


@pytest.mark.parametrize(("said", "status"), [(None, 404), ("Bo answers this customer now.", 409)])
async def test_what_is_refused_here_is_answered_with_why(
    route: tuple[TestClient[Any, Any], Taking], said: str | None, status: int
) -> None:
    client, taking = route
    taking.answer = said
    body, headers = signed(event("agent.joined"), "n")
    answer = await client.post("/desks/webhook", data=body, headers=headers)
    assert answer.status == status and (said is None or (await answer.json())["error"] == said)


async def test_a_body_that_is_too_large_is_not_read(route: tuple[TestClient[Any, Any], Taking]) -> None:
    client, taking = route
    body, headers = signed(event("agent.message", text="x" * 70_000), "n")
    assert (await client.post("/desks/webhook", data=body, headers=headers)).status == 413
    assert taking.refused == ["too_large"]
