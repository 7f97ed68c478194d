"""Names as people really have and give them: sixty that were written down before the code that takes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions.bank import Bank
from bot.skills.parsing.matching import same
from bot.skills.parsing.names import Names, NoPeople, key
from tests.talking.talk import Talk

RULES = Names(NoPeople())
Start = Callable[..., Talk]

# What is answered to "What is your first and last name?", and the name that is kept.
GIVEN = [
    ("Jack Ma", "Jack Ma"),
    ("jack ma", "Jack Ma"),
    ("JACK MA", "Jack Ma"),
    ("my name is jack ma", "Jack Ma"),
    ("Carter, Ben", "Ben Carter"),
    ("carter, ben", "Ben Carter"),
    ("Carter,Ben", "Ben Carter"),
    ("my name is Carter, Ben", "Ben Carter"),
    ("Mr. Ben Carter", "Ben Carter"),
    ("mr ben carter", "Ben Carter"),
    ("Mrs Ana Lopez-Carter", "Ana Lopez-Carter"),
    ("this is Ms. Dora Nielsen", "Dora Nielsen"),
    ("Dr Ana Lopez Jr.", "Ana Lopez"),
    ("Prof. Dr. Chidi Okafor", "Chidi Okafor"),
    ("Ben Carter III", "Ben Carter"),
    ("Ben Carter, Jr.", "Ben Carter"),
    ("Teller", "Teller"),
    ("Sukarno", "Sukarno"),
    ("sukarno", "Sukarno"),
    ("my name is Sukarno", "Sukarno"),
    ("it's ben carter", "Ben Carter"),
    ("its ben carter", "Ben Carter"),
    ("It\u2019s Ben Carter", "Ben Carter"),
    ("I'm Ben Carter.", "Ben Carter"),
    ("I am called Ben Carter", "Ben Carter"),
    ("they call me Ben Carter", "Ben Carter"),
    ("the name's Carter, Ben Carter", "Ben Carter"),
    ("name: Ben Carter", "Ben Carter"),
    ("first name Ben, last name Carter", "Ben Carter"),
    ("first name is Ben and last name is Carter", "Ben Carter"),
    ("Ben is my first name and Carter is my last name", "Ben Carter"),
    ("B. Carter", "B. Carter"),
    ("b carter", "B Carter"),
    ("Ben J. Carter", "Ben J. Carter"),
    ("J.R.R. Tolkien", "J.R.R. Tolkien"),
    ("李小龙", "李小龙"),
    ("李 小龙", "李 小龙"),
    ("Ана Лопес", "Ана Лопес"),
    ("ана лопес", "Ана Лопес"),
    ("محمد", "محمد"),
    ("محمد الفارسي", "محمد الفارسي"),
    ("प्रिया शर्मा", "प्रिया शर्मा"),
    ("김민수", "김민수"),
    ("Γιώργος Παπαδόπουλος", "Γιώργος Παπαδόπουλος"),
    ("דוד כהן", "דוד כהן"),
    ("สมชาย ใจดี", "สมชาย ใจดี"),
    ("John Long", "John Long"),
    ("long john", "Long John"),
    ("George Best", "George Best"),
    ("Hope May", "Hope May"),
    ("will may", "Will May"),
    ("Mark Best", "Mark Best"),
    ("Bill Stopp", "Bill Stopp"),
    ("Courtney Love", "Courtney Love"),
    ("Emily Post", "Emily Post"),
    ("Neil Young", "Neil Young"),
    ("Tyra Banks", "Tyra Banks"),
    ("Drew Carey", "Drew Carey"),
    ("Jonathan Price", "Jonathan Price"),
    ("April Day", "April Day"),
    ("Art Garfunkel", "Art Garfunkel"),
    ("Rich Card", "Rich Card"),
    ("Art Open", "Art Open"),
    ("Nguyen Van An", "Nguyen Van An"),
    ("Jean-Luc Picard", "Jean-Luc Picard"),
    ("Sean O'Brien", "Sean O'Brien"),
    ("sean o\u2019brien", "Sean O\u2019Brien"),
    ("D'Angelo Russell", "D'Angelo Russell"),
    ("Anne-Marie O'Neil-Smith", "Anne-Marie O'Neil-Smith"),
    ("ludwig van beethoven", "Ludwig van Beethoven"),
    ("María de la Cruz", "María de la Cruz"),
    ("Ana Lopez, thanks", "Ana Lopez"),
    ("yes it is Ana Lopez", "Ana Lopez"),
    ("sure, Ana Lopez", "Ana Lopez"),
    ("Ana... Ana Lopez", "Ana Lopez"),
    ("Ana Lopez 😀", "Ana Lopez"),
    ("  Ana   Lopez  ", "Ana Lopez"),
    ("\u202bמשה לוי\u202c", "משה לוי"),
    ("ben carter here", "Ben Carter"),
    ("it is me, Ben Carter", "Ben Carter"),
    ("ben carter speaking", "Ben Carter"),
    ("full name ana lopez", "Ana Lopez"),
    ("Ana Lopez (like on the card)", "Ana Lopez"),
    ("Long", "Long"),
    ("my name is Best", "Best"),
    ("Do An", "Do An"),
    ("A N A  L O P E Z", "Ana Lopez"),
    ("A-N-A L-O-P-E-Z", "Ana Lopez"),
]

# Said in the same place, and nobody's name.
NOT_A_NAME = [
    "i don't know",
    "why do you need my name",
    "what are your opening hours",
    "call me",
    "my name is my business",
    "none of your business",
    "Good Morning",
    "Real Human",
    "Call Me Back",
    "call me tomorrow",
    "speak to an agent",
    "real person please",
    "my card",
    "wrong number",
    "new card",
    "no thanks",
    "1234 Main Street",
    "4421",
    "I got it in 2025",
    "I have one question",
    "what name",
    "which name do you mean",
    "first and last name",
    "my name",
    "is that safe",
    "not yet",
    "it is printed on the card",
    "it's on the card",
    "i'm at work",
    "this is ridiculous",
    "good morning",
    "thank you",
    "?!",
    "",
]


@pytest.mark.parametrize(("text", "name"), GIVEN)
def test_a_name_is_taken_as_it_is_given(text: str, name: str) -> None:
    assert RULES.answer(text) == name


@pytest.mark.parametrize("text", NOT_A_NAME)
def test_what_is_nobodys_name_is_not_taken(text: str) -> None:
    assert RULES.answer(text) is None


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("Ben Carter", "Ben Carter"),
        ("carter ben", "Ben Carter"),
        ("BEN CARTER", "Ben Carter"),
        ("B. Carter", "Ben Carter"),
        ("Ben J. Carter", "Ben Carter"),
        ("Ben John Carter", "Ben Carter"),
        ("Ben Carter", "Ben John Carter"),
        ("Ben Carter", "Ben J. Carter"),
        ("Ben J Carter", "Ben John Carter"),
        ("elodie martin", "Élodie Martin"),
        ("MARTIN ÉLODIE", "Élodie Martin"),
        ("Jean Luc Picard", "Jean-Luc Picard"),
        ("Jeanluc Picard", "Jean-Luc Picard"),
        ("Sean OBrien", "Sean O'Brien"),
        ("Ana Lopez Garcia", "Ana Lopez"),
        ("Ana María López", "Ana Lopez"),
        ("李小龙", "李 小龙"),
        ("小龙 李", "李小龙"),
        ("Ана Лопес", "Ана Лопес"),
        ("Lukasz Wojcik", "Łukasz Wójcik"),
        ("Soren Ostergaard", "Søren Østergaard"),
        ("Sukarno", "Sukarno"),
        ("Mr. Ben Carter", "Ben Carter"),
        ("Ben Carter Jr.", "Ben Carter"),
        ("ludwig beethoven", "Ludwig van Beethoven"),
        ("Sir Ana", "Ana Sir"),  # a title may be a name
    ],
)
def test_it_is_found_in_any_order_with_titles_and_initials(given: str, recorded: str) -> None:
    assert same(given, recorded)


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("Ana Lopez", "Ben Carter"),
        ("Ana", "Ana Lopez"),  # one name of two is too little to go by
        ("Lopez", "Ana Lopez"),
        ("Ben C", "Ben Carter"),
        ("A L", "Ana Lopez"),  # initials alone, too
        ("A. L.", "Ana Lopez"),
        ("Ana Carter", "Ana Lopez"),
        ("Bob Carter", "Ben Carter"),
        ("Ana Ben Chidi Dora Lopez Carter Okafor Nielsen", "Ana Lopez"),  # many names in one try
        ("Ana Ben Lopez Carter Okafor", "Ana Lopez"),
        ("J. Carter", "Ben Carter"),
        ("", "Ana Lopez"),
        ("?", "Ana Lopez"),
        ("Mr.", "Ana Lopez"),
    ],
)
def test_it_is_not_another_persons(given: str, recorded: str) -> None:
    assert not same(given, recorded)


PART = some.text(some.sampled_from("abcdefghijklmnopqrstuvwxyzäéçñøßżабвгд李小龙"), min_size=2, max_size=8).filter(
    lambda one: key(one) != ""
)


@given(parts=some.lists(PART, min_size=2, max_size=3, unique=True), turned=some.booleans(), shout=some.booleans())
def test_a_name_is_its_own_in_either_order_and_in_capitals(parts: list[str], turned: bool, shout: bool) -> None:
    given_as = " ".join(parts[::-1] if turned else parts)
    assert same(given_as.upper() if shout else given_as, " ".join(parts))


@given(text=some.text(max_size=80))
def test_anything_may_be_answered_to_the_question_for_a_name(text: str) -> None:
    found = RULES.answer(text)
    assert found is None or any(mark.isalpha() for mark in found)
    assert not same(text, "Ana Lopez") or {"ana", "lopez"} & set(key(text).split()) or "analopez" in key(text).replace(" ", "")


def test_the_bank_finds_the_card_by_each_of_these(bank: Bank) -> None:
    for name in ("Carter, Ben", "carter ben", "Mr. Ben Carter", "B. Carter", "BEN J. CARTER", "Ben Carter III"):
        assert bank.has_card(name, "1881"), name
    for name in ("Ben", "Carter", "B. C.", "Ben Lopez", "Ana Ben Lopez Carter Okafor"):
        assert not bank.has_card(name, "1881"), name


@pytest.mark.rasa
@pytest.mark.parametrize(
    "name", ["Carter, Ben", "Mr. Ben Carter", "carter ben", "B. Carter", "ben carter jr", "BEN CARTER", "it's ben carter"]
)
async def test_the_card_is_activated_by_each_of_these(talk: Start, name: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    assert "last four digits" in await ben.says(name), name
    assert "1881 is active" in await ben.says("1881"), name


@pytest.mark.rasa
@pytest.mark.parametrize(
    "name",
    ["Jack Ma", "Teller", "Sukarno", "李小龙", "Ана Лопес", "محمد", "John Long", "George Best", "Hope May", "will may",
     "Bill Stopp", "Mark Best", "Rich Price", "prince", "MADONNA", "Anne-Marie O'Neil", "Nguyen Van An", "Dr Ana Lopez Jr."],
)  # fmt: skip
async def test_the_next_question_follows_and_nothing_is_counted(talk: Start, name: str) -> None:
    customer = talk()
    await customer.says("activate my card")
    assert "last four digits" in await customer.says(name), name
    assert (await customer.slots()).get("name_misses") is None


@pytest.mark.rasa
async def test_one_name_of_two_is_asked_for_again_with_the_digits_kept(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben")
    assert "first and last name" in await ben.says("1881")
    assert "1881 is active" in await ben.says("Ben Carter")


@pytest.mark.rasa
async def test_after_two_tries_there_is_another_way(talk: Start) -> None:
    ben = talk(tel="+12125550102")
    await ben.says("activate my card")
    assert "first and last name" in await ben.says("12 3")
    other = await ben.says("98765")
    assert list(other.options) == ["Confirm my number", "Speak to a person"] and await ben.form() is None
    await ben.says(other.options["Confirm my number"])
    assert "go on with activating" in await ben.proves("+12125550102")
    assert "last four digits" in await ben.says("yes")  # the number says whose card it is: no name is asked for
    assert "1881 is active" in await ben.says("1881")


@pytest.mark.rasa
async def test_a_name_may_be_spelled(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    assert "last four digits" in await ben.says("B-E-N C-A-R-T-E-R")
    assert "1881 is active" in await ben.says("1881")
