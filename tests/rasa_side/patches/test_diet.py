"""The ``diet`` extra: DIET and TED are trained, saved, loaded and asked. For the environment of `make train DIET=1`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.rasa_side.patches.optional import have_tensorflow
from tests.rasa_side import toy_rasa
from tests.rasa_side.in_process import InProcessActions

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not have_tensorflow(), reason="needs the diet extra: make train DIET=1"),
]


@pytest.fixture(scope="module")
def diet_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy with DIET, ResponseSelector and TED, few epochs."""
    toy = tmp_path_factory.mktemp("diet") / "toy"
    shutil.copytree(toy_rasa.TOY, toy)
    config = yaml.safe_load((toy / "config.yml").read_text())
    config["pipeline"] = [part for part in config["pipeline"] if part["name"] != "LogisticRegressionClassifier"]
    config["pipeline"].insert(5, {"name": "DIETClassifier", "epochs": 30, "random_seed": 1})
    config["policies"].append({"name": "TEDPolicy", "epochs": 5, "max_history": 5, "random_seed": 1})
    (toy / "config.yml").write_text(yaml.safe_dump(config))
    return toy_rasa.train(toy.parent / "model", "--config", str(toy / "config.yml"), seconds=900)


async def test_a_tensorflow_model_loads_and_answers(diet_model: Path) -> None:
    agent = Agent.load(diet_model, action_endpoint=InProcessActions())
    assert agent.is_ready()
    for text, intent in (("hello", "greet"), ("what is my balance", "balance"), ("bye", "goodbye")):
        assert (await agent.parse_message(text))["intent"]["name"] == intent
    channel = CollectingOutputChannel()
    await agent.handle_message(UserMessage("hello", channel, "diet"))
    assert channel.messages[0]["text"] == "Hello, how can I help?"
