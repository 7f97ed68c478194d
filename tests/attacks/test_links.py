"""One-time links without the widget: looking at one joins nothing, and only one browser opens it."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime

from bot.model import Address, AddressKind
from bot.switching.switch import Links
from tests.attacks.bank import ANA, EVE, SECRET_LINE, Bank


async def link(bank: Bank, tel: str) -> str:
    """The token of a link that was texted to this number."""
    links = Links(bank.core.base.store.codes, bank.core.identity.linking.vouched, lambda: datetime.now(UTC), bank.public)
    return (await links.make(Address(AddressKind.TEL, tel))).partition("#t=")[2]


async def test_a_look_at_a_link_joins_nothing_and_uses_nothing_up(bank: Bank, ana: str) -> None:
    token = await link(bank, ANA)
    for _ in range(3):
        async with bank.browser(identity=f"link.{token}") as thief:
            assert thief.errors == [] and await thief.says("what did i say") == "prove it first"
            assert bank.assistant.heard[-1]["metadata"]["tel"] is None
    async with bank.browser(identity=f"open.{token}") as browser:
        assert SECRET_LINE in await browser.says("what did i say")


async def test_a_link_is_opened_by_one_browser_of_many(bank: Bank, ana: str) -> None:
    token = await link(bank, ANA)

    async def opens() -> list[str]:
        async with bank.browser(identity=f"open.{token}") as browser:
            return browser.errors

    outcomes = await asyncio.gather(*(opens() for _ in range(5)))
    assert sorted(outcomes) == [[], *[["not_vouched"]] * 4]
    async with bank.browser(identity=f"link.{token}") as late:
        assert late.errors == ["not_vouched"]


async def test_a_guessed_link_is_no_link(bank: Bank, ana: str) -> None:
    await link(bank, ANA)
    for guess in ("", "x", secrets.token_urlsafe(24), "../" * 10 + "aa", "a" * 3000):
        for verb in ("link", "open"):
            async with bank.browser(identity=f"{verb}.{guess}") as thief:
                assert thief.errors == ["not_vouched"], guess
                assert await thief.says("what did i say") == "prove it first"


async def test_a_planted_thread_is_not_shown_to_who_only_looked(bank: Bank, ana: str) -> None:
    """Eve passes her link on to Ana: what Ana writes stays Ana's until she says that Eve's phone is hers."""
    async with bank.browser(ana, identity=f"link.{await link(bank, EVE)}") as victim:
        assert SECRET_LINE in await victim.says("what did i say")
        await victim.says("and more")
    await bank.texts(EVE, "what did i say")
    await bank.twilio.texted(EVE, "prove it first")
    eves = await bank.conversation(f"tel:{EVE}")
    said = [event["text"] for event in bank.assistant.trackers[eves["id"]] if event["event"] == "user"]
    assert said == ["what did i say"]
