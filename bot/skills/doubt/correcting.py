"""A correction mends the answer that was given last, in every form alike: the next question may have been asked already.

The form's own ``extract_<slot>`` reads what was said, as if its question were still open; when it finds another value, that is
checked and kept by the form as any answer is. Otherwise the message is what it would have been without this.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.parsing.corrections import correction, mended

MAY_CORRECT = context.DETAILS | {"deny", "refuse", "wrong_number", "go_back", "out_of_scope", "affirm"}
"""Intents under which a correction may hide, however sure they are."""

NOT_READ = "?"
"""What the forms here call an answer that they cannot read."""


class Correcting(Action):
    """A form's validation, with corrections."""

    def __init__(self, form: FormValidationAction) -> None:
        self._form = form

    def name(self) -> str:
        return str(self._form.name())

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        slot = _answered_last(tracker, self._form.domain_slots(domain))
        again = _as_answer(tracker, slot) if slot else None
        if slot and again and await self._reads_another(slot, again, tracker, domain):
            dispatcher.utter_message(response="utter_corrected")
            events: list[EventType] = await self._form.run(dispatcher, again, domain)
            return [*events, SlotSet("requested_slot", None)] if _over(events) else events
        checked: list[EventType] = await self._form.run(dispatcher, tracker, domain)
        return checked

    async def _reads_another(self, slot: str, again: Tracker, tracker: Tracker, domain: DomainDict) -> bool:
        """Whether the form finds a value in it that is not the one that it has. Nothing is checked or counted yet."""
        extract = getattr(self._form, f"extract_{slot}", None)
        if extract is None:
            return False
        found = extract(CollectingDispatcher(), again, domain)
        values: dict[str, Any] = await found if hasattr(found, "__await__") else found
        return values.get(slot) not in (None, NOT_READ, tracker.get_slot(slot))


def _answered_last(tracker: Tracker, slots: list[str]) -> str | None:
    """The form's slot that the turn before this one filled and that is still filled."""
    asked = context.requested(tracker)
    past = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if past:
                return None
            past = True
        elif past and event.get("event") == "slot" and event.get("name") in slots and event.get("name") != asked:
            name = str(event["name"])
            return name if event.get("value") is not None and tracker.get_slot(name) is not None else None
    return None


def _as_answer(tracker: Tracker, slot: str) -> Tracker | None:
    """The turn as it were if the slot's question were open and the mended answer had come; None for no correction."""
    change = correction(context.text(tracker))
    if change is None or (context.intent(tracker) not in MAY_CORRECT and context.confidence(tracker) >= context.SURE):
        return None
    words = mended(str(tracker.get_slot(slot)), change)
    message = {**tracker.latest_message, "text": words, "intent": {"name": "inform", "confidence": 1.0}}
    slots = {**tracker.slots, slot: None, "requested_slot": slot}
    events, loop = list(tracker.events), tracker.active_loop
    return Tracker(tracker.sender_id, slots, message, events, False, None, loop, tracker.latest_action_name)


def _over(events: list[EventType]) -> bool:
    return any(event.get("name") == "requested_slot" and event.get("value") is None for event in events)
