"""Cards, links, places, dates and tables in the widget, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.menus.menu import merged_options, numbered_through
from bot.model import (
    Address,
    AddressKind,
    Author,
    Card,
    ChannelName,
    Link,
    Location,
    Moment,
    Option,
    OutboundMessage,
    Reply,
    Table,
)
from connectors.web.frames import outbound_line
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeInbox

pytestmark = pytest.mark.browser

NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
CARDS = (
    Card("Gold card", "$95 a year", None, Link("Details", "https://bank.example/gold"), (Option("Choose", "/secret_gold"),)),
    Card("Blue card", "No fee", None, Link("Run this", "javascript:alert(1)"), (Option("Choose", "/secret_blue"),)),
)
REST = Reply(
    "All we know:",
    links=(Link("Help pages", "https://bank.example/help"), Link("Hotline", "tel:+12125550100")),
    locations=(Location("Downtown", "12 Main St", "https://maps.example/1", "+1 212 555 0100"),),
    dates=(Moment("Card pick-up", NINE, NINE.replace(minute=30), place="12 Main St, Springfield"),),
    tables=(Table(("Branch", "Weekdays", "Saturday"), (("Downtown", "9-5", "10-2"), ("Harbour", "9-6", ""))),),
)


def outbound(bank: Bank, web_id: str, reply: Reply, number: int) -> OutboundMessage:
    (sent,) = numbered_through((reply,), merged_options((reply,)))
    address = Address(AddressKind.WEB, web_id)
    menu_id = "m_7" if sent.options else None
    return OutboundMessage(f"r_{number}", "c_1", ChannelName.WEB, address, sent, Author.BOT, bank.clock(), menu_id=menu_id)


@pytest.fixture
async def ana(browser: Browser, bank: Bank) -> AsyncIterator[Visitor]:
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, timezone_id="Asia/Tokyo", accept_downloads=True)
    visitor = Visitor(await context.new_page(), bank)
    await visitor.arrives()
    await visitor.opens()
    yield visitor
    assert visitor.faults == []
    await context.close()


async def test_a_card_is_chosen_by_its_button(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    web_id = await ana.says("cards")
    reply = Reply("Which one?", (Option("Neither", "/deny"),), cards=CARDS)
    await bank.chat.send(outbound(bank, web_id, reply, 1))
    cards = ana.page.get_by_role("list", name="Cards, side by side").get_by_role("listitem")
    await expect(cards).to_have_count(2)
    await expect(cards.first.get_by_role("link")).to_have_attribute("href", "https://bank.example/gold")
    await expect(cards.last.get_by_role("link")).to_have_count(0)
    await expect(ana.page.get_by_role("group", name="Choose one").get_by_role("button")).to_have_text(["Neither"])
    await ana.page.get_by_role("button", name="Choose (Blue card)").click()
    message = await inbox.next()
    assert (message.text, message.choice) == ("Choose", "m_7:2")
    await ana.page.reload()
    await expect(ana.page.get_by_role("button", name="Choose (Blue card) (chosen)")).to_be_disabled()
    await expect(ana.page.get_by_role("button", name="Choose (Gold card)")).to_be_disabled()
    await expect(ana.page.get_by_role("button", name="Neither")).to_be_disabled()


async def test_places_dates_links_and_tables_are_what_they_are(ana: Visitor, bank: Bank, tmp_path: Path) -> None:
    web_id = await ana.says("everything")
    await bank.chat.send(outbound(bank, web_id, REST, 2))
    await expect(ana.page.get_by_role("link", name="Hotline")).to_have_attribute("href", "tel:+12125550100")
    await expect(ana.page.get_by_role("link", name="Help pages")).to_have_attribute("target", "_blank")
    await expect(ana.page.get_by_role("link", name="Open map")).to_have_attribute("href", "https://maps.example/1")
    table = ana.page.get_by_role("table")
    await expect(table.get_by_role("columnheader")).to_have_text(["Branch", "Weekdays", "Saturday"])
    await expect(table.get_by_role("row").nth(1)).to_contain_text("10-2")
    await expect(ana.log.locator("time", has_text="Tuesday, November 24, 2026")).to_contain_text("9:00", use_inner_text=True)
    async with ana.page.expect_download() as waiting:
        await ana.page.get_by_role("button", name="Add to calendar").click()
    download = await waiting.value
    await download.save_as(tmp_path / download.suggested_filename)
    lines = (tmp_path / "event.ics").read_bytes().decode().split("\r\n")
    assert {"DTSTART:20261124T140000Z", "DTEND:20261124T143000Z", "SUMMARY:Card pick-up"} <= set(lines)
    assert "LOCATION:12 Main St\\, Springfield" in lines
    await ana.page.reload()
    await expect(ana.page.get_by_role("table")).to_be_visible()


async def test_a_date_that_may_be_moved_is_a_file_of_the_servers(ana: Visitor, bank: Bank, tmp_path: Path) -> None:
    web_id = await ana.says("appointment")
    booked = Moment("Your visit", NINE, NINE.replace(hour=10), place="12 Main St", uid="0f3a@bank.example")
    await bank.chat.send(outbound(bank, web_id, Reply("Done.", dates=(booked,)), 1))
    async with ana.page.expect_download() as waiting:
        await ana.page.get_by_role("link", name="Add to calendar").click()
    download = await waiting.value
    assert download.suggested_filename == "appointment.ics"
    await download.save_as(tmp_path / "appointment.ics")
    assert "UID:0f3a@bank.example" in (tmp_path / "appointment.ics").read_text()
    await bank.chat.send(outbound(bank, web_id, Reply("Off.", dates=(replace(booked, sequence=1, cancelled=True),)), 2))
    await expect(ana.page.get_by_role("link", name="Take it out of my calendar")).to_be_visible()


def test_a_line_holds_no_payload_and_only_what_there_is() -> None:
    reply = numbered_through((Reply("Which?", cards=CARDS),), merged_options((Reply("", cards=CARDS),)))[0]
    address = Address(AddressKind.WEB, "w1")
    line = outbound_line(OutboundMessage("o", "c", ChannelName.WEB, address, reply, Author.BOT, NINE, menu_id="m_1"))
    assert "secret" not in str(line)
    assert line["options"] == [] and [c["options"] for c in line["cards"]] == [
        [{"title": "Choose", "choice": "m_1:1"}],
        [{"title": "Choose", "choice": "m_1:2"}],
    ]
    assert not {"links", "locations", "dates", "tables"} & set(line)
