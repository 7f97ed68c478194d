"""A thread in Spanish: the language is heard, kept for the contact over all channels, and told to the assistant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.directives import Handoff
from bot.languages.declared import Languages
from bot.languages.hearing import Hearing
from bot.menus.menu import texted
from bot.model import Option, Reply
from bot.ports import DialogueTurn
from bot.transcript.wording import Notices
from tests.bot.conftest import ANA, World

DOMAIN = Path(__file__).resolve().parents[3] / "domain"


@pytest.fixture
def spanish(world: World) -> World:
    wording = Notices.from_domain(DOMAIN)
    world.rewire(hearing=Hearing.from_domain(DOMAIN), wording=wording, keywords=replace(world.needs.keywords, wording=wording))
    return world


def languages(world: World) -> list[str]:
    return [said["metadata"].get("language", "") for said in world.assistant.asked]


async def test_a_thread_keeps_its_language_on_the_phone_as_well(spanish: World) -> None:
    await spanish.texts("hola, quiero saber mi saldo")
    assert (await spanish.calls_in("CA1")).language == "es"
    await spanish.says("CA1", "ok")
    assert (await spanish.says("CA1", "what are your opening hours on Saturday")).language == ""
    await spanish.texts("4421")
    assert languages(spanish) == ["es", "es", "es", "", ""]
    assert (await spanish.contacts.find_or_create(ANA)).locale == "en"


async def test_the_phone_line_speaks_only_what_it_can_hear(spanish: World) -> None:
    spoken = spanish.needs.hearing.languages
    deaf = Languages({code: replace(one, line="") for code, one in spoken.spoken.items()})
    spanish.rewire(hearing=replace(spanish.needs.hearing, languages=deaf))
    await spanish.texts("hola, quiero saber mi saldo")
    await spanish.calls_in("CA1")
    await spanish.says("CA1", "quiero activar mi tarjeta por favor")
    await spanish.texts("4421")
    assert languages(spanish) == ["es", "", "", "es"]


async def test_a_key_asks_for_a_language(spanish: World) -> None:
    await spanish.calls_in("CA1")
    await spanish.says("CA1", "Espa\u00f1ol", language="es")
    assert [said["said"] for said in spanish.assistant.asked][-1] == "/go_on_in_language" and languages(spanish)[-1] == "es"


async def test_english_is_told_to_nobody(spanish: World) -> None:
    result = await spanish.texts("what is my balance please")
    assert languages(spanish) == [""] and result.replies[0].language == ""


async def test_another_language_is_asked_for(spanish: World) -> None:
    await spanish.texts("hola, no encuentro mi tarjeta")
    await spanish.texts("in English, please")
    assert [said["said"] for said in spanish.assistant.asked][1] == "/go_on_in_language"
    assert languages(spanish) == ["es", ""]
    await spanish.texts("en español por favor")
    assert languages(spanish)[-1] == "es"


async def test_the_gateways_own_sentences_are_in_the_language(spanish: World) -> None:
    spanish.assistant.answer = lambda said: DialogueTurn(())  # silence is apologised for
    result = await spanish.texts("quiero activar mi tarjeta")
    assert result.replies[0].text.startswith("Perdone") and result.replies[0].options[0].title == "Hablar con alguien"
    assert (await spanish.texts("activate my card please now")).replies[0].text.startswith("Sorry")


async def test_options_are_chosen_by_number_by_place_and_by_words(spanish: World) -> None:
    menu = Reply("¿Qué hacemos?", (Option("Bloquear mi tarjeta", "/freeze_card"), Option("Ahora no", "/deny")))
    for said, payload in (
        ("2", "/deny"), ("la primera", "/freeze_card"), ("la segunda por favor", "/deny"), ("opción dos", "/deny"),
        ("quiero bloquear mi tarjeta", "/freeze_card"), ("ahora no", "/deny"), ("el último", "/deny"),
    ):  # fmt: skip
        spanish.assistant.answer = lambda _: DialogueTurn((menu,))
        await spanish.texts("no sé qué hacer con mi tarjeta")
        await spanish.texts(said)
        assert spanish.assistant.asked[-1]["said"] == payload, said


def test_a_menu_by_sms_is_in_spanish_and_in_letters_that_cost_no_more() -> None:
    shown = texted(Reply("¿La bloqueo así?", (Option("Sí, bloquearla", "/affirm"), Option("Ahora no", "/deny")), language="es"))
    assert shown == "¿La bloqueo asi?\n1 Si, bloquearla\n2 Ahora no\nResponda 1-2"


async def test_who_wants_no_more_texts_is_told_so_in_spanish(spanish: World) -> None:
    await spanish.texts("hola, cuánto dinero tengo")
    result = await spanish.texts("no quiero recibir más mensajes")
    assert (await spanish.contacts.find_or_create(ANA)).opted_out
    assert "ya no recibe mensajes" in result.replies[0].text


async def test_the_agent_is_told_the_language(spanish: World) -> None:
    await spanish.texts("hola, quiero saber mi saldo")
    spanish.assistant.answer = lambda _: DialogueTurn((), (Handoff("asked"),))
    await spanish.texts("quiero hablar con una persona por favor")
    handoff = await spanish.handoffs.open_for((await spanish.contacts.find_or_create(ANA)).conversation_id)
    assert handoff is not None and handoff.packet.language == "es"
