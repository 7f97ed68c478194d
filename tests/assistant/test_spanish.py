"""The sample bank in Spanish, through the real Rasa, our actions and a real database (docs/languages.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import Handoff, SendCode
from knowledge.library import Library
from tests.talking.talk import Talk
from tests.talking.training import ROOT

pytestmark = pytest.mark.rasa
ANA, BEN, DORA = "+12125550101", "+12125550102", "+16175550104"
Start = Callable[..., Talk]


@pytest.fixture
def habla(talk: Start) -> Start:
    """A conversation that the gateway takes for Spanish."""

    def start(*args: object, **more: object) -> Talk:
        begun = talk(*args, **more)
        begun.language = "es"
        return begun

    return start


async def test_a_greeting_help_thanks_and_goodbye(habla: Start) -> None:
    ana = habla()
    assert "asistente de Harbour Bank" in await ana.says("buenas tardes")
    assert "saldo" in await ana.says("en qué me puede ayudar")
    assert "Con gusto" in await ana.says("mil gracias")
    assert "Hasta luego" in await ana.says("eso es todo, hasta luego")


async def test_a_card_is_activated(habla: Start) -> None:
    ben = habla()
    assert "nombre y apellido" in await ben.says("hola kiero activar mi targeta nueva")
    assert "últimas cuatro cifras" in await ben.says("me llamo Ben Carter")
    assert "termina en 1881 está activa" in await ben.says("uno ocho ocho uno")


async def test_name_and_digits_in_one_sentence(habla: Start) -> None:
    ben = habla()
    assert "termina en 1881 está activa" in await ben.says("quiero activar mi tarjeta, soy Ben Carter y termina en 1881")


async def test_why_a_detail_is_needed_and_a_way_out_of_the_form(habla: Start) -> None:
    ben = habla()
    await ben.says("activar mi tarjeta")
    told = await ben.says("para qué necesitan mi nombre?")
    assert "encuentro su tarjeta" in told and "nombre y apellido" in told
    assert "lo dejamos ahí" in await ben.says("mejor déjelo") and await ben.form() is None


async def test_the_balance_and_the_last_payments_take_the_proof_of_the_number(habla: Start) -> None:
    ana = habla()
    asked = await ana.says("cuánto dinero tengo en la cuenta?")
    assert "confirmar que es usted" in asked and "número de celular" in asked
    assert (await ana.says("mi celular es 212 555 0101")).directives == [SendCode(ANA)]
    told = await ana.proves(ANA)
    assert "número está confirmado" in told and "Su cuenta corriente: $" in told
    paid = await ana.says("y mis últimos movimientos?")
    assert "Estos son sus pagos" in paid and "nov" in paid.texts[0].lower()


async def test_a_lost_card_is_blocked_after_a_yes_and_a_new_one_is_offered(habla: Start) -> None:
    ben = habla(tel=BEN, channel="sms")
    assert "¿La bloqueo ahora?" in await ben.says("me robaron la cartera con la tarjeta")
    done = await ben.says("sí, por favor")
    assert "bloqueadas" in done and "tarjeta nueva" in done
    assert "Primero necesito confirmar que es usted" in await ben.says("sí, mándela")


async def test_a_card_is_locked_for_a_while(habla: Start) -> None:
    ben = habla(tel=BEN, proof="possessed")
    assert "está bloqueada" in await ben.says("bloquea mi tarjeta por favor")
    assert "PIN" in await ben.says("ya la encontré, desbloquéala")


async def test_a_person_is_called(habla: Start) -> None:
    answer = await habla().says("quiero hablar con una persona")
    assert isinstance(answer.directives[0], Handoff) and "Le paso con un colega" in answer


async def test_the_hours_and_the_branch_near_by(habla: Start) -> None:
    ana = habla()
    assert "de lunes a viernes" in await ana.says("a qué hora abren?")
    near = await ana.says("mi código postal es 10013")
    assert "La más cercana a 10013" in near and "Tribeca" in near


@pytest.mark.parametrize(
    "said",
    [
        "no quiero activar mi tarjeta",
        "no active mi tarjeta todavía",
        "no me mande código",
        "no quiero que me pasen con una persona",
    ],
)
async def test_a_refusal_begins_nothing(habla: Start, said: str) -> None:
    assert "eso no lo hago" in await habla().says(said)


async def test_what_is_wanted_in_place_of_it_begins(habla: Start) -> None:
    assert "últimas cuatro" in await habla(tel=BEN).says("no quiero una cita, quiero activar mi tarjeta, soy Ben Carter")


async def test_both_of_two_wishes_are_served_in_their_order(habla: Start) -> None:
    dora = habla(tel=DORA, proof="possessed")
    told = str(await dora.says("a qué hora abren y cuál es mi saldo"))
    assert "de lunes a viernes" in told and "$941.33" in told, told
    assert told.index("de lunes a viernes") < told.index("$941.33")


@pytest.mark.parametrize("said", ["kiero avlar con una persona", "kiero ablar kon un acesor"])
async def test_slips_that_sound_alike_are_understood(habla: Start, said: str) -> None:
    assert isinstance((await habla().says(said)).directives[0], Handoff)


def test_an_article_answers_in_spanish() -> None:
    library = Library.open(ROOT / "articles")
    assert (told := library.about("change_pin", "olvidé mi pin", language="es")) and told.title == "Elegir o recuperar su PIN"
    assert (told := library.answer("hay cuota mensual de la cuenta?", language="es")) and told.slug == "account-fees"
    assert library.answer("cómo preparo una paella valenciana?", language="es") is None


async def test_what_nobody_can_help_with(habla: Start) -> None:
    assert "no le puedo ayudar" in await habla().says("quién ganó el partido de fútbol")


async def test_what_is_not_understood_is_asked_again_and_then_a_person_is_offered(habla: Start) -> None:
    ana = habla()
    assert "no le entendí" in await ana.says("xyz blorp fnord")
    assert "persona" in await ana.says("blorp blorp xyz")


async def test_another_language_is_confirmed_and_the_open_question_comes_again(habla: Start) -> None:
    ana = habla()
    await ana.says("activar mi tarjeta")
    ana.language = ""
    answer = await ana.says("/go_on_in_language")
    assert "English" in answer and "first and last name" in answer
