"""The whole gateway while Twilio refuses the account: nothing is lost, who must act sees it, and then all goes out in order."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import web

from bot.ports import SendError
from gateway.standing_notes import measures, notes
from tests.gateway.conftest import House

SM = "SM" + "0" * 31


def refused(_form: dict[str, str]) -> web.Response:
    return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)


async def test_while_the_account_is_refused_words_are_kept_and_go_out_in_order_when_it_is_mended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.trying_again.ACCOUNT_FIRST", 0.02)
    monkeypatch.setattr("gateway.workers.trying_again.ACCOUNT_MOST", 0.05)
    well, house.outside.twilio = house.outside.twilio, refused
    for number in range(3):
        assert (await house.texts(f"question {number}", f"{SM}{number}")).status == 200
    await house.outside.has(house.outside.turns, 3)
    await house.outside.has(house.outside.texts, 4)  # tried again and again
    (said,) = await notes(house.core)
    assert "did not accept the account's credentials (20003" in said and "is kept" in said
    await measures(house.core)
    assert 'onethread_account_trouble{code="20003",vendor="twilio"} 1.0' in house.core.base.observed.metrics.text().decode()
    house.outside.texts.clear()
    house.outside.twilio = well
    await house.emptied()
    sent = [form["Body"] for form in house.outside.texts]
    assert [re.sub(r"\D", "", body) for body in dict.fromkeys(sent)] == ["0", "1", "2"]
    assert await notes(house.core) == []
    await measures(house.core)
    assert "onethread_account_trouble{" not in house.core.base.observed.metrics.text().decode()


async def test_a_chat_goes_on_while_texts_wait(house: House) -> None:
    house.outside.twilio = refused
    assert (await house.texts("hello", SM + "1")).status == 200
    await house.outside.has(house.outside.texts, 1)
    socket = await house.chats()
    await socket.send_json({"type": "message", "id": "a", "text": "are you there"})
    said = ""
    while said != "re are you there":
        said = (await socket.receive_json(timeout=10)).get("text", "")
    await socket.close()


async def test_a_call_that_the_account_may_not_make_is_seen_too(house: House) -> None:
    """The phone line asks Twilio itself: what it is told stands on the desk and in health like the rest."""
    twilio = house.core.channels.sms._client  # type: ignore[union-attr]
    house.outside.twilio = refused
    with pytest.raises(SendError):
        await twilio.create_message("+12125550147", "x", "https://bank.example/s")
    async with asyncio.timeout(10):
        while not (said := await notes(house.core)):  # noqa: ASYNC110 - Redis tells no event of it
            await asyncio.sleep(0.01)
    assert "(20003" in said[0]
