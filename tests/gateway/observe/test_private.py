"""No word, number or digit of a customer reaches a log line or a metric: through the whole gateway, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp import web

from bot.model import Address, AddressKind
from bot.redis_store.queue import inbox_key
from gateway.observe import logs
from tests.gateway.conftest import House, said_in_messenger
from tests.partitions import partition_of

NUMBER = "+12125550183"
MARKS = ("xyzzy", "plugh", "12125550183", "2125550183", "445566", "998877", "1000000000000077", "frobozz")
"""Words, numbers and digits that only customers, Rasa's answers and vendors' errors hold."""


@pytest.fixture
def captured(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is written to standard output; logging is put back as it was afterwards."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield capsys
    structlog.reset_defaults()
    root.handlers[:], root.level = kept, level


def answers() -> Iterator[web.Response]:
    """What Rasa says to one message after the other: well, wrong, broken, and not at all as agreed."""
    yield web.json_response({"messages": [{"text": "frobozz"}], "failed_actions": []})
    yield web.json_response({"messages": [{"text": "frobozz"}], "failed_actions": ["action_x"]})
    yield web.json_response({"error": "xyzzy 445566 failed"}, status=500)
    yield web.json_response({"error": "xyzzy is not an intent"}, status=400)
    yield web.json_response({"messages": [{"custom": {"onethread": {"do": "xyzzy 445566"}}}]})
    yield web.json_response({"messages": "frobozz"})
    yield web.Response(text="{xyzzy 445566")
    while True:
        yield web.json_response({"messages": [{"text": "frobozz", "buttons": [{"title": "plugh", "payload": "/x"}]}]})


def refusals() -> Iterator[web.Response]:
    """What Twilio says: taken, refused in several ways with the number in the text, broken."""
    yield web.json_response({"sid": "SM" + "9" * 32}, status=201)
    yield web.json_response({"code": 21610, "message": f"{NUMBER} has unsubscribed: xyzzy"}, status=400)
    yield web.json_response({"code": 99999, "message": f"{NUMBER} xyzzy"}, status=400)
    yield web.json_response({"message": f"{NUMBER} xyzzy"}, status=500)
    yield web.Response(text=f"<html>{NUMBER} xyzzy", status=201)
    while True:
        yield web.json_response({"sid": "SM" + "8" * 32}, status=201)


async def flood(house: House) -> None:
    """Everything that can be said, on every channel, well formed and not."""
    words = [f"xyzzy {n} my number is {NUMBER}" for n in range(8)] + ["445566", "998877 plugh", "/xyzzy{", "STOP xyzzy"]
    for n, text in enumerate(words):
        await house.texts(text, f"SM{n:032x}", NUMBER)
    for n, text in enumerate(words):
        await house.messages(said_in_messenger(text, f"m_plugh{n}", "1000000000000077"))
    await house.texts("xyzzy", "plugh", NUMBER)  # malformed: no such sid
    await house.texts("xyzzy", f"SM{99:032x}", "xyzzy")
    await house.texts("xyzzy" * 400, f"SM{98:032x}", NUMBER)
    await house.messages({"object": "xyzzy", "entry": [{"messaging": "plugh 445566"}]})
    await house.signed("/twilio/status", {"MessageSid": "xyzzy", "MessageStatus": "plugh", "To": NUMBER})
    await house.signed("/twilio/status", {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered", "To": NUMBER})
    await house.signed("/twilio/voice", {"CallSid": f"CA{1:032x}", "From": NUMBER, "To": "+13125550191", "CallStatus": "ringing"})
    async with house.http.post(f"{house.url}/twilio/sms", data={"Body": "xyzzy", "From": NUMBER}) as answer:
        assert answer.status == 403
    async with house.http.get(f"{house.url}/plugh/{NUMBER}?xyzzy=445566") as answer:
        assert answer.status == 404
    await chat(house)


async def chat(house: House) -> None:
    socket = await house.chats()
    for n, text in enumerate(("xyzzy", "my pin is 998877", NUMBER)):
        await socket.send_json({"type": "message", "id": f"plugh{n}", "text": text})
    await socket.send_str("{xyzzy 445566")
    await socket.send_json({"type": "xyzzy", "plugh": "445566"})
    await socket.send_json({"type": "ping"})
    while (await socket.receive_json())["type"] != "pong":
        pass
    await socket.close()


async def test_no_customers_words_in_logs_or_metrics(
    house: House, captured: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger().handlers.clear()
    logs.configure("DEBUG")  # as the gateway process does, at its most talkative
    monkeypatch.setattr("gateway.workers.partitions.reader.TRIES", 2)
    rasa, twilio = answers(), refusals()
    house.outside.rasa = lambda _said: next(rasa)
    house.outside.twilio = lambda _form: next(twilio)
    await flood(house)
    await house.emptied()
    await poison(house, monkeypatch)
    written, errors = captured.readouterr()
    figures = await house.metrics()
    assert written.count('"event": "turn"') >= 20, "the log was captured"
    for word in ("work_failed", "set_aside", "send_failed", "request_failed", '"event": "library"'):
        assert word in written, f"the path was walked: {word}"
    for page in (written, errors, figures):
        assert [mark for mark in MARKS if mark in page.lower()] == []


async def poison(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bugs of ours whose exceptions quote the customer: in a turn, in a request, in a task that nobody waits for."""
    await house.core.base.store.client.xadd(
        inbox_key(partition_of(Address(AddressKind.TEL, NUMBER))), {"json": '{"text": "xyzzy 445566"'}
    )

    async def bug(*_args: Any, **_options: Any) -> Any:
        raise ValueError(f"cannot read 'xyzzy {NUMBER} 445566'")

    monkeypatch.setattr(type(house.core.conversation.conversations), "receive", bug)
    await house.texts("xyzzy", f"SM{500:032x}", NUMBER)
    await house.emptied()
    monkeypatch.setattr(type(house.core.queues.inbox), "accept", bug)
    assert (await house.texts("xyzzy", f"SM{501:032x}", NUMBER)).status == 500
    lost = asyncio.get_running_loop()
    lost.call_exception_handler({"message": f"xyzzy {NUMBER}", "exception": ValueError(f"xyzzy {NUMBER}")})
    logging.getLogger("redis").error("xyzzy %s", NUMBER)
