"""Old buttons that a tap would not carry out any more look so, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.axe import faults_of
from tests.web.customer import Visitor
from tests.web.fakes import START, Bank
from tests.web.test_web_accessible import visit

pytestmark = pytest.mark.browser


@pytest.fixture
async def ana(browser: Browser, bank: Bank) -> AsyncIterator[Visitor]:
    visitor = await visit(browser, bank)
    await visitor.opens()
    await visitor.says("block my card")
    await bank.says(visitor.web_id, "Shall I block it?", options=("Tell me more",), answers=("Yes",))
    await expect(button(visitor, "Yes")).to_be_enabled()
    yield visitor
    assert visitor.faults == []


def button(visitor: Visitor, name: str) -> Locator:
    return visitor.log.get_by_role("button", name=name)


async def test_a_yes_rests_once_its_question_is_over(ana: Visitor, bank: Bank) -> None:
    await bank.in_force(ana.web_id, "m_1", "m_1")
    await bank.says(ana.web_id, "Anything else?", answers=("Yes please",))
    await expect(button(ana, "Yes please")).to_be_enabled()
    await button(ana, "Yes").first.focus()
    await bank.in_force(ana.web_id, "m_2", "m_2")
    await expect(button(ana, "Yes (no longer available)")).to_be_disabled()
    assert await ana.focused() == "compose", "the keyboard goes on where it can"
    await expect(button(ana, "Tell me more")).to_be_enabled()
    await expect(button(ana, "Yes please")).to_be_enabled()
    assert await faults_of(ana.page) == []
    await ana.page.reload()
    await expect(button(ana, "Yes (no longer available)")).to_be_disabled()
    await expect(button(ana, "Yes please")).to_be_enabled()


async def test_what_the_server_did_not_know_of_yet_is_not_judged(ana: Visitor, bank: Bank) -> None:
    """A line may be quicker than what is kept of its menu."""
    await bank.in_force(ana.web_id, None)
    await bank.says(ana.web_id, "And this one?", answers=("Sure",))
    await expect(button(ana, "Sure")).to_be_enabled()
    await bank.in_force(ana.web_id, "m_1")
    await expect(button(ana, "Yes (no longer available)")).to_be_disabled()
    await expect(button(ana, "Sure")).to_be_enabled()


async def test_what_is_too_old_rests_whatever_it_does(ana: Visitor, bank: Bank) -> None:
    await bank.in_force(ana.web_id, "m_1", "m_1", since=START + timedelta(hours=1))
    await expect(button(ana, "Tell me more (no longer available)")).to_be_disabled()
    await expect(button(ana, "Yes (no longer available)")).to_be_disabled()


async def test_while_a_person_has_it_the_assistants_buttons_rest_and_come_back(ana: Visitor, bank: Bank) -> None:
    await bank.has_it(ana.web_id, "Sam")
    await expect(button(ana, "Tell me more (no longer available)")).to_be_disabled()
    await bank.in_force(ana.web_id, "m_1", "m_1")
    await expect(button(ana, "Tell me more")).to_be_enabled()
    await button(ana, "Tell me more").click()
    await expect(button(ana, "Tell me more (chosen)")).to_be_disabled()
    await bank.has_it(ana.web_id, "Sam")
    await expect(ana.dialog.get_by_text("You are talking with Sam")).to_be_visible()
    await expect(button(ana, "Tell me more (chosen)")).to_be_disabled()
    await expect(ana.log.get_by_text("no longer available")).to_have_count(0)
