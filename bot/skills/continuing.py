"""Picking the thread up: a greeting, a call, "where were we", on the same channel or another, now or after days.

No name and no digits are said here: who comes back may be somebody else with the same phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context

CHOOSING = "utter_choosing_"
"""With the rest of a response's name: what the customer was doing with its options."""


MOVING = frozenset({"go_on_by_sms", "go_on_by_web", "go_on_by_voice", "ring_me", "ring_me_not", "dial_in"})
"""Who only asks to go on elsewhere is still choosing."""


@dataclass(frozen=True, slots=True)
class Back:
    """How the customer comes back, as the gateway saw it (docs/contracts.md)."""

    moved: bool
    recap: bool
    asked_again: bool


def back(tracker: Tracker) -> Back:
    """From the latest message."""
    metadata: Mapping[str, Any] = tracker.latest_message.get("metadata") or {}
    return Back(bool(metadata.get("moved")), bool(metadata.get("recap")), bool(metadata.get("asked_again")))


class Greet(Action):
    """A hello: an open question is picked up, a menu of another channel shown here, else a greeting."""

    def name(self) -> str:
        return "action_greet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if tracker.active_loop_name:
            return _pick_up(dispatcher, tracker, domain, "utter_greet_in_form")
        if context.waits_for_proof(tracker):
            return _on_with_proof(dispatcher, "utter_greet_in_form")
        coming = back(tracker)
        if not (coming.moved and not coming.recap and offer_again(dispatcher, tracker, domain)):
            dispatcher.utter_message(response="utter_greet")
        return [SlotSet("picked_up", "nothing")]


class CallStarted(Action):
    """A call begins: the open question, the menu of another channel, a trouble that waits, or a greeting."""

    def name(self) -> str:
        return "action_call_started"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        form = tracker.active_loop_name
        if form:
            return _pick_up(dispatcher, tracker, domain, f"utter_welcome_back_{form}")
        if context.waits_for_proof(tracker):
            return _on_with_proof(dispatcher, "utter_welcome_back_verification_form")
        nothing = SlotSet("picked_up", "nothing")
        trouble = f"utter_welcome_back_{tracker.get_slot('trouble')}"
        if trouble in (domain.get("responses") or {}):
            dispatcher.utter_message(response=trouble)
            return [nothing, SlotSet("offered", "person")]
        if back(tracker).recap or not offer_again(dispatcher, tracker, domain):
            dispatcher.utter_message(response="utter_call_greeting")
        return [nothing, SlotSet("offered", None)]


class GoOn(Action):
    """ "Where were we": the open question, what waits for proof, what was on offer, or that there is nothing."""

    def name(self) -> str:
        return "action_go_on"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.waits_for_proof(tracker):
            return _on_with_proof(dispatcher, "utter_going_on")
        if tracker.active_loop_name:
            dispatcher.utter_message(response="utter_going_on")
        elif not offer_again(dispatcher, tracker, domain):
            dispatcher.utter_message(response="utter_nothing_open")
        return [SlotSet("picked_up", "nothing")]


def _on_with_proof(dispatcher: CollectingDispatcher, response: str) -> list[EventType]:
    """A wish was kept until there is a second factor: the proof goes on, and then the wish is done."""
    dispatcher.utter_message(response=response)
    return [SlotSet("picked_up", "proof"), SlotSet("offered", None)]


def _pick_up(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict, soon: str) -> list[EventType]:
    """The form's question follows, after ``soon``; after a long time the choice to go on or start anew comes instead."""
    coming, recap = back(tracker), f"utter_recap_{tracker.active_loop_name}"
    if not (coming.recap and recap in (domain.get("responses") or {})):
        dispatcher.utter_message(response=soon)
        return [SlotSet("picked_up", "nothing"), SlotSet("choosing", None)]
    if coming.asked_again:
        dispatcher.utter_message(response="utter_recap_asked_again")
    dispatcher.utter_message(response=recap)
    return [SlotSet("picked_up", "nothing"), SlotSet("choosing", True)]


def offer_again(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> bool:
    """The options of the last answer, as this channel shows options; False when there is nothing worth it."""
    said = next((e for e in reversed(context.last_answer(tracker, MOVING)) if (e.get("data") or {}).get("buttons")), None)
    name = str(((said or {}).get("metadata") or {}).get("utter_action") or "").removeprefix("utter_")
    if said is None or f"{CHOOSING}{name}" not in (domain.get("responses") or {}):
        return False
    dispatcher.utter_message(response=f"{CHOOSING}{name}", buttons=said["data"]["buttons"])
    return True
