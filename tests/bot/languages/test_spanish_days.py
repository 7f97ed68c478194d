"""Days, times and places that customers name in Spanish, seen from Monday, 23 November 2026."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from actions.cards.places import countries
from actions.cards.travel_words import days
from actions.days import open_days
from actions.said import listed_day
from actions.visits.wished_times import END, Span, wished
from bot.languages.current import speaking
from bot.languages.tables import glossed
from bot.skills.parsing.amounts import parse_amount
from bot.skills.parsing.dates import Moment, parse_moment
from bot.skills.parsing.spoken import figures

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
NOV, DEC = {day: date(2026, 11, day) for day in range(23, 31)}, {day: date(2026, 12, day) for day in range(1, 32)}


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    with speaking("es"):
        yield


@pytest.mark.parametrize(
    ("words", "day", "at"),
    [
        ("el jueves a las dos", NOV[26], time(14)),
        ("mañana a las diez y media", NOV[24], time(10, 30)),
        ("pasado mañana a las tres y cuarto", NOV[25], time(15, 15)),
        ("mañana a un cuarto para las tres", NOV[24], time(14, 45)),
        ("a las tres menos cuarto del viernes", NOV[27], time(14, 45)),
        ("el 3 de diciembre a las 10 de la mañana", DEC[3], time(10)),
        ("el 3 a la una", DEC[3], time(13)),
        ("el día 3", DEC[3], None),
        ("el treinta y uno de diciembre", DEC[31], None),
        ("el primero de diciembre", DEC[1], None),
        ("el próximo viernes", NOV[27], None),
        ("el martes de la próxima semana", DEC[1], None),
        ("en quince días", DEC[7], None),
        ("a fin de mes", NOV[30], None),
        ("el día de Navidad al mediodía", DEC[25], time(12)),
    ],
)
def test_a_day_and_a_time(words: str, day: date, at: time | None) -> None:
    assert parse_moment(words, NOW, ZONE) == parse_moment(heard(words), NOW, ZONE) == Moment(day, at)


def heard(words: str) -> str:
    """As a form has it: with the English for what stands around an answer."""
    return glossed(words, "es", "answers")


def on(first: date | None, last: date | None, since: time = time(0), before: time = END) -> list[Span]:
    return [Span(first, last, since, before)]


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("mañana por la tarde", on(NOV[24], NOV[24], time(12))),
        ("mañana en la mañana", on(NOV[24], NOV[24], time(0), time(12))),
        ("el lunes que viene a las 11", on(NOV[30], NOV[30], time(11), time(11, 1))),
        ("cualquier día después de las dos de la tarde", on(None, None, time(14))),
        ("el viernes de 2 a 4", on(NOV[27], NOV[27], time(14), time(16, 1))),
        ("entre las dos y las cuatro", on(None, None, time(14), time(16, 1))),
        ("antes del viernes", on(None, NOV[26])),
        ("a partir del jueves", on(NOV[26], None)),
        ("el viernes no puedo, mejor el jueves", on(NOV[26], NOV[26])),
        ("el martes no, el miércoles", on(NOV[25], NOV[25])),
        ("el jueves o el viernes", [*on(NOV[26], NOV[26]), *on(NOV[27], NOV[27])]),
        ("la semana que viene", on(NOV[30], DEC[6])),
        ("las dos", on(None, None, time(14), time(14, 1))),
        ("a las tres y media del viernes", on(NOV[27], NOV[27], time(15, 30), time(15, 31))),
        ("dos de la tarde", on(None, None, time(14), time(14, 1))),
    ],
)
def test_what_is_wished_of_an_appointment(words: str, spans: list[Span]) -> None:
    for said in (words, heard(words)):
        found = wished(said, TODAY)
        assert found is not None and list(found.spans) == spans


@pytest.mark.parametrize(
    ("words", "dollars"),
    [("no, a 200 dólares", 200), ("bajarlo de 500 a 300 dólares", 300), ("trescientos dólares por favor", 300), ("250", 250)],
)
def test_a_sum_is_no_day(words: str, dollars: int) -> None:
    found = parse_amount(heard(words))
    assert found is not None and found.value == dollars
    assert figures("no reconozco el 240") == "not reconozco the 240"


@pytest.mark.parametrize("words", ["la segunda", "la última", "hacer una cita", "tiene algo más temprano", "no, ninguna"])
def test_what_names_no_time(words: str) -> None:
    assert wished(words, TODAY) is None


def test_of_two_days_the_one_it_is_moved_to_is_meant() -> None:
    found = wished("quiero cambiar mi cita del martes al jueves", TODAY, moving=True)
    assert found is not None and found.target.day == NOV[26]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("del 3 al 14 de diciembre", "del 3 de diciembre al 14 de diciembre"),
        ("voy del 20 de diciembre al 5 de enero", "del 20 de diciembre al 5 de enero"),
        ("salgo el 3 y vuelvo el 14 de diciembre", "del 3 de diciembre al 14 de diciembre"),
        ("por dos semanas desde el viernes", "del 27 de noviembre al 10 de diciembre"),
        ("desde el jueves", "desde el 26 de noviembre"),
    ],
)
def test_the_days_of_a_trip_are_read_and_said(words: str, said: str) -> None:
    assert days(words, TODAY) == said


def test_countries_are_known_and_named() -> None:
    assert countries("voy a México y a Inglaterra") == ["México", "Reino Unido"]
    assert countries("Brasil, Perú y la República Dominicana") == ["Brasil", "Perú", "República Dominicana"]
    assert countries("de los Estados Unidos a Japón") == ["Japón"]
    with speaking("en"):
        assert countries("to Spain, not España") == ["Spain"]


@pytest.mark.parametrize(
    ("words", "day"),
    [("abren en Navidad", DEC[25]), ("abren el día de Acción de Gracias", NOV[26]), ("cuál es el próximo feriado", NOV[26])],
)
def test_holidays_are_asked_for(words: str, day: date) -> None:
    found = open_days.asked(figures(words), TODAY)
    assert found is not None and found.day == day and found.holiday


def test_an_option_names_the_day_in_few_letters() -> None:
    assert listed_day(NOV[25]) == "mié 25 nov"
    with speaking("en"):
        assert listed_day(NOV[25]) == "Wed, Nov 25"
