"""Reactions as words, machines and signatures are told from what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.not_messages import of_a_machine, reaction, unsigned
from bot.door.signs import TABLE, Meaning, meaning

QUESTION = "Shall I put you through now?"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        (f"Liked “{QUESTION}”", "👍"),
        (f'Liked "{QUESTION}"', "👍"),
        (f"Loved “{QUESTION}”", "❤️"),
        (f"Disliked “{QUESTION}”", "👎"),
        (f"Laughed at “{QUESTION}”", "😂"),
        (f"Emphasized “{QUESTION}”", "‼️"),
        (f"Emphasised “{QUESTION}”", "‼️"),
        (f"Questioned “{QUESTION}”", "❓"),
        (f"Reacted 👍 to “{QUESTION}”", "👍"),
        (f"👍 to “{QUESTION}”", "👍"),
        (f"👎🏽 to “{QUESTION}”", "👎🏽"),
        (f"Le gustó “{QUESTION}”", "👍"),
        (f"Le encantó “{QUESTION}”", "❤️"),
        (f"Le gusta «{QUESTION}»", "👍"),
        (f"No le gustó “{QUESTION}”", "👎"),
        (f"Reaccionó con 👍 a “{QUESTION}”", "👍"),
        (f"A aimé « {QUESTION} »", "👍"),
        (f"A réagi avec 👍 à « {QUESTION} »", "👍"),
        (f"Gefällt „{QUESTION}“", "👍"),
        (f"Curtiu “{QUESTION}”", "👍"),
        (f"Ha messo mi piace a “{QUESTION}”", "👍"),
        (f"Ha messo “Mi piace” a “{QUESTION}”", "👍"),
        (f"Me gusta: “{QUESTION}”", "👍"),
        (f"Gefällt: „{QUESTION}“", "👍"),
        (f"Hat „{QUESTION}“ mit „Gefällt mir“ markiert", "👍"),
        (f"Hat „{QUESTION}“ mit „Gefällt mir nicht“ markiert", "👎"),
        (f"Reagierte mit 👍 auf „{QUESTION}“", "👍"),
        (f"Hat mit 👍 auf „{QUESTION}“ reagiert", "👍"),
        (f"👍 an „{QUESTION}“", "👍"),
        (f"Added 👍 to “{QUESTION}”", "👍"),
    ],
)
def test_a_reaction_in_the_words_of_a_phone(text: str, sign: str) -> None:
    found = reaction(text)
    assert found is not None and (found.sign, found.about, found.gone) == (sign, QUESTION, False)


@pytest.mark.parametrize("text", ["Loved an image", "Liked a photo", "Le encantó una imagen", "Laughed at an audio message"])
def test_a_reaction_to_a_picture(text: str) -> None:
    found = reaction(text)
    assert found is not None and found.about == ""


@pytest.mark.parametrize("text", ["Removed a like from “hello”", "Removed a heart from an image", "Removed 👍 from “hello”"])
def test_a_reaction_that_was_taken_back(text: str) -> None:
    found = reaction(text)
    assert found is not None and found.gone and found.sign == ""


@given(st.text(min_size=1, max_size=200), st.sampled_from(["Liked", "Loved", "Questioned", "Le gustó"]))
def test_whatever_is_quoted_is_no_answer(quote: str, verb: str) -> None:
    assert reaction(f"{verb} “{quote}”") is not None


@pytest.mark.parametrize(
    "text",
    ["I liked the card", "Liked it", "loved your help, thanks", "yes", "1", "👍", "my PIN is “1234”", "the letter says “call us”",
     "I questioned the fee", "I want to go to “Broadway”", "liked", "send 5 to “Ana”"],
)  # fmt: skip
def test_words_are_no_reaction(text: str) -> None:
    assert reaction(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going.",
        "I’m driving right now and will text you later when I stop",
        "(I'm not receiving notifications. If this is urgent, reply “urgent” to send a notification through with your message.)",
        "Auto-reply: I am out of the office until Monday.",
        "Automatic reply: back soon",
        "[Auto Reply] We have received your text",
        "Out of office: back on 3 May",
        "I am currently out of the office and will respond when I return.",
        "This is an automated message. Please do not reply.",
        "Respuesta automática: estoy de vacaciones",
        "Réponse automatique : absent",
        "Abwesenheitsnotiz: Ich bin im Urlaub",
        "This number is not monitored.",
        "This number does not accept text messages",
        "Message Blocking is active.",
    ],
)
def test_answers_of_machines(text: str) -> None:
    assert of_a_machine(text)


@pytest.mark.parametrize(
    "text",
    ["I was driving and lost my card", "is your office open", "are you out of the office on Monday?", "automatic payments please",
     "set up auto pay", "did you get my message", "are you a robot", "I drive to the branch", "my message was not answered"],
)  # fmt: skip
def test_people_are_no_machines(text: str) -> None:
    assert not of_a_machine(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Sent from my iPhone", ""),
        ("yes please\nSent from my iPhone", "yes please"),
        ("hola\n\nEnviado desde mi iPhone", "hola"),
        ("Get Outlook for Android", ""),
        ("it was sent from my account to hers", "it was sent from my account to hers"),
    ],
)
def test_signatures(text: str, left: str) -> None:
    assert unsigned(text) == left


@pytest.mark.parametrize("meant", Meaning)
def test_every_sign_in_every_skin(meant: Meaning) -> None:
    for sign in TABLE[meant].split():
        for dress in ("", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400)), "\u200d\u2642\ufe0f"):
            assert meaning(sign + dress) is meant
        assert meaning(f" {sign}{sign} ") is meant


@pytest.mark.parametrize("text", ["", "ok", "👍 ok", "🚗", "1", "👨‍👩‍👧", "🇺🇸", "!", " "])
def test_other_signs_say_nothing(text: str) -> None:
    assert meaning(text) is None
