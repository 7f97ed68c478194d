"""The people of the stories: a customer with a browser, and an agent at the desk. They see what a person sees."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

from tests.story.stack import Stack

PASSWORD = "a long password of my own"


class WebCustomer:
    """Somebody on the bank's page, in the chat."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")

    @classmethod
    async def opens(cls, browser: Browser, stack: Stack) -> WebCustomer:
        page = await (await browser.new_context()).new_page()
        await page.goto(stack.public)
        await page.get_by_role("button", name="Chat with us").first.click()
        return cls(page)

    async def writes(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name="Write a message")
        await box.fill(text)
        await box.press("Enter")

    async def taps(self, option: str) -> None:
        await self.log.get_by_role("button", name=option).last.click()

    async def reads(self, words: str | re.Pattern[str]) -> None:
        await expect(self.log.get_by_text(words).last).to_be_visible(timeout=15_000)


class DeskAgent:
    """An agent signed in at the desk."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def signs_in(cls, browser: Browser, stack: Stack) -> DeskAgent:
        page = await (await browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
        await page.goto(f"{stack.internal}/desk")
        username, one_time = stack.first_agent
        await cls._sign_in(page, username, stack.agents_password or one_time)
        if stack.agents_password is None:
            await cls._choose_password(page)
            stack.agents_password = PASSWORD
        await expect(page.get_by_role("navigation", name="Queue")).to_be_visible()
        return cls(page)

    @classmethod
    async def signs_in_as(cls, browser: Browser, stack: Stack, username: str, name: str) -> DeskAgent:
        """A further agent, new to the desk."""
        await stack.agent(username, name, PASSWORD)
        page = await (await browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
        await page.goto(f"{stack.internal}/desk")
        await cls._sign_in(page, username, PASSWORD)
        await expect(page.get_by_role("navigation", name="Queue")).to_be_visible()
        return cls(page)

    @staticmethod
    async def _sign_in(page: Page, username: str, password: str) -> None:
        await page.get_by_label("Username").fill(username)
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Sign in").click()

    @staticmethod
    async def _choose_password(page: Page) -> None:
        await page.get_by_label("Your name, as customers read it").fill("First agent")
        await page.get_by_label("New password", exact=True).fill(PASSWORD)
        await page.get_by_label("New password again").fill(PASSWORD)
        await page.get_by_role("button", name="Save password").click()

    async def opens(self, reason: str | re.Pattern[str]) -> None:
        """A conversation in the queue, which appears without a reload."""
        await self.page.locator("a.entry").filter(has_text=reason).first.click()

    async def sees(self, words: str | re.Pattern[str]) -> None:
        await expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible(timeout=15_000)

    async def accepts(self) -> None:
        await self.page.get_by_role("button", name=re.compile("^Accept")).click()

    async def replies(self, text: str) -> None:
        await self.page.get_by_label("Your reply").fill(text)
        await self.page.get_by_role("button", name="Send").click()

    async def closes(self, outcome: str) -> None:
        await self.page.get_by_text("Close…").click()
        await self.page.get_by_label("What was agreed").fill(outcome)
        async with self.page.expect_response(lambda answer: answer.url.endswith("/close")):  # a phone may be hung up right after
            await self.page.get_by_role("button", name="Close conversation").click()

    async def offers(self, name: str, note: str) -> None:
        """The conversation to a colleague."""
        await self.page.locator("#hand-over").click()
        form = self.page.locator("form[action$=offer]")
        await form.get_by_label("To a colleague").select_option(label=name)
        await form.get_by_label("Note for colleagues").fill(note)
        await form.get_by_role("button", name="Offer it").click()

    async def takes(self) -> None:
        """What a colleague offers."""
        await self.page.locator(".to-do").get_by_role("link").first.click()
        await self.page.get_by_role("button", name="Take it").click()

    async def has_phone(self, number: str) -> None:
        """Set the number that is rung for calls."""
        await self.page.get_by_role("link", name="Settings").or_(self.page.locator("a[href='/desk/settings']")).first.click()
        await self.page.get_by_label("Phone for calls").fill(number)
        await self.page.get_by_role("button", name="Save").click()
        await self.page.goto(self.page.url.split("/desk")[0] + "/desk")
