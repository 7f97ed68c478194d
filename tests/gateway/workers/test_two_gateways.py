"""Two whole gateways on one Redis, a slow Rasa, and Twilio's requests to whichever: the caller notices nothing of it."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.redis_store.client.base import connect
from bot.redis_store.steps import RedisClaims
from connectors.twilio.webhook_signature import signature_of
from tests.gateway.conftest import OURS, TOKEN, House, Outside, opened

SID = "CA" + "a" * 32


@pytest.fixture
async def pair(redis_url: str, outside: tuple[Outside, str], tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    """With the settings that they come with: a filler is said after six seconds."""
    async with AsyncExitStack() as both:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
        one = await both.enter_async_context(opened(redis_url, outside, tmp_path / "one", {}))
        other = await both.enter_async_context(opened(redis_url, outside, tmp_path / "other", {}))
        yield one, other


async def asks(house: House, path: str, **fields: str) -> ET.Element:
    """One request of Twilio's for the call, and the document."""
    form = {"CallSid": SID, "From": "+12125550147", "To": OURS[1], "CallStatus": "in-progress", **fields}
    headers = {
        "X-Twilio-Signature": signature_of(house.url + path, form.items(), TOKEN),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with house.http.post(house.url + path, data=urlencode(form).encode(), headers=headers) as answer:
        assert answer.status == 200
        return ET.fromstring(await answer.text())


def words(document: ET.Element) -> str:
    return " ".join(say.text or "" for say in document.iter("Say"))


def following(document: ET.Element) -> str:
    found = document.find("Redirect")
    assert found is not None
    return found.text or ""


@pytest.mark.slow
async def test_a_slow_turn_is_collected_at_the_other_gateway_and_nobody_is_sent_to_a_person(pair: tuple[House, House]) -> None:
    one, other = pair
    greeting = await asks(one, "/twilio/voice", CallStatus="ringing")
    one.outside.gate = asyncio.Event()
    doc = await asks(one, greeting.findall("Gather")[0].attrib["action"], SpeechResult="where is my card", Confidence="0.9")
    assert "One moment" in words(doc)
    one.outside.gate.set()
    doc = await asks(other, following(doc))
    assert "re where is my card" in words(doc)
    assert [turn.get("text") for turn in one.outside.turns if turn.get("text")] == ["where is my card"]


@pytest.mark.slow
async def test_the_gateway_dies_in_it_and_the_caller_is_told_and_asked_again(pair: tuple[House, House]) -> None:
    one, other = pair
    greeting = await asks(one, "/twilio/voice", CallStatus="ringing")
    one.outside.gate = asyncio.Event()
    doc = await asks(one, greeting.findall("Gather")[0].attrib["action"], SpeechResult="where is my card", Confidence="0.9")
    assert one.core.voice is not None
    await one.core.voice.line.close()
    one.outside.gate.set()
    doc = await asks(other, following(doc))
    assert "I lost what you said" in words(doc) and doc.find("Enqueue") is None
    doc = await asks(other, doc.findall("Gather")[0].attrib["action"], SpeechResult="where is it", Confidence="0.9")
    assert "re where is it" in words(doc)


async def test_a_claim_is_one_gateways_until_it_is_dropped_or_not_kept_up(redis_url: str) -> None:
    client = connect(redis_url)
    claims, key = RedisClaims(client), f"{SID}:7"
    assert [await claims.take(key, 60), await claims.take(key, 60), await claims.held(key)] == [True, False, True]
    await claims.keep(key, 90)
    assert 60 < await client.ttl(f"ot:working:{key}") <= 90
    await claims.drop(key)
    assert [await claims.held(key), await claims.take(key, 1)] == [False, True]
    assert 0 <= await client.ttl(f"ot:working:{key}") <= 1  # it goes by itself
    await claims.drop(key)
    await client.aclose()
