"""Which languages there are, which one is spoken, and the texts of each (docs/languages.md)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot import domain_files
from bot.languages import days, tables
from bot.languages.current import current, speaking
from bot.languages.declared import Languages, LanguagesError
from bot.languages.hearing import Hearing
from bot.languages.texts import conditional

ROOT = Path(__file__).resolve().parents[3]
SHORT = ("ok", "no", "4421", "Juan Carlos García", "10013", "👍", "", "María de la Cruz", "Ana Lopez 4421", "STOP")


@pytest.fixture(scope="module")
def bank() -> Hearing:
    return Hearing.from_domain(ROOT / "domain")


def test_a_language_is_declared_by_the_business_and_english_is_always_there(shop: Path) -> None:
    languages = Languages.from_domain(shop / "domain")
    assert languages.others == ("es",) and languages.spoken["es"].line == "es-US"
    assert languages.known("es") == "es" and languages.known("fr") == "en"
    assert Languages.from_domain(shop / "nowhere").others == ()


def test_an_english_only_business_reads_and_detects_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "domain/shop/_languages.yml").unlink()
    (shop / "domain/shop/es/words.yml").write_text("{this: is [no yaml", encoding="utf-8")
    (shop / "data/nlu/shop/es/hours.yml").write_text("{this: is [no yaml", encoding="utf-8")
    hearing = Hearing.from_domain(shop / "domain")
    assert hearing.detector is None
    assert hearing.heard("hola, a qué hora abren hoy", "en") == ("en", False)
    assert hearing.heard("en español por favor", "en") == ("en", False)
    assert all("es" not in path.parts for path in domain_files.paths(shop / "domain"))


def test_english_looks_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_files, "settings", None)  # whoever asked for a table would fail
    assert current() == ""
    assert tables.worded("Opening hours", "") == "Opening hours"
    assert tables.glossed("me llamo Ana", "", "answers") == "me llamo Ana"
    assert days.said(date(2026, 11, 24), "long") == "Tuesday, November 24"
    assert days.said(date(2026, 11, 24), "short") == "Nov 24"


@pytest.mark.parametrize("wrong", ["{spanish: {}}", "{es: [no]}", "{en: {}, es: {voices: x}}", "{es: {name: Español}}"])
def test_what_cannot_be_declared_is_told_in_a_sentence(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "domain/shop").mkdir(parents=True)
    (tmp_path / "domain/shop/_languages.yml").write_text(f"languages: {wrong}", encoding="utf-8")
    with pytest.raises(LanguagesError, match=r"_languages\.yml"):
        Languages.from_domain(tmp_path / "domain")


def test_the_language_is_heard_message_for_message(shop: Path) -> None:
    hearing = Hearing.from_domain(shop / "domain")
    assert hearing.heard("a qué hora abren hoy", "en") == ("es", False)
    assert hearing.heard("hola", "en") == ("es", False)
    assert hearing.heard("what are your hours today", "es") == ("en", False)
    assert hearing.heard("SPANISH!", "en") == ("es", True)
    assert hearing.heard("¿En español, por favor?", "en") == ("es", True)
    assert hearing.heard("in English", "es") == ("en", True)


@pytest.mark.parametrize("before", ["en", "es"])
@pytest.mark.parametrize(
    "said", ["ok", "no", "4421", "Juan Carlos García", "10013", "👍", "", "María de la Cruz", "Ana Lopez 4421", "STOP"]
)
def test_short_answers_names_and_figures_never_switch(bank: Hearing, before: str, said: str) -> None:
    assert bank.heard(said, before) == (before, False)


@pytest.mark.parametrize("before", ["en", "es"])
@pytest.mark.parametrize(
    "place", ["Puerto Rico", "Costa Rica", "El Salvador", "Santo Domingo", "New York", "mexico", "panama", "Spain", "Peru"]
)
def test_a_place_that_is_named_never_switches(bank: Hearing, before: str, place: str) -> None:
    assert bank.heard(place, before) == (before, False)


@pytest.mark.parametrize(
    "said", ["tarj nueva?", "saldo plis", "xq me rebota la tarjeta", "orita abren?", "NO PUEDO ENTRAR", "murio mi jefe"]
)
def test_spanish_as_it_is_texted_is_heard(bank: Hearing, said: str) -> None:
    assert bank.heard(said, "en") == ("es", False)


@pytest.mark.parametrize("said", ["balance", "routing number", "PIN", "yes", "help", "hello"])
def test_an_english_word_does_not_lead_away_from_spanish(bank: Hearing, said: str) -> None:
    assert bank.heard(said, "es") == ("es", False)


def test_no_english_sentence_of_strangers_is_taken_for_spanish(bank: Hearing) -> None:
    given = yaml.safe_load((ROOT / "tests/assistant/strangers/dev.yml").read_text(encoding="utf-8"))
    english = [one["text"] for one in given if 22 not in one["wants"]]  # 22: another language
    assert len(english) > 400 and [one for one in english if bank.heard(one, "en")[0] != "en"] == []


def test_a_translation_keeps_options_and_settings_and_brings_only_texts(shop: Path) -> None:
    english = domain_files.responses(shop / "domain", "words.yml")["utter_hello"]
    given = domain_files.responses(shop / "domain", "words.yml", "es")["utter_hello"]
    general, voice = conditional(english, given, "es")
    assert general["text"] == voice["text"] == "Hola, ¿en qué le puedo ayudar?"
    assert general["buttons"] == voice["buttons"] == english[0]["buttons"]
    assert general["condition"] == voice["condition"] == [{"type": "slot", "name": "language", "value": "es"}]
    assert "channel" not in general and voice["channel"] == "voice"
    assert voice["metadata"] == {"voice": {"timeout": 9}}  # the English "short" is left out


def test_words_and_days_are_looked_up_in_the_language_of_the_turn(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    tables.table.cache_clear()
    tables._pattern.cache_clear()
    with speaking("es"):
        assert tables.worded("Opening hours", current()) == "Horario"
        assert tables.worded("Parking", current()) == "Parking"
        assert days.said(date(2026, 11, 24), "long") == "martes 24 de noviembre"
        assert tables.glossed("Me llamo Julio Díaz y termina en 4421", current(), "answers") == (
            "my name is Julio Díaz y ending in 4421"
        )
    assert current() == ""
    tables.table.cache_clear()
    tables._pattern.cache_clear()
