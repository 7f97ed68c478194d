"""The tracker store under the assistant itself: every rule and story told in one long conversation, then a random one.

No action server runs: a custom action that cannot be reached leaves no events, in both stores alike.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain

from bot.rasa_side.tracker.tracker_store import RedisTrackerLog
from tests.rasa_side.toy_rasa import COMPAT, ROOT, environment
from tests.rasa_side.tracker.test_tracker_store import say, seen

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past
WORDS = ["yes", "no", "90210", "Ana", "4242", "hello there", "what is my balance", "qwertz", "/back", "/session_start"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assistant, trained as `make train` does."""
    folder = tmp_path_factory.mktemp("assistant")
    command = [*COMPAT, "rasa", "train", "--domain", "domain", "--data", "data", "--out", str(folder), "--fixed-model-name", "it"]
    subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True, timeout=300)
    return folder / "it.tar.gz"


@pytest.fixture
async def pair(model: Path, redis_url: str) -> AsyncIterator[tuple[Agent, Agent]]:
    """The assistant on our store, and on Rasa's in memory."""
    store = RedisTrackerLog(Domain.empty(), redis_url)
    yield Agent.load(model, tracker_store=store), Agent.load(model, tracker_store=InMemoryTrackerStore(Domain.empty()))
    await store.close()


def told() -> list[str]:
    """The user's part of every rule and story, as payloads."""
    said: list[str] = []
    for path in sorted((ROOT / "data").rglob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
        for story in [*(content.get("rules") or []), *(content.get("stories") or [])]:
            said += [f"/{step['intent']}" for step in story["steps"] if "intent" in step]
    return said


async def compare(pair: tuple[Agent, Agent], said: list[str]) -> None:
    """Each is said to both; replies, state and the last actions must be the same, and the window must stay small."""
    ours, theirs = pair
    for number, text in enumerate(said):
        answers = []
        for agent in (ours, theirs):
            np.random.seed(number)
            answers.append((await say(agent, text, number), await seen(agent, 2)))
        assert answers[0] == answers[1], (number, text)
        assert len((await ours.tracker_store.retrieve("c")).events) < 200, (number, text)


async def test_every_rule_and_story(pair: tuple[Agent, Agent]) -> None:
    said = told()
    assert len(said) > 20
    await compare(pair, said)


@pytest.mark.parametrize("seed", range(2))
async def test_a_long_conversation(pair: tuple[Agent, Agent], seed: int) -> None:
    rng = random.Random(seed)
    payloads = [f"/{intent}" for intent in pair[0].domain.intents if intent not in ("restart", "session_start", "back")]
    await compare(pair, [rng.choice(payloads if rng.random() < 0.75 else WORDS) for _ in range(80)])
