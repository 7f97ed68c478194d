"""Going back, the main menu, and names by keys: through the real Rasa and our actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import SendCode
from bot.skills.parsing.keypad import keyed_name, keys_in, spelled
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN = "+12125550102"
Start = Callable[..., Talk]

NAMES = [("Ana Lopez", "26256739"), ("Élodie Martin", "356343627846"), ("Sean O'Connor-Smith", "7326626666776484")]


@pytest.mark.parametrize(("name", "keys"), NAMES)
def test_a_name_as_keys(name: str, keys: str) -> None:
    assert spelled(name) == keys and keys_in(keyed_name(keys) or "") == keys


@pytest.mark.parametrize("text", ["4421", "0000000", "Ana Lopez", "2625 6739", "", "2" * 41])
def test_what_is_no_name_in_keys(text: str) -> None:
    assert keyed_name(text) is None and keys_in(text) is None


async def test_back_to_the_name_and_on_again(talk: Start) -> None:
    ben = talk(channel="voice")
    await ben.says("activate my card")
    await ben.says("Ana Lopez")
    back = await ben.says("go back")
    assert "one step back" in back and "first and last name" in back
    assert "last four digits" in await ben.says("Ben Carter")
    assert (await ben.slots())["full_name"] == "Ben Carter"


async def test_nothing_before_the_first_question_and_none_outside_forms(talk: Start) -> None:
    ben = talk()
    assert "no earlier question" in await ben.says("go back")
    await ben.says("activate my card")
    first = await ben.says("/go_back")
    assert "no earlier question" in first and "first and last name" in first


async def test_back_from_the_code_asks_for_the_number(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN)
    assert SendCode(BEN) in (await ben.says("what is my balance")).directives
    assert "Which mobile number" in await ben.says("/go_back")


async def test_the_main_menu_leaves_the_form_and_keeps_the_name(talk: Start) -> None:
    ben = talk(channel="voice")
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    menu = await ben.says("main menu")
    assert "Main menu" in menu and "Activate a card" in menu.options and await ben.form() is None
    assert "last four digits" in await ben.says(menu.options["Activate a card"])


async def test_a_keyed_name_opens_what_a_spoken_one_does_and_tells_no_more(talk: Start) -> None:
    answers = []
    for name, card in (("23622783700", "1881"), ("9999999", "1881"), ("Bob Unknown", "1881")):
        caller = talk(channel="voice")
        await caller.says("activate my card")
        asked = await caller.says(name)
        answers.append((asked.texts, (await caller.says(card)).texts))
    assert answers[0][0] == answers[1][0] == answers[2][0]  # the name alone tells nothing
    assert answers[1] == answers[2]


async def test_a_card_is_activated_by_keys_alone(talk: Start) -> None:
    ben = talk(channel="voice")
    await ben.says("activate my card")
    await ben.says(spelled("Ben Carter"))
    assert "1 8 8 1 is active" in await ben.says("1881")


async def test_keys_are_no_name_in_a_chat(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    assert "first and last name" in await ben.says(spelled("Ben Carter"))
