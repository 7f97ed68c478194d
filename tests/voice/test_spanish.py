"""A line that speaks Spanish as well: heard, spoken and offered, over Gather and over the relay."""

from __future__ import annotations

from typing import Any

import pytest

from bot.languages.current import speaking
from bot.languages.declared import Languages
from bot.model import Address, AddressKind, Contact, new_id
from tests.voice.conftest import DOMAIN, World
from tests.voice.fakes import ANA, Doc
from tests.voice.relay_world import relay_world
from voice.gather.forms import read_form
from voice.gather.hearing import Heard, hear
from voice.script import Prompt, Tongues
from voice.speech.prompts import Prompts
from voice.speech.spoken import aloud, heard_digits

CALLER = Address(AddressKind.TEL, ANA)
SPANISH, LUPE = "es-US", "Polly.Lupe-Neural"


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.from_domain(DOMAIN)


@pytest.fixture(scope="module")
def tongues(languages: Languages) -> Tongues:
    return Tongues.of(Prompts.from_folder(DOMAIN), languages, {"es": Prompts.from_folder(DOMAIN, "es")})


def knows_ana(world: Any, locale: str) -> None:
    """Who wrote to us before."""
    world.store.contacts[str(CALLER)] = Contact(
        new_id("p"), f"c_{ANA}", (), world.clock(), locale=locale, last_seen=world.clock()
    )


def spoken(doc: Doc) -> list[tuple[str, str | None, str]]:
    """Language, voice and words of everything that is said."""
    return [(say.attrib["language"], say.attrib.get("voice"), say.text or "") for say in doc.root.iter("Say")]


async def test_who_wrote_in_spanish_is_heard_and_answered_in_it(world: World) -> None:
    knows_ana(world, "es")
    world.conversations.will("Hola.", language="es")
    asked = await world.phone().rings()
    assert spoken(asked) == [(SPANISH, LUPE, "Hola.")]
    assert (asked.one("Gather").attrib["language"], asked.one("Gather").attrib["speechModel"]) == (SPANISH, "phone_call")


async def test_silence_and_wishes_are_in_spanish(world: World) -> None:
    knows_ana(world, "es")
    phone = world.phone()
    world.conversations.will("Hola.", language="es")
    asked = await phone.rings()
    asked = await phone.answers(asked, SpeechResult="", Digits="")
    assert spoken(asked) == [(SPANISH, LUPE, "[es] I did not hear you. Hola.")]
    asked = await phone.answers(asked, SpeechResult="hable m\u00e1s despacio por favor")
    assert asked.words.startswith("[es] More slowly then.") and {say[0] for say in spoken(asked)} == {SPANISH}
    world.conversations.will("Men\u00fa.", language="es")
    await phone.answers(asked, Digits="#")
    assert world.conversations.wished == [("/main_menu", "menu")]


async def test_who_calls_for_the_first_time_is_offered_spanish_and_heard_in_either(world: World) -> None:
    world.conversations.will("Hello.")
    asked = await world.phone().rings()
    assert spoken(asked) == [(SPANISH, LUPE, "[es] Press 2 for this language."), ("en-US", None, "Hello.")]
    gather = asked.one("Gather").attrib
    assert (gather["language"], gather["speechModel"]) == ("multi", "deepgram_nova-3") and "Espa\u00f1ol" in gather["hints"]


@pytest.mark.parametrize("answer", [{"Digits": "2"}, {"SpeechResult": "dos"}, {"SpeechResult": "En espa\u00f1ol, por favor."}])
async def test_spanish_is_chosen_by_key_and_by_word(world: World, answer: dict[str, str]) -> None:
    phone = world.phone()
    world.conversations.will("Hello.")
    asked = await phone.rings()
    world.conversations.will("Claro.", language="es")
    asked = await phone.answers(asked, **answer)
    assert world.conversations.heard[-1][1].language == "es" and world.conversations.heard[-1][1].digits is None
    assert spoken(asked) == [(SPANISH, LUPE, "Claro.")] and asked.one("Gather").attrib["language"] == SPANISH
    world.conversations.will("Good.")  # "English, please", a few answers later
    asked = await phone.answers(asked, SpeechResult="ingl\u00e9s por favor")
    assert world.conversations.heard[-1][1].language == "en" and spoken(asked) == [("en-US", None, "Good.")]


async def test_the_offer_is_made_once_and_to_nobody_who_was_here_before(world: World) -> None:
    phone = world.phone()
    world.conversations.will("Hello.")
    asked = await phone.rings()
    world.conversations.will("Which branch?")
    asked = await phone.answers(asked, SpeechResult="find a branch")
    assert spoken(asked) == [("en-US", None, "Which branch?")] and asked.one("Gather").attrib["language"] == "en-US"
    knows_ana(world, "en")
    world.conversations.will("Hello again.")
    assert spoken(await world.phone("b").rings()) == [("en-US", None, "Hello again.")]


async def test_the_key_of_the_offer_is_none_that_chooses_an_option(tongues: Tongues) -> None:
    commands = tongues.own.prompts.commands
    assert [key for key in "234567" if commands.chooses_nothing(key, 3)] == ["4", "5", "6", "7"]


async def test_the_relay_hears_either_and_changes_within_a_session(aiohttp_client: Any, languages: Languages) -> None:
    async with relay_world(aiohttp_client, 1, languages=languages) as world:
        world.conversations.will("Hello.")
        phone = world.phone()
        doc = await phone.rings()
        relay = doc.one("ConversationRelay").attrib
        assert (relay["language"], relay["transcriptionLanguage"]) == ("en-US", "multi")
        offered = {one.attrib["code"]: one.attrib.get("voice") for one in doc.root.iter("Language")}
        assert offered == {"en-US": None, SPANISH: "Lupe-Neural"}
        socket = await world.opens(phone, doc)
        offer, hello = await socket.frames()
        assert (offer["lang"], hello.get("lang")) == (SPANISH, None)
        world.conversations.will("Claro.", language="es")
        await socket.presses("2")
        assert await socket.frames() == [
            {"type": "language", "ttsLanguage": SPANISH, "transcriptionLanguage": SPANISH},
            {"type": "text", "token": "Claro. ", "last": True},
        ]
        world.conversations.will("Good.")
        await socket.says("ingl\u00e9s por favor")
        assert (await socket.frames())[0] == {"type": "language", "ttsLanguage": "en-US", "transcriptionLanguage": "en-US"}


async def test_the_relay_opens_in_spanish_for_who_speaks_it(aiohttp_client: Any, languages: Languages) -> None:
    async with relay_world(aiohttp_client, 1, languages=languages) as world:
        knows_ana(world, "es")
        world.conversations.will("Hola.", language="es")
        phone = world.phone()
        doc = await phone.rings()
        relay = doc.one("ConversationRelay").attrib
        assert (relay["language"], relay["ttsProvider"], relay["voice"]) == (SPANISH, "Amazon", "Lupe-Neural")
        assert "transcriptionLanguage" not in relay
        socket = await world.opens(phone, doc)
        assert [frame["type"] for frame in await socket.frames()] == ["text"]


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("cuatro cuatro doble dos", "4422"),
        ("cero cuatro dos uno", "0421"),
        ("mi c\u00f3digo es cuatro ocho veintinueve trece", "482913"),
        ("son los \u00faltimos cuatro: cuarenta y cuatro veintiuno", "4421"),
        ("termina en cuatro mil cuatrocientos veintiuno", "4421"),
        ("4421, no, perd\u00f3n, 4422", "4422"),
        ("este, uno dos tres cuatro por favor", "1234"),
    ],
)
def test_figures_are_dictated_in_spanish(said: str, keys: str) -> None:
    with speaking("es"):
        assert heard_digits(said) == keys


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Tiene $1,241.05.", "Tiene 1241 d\u00f3lares con 5 centavos."),
        ("Cuesta $1.", "Cuesta 1 d\u00f3lar."),
        ("El 2026-11-21.", "El 21 de noviembre de 2026."),
        ("La tarjeta que termina en 4421.", "La tarjeta que termina en 4 4 2 1."),
        ("Su c\u00f3digo es 482913.", "Su c\u00f3digo es 4 8 2 9 1 3."),
        ("\u2022\u2022\u2022\u2022 4421", "que termina en 4 4 2 1"),
        ("+442071838750", "m\u00e1s 4 4 2, 0 7 1, 8 3 8, 7 5 0"),
    ],
)
def test_figures_are_read_aloud_in_spanish(written: str, said: str) -> None:
    with speaking("es"):
        assert aloud(written) == said == aloud(said)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("quiero hablar con una persona por favor", Heard(text="quiero hablar con una persona por favor", wish="person")),
        ("oprimo cero", Heard(wish="person")),
        ("la tecla asterisco", Heard(wish="repeat")),
        ("numeral", Heard(wish="menu")),
        ("eh... este...", Heard()),
        ("do you speak English?", Heard(text="do you speak English?", speak="en")),
    ],
)
def test_wishes_and_keys_are_said_in_spanish(said: str, heard: Heard, tongues: Tongues) -> None:
    form = read_form({"CallSid": "CA" + "a" * 32, "SpeechResult": said})
    with speaking("es"):
        assert hear(form, Prompt(""), tongues.now.prompts.commands, tongues.asked) == heard


def test_yes_and_no_are_said_in_spanish(tongues: Tongues) -> None:
    commands = tongues.named("es").prompts.commands
    assert commands.answer("", "S\u00ed, eso es correcto") is True
    assert commands.answer("", "no, otro n\u00famero") is False
    assert commands.answer("", "mi saldo") is None
