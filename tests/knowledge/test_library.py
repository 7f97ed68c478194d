"""What is found, what is told to whom, and when nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.model import Proof
from knowledge.library import Library
from knowledge.reading import read_all
from tests.knowledge.conftest import ROOT, article

BANK = Library(read_all(ROOT / "articles"), today=lambda: date(2026, 11, 28))
"""The sample's, by words alone."""


def library(folder: Path, day: str = "2026-06-01", **more: object) -> Library:
    return Library(read_all(folder), folder=folder / "models", today=lambda: date.fromisoformat(day), **more).warm()  # type: ignore[arg-type]


def test_the_article_with_the_words_is_first_and_answers(shop: Path) -> None:
    found = library(shop).search("how can I send the bikes back?")
    assert (found[0].article.slug, found[0].answers) == ("returns", True)


@pytest.mark.parametrize("question", ["what about Madagascar", "", "   ", "🙂", "?", "x" * 5000])
def test_what_no_article_has_gets_no_answer(shop: Path, question: str) -> None:
    assert library(shop).answer(question) is None


def test_an_answer_has_its_channels_and_its_next_step(shop: Path) -> None:
    told = library(shop).answer("when are you open")
    assert told is not None
    assert (told.slug, told.voice, told.next_intent) == ("opening", "Opening hours aloud.", "speak_to_person")


def test_an_intent_is_answered_by_the_article_that_names_it_and_the_better_of_two(shop: Path) -> None:
    article(shop, "repairs", "Repairs", "Do you mend bikes?", more="intents: [cost, repair]")
    article(shop, "rental", "Renting a bike", "What is a bike for a day?", more="intents: [cost]")
    article(shop, "winter", "Winter prices", "Is it cheaper in winter?", more="intents: [cost]\nvalid: {to: 2020-01-01}")
    article(shop, "staff", "Staff prices", "What do we pay?", more="intents: [staff]\nlevel: proven")
    known = library(shop)
    slug = lambda intent, words="": told.slug if (told := known.about(intent, words)) else None  # noqa: E731
    assert slug("repair", "zzgrf") == "repairs" and slug("repair") == "repairs"
    assert (slug("cost", "for a day"), slug("cost", "to mend my bike")) == ("rental", "repairs")
    assert slug("cost") in ("rental", "repairs") and slug("cost", "in winter") != "winter"
    assert slug("staff", "what do we pay") is None and slug("opening") is None


def test_before_and_after_its_days_an_article_is_not_told(tmp_path: Path) -> None:
    article(tmp_path, "sale", "The summer sale", "Is there a sale?", more="valid: {from: 2026-06-01, to: 2026-06-30}")
    told = {
        day: library(tmp_path, day).answer("is there a sale") for day in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01")
    }
    assert [day for day, answer in told.items() if answer] == ["2026-06-01", "2026-06-30"]


def test_what_needs_a_proof_is_told_after_it_and_has_no_page(tmp_path: Path) -> None:
    article(tmp_path, "secret", "The members' lounge", "Where is the lounge?", more="level: possessed")
    shelf = library(tmp_path)
    assert shelf.answer("where is the lounge") is None and shelf.article("secret") is None and shelf.current() == []
    told = shelf.answer("where is the lounge", Proof.POSSESSED)
    assert told is not None and told.page == ""


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("donde esta mi estado de cuenta", "statements"),
        ("olvide mi contrasena", "reset-your-password"),
        ("cancelacion de mi cuenta", "close-an-account"),
        ("a que hora abren los sabados", "opening-hours-and-holidays"),
        ("¿cuánto cuesta mandar dinero a mi mamá en México?", "wire-and-international-transfers"),
        ("falleció mi abuela y tenía una cuenta", "when-a-customer-dies"),
        ("me llamo un hombre que dice ser del banco", "spot-a-scam"),
    ],
)
def test_spanish_is_found_by_its_words_with_accents_or_without(asked: str, slug: str) -> None:
    found = BANK.search(asked, "es")[0]
    assert found.article.slug == slug and found.answers


@pytest.mark.parametrize("asked", ["¿quién ganó el partido anoche?", "mi gato está enfermo", "cuál es la capital de Australia"])
def test_what_no_spanish_article_is_about_is_not_answered(asked: str) -> None:
    assert BANK.answer(asked, language="es") is None


def test_each_language_has_its_own(shop: Path) -> None:
    article(shop / "es", "hours", "Horario de apertura", "A que hora abren?", more="language: es")
    shelf = library(shop)
    assert [hit.article.slug for hit in shelf.search("horario", "es")] == ["hours"]
    assert "hours" not in [hit.article.slug for hit in shelf.search("horario")] and shelf.search("x", "fr") == []


def test_no_articles_know_nothing(tmp_path: Path) -> None:
    assert library(tmp_path).answer("anything") is None


class Meanings:
    """Vectors by hand: each text is near those that share one of these words."""

    WORDS = ("bike", "open", "lamp", "football")

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        rows = [
            [1.0 if word in text.casefold() or (word == "bike" and "cycle" in text) else 0.01 for word in self.WORDS]
            for text in texts
        ]
        found = np.array(rows, np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_meaning_finds_what_no_word_says(shop: Path) -> None:
    found = library(shop, model=lambda: Meanings()).search("is my motorcycle welcome")
    assert (found[0].article.slug, found[0].answers) == ("returns", True)


def test_what_is_nearer_to_a_question_that_is_not_ours_is_refused(shop: Path) -> None:
    shelf = library(shop, model=lambda: Meanings(), elsewhere=("who won the football match",))
    assert shelf.answer("football today") is None and shelf.answer("bike") is not None


def test_vectors_are_kept_from_one_start_to_the_next(shop: Path) -> None:
    first, second, third = Meanings(), Meanings(), Meanings()
    library(shop, model=lambda: first)
    library(shop, model=lambda: second)
    assert first.asked and second.asked == []
    article(shop, "more", "Something more", "What else?")
    library(shop, model=lambda: third)
    assert "Something more" in third.asked and len(list((shop / "models").glob("articles-*.npy"))) == 1


def test_a_file_of_vectors_that_is_broken_is_made_again(shop: Path) -> None:
    library(shop, model=lambda: Meanings())
    (kept,) = (shop / "models").glob("articles-*.npy")
    kept.write_bytes(b"not vectors")
    assert library(shop, model=lambda: Meanings()).answer("bike") is not None
