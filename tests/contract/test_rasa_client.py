"""The client without Rasa: what an answer says, and what each failure means."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpServer

from bot.directives import CollectDigits, Handoff
from bot.model import ChannelName, Media, Option, Reply
from bot.ports import DialogueTurn, DialogueUnavailable
from bot.rasa_http.client import RasaClient, complete_event, parse_turn
from tests.conftest import free_port


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], DialogueTurn()),
        ([{"text": "Hi"}], DialogueTurn((Reply("Hi"),))),
        ([{"text": "A"}, {"text": "B"}], DialogueTurn((Reply("A"), Reply("B")))),
        (
            [{"text": "Pick", "buttons": [{"title": "Yes", "payload": "/affirm"}, {"title": "Talk"}, {"payload": "/x"}]}],
            DialogueTurn((Reply("Pick", (Option("Yes", "/affirm"), Option("Talk", "Talk"))),)),
        ),
        (
            [{"image": "https://x.test/a.png?b=1"}],
            DialogueTurn((Reply("", media=(Media("https://x.test/a.png?b=1", "image/png"),)),)),
        ),
        ([{"attachment": "https://x.test/a"}], DialogueTurn((Reply("", media=(Media("https://x.test/a"),)),))),
        ([{"custom": {"onethread": {"do": "collect_digits", "count": 4}}}], DialogueTurn((), (CollectDigits(4),))),
        (
            [{"text": "Wait", "custom": {"onethread": {"do": "handoff", "reason": "asked", "tried": ["x"]}}}],
            DialogueTurn((Reply("Wait"),), (Handoff("asked", tried=("x",)),)),
        ),
        ([{"custom": {"chart": 1}}], DialogueTurn()),
    ],
)
def test_a_body_is_read(messages: list[Any], expected: DialogueTurn) -> None:
    assert parse_turn({"messages": messages, "failed_actions": []}) == expected


def test_failed_actions_are_read() -> None:
    assert parse_turn({"messages": [], "failed_actions": ["action_x"]}).failed_actions == ("action_x",)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"messages": ["x"]}, {"messages": [{"custom": {"onethread": {"do": "fly"}}}]}, {"messages": "x"}]
)
def test_a_body_that_is_not_as_agreed(body: object) -> None:
    with pytest.raises(DialogueUnavailable) as error:
        parse_turn(body)
    assert error.value.reached


def test_only_user_events_get_parse_data() -> None:
    assert complete_event({"event": "user", "text": "x"}) == {"event": "user", "text": "x", "parse_data": {}}
    assert complete_event({"event": "user", "parse_data": {"a": 1}}) == {"event": "user", "parse_data": {"a": 1}}
    assert complete_event({"event": "bot"}) == {"event": "bot"}


async def _turn(base: str, seconds: float = 5) -> DialogueTurn:
    async with aiohttp.ClientSession() as session:
        return await RasaClient(session, base, "token").turn(
            "c_1", ChannelName.WEB, "1", text="secret words", metadata={}, timeout=seconds
        )


async def test_nobody_listens() -> None:
    with pytest.raises(DialogueUnavailable) as error:
        await _turn(f"http://127.0.0.1:{free_port()}")
    assert not error.value.reached


@pytest.mark.parametrize(("status", "reached"), [(500, True), (503, False), (401, False), (400, True), (302, False)])
async def test_a_status_that_is_not_200(aiohttp_server: AiohttpServer, status: int, reached: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"error": "x"}, status=status)

    app = web.Application()
    app.router.add_post("/webhooks/web/webhook", answer)
    server = await aiohttp_server(app)
    with pytest.raises(DialogueUnavailable) as error:
        await _turn(str(server.make_url("/")))
    assert error.value.reached is reached
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("silent", [True, False])
async def test_silence_and_nonsense(aiohttp_server: AiohttpServer, silent: bool) -> None:
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if silent:
            await over.wait()
        return web.Response(text="<html>")

    app = web.Application()
    app.router.add_post("/webhooks/web/webhook", answer)
    server = await aiohttp_server(app)
    with pytest.raises(DialogueUnavailable) as error:
        await _turn(str(server.make_url("/")), seconds=0.2 if silent else 5)
    over.set()
    assert error.value.reached


async def test_text_or_payload_and_not_both() -> None:
    async with aiohttp.ClientSession() as session:
        client = RasaClient(session, "http://127.0.0.1:1", "token")
        for given in ({}, {"text": "a", "payload": "/b"}):
            with pytest.raises(ValueError, match="exactly one"):
                await client.turn("c_1", ChannelName.WEB, "1", metadata={}, timeout=1, **given)


async def test_not_healthy_without_rasa() -> None:
    async with aiohttp.ClientSession() as session:
        assert not await RasaClient(session, f"http://127.0.0.1:{free_port()}", "token").healthy()
