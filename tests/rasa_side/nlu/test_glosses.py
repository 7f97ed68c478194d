"""Spanish for a sentence model that has read English: word by word, by how it sounds."""

from __future__ import annotations

import pytest

from bot.rasa_side.nlu.abroad.glosses import GLOSSES, SHORTEST, SPANISH, glossed
from bot.rasa_side.nlu.abroad.sound import sounded
from bot.rasa_side.nlu.normal import normal


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Me robaron la tarjeta", "me stolen card"),
        ("¿Cuánto cobran por sacar dinero en México?", "how much charge for withdraw money in mexico"),
        ("¿dónde está la sucursal?", "where is branch"),
        ("kiero aser una sita", "want do appointment"),
    ],
)
def test_each_word_is_told_in_english(said: str, english: str) -> None:
    assert glossed(normal(said, "es"), "es") == english


def test_a_word_without_a_gloss_stays_as_it_was_written() -> None:
    assert glossed("zelle a honduras", "es") == "zelle to honduras"


@pytest.mark.parametrize("language", ["", "fr"])
def test_other_languages_are_left_alone(language: str) -> None:
    assert glossed("la tarjeta", language) == sounded("la tarjeta", language) == "la tarjeta"


def test_what_means_nothing_alone_is_left_as_it_is() -> None:
    assert glossed("la una", "es") == "la una" and glossed("👍", "es") == "👍"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("kiero", "quiero"), ("sita", "cita"), ("ay", "hay"), ("yamar", "llamar"), ("vloquear", "bloquear"), ("jente", "gente")],
)
def test_a_slip_of_the_ear_sounds_as_what_is_meant(written: str, meant: str) -> None:
    assert sounded(written, "es") == sounded(meant, "es")


def test_ch_and_hard_g_keep_their_sound() -> None:
    assert sounded("cheque", "es") == "cheke" and sounded("guerra gasto", "es") == "gerra gasto"


def test_no_word_of_the_table_has_two_glosses() -> None:
    words = [word for entry in SPANISH.replace("\n", ";").split(";") for word in entry.partition(":")[2].split()]
    assert len(words) == len(set(words))
    assert all(len(beginning) >= SHORTEST - 1 for beginning in GLOSSES["es"].beginnings)
