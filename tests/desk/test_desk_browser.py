"""The desk in a real Chromium: live without reload, drafts, keys, tabs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot.model import Author, ChannelName, TranscriptLine
from tests.browser_support import open_browser
from tests.desk.conftest import PASSWORD, House
from tests.desk.fake_people import START

pytestmark = pytest.mark.browser
EXPECTED = re.compile("status of 4|ERR_FAILED")  # refusals, and the answer that a test loses


@pytest.fixture
async def page(house: House) -> AsyncIterator[Page]:
    """A page whose console must stay free of errors."""
    troubles: list[str] = []
    async with open_browser() as chromium:
        context = await chromium.new_context(
            base_url=house.base, viewport={"width": 1280, "height": 800}, timezone_id="Asia/Tokyo", locale="en-GB"
        )
        context.set_default_timeout(10_000)
        opened = await context.new_page()
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" and not EXPECTED.search(said.text) else None,
        )
        yield opened
        await context.close()
    assert troubles == []


async def enter(page: Page, house: House, username: str = "ana") -> None:
    if await house.agents.get(username) is None:
        await house.agent(username, username.title())
    await page.goto("/desk")
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator("main.desk")).to_be_visible()


async def test_first_sign_in(page: Page, house: House) -> None:
    made = await house.agents.first_agent(b"a secret")
    assert made
    await page.goto("/desk")
    await page.get_by_label("Username").fill("agent")
    await page.get_by_label("Password").fill(made.password)
    await page.keyboard.press("Enter")
    await page.get_by_label("Your name, as customers read it").fill("Ana Reyes")
    await page.get_by_label("New password", exact=True).fill(PASSWORD)
    await page.get_by_label("New password again").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()


async def test_a_conversation_from_queue_to_close_without_reload(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open("Needs a person", ChannelName.SMS)
    entry = page.get_by_role("link", name="Needs a person")
    await expect(entry).to_be_visible()
    await expect(page).to_have_title("(1) Desk · Onethread")
    await entry.click()
    await page.evaluate("window.sameDocument = true")
    composer = page.get_by_label("Your reply")
    await expect(composer).to_be_disabled()
    await page.get_by_role("button", name="Accept").click()
    await expect(composer).to_be_enabled()
    await expect(composer).to_be_focused()
    await expect(page.get_by_text("goes to SMS")).to_be_visible()
    house.people.say(handoff.id, "are you <b>there</b>?")
    await expect(page.locator(".line", has_text="are you <b>there</b>?")).to_be_visible()
    await composer.fill("Yes, here I am.")
    await composer.press("Control+Enter")
    await expect(page.locator(".line.agent")).to_contain_text("Yes, here I am.")
    await expect(composer).to_have_value("")
    await page.get_by_text("Close…").click()
    await expect(page.get_by_label("What was agreed")).to_be_focused()
    await page.keyboard.type("A new card is on its way")
    await page.get_by_role("button", name="Close conversation").click()
    await expect(page.get_by_text("Closed by Ana.")).to_be_visible()
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    assert await page.evaluate("window.sameDocument") is True
    assert [call[0] for call in house.people.calls] == ["accept", "reply", "close"]


async def test_what_is_typed_outlives_refusals_other_lines_and_reloads(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open()
    await house.people.accept(handoff.id, "ana", None)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    composer = page.get_by_label("Your reply")
    await composer.fill("a careful answer")
    house.people.say(handoff.id, "another line")
    await expect(page.locator(".line", has_text="another line")).to_be_visible()
    await expect(composer).to_have_value("a careful answer")
    house.people.refuse = "The channel is closed just now."
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#reply-error")).to_have_text("The channel is closed just now.")
    house.people.say(handoff.id, "one more line")
    await expect(page.locator(".line", has_text="one more line")).to_be_visible()
    await expect(page.locator("#reply-error")).to_have_text("The channel is closed just now.")
    await expect(composer).to_have_value("a careful answer")
    await page.reload()
    await expect(composer).to_have_value("a careful answer")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".line.agent")).to_contain_text("a careful answer")
    await page.reload()
    await expect(composer).to_have_value("")


async def test_a_lost_answer_does_not_send_twice(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open()
    await house.people.accept(handoff.id, "ana", None)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    lost = 0

    async def lose(route: object) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # type: ignore[attr-defined]
        await route.abort()  # type: ignore[attr-defined]

    await page.route("**/reply", lose, times=1)
    await page.get_by_label("Your reply").fill("only once")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#reply-error")).to_contain_text("could not be reached")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_label("Your reply")).to_have_value("")
    assert lost == 1 and [call[0] for call in house.people.calls].count("reply") == 1


async def test_two_tabs_and_another_agent(page: Page, house: House) -> None:
    await enter(page, house)
    await house.agent("bo", "Bo Lind")
    handoff = house.people.open("For one of us")
    second = await page.context.new_page()
    for tab in (page, second):
        await tab.goto(f"/desk/handoffs/{handoff.id}")
        await expect(tab.get_by_role("button", name="Accept")).to_be_visible()
    await house.people.accept(handoff.id, "bo", None)
    for tab in (page, second):
        await expect(tab.locator(".head")).to_contain_text("with Bo Lind")
        await expect(tab.get_by_role("button", name="Accept")).to_have_count(0)
    await page.close()  # the tab that held the stream, or not: the other one hears the next change
    house.people.open("One more")
    await expect(second.get_by_role("link", name="One more")).to_be_visible()


async def test_a_refused_accept_is_explained_where_the_button_was(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open()
    await page.goto(f"/desk/handoffs/{handoff.id}")
    house.people.refuse = "Somebody was faster."
    await page.get_by_role("button", name="Accept").click()
    await expect(page.locator(".composer [role=alert]", has_text="Somebody was faster.")).to_be_visible()


async def test_signing_out_elsewhere_sends_to_sign_in(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open()
    await page.goto(f"/desk/handoffs/{handoff.id}")
    await house.agents.reset("ana")
    house.people.say(handoff.id, "hello?")
    await page.wait_for_url(f"**/desk/sign-in?next=%2Fdesk%2Fhandoffs%2F{handoff.id}")


async def test_times_and_days_are_the_agents_own(page: Page, house: House) -> None:
    late = START.replace(hour=16)  # one in the morning of the next day in Tokyo
    lines = (
        TranscriptLine(START, Author.CUSTOMER, ChannelName.WEB, "in the evening"),
        TranscriptLine(late, Author.CUSTOMER, ChannelName.WEB, "after midnight"),
    )
    house.clock.now = late
    await enter(page, house)
    handoff = house.people.open("Days", lines=lines)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    await expect(page.locator("li.day")).to_have_count(2)
    await expect(page.locator("li.day").last).to_contain_text("Today")
    assert await page.locator(".line time").all_text_contents() == ["19:00", "01:00"]


async def test_a_script_in_a_line_is_only_text(page: Page, house: House) -> None:
    await enter(page, house)
    handoff = house.people.open("<script>window.bad = 1</script>")
    await page.goto(f"/desk/handoffs/{handoff.id}")
    house.people.say(handoff.id, "<img src=x onerror='window.bad = 1'>")
    await expect(page.locator(".line", has_text="<img src=x")).to_be_visible()
    assert await page.evaluate("window.bad") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_shows_one_pane_at_a_time(page: Page, house: House, scheme: str) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(color_scheme=scheme)
    await enter(page, house)
    handoff = house.people.open("On a small screen")
    await page.get_by_role("link", name="On a small screen").click()
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    await page.get_by_role("button", name="Facts").click()
    await expect(page.get_by_text("Known from the conversation")).to_be_visible()
    await expect(page.get_by_role("button", name="Accept")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert handoff.id in page.url


BEGINS = """element => {  // at which edge of the box each line has its first letter
    const text = element.firstChild, box = element.getBoundingClientRect(), range = document.createRange();
    let from = 0;
    return text.data.split("\\n").map((line) => {
        range.setStart(text, from);
        range.setEnd(text, from + 1);
        from += line.length + 1;
        const first = range.getBoundingClientRect();
        return first.left - box.left < box.right - first.right ? "left" : "right";
    });
}"""


async def test_each_line_has_its_own_direction(page: Page, house: House) -> None:
    """Arabic and Hebrew from the right, English from the left, also within one message and in what the agent types."""
    handoff = house.people.open("طلب موظفًا")
    house.people.say(handoff.id, "مرحبا، أين بطاقتي؟\nHello again")
    house.people.say(handoff.id, "Where is my card?\nשלום, איפה הכרטיס שלי?")
    await enter(page, house)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    said = page.locator(".line .words")
    assert await said.nth(0).evaluate(BEGINS) == ["right", "left"]
    assert await said.nth(1).evaluate(BEGINS) == ["left", "right"]
    direction = "element => getComputedStyle(element).direction"
    for seen in (page.locator(".head .topic"), page.locator(".entry .reason")):
        assert await seen.evaluate(direction) == "rtl"
    await page.get_by_role("button", name="Accept").click()
    reply = page.get_by_label("Your reply")
    await reply.fill("بالتأكيد")
    assert await reply.evaluate(direction) == "rtl"
    await reply.fill("Of course")
    assert await reply.evaluate(direction) == "ltr"


async def test_what_happens_to_others_does_not_read_this_conversation_again(page: Page, house: House) -> None:
    """A desk of a hundred tabs must not read a hundred transcripts for each line that somebody says somewhere."""
    mine, other = house.people.open("Mine"), house.people.open("The other")
    await enter(page, house)
    # once the page follows, it reads what it may have missed; the page before it may still be asking for its own
    async with page.expect_response(re.compile(f"/desk/parts.*{mine.id}")):
        await page.goto(f"/desk/handoffs/{mine.id}")
    house.people.viewed.clear()
    house.people.say(other.id, "Hello?")
    await expect(page.locator(".entry.unread")).to_have_text(re.compile("The other"))
    third = house.people.open("A third")
    await expect(page.locator(f"#q-{third.id}")).to_be_visible()
    assert house.people.viewed == []
    house.people.say(mine.id, "And I?")
    await expect(page.locator(".line", has_text="And I?")).to_be_visible()
    assert set(house.people.viewed) == {mine.id}
