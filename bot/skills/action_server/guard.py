"""The deeds' door: no action runs for a sender below the level that ``domain/*/_levels.yml`` gives it.

Below it the sender is asked to prove more, and ``action_verified`` goes on with the action afterwards. An action that
runs sees neither slots nor earlier answers above its sender's level, nor those of another number.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.languages.current import speaking
from bot.model import Proof
from bot.ports.levels import Levels, of_another, told_to
from bot.skills import context


def executor_for(actions: tuple[Action, ...], levels: Levels) -> ActionExecutor:
    """rasa_sdk's executor with these instances, each at the level of proof it needs."""
    executor = ActionExecutor()
    for action in actions:
        executor.register_function(action.name(), _Guarded(action, levels).run)
    return executor


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
        hide(tracker, self._levels, context.sender(tracker))
        with speaking(context.language(tracker)):
            answer = self._action.run(dispatcher, tracker, domain)
            return await answer if hasattr(answer, "__await__") else answer


def step_up(dispatcher: CollectingDispatcher, tracker: Tracker, goal: str, needed: Proof) -> list[EventType]:
    """Ask for more proof. ``goal`` is what ``next_step`` becomes when it is there; rules go on from it."""
    asked = tracker.active_loop_name == "verification_form"
    dispatcher.utter_message(response="utter_proof_still" if asked else "utter_proof_first")
    events: list[EventType] = [SlotSet("needs_proof", True), SlotSet("goal", goal), SlotSet("wanted_proof", needed.label)]
    events.append(SlotSet("agreed", goal if context.agreed(tracker, goal) else None))
    return [*events, *context.pause(tracker)]


def hide(tracker: Tracker, levels: Levels, sender: context.Sender) -> None:
    """Empty what is above the sender's level, or was for another number, in this action's own copy of the tracker."""
    for name in (levels.hidden_slots(sender.proof) | levels.slots_of_another(tracker.events, sender.tel)) & tracker.slots.keys():
        tracker.slots[name] = None
    for event, told in told_to(tracker.events):
        if event.get("event") != "bot":
            continue
        needed = levels.response((event.get("metadata") or {}).get("utter_action"))
        if needed > sender.proof or (needed > Proof.CLAIMED and of_another(told, sender.tel)):
            event["text"], event["data"] = None, {}
