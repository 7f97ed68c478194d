"""Mistakes in another language's files, and the list of what is not translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from check import phone
from check.reading.assistant import load
from check.translation import languages
from check.translation.untranslated import report

ENGLISH = """
version: "3.1"
intents: [hours, price]
responses:
  utter_hours: [{text: "From {from} on", buttons: [{title: Your branch, payload: /price}]}]
  utter_price: [{text: Ten dollars}]
  utter_reason_price: [{text: Asked for a price}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in (
        ("domain/shop/_languages.yml", "languages: {en: {}, es: {name: Español}}"),
        ("domain/shop/words.yml", ENGLISH),
        ("data/nlu/shop/words.yml", "nlu: [{intent: hours, examples: '- when'}, {intent: price, examples: '- how much'}]"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def spanish(shop: Path, name: str, text: str) -> None:
    (shop / name).parent.mkdir(parents=True, exist_ok=True)
    (shop / name).write_text(text, encoding="utf-8")


def test_what_belongs_to_nothing_is_told(shop: Path) -> None:
    spanish(shop, "domain/shop/es/words.yml", "responses: {utter_hour: [{text: A}], utter_hours: [{text: 'A las {to}'}]}")
    spanish(shop, "data/nlu/shop/es/words.yml", "nlu: [{intent: hour, examples: '- cuando'}]")
    spanish(shop, "domain/shop/fr/words.yml", "responses: {utter_price: [{text: Dix dollars}]}")
    assistant = load(shop)
    told = [one.text for rule in (languages.languages, languages.texts, languages.examples) for one in rule(assistant)]
    assert "fr is not declared in a _languages.yml: nobody reads this file." in told
    assert "There is no response utter_hour to be translated. Did you mean utter_hours?" in told
    assert "utter_hours: nobody fills {to}: the English has no such place." in told
    assert any(one.startswith("The domain has no intent hour.") for one in told)


def test_the_same_words_in_two_languages_are_no_mistake(shop: Path) -> None:
    spanish(shop, "data/nlu/shop/es/words.yml", "nlu: [{intent: hours, examples: '- how much'}]")
    assert [one.text for one in languages.examples(load(shop))] == []


def test_what_is_not_translated_is_listed(shop: Path) -> None:
    spanish(shop, "domain/shop/es/words.yml", "responses: {utter_price: [{text: Diez dólares}]}")
    spanish(shop, "data/nlu/shop/es/words.yml", "nlu: [{intent: price, examples: '- cuánto'}]")
    found = languages.untranslated(load(shop), "es")
    assert found == {"responses": ["utter_hours"], "titles": ["Your branch"], "intents": ["hours"], "articles": []}
    assert "es: 1 responses not translated\n  utter_hours" in report({"es": found})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("{name: Español}", "es has no line"),
        ("{line: es-US}", "es has no voice"),
        ("{line: es-US, voice: Polly.Lupe-Neural}", "es has no utter_language_offer"),
    ],
)
def test_what_the_phone_line_cannot_speak_is_told(shop: Path, declared: str, said: str) -> None:
    spanish(shop, "domain/shop/_languages.yml", f"languages: {{en: {{}}, es: {declared}}}")
    assert [one.text.startswith(said) for one in languages.by_phone(load(shop))] == [True]


def test_the_phone_lines_words_are_checked_in_each_language(shop: Path) -> None:
    commands = "{person: {say: [otra vez]}, repeat: {say: [otra vez, de nuevo]}}"
    spanish(shop, "domain/shop/es/_voice.yml", f"voice: {{digits: {{timeot: 9}}, commands: {commands}}}")
    told = [one.text for rule in (phone.voice, phone.commands) for one in rule(load(shop))]
    assert any("timeot" in one for one in told) and any(one.startswith('"otra vez" is said for person already') for one in told)
