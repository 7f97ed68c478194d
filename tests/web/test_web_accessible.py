"""The widget for keyboards, screen readers, small screens, dark rooms and other scripts: checks written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect
from pytest_aiohttp.plugin import AiohttpServer

from bot.model import Author
from tests.web.customer import Visitor
from tests.web.fakes import Bank

pytestmark = pytest.mark.browser

# WCAG 2.2 contrast of each element's own text against the first opaque background behind it, across shadow roots.
CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parent = (e) => e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const behind = (e) => {
    for (; e; e = parent(e)) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; }
    return [255, 255, 255, 255];
  };
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]);
  return all(document.body).filter((e) => e.checkVisibility({visibilityProperty: true}) && hasText(e)
      && !e.closest(".unseen, :disabled")).map((e) => {
    const style = getComputedStyle(e), [a, b] = [light(rgba(style.color)), light(behind(e))];
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const [text, where] = [e.textContent.trim().slice(0, 30), e.className || e.tagName];
    return {text, where, ratio: Math.round(ratio * 100) / 100, need: large ? 3 : 4.5};
  });
}
"""

# Controls that a pointer would miss (WCAG 2.2, 2.5.8) or that have no name.
SMALL_OR_NAMELESS = """
() => [...document.querySelector("onethread-chat").shadowRoot.querySelectorAll("button, textarea, a")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}))
  .filter((e) => { const box = e.getBoundingClientRect(); return e.tagName !== "A" && (box.width < 24 || box.height < 24)
    || !(e.ariaLabel || e.textContent.trim() || e.labels?.length); })
  .map((e) => e.outerHTML.slice(0, 80))
"""


async def visit(browser: Browser, bank: Bank, **settings: Any) -> Visitor:
    """A visitor in a fresh context with these settings (viewport, colour scheme, ...)."""
    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce", **settings})
    visitor = Visitor(await context.new_page(), bank)
    await visitor.arrives()
    return visitor


async def full_thread(visitor: Visitor, bank: Bank) -> None:
    """Every kind of line on screen."""
    await visitor.opens()
    web_id = await visitor.says("hello")
    await bank.says(web_id, "Hi! See https://bank.example/help", options=("Card", "Branch"))
    await bank.says(web_id, "You are next in line.", author=Author.NOTICE)
    await bank.says(web_id, "This is Sam, see https://bank.example/sam", author=Author.AGENT, agent="Sam")
    await expect(visitor.bubble("This is Sam")).to_be_visible()


@pytest.fixture
async def ana(browser: Browser, bank: Bank) -> AsyncIterator[Visitor]:
    visitor = await visit(browser, bank)
    yield visitor
    assert visitor.faults == []


async def test_opening_takes_the_focus_and_escape_gives_it_back(ana: Visitor) -> None:
    await ana.launcher.focus()
    await expect(ana.launcher).to_have_attribute("aria-expanded", "false")
    await ana.page.keyboard.press("Enter")
    await expect(ana.dialog).to_be_visible()
    assert await ana.focused() == "compose"
    await expect(ana.launcher).to_have_attribute("aria-expanded", "true")
    await ana.page.keyboard.press("Escape")
    await expect(ana.dialog).to_be_hidden()
    assert await ana.focused() == "launcher"
    await expect(ana.launcher).to_have_attribute("aria-expanded", "false")


async def test_a_button_of_the_page_opens_the_chat(ana: Visitor) -> None:
    await ana.page.get_by_role("button", name="Start a chat").focus()
    await ana.page.keyboard.press("Enter")
    await expect(ana.dialog).to_be_visible()
    assert await ana.focused() == "compose"


async def test_roles_and_names(ana: Visitor, bank: Bank) -> None:
    await full_thread(ana, bank)
    await expect(ana.log).to_have_attribute("aria-live", "polite")
    await expect(ana.dialog).to_have_accessible_name("Harbour Bank")
    await expect(ana.page.get_by_role("button", name="Send message")).to_be_disabled()
    await ana.composer.fill("x")
    await expect(ana.page.get_by_role("button", name="Send message")).to_be_enabled()
    await expect(ana.page.get_by_role("button", name="Close chat")).to_be_visible()
    await expect(ana.bubble("This is Sam")).to_contain_text("Sam: ")
    assert await ana.page.evaluate(SMALL_OR_NAMELESS) == []


async def test_history_is_not_read_out_but_news_is(ana: Visitor, bank: Bank) -> None:
    await full_thread(ana, bank)
    await ana.page.add_init_script("""
      window.live = [];
      const append = Element.prototype.append;
      Element.prototype.append = function (...nodes) {
        const lines = nodes.length && this.classList?.contains("bubbles");
        if (lines) window.live.push(this.getRootNode().querySelector("[role=log]").ariaLive);
        return append.apply(this, nodes);
      };
    """)
    await ana.page.reload()
    await expect(ana.bubble("This is Sam")).to_be_visible()
    assert await ana.page.evaluate("window.live") == ["off"] * 4
    await expect(ana.log).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_every_text_has_contrast(browser: Browser, bank: Bank, scheme: str, width: int) -> None:
    visitor = await visit(browser, bank, color_scheme=scheme, viewport={"width": width, "height": 844})
    seen = await visitor.page.evaluate(CONTRAST)
    await full_thread(visitor, bank)
    await visitor.composer.fill("x" * 1900)
    seen += await visitor.page.evaluate(CONTRAST)
    await bank.stop()
    await expect(visitor.dialog.get_by_text("No connection")).to_be_visible()
    seen += await visitor.page.evaluate(CONTRAST)
    assert len(seen) > 100
    assert [text for text in seen if text["ratio"] < text["need"]] == []


async def test_on_a_phone_the_chat_is_the_whole_screen_and_the_page_behind_is_inert(browser: Browser, bank: Bank) -> None:
    visitor = await visit(browser, bank, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") == 390
    await visitor.opens()
    box = await visitor.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    for _ in range(8):
        await visitor.page.keyboard.press("Tab")
        assert await visitor.page.evaluate(
            "[document.body, document.querySelector('onethread-chat')].includes(document.activeElement)"
        )
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.dialog).to_be_hidden()
    assert await visitor.focused() == "launcher"


async def test_long_words_wrap(browser: Browser, bank: Bank) -> None:
    visitor = await visit(browser, bank, viewport={"width": 320, "height": 640})
    await visitor.opens()
    web_id = await visitor.says("W" * 400)
    await bank.says(web_id, "https://bank.example/" + "a" * 400, options=("b" * 200,))
    await expect(visitor.bubble("https://bank")).to_be_visible()
    assert await visitor.dialog.locator(".scroller").evaluate("e => e.scrollWidth <= e.clientWidth")


async def test_it_mirrors_for_right_to_left(browser: Browser, bank: Bank) -> None:
    visitor = await visit(browser, bank)
    left = await visitor.launcher.bounding_box()
    await visitor.page.evaluate("document.documentElement.dir = 'rtl'; document.querySelector('onethread-chat').dir = 'rtl'")
    right = await visitor.launcher.bounding_box()
    assert left and right
    assert left["x"] > 900 > 200 > right["x"]


async def test_motion_stops_when_the_reader_asks_for_it(ana: Visitor) -> None:
    await ana.opens()
    assert await ana.dialog.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert await ana.widget.locator(".dots i").first.evaluate("e => getComputedStyle(e).animationName") == "none"


async def test_another_site_can_embed_it_in_its_own_words(browser: Browser, bank: Bank, aiohttp_server: AiohttpServer) -> None:
    """A page on another origin with its own strict policy, another title, another language."""
    policy = f"default-src 'none'; script-src {bank.url}; connect-src {bank.url.replace('http', 'ws')}"
    body = (
        f"""<script async src="{bank.url}/widget.js" data-title="Tienda" data-strings='{{"launcher": "Escríbenos"}}'></script>"""
    )

    async def shop(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", shop)
    server = await aiohttp_server(app)
    bank.embedders = (str(server.make_url("/")),)
    await bank.restart()
    page = await (await browser.new_context()).new_page()
    visitor = Visitor(page, bank)
    await page.goto(str(server.make_url("/")))
    await page.get_by_role("button", name="Escríbenos").click()
    await expect(page.get_by_role("dialog", name="Tienda")).to_be_visible()
    await visitor.is_online()
    assert (
        await page.get_by_role("dialog").evaluate("e => getComputedStyle(e).position") == "fixed"
    )  # the style sheet is in force
    await visitor.says("hola")
    assert visitor.faults == []
