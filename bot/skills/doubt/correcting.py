"""A correction mends the answer that was given last, in every form alike: the next question may have been asked already.

The form's own ``extract_<slot>`` reads what was said, as if its question were still open; when it finds another value, that is
checked and kept by the form as any answer is. What answers the open question ("sorry, June 3 to June 17") is that answer, and no
correction. Otherwise the message is what it would have been without this.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.parsing.corrections import Correction, correction, mended

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
        change = _change(tracker) if slot else None
        if slot and change and await self._corrects(slot, change, tracker, domain):
            return await self._mended(dispatcher, slot, _as_answer(tracker, slot, change), domain)
        checked: list[EventType] = await self._form.run(dispatcher, tracker, domain)
        return checked

    async def _mended(self, dispatcher: CollectingDispatcher, slot: str, again: Tracker, domain: DomainDict) -> list[EventType]:
        """It is said to be changed when the form has taken it, before what the form says."""
        said = CollectingDispatcher()
        events: list[EventType] = await self._form.run(said, again, domain)
        if any(event.get("name") == slot and event.get("value") is not None for event in events):
            dispatcher.utter_message(response="utter_corrected")
        dispatcher.messages.extend(said.messages)
        return [*events, SlotSet("requested_slot", None)] if _over(events) else events

    async def _corrects(self, slot: str, change: Correction, tracker: Tracker, domain: DomainDict) -> bool:
        """Whether it gives this slot another value, and no answer to what is asked, unless it names what was wrong."""
        mended = await self._read(slot, _as_answer(tracker, slot, change), domain)
        if mended in (None, NOT_READ, tracker.get_slot(slot)):
            return False
        asked = context.requested(tracker)
        answer = await self._read(asked, _as_answer(tracker, asked, change), domain) if asked and not change.old else None
        return answer in (None, NOT_READ)

    async def _read(self, slot: str, again: Tracker, domain: DomainDict) -> Any:
        """The value that the form finds for a slot. Nothing is checked or counted yet."""
        extract = getattr(self._form, f"extract_{slot}", None)
        if extract is None:
            return None
        found = extract(CollectingDispatcher(), again, domain)
        values: dict[str, Any] = await found if hasattr(found, "__await__") else found
        return values.get(slot)


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


def _change(tracker: Tracker) -> Correction | None:
    """What is taken back; None for a question, and for what is surely something else."""
    if context.text(tracker).rstrip().endswith("?"):
        return None
    may_be = context.intent(tracker) in MAY_CORRECT or context.confidence(tracker) < context.SURE
    return correction(context.text(tracker)) if may_be else None


def _as_answer(tracker: Tracker, slot: str, change: Correction) -> Tracker:
    """The turn as it were if the slot's question were open and the mended answer had come."""
    words = mended(str(tracker.get_slot(slot) or ""), change)
    message = {**tracker.latest_message, "text": words, "intent": {"name": "inform", "confidence": 1.0}}
    slots = {**tracker.slots, slot: None, "requested_slot": slot}
    events, loop = list(tracker.events), tracker.active_loop
    return Tracker(tracker.sender_id, slots, message, events, False, None, loop, tracker.latest_action_name)


def _over(events: list[EventType]) -> bool:
    return any(event.get("name") == "requested_slot" and event.get("value") is None for event in events)
