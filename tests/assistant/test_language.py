"""How well the assistant understands sentences it never saw (heldout.yml).

Measured when written: 134 of 138 right before the threshold of 0.4, 132 after it, and none of 10 unclear ones taken for
an intent (0.35 does alike; 0.3 lets two through, 0.5 loses two right ones). The sentences were written by the author of
the training data, so real customers will do worse: a later issue measures on their sentences.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent

from tests.assistant.talk import InProcess
from tests.assistant.training import ROOT

HELD_OUT: dict[str, list[str]] = yaml.safe_load((ROOT / "tests/assistant/heldout.yml").read_text())


def training_sentences() -> dict[str, list[str]]:
    """Every training sentence by intent."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data/nlu").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text())["nlu"]:
            if "intent" in entry:
                found[entry["intent"]] = [line.removeprefix("- ").strip() for line in entry["examples"].splitlines()]
    return found


def test_no_held_out_sentence_is_trained() -> None:
    trained = {sentence.lower() for sentences in training_sentences().values() for sentence in sentences}
    seen = {sentence for sentences in HELD_OUT.values() for sentence in sentences if sentence.lower() in trained}
    # One-word sentences that everybody says in the same way.
    assert seen <= {"help", "PERSON", "balance"}


def test_every_intent_has_enough_varied_sentences() -> None:
    counts = {intent: len(set(sentences)) for intent, sentences in training_sentences().items()}
    assert sum(counts.values()) >= 300
    assert {intent: count for intent, count in counts.items() if count < 8} == {}


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
