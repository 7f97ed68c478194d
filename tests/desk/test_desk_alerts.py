"""How an agent learns that somebody wrote, by hand or by ear, and the keys."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot.model import ChannelName
from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.desk.conftest import Browser, House
from tests.desk.test_desk_browser import enter

SETTINGS = {"display_name": "Ana Reyes", "phone": "", "available": "1", "alerts": "1"}


async def test_what_alerts_is_the_agents_own_choice(ana: Browser) -> None:
    text = (await ana.get("/desk")).text
    assert 'data-sound="1"' in text and 'data-title="1"' in text and 'data-desktop="0"' in text and 'data-keys="1"' in text
    await ana.post("/desk/settings", SETTINGS | {"alert_desktop": "1"})
    text = (await ana.get("/desk")).text
    assert 'data-sound="0"' in text and 'data-title="0"' in text and 'data-desktop="1"' in text and 'data-keys="0"' in text
    await ana.post("/desk/settings", SETTINGS | {"display_name": "Ana", "alert_sound": "1"})
    shown = (await ana.get("/desk/settings")).text
    assert re.findall(r'name="alert_(\w+)" value="1" checked', shown) == ["sound"]


async def test_settings_of_an_older_page_change_no_alerts(ana: Browser, house: House) -> None:
    await ana.post("/desk/settings", {"display_name": "Ana Reyes", "phone": "", "available": "1"})
    agent = await house.agents.get("ana")
    assert agent and agent.alerts == {"title", "sound", "keys"}


async def test_the_first_sign_in_asks_the_name_that_customers_read(browser: Browser, house: House) -> None:
    made = await house.agents.first_agent(b"a secret")
    assert made
    await browser.sign_in("agent", made.password)
    form = await browser.get("/desk/password")
    assert "Your name, as customers read it" in form.text and form.field("display_name") == ""
    browser.csrf = form.csrf
    password = {"new": "correct horse battery", "again": "correct horse battery"}
    refused = await browser.post("/desk/password", password | {"display_name": "  "})
    assert refused.status == 422 and "The name needs" in refused.text
    assert (await browser.post("/desk/password", password | {"display_name": "Ana <b>Reyes</b>"})).status == 303
    agent = await house.agents.get("agent")
    assert agent and agent.display_name == "Ana <b>Reyes</b>" and not agent.must_change_password
    assert "Ana &lt;b&gt;Reyes" in (await browser.get("/desk")).text


async def test_a_name_that_was_given_is_not_asked_away(browser: Browser, house: House) -> None:
    made = await house.agents.add("bo", "Bo Lind")
    await browser.sign_in("bo", made.password)
    assert (await browser.get("/desk/password")).field("display_name") == "Bo Lind"


@pytest.fixture
async def page(house: House) -> AsyncIterator[Page]:
    """A desk at which sounds and notifications are counted, whose console must stay free of errors."""
    troubles: list[str] = []
    async with open_browser() as chromium:
        context = await chromium.new_context(base_url=house.base, viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(15_000)
        await context.add_init_script("""
            window.notified = []; window.asked = 0;
            const count = (name) => { const at = document.documentElement.dataset; at[name] = Number(at[name] ?? 0) + 1; };
            document.addEventListener("desk-rang", () => count("rang"));
            document.hasFocus = () => false;
            window.Notification = class {
                static permission = "default";
                static async requestPermission() { window.asked += 1; this.permission = "granted"; return "granted"; }
                constructor(title) { window.notified.push(title); count("notified"); }
            };
        """)
        opened = await context.new_page()
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        await enter(opened, house)
        yield opened
        await context.close()
    assert troubles == []


@pytest.mark.browser
async def test_who_waits_and_who_writes_is_heard_and_counted_in_the_title(page: Page, house: House) -> None:
    await page.locator("#find").click()  # a browser lets a page sound after that
    handoff = house.people.open("Needs a person", ChannelName.SMS)
    await expect(page).to_have_title("(1) Desk · Onethread")
    await expect(page.locator("html[data-rang='1']")).to_have_count(1)
    assert await page.evaluate("[window.notified, window.asked]") == [[], 0], "nobody asked for notifications"
    await page.get_by_role("link", name="Needs a person").click()
    await page.get_by_role("button", name="Accept").click()
    other = house.people.open("Somebody else")
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    await house.people.accept(other.id, "ana", None)
    house.people.say(other.id, "hello?")
    await expect(page.locator(f"#q-{other.id}.unread")).to_be_visible()
    house.people.say(handoff.id, "read at once, for it is open")
    await expect(page.locator(".line", has_text="read at once")).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(1\) "))


@pytest.mark.browser
async def test_a_notification_is_asked_for_by_a_button_and_names_the_customer_alone(page: Page, house: House) -> None:
    await page.goto("/desk/settings")
    assert await page.evaluate("window.asked") == 0
    await page.get_by_role("button", name="Allow notifications in this browser").click()
    await expect(page.get_by_text("This browser shows notifications.")).to_be_visible()
    await expect(page.get_by_label("Show a notification on this computer")).to_be_checked()
    await page.get_by_label("Play a sound").uncheck()
    await page.get_by_role("button", name="Save").click()
    await page.goto("/desk")
    await page.evaluate("Notification.permission = 'granted'")
    house.people.open("my secret matter")
    await expect(page.locator("html[data-notified='1']:not([data-rang])")).to_have_count(1)
    assert await page.evaluate("window.notified") == ["+12025550100 is waiting"]


@pytest.mark.browser
async def test_from_sign_in_to_the_first_reply_by_six_keys(page: Page, house: House) -> None:
    """What is typed aside: j, Enter, a, Control+Enter."""
    first = house.people.open("First in line")
    await expect(page.locator(f"#q-{first.id}")).to_be_visible()
    await page.locator("body").press("j")
    await expect(page.locator(f"#q-{first.id}")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    await page.locator("body").press("a")
    await expect(page.get_by_label("Your reply")).to_be_focused()
    await page.keyboard.type("just ask? 1 2/")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".line.agent")).to_contain_text("just ask? 1 2/")
    assert [call[0] for call in house.people.calls] == ["accept", "reply"]


@pytest.mark.browser
async def test_the_keys_walk_find_and_explain_themselves(page: Page, house: House) -> None:
    one = house.people.open("one")
    house.clock.forward(seconds=1)
    two = house.people.open("two")
    await expect(page.locator(f"#q-{two.id}")).to_be_visible()
    await page.locator("body").press("j")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(f"#q-{two.id}")).to_be_focused()
    await page.keyboard.press("k")
    await expect(page.locator(f"#q-{one.id}")).to_be_focused()
    await page.keyboard.press("3")
    await expect(page.get_by_text("You have no conversations. Accept one that waits.")).to_be_visible()
    await page.locator("body").press("/")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 open now.")).to_be_visible()
    await page.get_by_role("link", name=re.compile("All")).first.click()
    await expect(page.locator(f"#q-{two.id}")).to_be_visible()
    await page.locator("#conversation").press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert await faults_of(page, "dialog") == []
    await page.keyboard.press("Escape")
    await page.locator("body").press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.browser
async def test_letters_can_be_switched_off(page: Page, house: House) -> None:
    await house.agents.set_alerts("ana", ["title"])
    house.people.open("one")
    await page.goto("/desk")
    await page.locator("body").press("j")
    await page.locator("body").press("?")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await page.evaluate("document.activeElement === document.body")
