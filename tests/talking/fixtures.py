"""The trained assistant, its actions and a fresh bank for each test: for tests/skills/ and tests/assistant/ alike."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa and its libraries say of themselves while they are imported
    from bot.rasa_side.patches.compat import install

    install()
    from rasa.core.agent import Agent

from actions.bank import Bank, engine_for
from actions.registry import bank_skills
from bot.ports.levels import Levels
from bot.rasa_side.guarded import GuardedResponses
from bot.skills.action_server.guard import executor_for
from bot.skills.parsing.names import Names, SpacyPeople
from bot.skills.registry import all_actions
from tests.talking.talk import InProcess, Talk
from tests.talking.training import ROOT, train

TODAY = date(2026, 11, 23)


class Clock:
    """Seconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def trained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assistant's model, trained once for the whole run."""
    return _trained(tmp_path_factory.getbasetemp())


@functools.cache
def _trained(base: Path) -> Path:
    """Fixtures that two folders take are made twice; training is not."""
    folder = base / "assistant"
    folder.mkdir()
    return train(folder)


@pytest.fixture(scope="session")
def names() -> Names:
    """Names with spaCy behind them, loaded once."""
    return _names()


@functools.cache
def _names() -> Names:
    return Names(SpacyPeople())


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """The sample bank in a file of its own."""
    engine = engine_for(f"sqlite:///{tmp_path}/bank.db")
    yield Bank(engine, lambda: TODAY)
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """The clock of the actions."""
    return Clock()


@pytest.fixture(scope="session")
def loaded(trained_model: Path) -> tuple[Agent, InProcess]:
    """Rasa's agent with the model, and the endpoint that runs the actions of the test at hand."""
    return load(trained_model)


@functools.cache
def load(model: Path) -> tuple[Agent, InProcess]:
    """An assistant in this process, as endpoints.yml has it but for the action server."""
    endpoint = InProcess()
    agent = Agent(action_endpoint=endpoint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agent.load_model(model)
    agent.processor.nlg = GuardedResponses(domain=agent.domain)
    assert agent.is_ready()
    return agent, endpoint


@pytest.fixture
def talk(
    loaded: tuple[Agent, InProcess], bank: Bank, names: Names, clock: Clock, request: pytest.FixtureRequest
) -> Callable[..., Talk]:
    """Starts a conversation: ``talk(channel="voice", tel="+1...")``."""
    agent, endpoint = loaded
    endpoint.executor = executor_for(all_actions(bank_skills(bank, names), clock), Levels.from_domain(ROOT / "domain"))
    numbers = itertools.count(1)
    return lambda **known: Talk(agent, f"{request.node.name}-{next(numbers)}", **known)
