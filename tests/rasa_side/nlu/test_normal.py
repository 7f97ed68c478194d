"""What a text's spelling does not change."""

from __future__ import annotations

import pytest

from bot.rasa_side.nlu.normal import normal


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("WHERE IS MY CARD", "where is my card"),
        ("whereismycard", "where is my card"),
        ("pls help i loooost my crad", "please help i lost my card"),
        ("where is my card 😡😡", "where is my card"),
        ("um, er, my card", "my card"),
        ("it\u2019s  Ben", "it's ben"),
        ("where r u 2day?", "where are you today?"),
        ("topup my acount", "topup my account"),
        ("nxt appt w/ u @ ten? hrs pls", "next appointment with you at ten? hours please"),
        ("need 2 talk 2 some1 4 my acct", "need to talk to someone for my account"),
        ("debitcardstolen", "debit card stolen"),
        ("\uff11\uff12\uff13\uff14", "1234"),
        ("my\u200b card\u202e", "my card"),
    ],
)
def test_it_is_read_as(said: str, read: str) -> None:
    assert normal(said) == read


@pytest.mark.parametrize(
    "text", ["my name is okonkwo", "9981", "zip 94110", "unrecognised", "responsibilities", "¿qué?", "um", "", "ending 4 4 2 1"]
)
def test_it_is_read_as_it_is(text: str) -> None:
    assert normal(text) == text


@pytest.mark.parametrize(
    "word", ["debit", "scam", "alerts", "zelle", "texting", "mailed", "login", "notary", "mugged", "disrespectful"]
)
def test_what_is_spelt_rightly_is_not_mended(word: str) -> None:
    assert normal(f"a {word}") == f"a {word}"


@pytest.mark.parametrize(("picture", "name"), [("👍", "thumbs up"), ("👍🏽", "thumbs up"), ("\u2764\ufe0f", "heart")])
def test_a_picture_alone_is_told_by_its_name(picture: str, name: str) -> None:
    assert name in normal(picture)


@pytest.mark.parametrize("text", ["x" * 100_000, "😀" * 400, "\u0300" * 5000, "a b " * 5000, "ﷺ" * 3000])
def test_no_text_takes_long(text: str) -> None:
    assert len(normal(text)) <= 20_000


@pytest.mark.parametrize(("said", "read"), [("y", "y"), ("Y!", "y"), ("n", "n"), ("y did it fail", "why did it fail")])
def test_a_letter_alone_is_an_answer_and_no_shorthand(said: str, read: str) -> None:
    assert normal(said) == read
