"""Menus from before two conversations were joined: tapped, numbered and named afterwards, each on its own side."""

from __future__ import annotations

import re

from bot.directives import SendCode
from bot.model import Option, Reply
from bot.ports import DialogueTurn
from tests.bot.conftest import ANA, World

CARDS = (Option("My debit card", "/debit"), Option("My credit card", "/credit"))
PLACES = (Option("Union Square", "/union"), Option("Midtown", "/midtown"))
SURE = (Option("Yes, do it", "/affirm"), Option("No", "/deny"))
MENUS = {"cards": CARDS, "places": PLACES, "sure": SURE}


def answers(world: World) -> None:
    def answer(said: dict[str, str]) -> DialogueTurn:
        wish = str(said["said"])
        if wish == "prove":
            return DialogueTurn((Reply("a code"),), (SendCode(ANA.value),))
        return DialogueTurn((Reply("which?", MENUS.get(wish, ())),))

    world.assistant.answer = answer  # type: ignore[assignment]


async def proves(world: World) -> None:
    """Ana's browser joins her phone's conversation."""
    await world.chats("prove")
    code = next(found[0] for m in await world.sent_to(ANA) if (found := re.findall(r"\d{6}", m.reply.text)))
    result = await world.chats(code)
    phone = await world.contacts.find(ANA)
    assert phone and result.conversation_id == phone.conversation_id


def last(world: World) -> str:
    return str(world.assistant.asked[-1]["said"])


async def test_a_tap_on_the_browsers_older_menu_counts(world: World) -> None:
    answers(world)
    await world.texts("hello")
    shown = await world.chats("places")
    await proves(world)
    await world.chats("Midtown", choice=f"{shown.menu_id}:2")
    assert last(world) == "/midtown"


async def test_a_number_by_text_is_the_phones_own_menu_and_never_the_browsers(world: World) -> None:
    answers(world)
    await world.texts("cards")
    await world.chats("places")
    await proves(world)
    await world.texts("2")
    assert last(world) == "/credit"


async def test_the_second_one_means_ones_own_side(world: World) -> None:
    answers(world)
    await world.chats("places")
    await world.texts("cards")  # the newer menu, on the other side
    await proves(world)
    await world.chats("the second one")
    assert last(world) == "/midtown"
    await world.chats("2")
    assert last(world) == "2"  # a bare number has no question any more: it is speech


async def test_a_late_yes_of_the_other_side_agrees_to_nothing(world: World) -> None:
    answers(world)
    await world.texts("hello")
    shown = await world.chats("sure")
    await proves(world)
    asked = len(world.assistant.asked)
    result = await world.chats("Yes, do it", choice=f"{shown.menu_id}:1")
    assert result.replies[0].text == "menu_late" and len(world.assistant.asked) == asked


async def test_what_is_asked_of_the_phone_is_still_asked(world: World) -> None:
    """The browser's menu must not stand in for the phone's last question."""
    answers(world)
    await world.chats("places")
    await world.texts("cards")
    await proves(world)
    await world.texts("My credit card")
    assert last(world) == "/credit"
