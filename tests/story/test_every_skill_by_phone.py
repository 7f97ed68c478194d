"""Whoever calls can do what others do on web chat: every skill with keys alone, and with speech alone, on the whole stack."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.skills.parsing.keypad import spelled
from simulator.scripting.testing import Phone, Simulator
from tests.story.stack import Stack

pytestmark = pytest.mark.stack

BEN, CHIDI, DORA, FARID = "+12125550102", "+16175550103", "+16175550104", "+12125550106"
STRANGER = "+121255501"
SIX_DIGITS = re.compile(r"\b\d{6}\b")
FIGURES = "zero one two three four five six seven eight nine".split()


class KeysOnly:
    """A caller who never says a word."""

    def __init__(self, sim: Simulator, phone: Phone) -> None:
        self.sim, self.phone = sim, phone

    async def wants(self, title: str, _words: str) -> None:
        """By the main menu: # reads it, and the entry's own key chooses."""
        await self.phone.presses("#")
        await self.chooses(title)

    async def chooses(self, title: str, _words: str = "") -> None:
        """By the key that is read out for it."""
        offer = re.compile(rf"{re.escape(title)}[^.]*?press or say (\d)", re.IGNORECASE)
        found = offer.search(await self.phone.hears(offer))
        assert found
        await self.phone.presses(found[1])

    async def names(self, name: str) -> None:
        await self.phone.presses(f"{spelled(name)}#")

    async def figures(self, figures: str) -> None:
        await self.phone.presses(figures)

    async def wishes(self, key: str, _words: str) -> None:
        await self.phone.presses(key)


class SpeechOnly(KeysOnly):
    """A caller who touches no key."""

    async def wants(self, _title: str, words: str) -> None:
        await self.phone.says(words)

    async def chooses(self, _title: str, words: str = "") -> None:
        await self.phone.says(words)

    async def names(self, name: str) -> None:
        await self.phone.says(name)

    async def figures(self, figures: str) -> None:
        await self.phone.says(" ".join(FIGURES[int(figure)] for figure in figures))

    async def wishes(self, _key: str, words: str) -> None:
        await self.phone.says(words)


Skill = Callable[[KeysOnly], Awaitable[None]]
SKILLS: dict[str, tuple[Skill, tuple[str, str]]] = {}
"""Each is tried by two customers, so that neither profits from what the other did: one by keys, one by speech."""


def skill(by_keys: str, by_speech: str) -> Callable[[Skill], Skill]:
    def add(play: Skill) -> Skill:
        SKILLS[play.__name__] = (play, (by_keys, by_speech))
        return play

    return add


async def proves(caller: KeysOnly) -> None:
    """The code that comes by text, dictated or keyed."""
    handset = caller.sim.handset()
    await caller.phone.hears("six digit code")
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    await caller.figures(code.group())


@skill(STRANGER + "10", STRANGER + "11")
async def activates_a_card(caller: KeysOnly) -> None:
    await caller.wants("activate a card", "I want to activate my new card")
    await caller.phone.hears("first and last name")
    await caller.names("Ben Carter")
    await caller.phone.hears("last four digits")
    await caller.figures("1881")
    await caller.phone.hears(re.compile("1 8 8 1 is (already )?active"))


@skill(CHIDI, BEN)
async def hears_the_balance(caller: KeysOnly) -> None:
    await caller.wants("my balance", "What is my balance?")
    await proves(caller)
    await caller.phone.hears(re.compile("3,102 dollars and 77 cents|86 dollars and 15 cents"))


@skill(DORA, FARID)
async def hears_where_the_card_is_and_takes_a_person(caller: KeysOnly) -> None:
    await caller.wants("where is my card", "Where is my card?")
    await proves(caller)
    await caller.phone.hears(re.compile("could not be delivered|is late"))
    await caller.chooses("speak to a person", "yes please")
    await caller.phone.hears("in the queue")


@skill(STRANGER + "12", STRANGER + "13")
async def finds_a_branch_and_asks_about_another(caller: KeysOnly) -> None:
    await caller.wants("find a branch", "where is the nearest branch")
    await caller.phone.hears("zip code")
    await caller.figures("10012")
    await caller.phone.hears("1 0 0 1 2")
    await caller.chooses("union square", "Union Square")
    await caller.phone.hears("Union Square is at 205 Lantern Row")


@skill(STRANGER + "14", STRANGER + "15")
async def hears_the_opening_hours(caller: KeysOnly) -> None:
    await caller.wants("opening hours", "what are your opening hours")
    await caller.phone.hears(re.compile("open Monday to Friday"))


@skill(STRANGER + "16", STRANGER + "17")
async def reports_a_lost_card(caller: KeysOnly) -> None:
    await caller.wants("report a lost card", "I lost my card")
    await caller.phone.hears("Shall I block it now")
    await caller.chooses("speak to a person", "speak to a person")
    await caller.phone.hears("in the queue")


@skill(STRANGER + "18", STRANGER + "19")
async def confirms_the_number(caller: KeysOnly) -> None:
    await caller.wants("confirm my number", "I want to confirm my number")
    await proves(caller)
    await caller.phone.hears("your number is confirmed")


@skill(STRANGER + "20", STRANGER + "21")
async def goes_back_repeats_is_slower_and_leaves_a_form(caller: KeysOnly) -> None:
    await caller.wants("activate a card", "activate my card")
    await caller.phone.hears("first and last name")
    await caller.names("Ben Carter")
    await caller.phone.hears("last four digits")
    await caller.wishes("*#", "can you repeat that please")
    await caller.phone.hears("last four digits")
    await caller.wishes("*8#", "more slowly please")
    await caller.phone.hears("more slowly")
    await caller.wishes("*9#", "go back")
    await caller.phone.hears("first and last name")
    await caller.wishes("**#", "main menu")
    await caller.phone.hears("Main menu")


@skill(STRANGER + "22", STRANGER + "23")
async def reaches_a_person_out_of_a_form(caller: KeysOnly) -> None:
    await caller.wants("find a branch", "find a branch")
    await caller.phone.hears("zip code")
    await caller.wishes("*0#", "a person")
    await caller.phone.hears("in the queue")


@pytest.mark.parametrize("kind", [KeysOnly, SpeechOnly])
@pytest.mark.parametrize("name", SKILLS)
async def test_a_skill(stack: Stack, sim: Simulator, name: str, kind: type[KeysOnly]) -> None:
    play, (by_keys, by_speech) = SKILLS[name]
    await sim.become(by_speech if kind is SpeechOnly else by_keys)
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    try:
        await play(kind(sim, phone))
        assert sim.problems() == []
    finally:
        await phone.hangs_up()


async def test_who_says_nothing_at_all_hears_the_menu_and_reaches_a_person(stack: Stack, sim: Simulator) -> None:
    await sim.become("+12125550177")
    phone = await sim.call()
    await phone.hears("Tell me what you need")
    await phone.stays_silent()
    await phone.hears("What can I do for you?")
    await phone.stays_silent()
    await phone.hears(re.compile("Here is the menu.*activate a card.*press or say 1", re.IGNORECASE))
    await phone.stays_silent()
    await phone.hears("in the queue")
    await phone.hangs_up()
    assert sim.problems() == []


async def test_hardly_heard_words_are_asked_back_on_the_real_line(stack: Stack, sim: Simulator) -> None:
    await sim.become("+12125550178")
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    await phone.says("where is the nearest branch", confidence=0.2)
    await phone.hears("Did you say: where is the nearest branch?")
    await phone.says("yes", confidence=0.3)
    await phone.hears("zip code")
    await phone.hangs_up()
