"""What callers want at any point, and others may: the main menu, and one question back."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context

# What else has to be forgotten so that a question is asked again, and not answered from what is known.
ALONG = {"phone_number": (SlotSet("other_number", True), SlotSet("code_sent_to", None), SlotSet("code_sent_at", None))}


class MainMenu(Action):
    """Leaves the open form, keeping what was given, and says what there is."""

    def name(self) -> str:
        return "action_main_menu"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_main_menu")
        return [*context.close_form(), *(SlotSet(slot, None) for slot in ("offered", "goal", "wanted_proof", "paused", "also"))]


class GoBack(Action):
    """The open form's question before this one again: its answer is taken back. Elsewhere there is none, and it says so."""

    def name(self) -> str:
        return "action_go_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        earlier = _earlier(tracker, domain)
        if earlier is None:
            dispatcher.utter_message(response="utter_nothing_before")
            return []
        dispatcher.utter_message(response="utter_gone_back")
        return [SlotSet(earlier, None), *ALONG.get(earlier, ())]


def _earlier(tracker: Tracker, domain: DomainDict) -> str | None:
    """The last answered slot of the form before the one that is asked for."""
    form = (domain.get("forms") or {}).get(tracker.active_loop_name or "") or {}
    slots: list[str] = list(form.get("required_slots") or ())
    asked = context.requested(tracker)
    before = slots[: slots.index(asked)] if asked in slots else []
    return next((slot for slot in reversed(before) if tracker.get_slot(slot) is not None), None)
