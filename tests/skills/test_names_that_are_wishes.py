"""At the question for a name, a name with a wish's word in it is a name; a wish that is said as such stays one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import Hangup
from bot.rasa_side.meaning import examples
from bot.rasa_side.names_asked import NamesAsked
from tests.talking.talk import Talk
from tests.talking.training import ROOT

NAMES = NamesAsked.from_domain(ROOT / "domain", examples.read(ROOT / "data" / "nlu"))


@pytest.mark.parametrize("name", ["Hope Goodbye", "penny balance", "Joy Thanks.", "Grace Hours", "Jean-Luc Menu", "Dee Ann Bye"])
def test_it_may_be_a_name(name: str) -> None:
    assert NAMES.may_be(name)


@pytest.mark.parametrize(
    "said",
    ["goodbye", "ok goodbye", "my balance", "opening hours", "main menu", "operator please", "Penny please", "where is my card",
     "4421 1881", "speak to a person", "", "Hope"],
)  # fmt: skip
def test_it_is_no_name(said: str) -> None:
    assert not NAMES.may_be(said)


@pytest.mark.rasa
@pytest.mark.parametrize("name", ["Hope Goodbye", "Penny Balance", "Grace Hours", "Dee Bye"])
@pytest.mark.parametrize("channel", ["voice", "web"])
async def test_a_wishs_word_in_a_name_is_no_wish(talk: Callable[..., Talk], channel: str, name: str) -> None:
    ana = talk(channel=channel)
    await ana.says("activate my card")
    answer = await ana.says(name)
    assert Hangup() not in answer.directives and (await ana.slots())["full_name"] == name
    assert "last four digits" in answer


@pytest.mark.rasa
async def test_a_goodbye_at_the_question_for_a_name_is_one(talk: Callable[..., Talk]) -> None:
    ana = talk(channel="voice")
    await ana.says("activate my card")
    assert (await ana.says("goodbye then, that's all")).directives == [Hangup()]
    assert "full_name" not in await ana.slots()


@pytest.mark.rasa
async def test_elsewhere_the_same_words_are_a_wish(talk: Callable[..., Talk]) -> None:
    ana = talk(channel="voice")
    assert (await ana.says("Dee Bye")).directives == [Hangup()]
