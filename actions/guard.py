"""The deeds' door: no action runs for a sender below the level that ``domain/_levels.yml`` gives it.

Below it the sender is asked to prove more, and ``action_verified`` goes on with the action afterwards. An action that
runs sees neither slots nor earlier answers above its sender's level.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import context
from bot.levels import Levels
from bot.model import Proof


def guard(executor: ActionExecutor, actions: tuple[Action, ...], levels: Levels) -> None:
    """Register each action behind the door."""
    for action in actions:
        executor.register_function(action.name(), _Guarded(action, levels).run)


class _Guarded:
    """One action behind the door."""

    def __init__(self, action: Action, levels: Levels) -> None:
        self._action = action
        self._levels = levels

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Any:
        """As the action's own ``run`` (which may be a coroutine function or not)."""
        proof, needed = context.sender(tracker).proof, self._levels.action(self._action.name())
        if proof < needed:
            return step_up(dispatcher, tracker, self._action.name().removeprefix("action_"), needed)
        hide(tracker, self._levels, proof)
        answer = self._action.run(dispatcher, tracker, domain)
        return await answer if hasattr(answer, "__await__") else answer


def step_up(dispatcher: CollectingDispatcher, tracker: Tracker, goal: str, needed: Proof) -> list[EventType]:
    """Ask for more proof. ``goal`` is what ``next_step`` becomes when it is there; rules go on from it."""
    if tracker.active_loop_name != "verification_form":
        dispatcher.utter_message(response="utter_proof_first")
    events: list[EventType] = [SlotSet("needs_proof", True), SlotSet("goal", goal), SlotSet("wanted_proof", needed.label)]
    return [*events, SlotSet("paused", "activation")] if tracker.active_loop_name == "activation_form" else events


def hide(tracker: Tracker, levels: Levels, proof: Proof) -> None:
    """Empty what is above the sender's level, in this action's own copy of the tracker."""
    for name in levels.hidden_slots(proof):
        if name in tracker.slots:
            tracker.slots[name] = None
    for event in tracker.events:
        if event.get("event") == "bot" and levels.response((event.get("metadata") or {}).get("utter_action")) > proof:
            event["text"], event["data"] = None, {}
