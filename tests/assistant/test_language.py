"""How well the assistant understands sentences it never saw (heldout.yml).

What each threshold does is in docs/understanding.md. The sentences were written by the author of the training data, so real
customers will do worse: ``python -m benchmarks.strangers`` measures on sentences of strangers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent

from bot.rasa_side.meaning import examples
from tests.talking.talk import UNDERSTANDING, InProcess, Talk
from tests.talking.training import ROOT

HELD_OUT: dict[str, list[str]] = yaml.safe_load((ROOT / "tests/assistant/heldout.yml").read_text())
TRAINED = examples.read(ROOT / "data" / "nlu")


def test_no_held_out_sentence_is_trained() -> None:
    trained = {sentence.lower() for sentences in TRAINED.values() for sentence in sentences}
    seen = {sentence for sentences in HELD_OUT.values() for sentence in sentences if sentence.lower() in trained}
    # One-word sentences that everybody says in the same way.
    assert seen <= {"help", "PERSON", "balance"}


def test_every_intent_has_enough_varied_sentences() -> None:
    counts = {intent: len(set(sentences)) for intent, sentences in TRAINED.items()}
    assert sum(counts.values()) >= 300
    assert {intent: count for intent, count in counts.items() if count < 8} == {}


NOT_THAT = {
    "how long do I have to wait for my new card": {"where_is_my_card"},
    "how many weeks does it take to get a new card": {"where_is_my_card"},
    "i have been waiting for my new card for ages": {"where_is_my_card"},
    "when is my new card coming": {"where_is_my_card"},
    "my new card gets declined": {"card_declined"},
    "my card got declined at the gas station": {"card_declined"},
    "the store would not take my card": {"card_declined"},
    "why does my new card get declined": {"card_declined"},
    "my new card has arrived, please activate it": {"activate_card"},
}


@pytest.mark.rasa
@pytest.mark.parametrize(("sentence", "intents"), NOT_THAT.items())
async def test_a_card_that_is_waited_for_or_declined_is_neither_activated_nor_a_code(
    loaded: tuple[Agent, InProcess], sentence: str, intents: set[str]
) -> None:
    parsed = await UNDERSTANDING.parse(loaded[0], sentence)
    assert parsed["intent"]["name"] in intents


@pytest.mark.rasa
async def test_what_is_nearly_understood_is_asked_for_with_the_likeliest_wishes(talk: Callable[..., Talk]) -> None:
    customer = talk()
    asked = await customer.says("my new card")
    assert "not sure what you mean" in asked and await customer.form() is None
    assert set(asked.options) == {"Activate a card", "Where is my card?", "Something else"}
    assert "first and last name" in await customer.says(asked.options["Activate a card"])


@pytest.mark.rasa
async def test_a_yes_takes_the_only_guess(talk: Callable[..., Talk]) -> None:
    for words in strangers():
        customer = talk()  # which of them leaves one guess is the model's to say
        options = (await customer.says(words)).options
        if len(options) == 2 and "Something else" in options:
            said, tapped = await customer.says("yes"), await talk().says(next(iter(options.values())))
            assert said.texts == tapped.texts
            return
    raise AssertionError("none of these leaves one guess")


def strangers() -> list[str]:
    """First messages of people who have seen nothing of the assistant, after one that is short."""
    folder = ROOT / "tests" / "assistant" / "strangers"
    return ["about sunday", *(str(one["text"]) for one in yaml.safe_load((folder / "dev.yml").read_text(encoding="utf-8")))]


@pytest.mark.rasa
async def test_held_out_sentences_are_understood(loaded: tuple[Agent, InProcess]) -> None:
    agent, _ = loaded
    before, after, taken, total = 0, 0, [], 0
    for intent, sentences in HELD_OUT.items():
        for sentence in sentences:
            parsed: dict[str, Any] = await agent.parse_message(sentence)
            ranking = [one["name"] for one in parsed["intent_ranking"] if one["name"] != "nlu_fallback"]
            final = parsed["intent"]["name"]
            if intent == "unclear":
                taken += [sentence] if final not in ("nlu_fallback", "out_of_scope") else []
                continue
            total += 1
            before += ranking[0] == intent
            after += final == intent
    assert before / total >= 0.95
    assert after / total >= 0.92
    assert len(taken) <= 1, taken
