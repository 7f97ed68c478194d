"""What is faster than Rasa's own gives the same answers, whatever the conversation."""

from __future__ import annotations

import gc
import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_side.tracker.policies import loaded_policies
from tests.rasa_side.in_process import InProcessActions

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past
HIDING = {"ignore_rule_only_turns": True, "rule_only_data": {"rule_only_slots": ["city"], "rule_only_loops": []}}


@pytest.fixture(scope="module")
def agent(toy_model: Path) -> Agent:
    return Agent.load(toy_model, action_endpoint=InProcessActions())


def any_event(rng: random.Random, domain: Domain) -> events.Event:
    """Something that may happen next, rewinds and restarts now and then."""
    intent, slot = rng.choice(sorted(domain.intents)), rng.choice(domain.slots).name
    action = rng.choice([*domain.action_names_or_texts[:20], *domain.form_names, "action_listen", "action_listen"])
    made: list[Callable[[], events.Event]] = [
        *[lambda: events.ActionExecuted(action, hide_rule_turn=rng.random() < 0.3)] * 6,
        *[lambda: events.UserUttered("words", {"name": intent}, [])] * 4,
        *[lambda: events.SlotSet(slot, rng.choice(["a", "b", None, True]))] * 3,
        *[lambda: events.ActiveLoop(rng.choice([*domain.form_names, None]))] * 2,
        lambda: events.BotUttered("said"),
        lambda: events.ActionExecutionRejected(rng.choice(domain.form_names)),
        lambda: events.LoopInterrupted(True),
        lambda: events.FollowupAction("action_listen"),
        lambda: events.DefinePrevUserUtteredFeaturization(rng.random() < 0.5),
        lambda: events.UserUtteranceReverted(),
        lambda: events.ActionReverted(),
        lambda: rng.choice([events.Restarted(), events.SessionStarted(), events.AllSlotsReset()]),
    ]
    return rng.choice(made)()


def as_rasa_has_it(domain: Domain, tracker: DialogueStateTracker, **how: Any) -> Any:
    """By Rasa's own function, on a tracker that remembers nothing of ours."""
    tracker.__dict__.pop("onethread_moments", None)
    return Domain.states_for_tracker_history.__wrapped__(domain, tracker, **how)  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(12))
def test_the_states_are_rasas_however_the_conversation_grows(agent: Agent, seed: int) -> None:
    """One tracker is asked after every event or two, as in a turn; a twin with the same events is asked by Rasa's own way."""
    rng, domain = random.Random(seed), agent.domain
    grown = DialogueStateTracker("grown", domain.slots)
    for _ in range(120):
        for event in (any_event(rng, domain) for _ in range(rng.choice([1, 1, 2, 4]))):
            grown.update(event)
        twin = DialogueStateTracker.from_events("grown", list(grown.events), domain.slots)
        for how in ({}, HIDING, {"omit_unset_slots": True}):
            assert domain.states_for_tracker_history(grown, **how) == as_rasa_has_it(domain, twin, **how)


def test_who_changes_a_state_changes_it_for_nobody_else(agent: Agent) -> None:
    tracker = DialogueStateTracker("t", agent.domain.slots)
    tracker.update(events.ActionExecuted("action_listen"))
    tracker.update(events.UserUttered("words", {"name": sorted(agent.domain.intents)[0]}, []))
    first = agent.domain.states_for_tracker_history(tracker)
    first[-1]["user"].clear()
    first[-1]["prev_action"]["action_name"] = "another"
    assert agent.domain.states_for_tracker_history(tracker) != first
    assert agent.domain.states_for_tracker_history(tracker) == as_rasa_has_it(agent.domain, tracker)


@pytest.mark.parametrize("seed", range(6))
def test_the_same_rules_are_possible(agent: Agent, seed: int) -> None:
    rng, domain = random.Random(seed), agent.domain
    (policy,) = [policy for policy in loaded_policies(agent.processor) if isinstance(policy, RulePolicy)]
    tables = [table for table in policy.lookup.values() if isinstance(table, dict) and table]
    assert tables
    tracker, met = DialogueStateTracker("t", domain.slots), 0
    for _ in range(150):
        tracker.update(any_event(rng, domain))
        states = domain.states_for_tracker_history(tracker)
        for table in tables:
            found = policy._get_possible_keys(table, states)
            assert found == RulePolicy._get_possible_keys.__wrapped__(policy, table, states)
            met += len(found)
    assert met, "no rule held in the whole conversation: nothing was compared"


async def test_the_graph_gives_what_dask_gives(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = await agent.tracker_store.get_or_create_tracker("graph")
    tracker.update(events.ActionExecuted("action_listen"))
    found = []
    for run in (DaskGraphRunner.run, DaskGraphRunner.run.__wrapped__):
        monkeypatch.setattr(DaskGraphRunner, "run", run)
        parsed = [await agent.parse_message(text) for text in ("hello", "what is my balance", "qwertz")]
        found.append((parsed, agent.processor._predict_next_with_tracker(tracker).probabilities))
    for ours, dasks in zip(*(parsed for parsed, _ in found), strict=True):
        assert ours["intent"]["name"] == dasks["intent"]["name"] and ours["entities"] == dasks["entities"]
        assert ours["intent"]["confidence"] == pytest.approx(dasks["intent"]["confidence"])
    assert found[0][1] == found[1][1]


async def test_a_broken_node_and_a_bad_input_are_rasas_errors(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = agent.processor.graph_runner
    name, node = next(iter(runner._instantiated_nodes.items()))
    with pytest.raises(GraphRunError):
        runner.run({"__message__": name}, targets=[name])
    monkeypatch.setattr(node, "_fn", _broken)
    with pytest.raises(GraphComponentException):
        await agent.parse_message("hello")


def _broken(*_: Any, **__: Any) -> None:
    raise ValueError("broken")


def test_states_are_written_out_for_who_asks_for_debug_lines(caplog: pytest.LogCaptureFixture) -> None:
    states = [{"user": {"intent": "greet"}, "prev_action": {"action_name": "action_listen"}}]
    with caplog.at_level(logging.WARNING, "rasa"):
        assert Policy.format_tracker_states(states) == ""
    with caplog.at_level(logging.DEBUG, "rasa"):
        assert "greet" in Policy.format_tracker_states(states)


def test_the_collector_does_not_look_at_the_model(agent: Agent) -> None:
    assert agent.is_ready() and gc.get_freeze_count() > 10_000
