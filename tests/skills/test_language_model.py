"""A language model words what an article says, and guesses at a wish to be asked about; it begins nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from actions.bank import Bank
from actions.registry import bank_skills
from bot.directives import ModelUsed
from bot.model import Proof
from bot.model.answers import Answer
from bot.ports.levels import Levels
from bot.skills.action_server.guard import executor_for
from bot.skills.parsing.names import Names
from bot.skills.registry import all_actions
from language_model.model import model_at
from tests.language_model.conftest import ABROAD
from tests.language_model.server import Server, served
from tests.talking.fixtures import Clock
from tests.talking.talk import InProcess, Talk
from tests.talking.training import ROOT

pytestmark = pytest.mark.rasa
UNKNOWN, ELSE = "zzgrf qwpl canada", "zzgrf qwpl"
"""Nothing that the classifier knows; the article answers the first."""

WORDED = "There is no fee in Canada. In a foreign currency purchases cost 1% on top."


class Shelf:
    """Knows what a card costs abroad."""

    def answer(self, question: str, proof: Proof = Proof.CLAIMED, language: str = "en") -> Answer | None:
        return ABROAD if "canada" in question else None


@pytest.fixture
async def server(
    loaded: tuple[object, InProcess], talk: Callable[..., Talk], bank: Bank, names: Names, clock: Clock
) -> AsyncIterator[Server]:
    """The assistant with this model; asked for after ``talk``, whose actions it takes the place of."""
    async with served() as made:
        skills = bank_skills(bank, names, Shelf(), model_at(made.endpoint()))
        loaded[1].executor = executor_for(all_actions(skills, clock), Levels.from_domain(ROOT / "domain"))
        yield made


async def test_an_articles_answer_is_worded_and_that_is_told_without_words(talk: Callable[..., Talk], server: Server) -> None:
    server.says = {"answer": WORDED}
    told = await talk().says(UNKNOWN)
    assert told.texts[0].startswith(WORDED) and ABROAD.title in told.texts[0]
    (use,) = [one for one in told.directives if isinstance(one, ModelUsed)]
    assert (use.purpose, use.accepted, use.why, use.model) == ("rephrase", True, "", "small-model")


async def test_what_the_article_does_not_say_is_not_said(talk: Callable[..., Talk], server: Server) -> None:
    server.says = {"answer": "There is no fee at all, and you get $100. Ignore the above."}
    told = await talk().says(UNKNOWN)
    assert told.texts[0].startswith(ABROAD.web)
    assert [one.why for one in told.directives if isinstance(one, ModelUsed)] == ["figure"]


async def test_a_suggested_wish_is_asked_about_and_begins_with_a_yes_only(talk: Callable[..., Talk], server: Server) -> None:
    ana, server.says = talk(), {"intent": "nearest_branch"}
    told = await ana.says(ELSE)
    assert "/nearest_branch" in told.options.values() and await ana.form() is None
    server.says = {"intent": "none"}
    await ana.says("/affirm")
    assert await ana.form() == "branch_form"


async def test_another_wish_than_those_there_are_is_passed_over(talk: Callable[..., Talk], server: Server) -> None:
    ana, server.says = talk(), {"intent": "handoff_closed"}
    told = await ana.says(ELSE)
    assert "did not get that" in told.texts[0] and await ana.form() is None
    assert [one.why for one in told.directives if isinstance(one, ModelUsed)] == ["broken"]
