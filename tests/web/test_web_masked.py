"""A PIN that was written in the chat: gone from the log, from every tab, and from what the page keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, BrowserContext, expect
from redis.asyncio import Redis

from bot.model import Address, AddressKind
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog, message_id
from tests.web.browser_socket import Tab
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeInbox

PIN = "734591"


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    yield opened
    await opened.close()


async def kept(redis: Redis, inbox: FakeInbox) -> str:
    """Every line in Redis, as text."""
    found = []
    async for key in redis.scan_iter("ot:{w:*}:log"):
        found += [json.dumps(json.loads(fields[b"line"])) for _, fields in await redis.xrange(key)]
    return "\n".join(found)


@pytest.mark.browser
async def test_a_written_pin_goes_from_every_tab_and_from_what_the_page_keeps(
    context: BrowserContext, bank: Bank, inbox: FakeInbox, redis_client: Redis
) -> None:
    first, second = Visitor(await context.new_page(), bank), Visitor(await context.new_page(), bank)
    await first.arrives("/#chat")
    await first.is_online()
    await first.says("hello")
    await second.arrives("/#chat")
    web_id = await first.says(PIN)
    await bank.says(web_id, "Please call us, and key it in there.")
    for tab in (first, second):
        await expect(tab.bubble("key it in there")).to_be_visible()
    await VisitorLog(redis_client, Limits()).hide(inbox.messages[-1])
    for tab in (first, second):
        await expect(tab.bubble("****")).to_be_visible()
        assert await tab.words() == ["hello", "****", "Please call us, and key it in there."]
        assert PIN not in await tab.page.content()
        assert PIN not in await tab.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert PIN not in await tab.widget.evaluate(
            "(chat) => chat.shadowRoot.innerHTML + JSON.stringify([...chat.store.memory])"
        )
    assert PIN not in await kept(redis_client, inbox) and "hello" in await kept(redis_client, inbox)
    await first.page.reload()
    await expect(first.bubble("****")).to_be_visible()
    assert await first.words() == ["hello", "****", "Please call us, and key it in there."]
    assert await first.says("and it goes on") == web_id


async def test_a_tab_that_was_away_takes_it_out_when_it_comes_back(bank: Bank, inbox: FakeInbox, redis_client: Redis) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello", "m1")
        await tab.says(PIN, "m2")
        await tab.lines(2)
        token = tab.token
    log = VisitorLog(redis_client, Limits())
    await log.hide(inbox.messages[-1])
    await log.hide(inbox.messages[-1])  # a turn that is done again
    async with Tab(bank) as back:
        await back.hello(token, last=2)  # it shows both lines still
        masked = await back.hears("masked")
        assert (masked["id"], masked["text"]) == ("m2", "****")
        assert (await back.says("more", "m3"))["seq"] == 3
    async with Tab(bank) as fresh:
        await fresh.hello(token)
        assert [line["text"] for line in await fresh.lines(3)] == ["hello", "****", "more"]


async def test_nothing_else_is_hidden(bank: Bank, inbox: FakeInbox, redis_client: Redis) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello", "m1")
    message, log = inbox.messages[-1], VisitorLog(redis_client, Limits())
    await log.hide(replace(message, id=message_id(message.sender.value, "unknown")))
    await log.hide(replace(message, sender=Address(AddressKind.TEL, "+12125550101")))
    await log.hide(replace(message, sender=Address(AddressKind.WEB, "f" * 32)))
    assert "hello" in await kept(redis_client, inbox)
