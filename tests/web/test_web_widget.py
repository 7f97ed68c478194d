"""The widget in a real browser: what a customer does, sees, and does not lose."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from bot.model import Address, AddressKind, Author, DeliveryStatus, Media
from connectors.web.limits import Limits, Rate
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeClock, FakeInbox

pytestmark = pytest.mark.browser


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    return await browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")


@pytest.fixture
async def ana(context: BrowserContext, bank: Bank) -> AsyncIterator[Visitor]:
    visitor = Visitor(await context.new_page(), bank)
    await visitor.arrives()
    yield visitor
    assert visitor.faults == []


async def test_a_message_goes_out_and_the_answer_comes_in(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("Where is my card?")
    await expect(ana.bubble("Where is my card?")).to_contain_text("Sent")
    await bank.chat.typing(Address(AddressKind.WEB, web_id), True)
    await expect(ana.dialog.get_by_text("Assistant is typing")).to_be_visible()
    await bank.says(web_id, "It is on its way.")
    await expect(ana.bubble("It is on its way.")).to_be_visible()
    await expect(ana.dialog.get_by_text("Assistant is typing")).to_be_hidden()


async def test_nobody_connects_before_the_chat_is_opened(ana: Visitor, inbox: FakeInbox) -> None:
    assert await ana.widget.get_attribute("data-connection") is None
    await ana.opens()
    assert inbox.messages == []


async def test_a_starter_sends_its_own_words(ana: Visitor, inbox: FakeInbox) -> None:
    await ana.opens()
    await ana.page.get_by_role("button", name="Find a branch").click()
    assert (await inbox.next()).text == "Find a branch"
    await expect(ana.page.get_by_role("button", name="Find a branch")).to_be_hidden()


@pytest.mark.parametrize("how", ["{isComposing: true}", "{keyCode: 229}"])
async def test_enter_that_ends_a_composition_sends_nothing(ana: Visitor, inbox: FakeInbox, how: str) -> None:
    """Japanese is composed of several keys; Safari tells the Enter that ends it by its old code only."""
    await ana.opens()
    box = ana.page.locator("#compose")
    await box.fill("にほんご")
    await box.evaluate(
        f"(box) => box.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, cancelable: true, ...{how}}}))"
    )
    assert await box.input_value() == "にほんご" and inbox.messages == []
    await box.press("Enter")
    assert (await inbox.next()).text == "にほんご"


async def test_an_option_is_chosen_with_the_keyboard(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await ana.opens()
    web_id = await ana.says("hello")
    await bank.says(web_id, "What is it about?", options=("Card", "Branch", "A person"))
    group = ana.page.get_by_role("group", name="Choose one").last
    await expect(group.get_by_role("button")).to_have_count(3)
    await group.get_by_role("button", name="Card").focus()
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Space")
    message = await inbox.next()
    assert (message.text, message.choice) == ("Branch", "m_1:2")
    await expect(group.get_by_role("button", name="Branch (chosen)")).to_be_disabled()
    await expect(group.get_by_role("button", name="Card")).to_be_disabled()
    assert await ana.focused() == "compose"
    await ana.page.reload()
    await expect(group.get_by_role("button", name="Branch (chosen)")).to_be_disabled()
    await expect(group.get_by_role("button", name="A person")).to_be_disabled()


async def test_a_reload_keeps_the_thread_and_the_open_panel(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("one")
    await bank.says(web_id, "two")
    await ana.says("three")
    await ana.page.reload()
    await expect(ana.dialog).to_be_visible()
    await expect(ana.log.locator(".bubble")).to_have_count(3)
    assert await ana.words() == ["one", "two", "three"]
    assert await ana.page.evaluate("document.activeElement === document.body")
    assert await ana.says("four") == web_id


async def test_a_restarted_server_gets_what_was_queued_exactly_once(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await ana.opens()
    await ana.says("before")
    await bank.stop()
    await expect(ana.dialog.get_by_text("No connection")).to_be_visible()
    for text in ("first while away", "second while away"):
        await ana.composer.fill(text)
        await ana.composer.press("Enter")
        await expect(ana.bubble(text)).to_contain_text("Waiting for connection")
    await bank.start()
    await ana.dialog.get_by_role("button", name="Connect now").click()
    assert [(await inbox.next()).text for _ in range(2)] == ["first while away", "second while away"]
    await expect(ana.bubble("second while away")).to_have_attribute("data-state", "sent")
    await expect(ana.dialog.get_by_text("No connection")).to_be_hidden()
    assert [message.text for message in inbox.messages] == ["before", "first while away", "second while away"]
    assert await ana.words() == ["before", "first while away", "second while away"]


async def test_it_reconnects_by_itself(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("hello")
    await bank.restart()
    await bank.says(web_id, "said while the server was new")
    await expect(ana.bubble("said while the server was new")).to_be_visible(timeout=15_000)


async def test_what_was_queued_survives_a_reload(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await ana.opens()
    await ana.says("before")
    inbox.down = True
    await ana.composer.fill("not stored yet")
    await ana.composer.press("Enter")
    await expect(ana.bubble("not stored yet")).to_contain_text("Sending")
    await ana.page.reload()
    inbox.down = False
    assert (await inbox.next()).text == "not stored yet"
    await expect(ana.bubble("not stored yet")).to_have_attribute("data-state", "sent")
    assert await ana.words() == ["before", "not stored yet"]


async def test_too_fast_waits_and_goes_out_in_order(ana: Visitor, bank: Bank, inbox: FakeInbox, clock: FakeClock) -> None:
    await bank.restart(Limits(messages=Rate(2, 20.0)))
    await ana.opens()
    for n in range(3):
        await ana.composer.fill(f"message {n}")
        await ana.composer.press("Enter")
    await expect(ana.dialog.get_by_text("utter_too_fast")).to_be_visible()  # the designers' sentence
    clock.forward(1)
    assert [(await inbox.next()).text for _ in range(3)] == ["message 0", "message 1", "message 2"]
    await expect(ana.bubble("message 2")).to_have_attribute("data-state", "sent")


async def test_a_refused_message_says_so_and_can_be_tried_again(ana: Visitor, inbox: FakeInbox) -> None:
    await ana.opens()
    await ana.says("hello")
    await ana.composer.evaluate("field => field.removeAttribute('maxlength')")
    await ana.composer.fill("x" * 2100)
    await ana.composer.press("Enter")
    failed = ana.log.locator(".bubble[data-state=failed]")
    await expect(failed).to_contain_text("Not sent. That message is too long.")
    await ana.says("the next one still goes")
    await failed.get_by_role("button", name="Try again").click()
    await expect(failed).to_contain_text("too long")
    assert len(inbox.messages) == 2


async def test_two_tabs_show_the_same_thread(ana: Visitor, context: BrowserContext, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("from the first tab")
    second = Visitor(await context.new_page(), bank)
    await second.arrives("/#chat")
    await expect(second.bubble("from the first tab")).to_be_visible()
    assert await second.says("from the second tab") == web_id
    await expect(ana.bubble("from the second tab")).to_be_visible()
    await bank.says(web_id, "to both")
    for tab in (ana, second):
        await expect(tab.bubble("to both")).to_be_visible()
        assert await tab.words() == ["from the first tab", "from the second tab", "to both"]


async def test_an_agent_is_named_and_the_assistant_comes_back(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("a person please")
    await expect(ana.dialog.locator("header")).to_contain_text("Automated assistant")
    await bank.says(web_id, "Hi, how can I help?", author=Author.AGENT, agent="Sam")
    await bank.has_it(web_id, "Sam")
    await expect(ana.log.get_by_text("You are now talking with Sam")).to_be_visible()
    await expect(ana.dialog.locator("header")).to_contain_text("You are talking with Sam")
    await bank.has_it(web_id, None)
    await bank.says(web_id, "Good to have you back.")
    await expect(ana.log.get_by_text("You are back with the assistant")).to_be_visible()
    await expect(ana.dialog.locator("header")).to_contain_text("Automated assistant")


async def test_the_unread_badge_counts_and_reading_is_reported(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await ana.opens()
    web_id = await ana.says("hello")
    await ana.page.keyboard.press("Escape")
    external_id = await bank.says(web_id, "one")
    await bank.says(web_id, "two")
    await expect(ana.launcher).to_have_accessible_name("Chat with us, 2 unread messages")
    await expect(ana.widget.locator(".badge")).to_have_text("2")
    report = await inbox.reported.get()
    assert (report.external_id, report.status) == (external_id, DeliveryStatus.DELIVERED)
    await ana.page.reload()
    await expect(ana.launcher).to_have_accessible_name("Chat with us, 2 unread messages")
    await ana.launcher.click()
    await expect(ana.launcher).to_have_attribute("aria-label", "Chat with us")
    while report.status is not DeliveryStatus.READ:
        report = await inbox.reported.get()
    assert report.external_id == external_id


async def test_what_the_server_says_is_text_and_only_web_addresses_become_links(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("<img src=x onerror=alert(1)>")
    nasty = "<b>bold</b> javascript:alert(1) see https://bank.example/a?b=c&d=e, or (http://bank.example/x)."
    await bank.says(
        web_id, nasty, media=(Media("javascript:alert(1)"), Media("https://bank.example/terms.pdf", "application/pdf"))
    )
    bubble = ana.bubble("<b>bold</b>")
    links = bubble.get_by_role("link")
    await expect(links).to_have_count(3)
    assert [await link.get_attribute("href") for link in await links.all()] == [
        "https://bank.example/a?b=c&d=e",
        "http://bank.example/x",
        "https://bank.example/terms.pdf",
    ]
    assert await links.first.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await ana.log.locator("img, b").count() == 0


async def test_a_forgotten_visitor_begins_anew_without_losing_what_they_write(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await ana.opens()
    old = await ana.says("hello")
    await bank.redis.flushall()
    await bank.restart()
    await ana.is_online()
    await ana.composer.fill("still me")
    await ana.composer.press("Enter")
    message = await inbox.next()
    assert message.sender.value != old
    await expect(ana.log.locator(".bubble")).to_have_count(1)


async def test_each_line_of_a_message_has_its_own_direction(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("hello")
    await bank.says(web_id, "مرحبا، كيف أساعدك؟\nHow can I help?")
    text = ana.log.locator(".text", has_text="How can I help?")
    await expect(text).to_be_visible()
    begins = """element => {
        const box = element.getBoundingClientRect(), range = document.createRange(), text = element.firstChild;
        return [0, text.data.indexOf("\\n") + 1].map((at) => {
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            const first = range.getBoundingClientRect();
            return first.left - box.left < box.right - first.right ? "left" : "right";
        });
    }"""
    assert await text.evaluate(begins) == ["right", "left"]


async def test_visitors_that_are_kept_apart_by_name_have_a_thread_each(browser: Browser, bank: Bank) -> None:
    """The simulator's customers take turns in one browser; who comes back finds their own chat."""
    context = await browser.new_context()
    ana, ben = Visitor(await context.new_page(), bank), Visitor(await context.new_page(), bank)
    await ana.arrives("/?visitor=1")
    await ana.opens()
    await ana.says("I am Ana")
    await ben.arrives("/?visitor=2")
    await ben.opens()
    await ben.is_online()
    assert "I am Ana" not in await ben.words()
    again = Visitor(await context.new_page(), bank)
    await again.arrives("/?visitor=1")
    await expect(again.bubble("I am Ana")).to_be_visible()


async def test_the_header_names_who_has_it_at_each_moment_and_in_every_tab(
    ana: Visitor, bank: Bank, context: BrowserContext
) -> None:
    """Accepted by phone, passed on, back in line, given back: the chat need not be told any of it in words."""
    await ana.opens()
    web_id = await ana.says("a person please")
    assistant = "Automated assistant"
    await expect(ana.dialog.get_by_text(assistant, exact=True)).to_be_visible()
    await bank.has_it(web_id, "Sam")
    await expect(ana.dialog.get_by_text("You are talking with Sam")).to_be_visible()
    other = Visitor(await context.new_page(), bank)
    await other.arrives()
    await other.is_online()  # the panel is open there as it was here
    await expect(other.dialog.get_by_text("You are talking with Sam")).to_be_visible()
    for agent, shown in (("Kim", "You are talking with Kim"), ("", "You are talking with Team member"), (None, assistant)):
        await bank.has_it(web_id, agent)
        for tab in (ana, other):
            await expect(tab.dialog.get_by_text(shown, exact=True)).to_be_visible()


async def test_what_was_said_by_others_before_does_not_change_the_header(ana: Visitor, bank: Bank) -> None:
    """The assistant's words may arrive behind an agent's accept, and an agent's last ones behind the close."""
    await ana.opens()
    web_id = await ana.says("a person please")
    await bank.has_it(web_id, "Sam")
    await bank.says(web_id, "You are number 1 in the queue.")
    await expect(ana.bubble("You are number 1")).to_be_visible()
    await expect(ana.dialog.get_by_text("You are talking with Sam", exact=True)).to_be_visible()
    await bank.has_it(web_id, None)
    await bank.says(web_id, "It is done.", author=Author.AGENT, agent="Sam")
    await expect(ana.bubble("It is done.")).to_be_visible()
    await expect(ana.dialog.get_by_text("Automated assistant", exact=True)).to_be_visible()


async def test_a_page_that_was_away_finds_who_has_it_now(ana: Visitor, bank: Bank) -> None:
    await ana.opens()
    web_id = await ana.says("a person please")
    await bank.has_it(web_id, "Sam")
    await expect(ana.dialog.get_by_text("You are talking with Sam")).to_be_visible()
    bank.people = {}
    await bank.restart()
    await expect(ana.dialog.get_by_text("Automated assistant", exact=True)).to_be_visible()
