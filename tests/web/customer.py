"""A customer in front of a real browser, as the browser tests speak of one."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.web.fakes import Bank


class Visitor:
    """One tab with the bank's page. ``faults`` collects what the browser complained of."""

    def __init__(self, page: Page, bank: Bank) -> None:
        self.page = page
        self.bank = bank
        self.web_id = ""
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if "Content Security" in message.text else None)

    @property
    def widget(self) -> Locator:
        return self.page.locator("onethread-chat")

    @property
    def launcher(self) -> Locator:
        return self.widget.locator("button.launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Harbour Bank")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Conversation")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write a message")

    async def arrives(self, path: str = "/") -> None:
        """Load the page and wait for the widget."""
        await self.page.goto(self.bank.url + path)
        await expect(self.widget).to_be_attached()

    async def opens(self) -> None:
        """Open the panel and wait for the connection."""
        await self.launcher.click()
        await self.is_online()

    async def is_online(self) -> None:
        await expect(self.widget).to_have_attribute("data-connection", "online")

    async def says(self, text: str) -> str:
        """Write and send; waits until the server has it, gives the visitor's web id."""
        await self.composer.fill(text)
        await self.composer.press("Enter")
        message = await self.bank.inbox.next()
        assert message.text == text
        self.web_id = message.sender.value
        await expect(self.bubble(text)).to_have_attribute("data-state", "sent")
        return self.web_id

    def bubble(self, text: str) -> Locator:
        return self.log.locator(".bubble").filter(has_text=text)

    async def words(self) -> list[str]:
        """The texts of all bubbles, oldest first."""
        return await self.log.locator(".bubble .text").all_inner_texts()

    async def focused(self) -> str | None:
        """Class or id of the element in the widget that has the focus."""
        script = "(widget) => [widget.shadowRoot.activeElement].map((e) => e && (e.id || e.className))[0]"
        found = await self.widget.evaluate(script)
        return None if found is None else str(found)
