"""Keys that come when nothing asks for them any more: after figures that had ended, twice, or with the receiver going down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.model import Option, Reply
from bot.ports import TurnResult
from tests.voice.conftest import World
from tests.voice.fakes import Doc, Phone
from tests.voice.relay_world import RelayWorld, Socket, relay_world

DONE = TurnResult("", (Reply("All done."), Reply("What else can I do for you?")))
MENU = TurnResult("", (Reply("All done. What next?", (Option("Balance", "/balance"), Option("My card", "/card"))),))
NAME = TurnResult("", (Reply("Your name?", prompt={"count": "any"}),))
CODE = TurnResult("", (Reply("And the code?"),), collect=6)
NEXT = [DONE, MENU, NAME, CODE]


# -- over <Gather> ----------------------------------------------------------------------------------------------------


async def asked(world: World) -> tuple[Phone, Doc]:
    """A call that asks for four figures."""
    world.conversations.will("The last four digits?", collect=4)
    phone = world.phone()
    return phone, await phone.rings()


@pytest.mark.parametrize("key", ["#", "*"])
@pytest.mark.parametrize("seconds", [0, 0.5, 3.5])
async def test_the_key_that_ends_figures_comes_late_and_what_it_cut_short_is_said_again(
    world: World, key: str, seconds: float
) -> None:
    phone, first = await asked(world)
    world.conversations.script.append(DONE)
    done = await phone.answers(first, Digits="4421")
    world.clock.passes(seconds)
    again = await phone.answers(done, Digits=key)
    assert again.words == done.words == "All done. What else can I do for you?"
    assert again.step == done.step + 1
    assert world.conversations.wished == [] and world.conversations.turns == [("4421", "")]
    world.conversations.will("Here is your balance.")
    assert (await phone.answers(again, SpeechResult="my balance")).words == "Here is your balance."


async def test_a_late_key_that_comes_twice_is_answered_alike(world: World) -> None:
    phone, first = await asked(world)
    world.conversations.script.append(DONE)
    done = await phone.answers(first, Digits="4421")
    assert (await phone.answers(done, Digits="#")).xml == (await phone.answers(done, Digits="#")).xml


@pytest.mark.parametrize(("seconds", "times"), [(6, 1), (0.5, 2)])
async def test_later_or_a_second_time_it_is_the_main_menu(world: World, seconds: float, times: int) -> None:
    phone, first = await asked(world)
    world.conversations.script.append(DONE)
    doc = await phone.answers(first, Digits="4421")
    world.clock.passes(seconds)
    for _ in range(times):
        doc = await phone.answers(doc, Digits="#")
    assert world.conversations.wished == [("/main_menu", "main menu")]


@pytest.mark.parametrize("digits", ["44", "442", "1"])
async def test_after_figures_that_the_finish_key_ended_it_is_the_main_menu(world: World, digits: str) -> None:
    phone, first = await asked(world)
    world.conversations.will("That was not four digits. What can I do?")
    done = await phone.answers(first, Digits=digits)
    await phone.answers(done, Digits="#")
    assert world.conversations.wished == [("/main_menu", "main menu")]


async def test_alone_at_a_menu_it_is_the_main_menu(world: World) -> None:
    world.conversations.script.append(MENU)
    phone = world.phone()
    menu = await phone.rings()
    world.conversations.script.append(DONE)
    done = await phone.answers(menu, Digits="1")
    await phone.answers(done, Digits="#")
    assert world.conversations.wished == [("/main_menu", "main menu")]


async def test_figures_that_were_only_begun_when_the_caller_hung_up_are_no_answer(world: World) -> None:
    phone, first = await asked(world)
    await phone.post("/twilio/voice/call-status", CallStatus="completed")
    assert (await phone.answers(first, Digits="44")).verbs == []
    assert world.conversations.turns == []
    await phone.answers(first, Digits="44", CallStatus="completed")
    assert world.conversations.turns == []


async def test_whole_figures_that_came_with_the_end_are_an_answer(world: World) -> None:
    phone, first = await asked(world)
    await phone.post("/twilio/voice/call-status", CallStatus="completed")
    world.conversations.script.append(DONE)
    await phone.answers(first, Digits="4421")
    assert world.conversations.turns == [("4421", "")]


async def test_whose_cheek_lies_on_the_keys_is_not_cut_off(world: World) -> None:
    world.conversations.script.append(NAME)
    phone = world.phone()
    first = await phone.rings()
    world.conversations.will("That is no name.")
    assert (await phone.answers(first, Digits="5" * 500)).words == "That is no name."


# -- over the relay ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def relay(aiohttp_client: Any) -> AsyncIterator[RelayWorld]:
    async with relay_world(aiohttp_client) as made:
        yield made


async def all_taken(relay: RelayWorld, socket: Socket) -> None:
    """Every key that was sent has arrived: so has a message behind them that nobody knows."""
    relay.passed_over.clear()
    await socket.sends(type="unheard-of")
    async with asyncio.timeout(5):
        await relay.passed_over.wait()


@pytest.mark.parametrize("after", ["#", "*", "##", "1", "1#"])
@pytest.mark.parametrize("following", NEXT)
async def test_keys_behind_complete_figures_are_dropped(relay: RelayWorld, after: str, following: TurnResult) -> None:
    """In one go, before the answer is there: the key that ends them, and the last one pressed twice."""
    phone, socket = await relay.connected("The last four digits?", collect=4)
    relay.conversations.gate = asyncio.Event()
    relay.conversations.script.append(following)
    await socket.presses("4421" + after)
    await all_taken(relay, socket)
    relay.conversations.gate.set()
    said = await socket.hears()
    relay.conversations.will("Good.")
    await socket.says("Ben Carter")
    assert await socket.hears() == "Good."
    assert said.startswith(following.replies[0].text.split(".")[0])
    assert relay.conversations.turns == [("4421", ""), (None, "Ben Carter")] and relay.conversations.wished == []
    assert relay.store.calls[phone.sid].silences == relay.store.calls[phone.sid].misses == 0


async def test_a_key_that_cut_the_answer_short_makes_it_be_said_again(relay: RelayWorld) -> None:
    _, socket = await relay.connected("The last four digits?", collect=4)
    relay.conversations.script.append(DONE)
    await socket.presses("4421")
    said = await socket.hears()
    relay.clock.passes(0.5)
    await socket.presses("#")
    await socket.sends(type="interrupt", utteranceUntilInterrupt="All", durationUntilInterruptMs=200)
    assert await socket.hears() == said
    assert relay.conversations.wished == []


async def test_a_menus_key_pressed_twice_answers_one_question(relay: RelayWorld) -> None:
    relay.conversations.script.append(MENU)
    phone = relay.phone()
    socket: Socket = await relay.opens(phone, await phone.rings())
    await socket.hears()
    relay.conversations.gate = asyncio.Event()
    relay.conversations.script.append(MENU)
    await socket.presses("11")
    await all_taken(relay, socket)
    relay.conversations.gate.set()
    await socket.hears()
    relay.conversations.script.append(DONE)
    await socket.presses("2")
    await socket.hears()
    assert relay.conversations.turns == [("1", ""), ("2", "")]


async def test_who_knows_the_way_may_key_ahead(relay: RelayWorld) -> None:
    relay.conversations.script.append(MENU)
    phone = relay.phone()
    socket = await relay.opens(phone, await phone.rings())
    await socket.hears()
    relay.conversations.will("Your zip code?", collect=5)
    relay.conversations.will("Union Square.")
    await socket.presses("210003")
    assert await socket.hears() == "Your zip code?"
    assert await socket.hears() == "Union Square."
    assert relay.conversations.turns == [("2", ""), ("10003", "")]


async def test_the_hash_key_in_the_greeting_is_the_main_menu(relay: RelayWorld) -> None:
    _, socket = await relay.connected("How can I help?")
    relay.conversations.will("Main menu.")
    await socket.presses("#")
    assert await socket.hears() == "Main menu."
    assert relay.conversations.wished == [("/main_menu", "main menu")]
