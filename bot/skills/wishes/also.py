"""The second of two wishes (or more) that came in one message: done as soon as the first one is."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActionExecuted, EventType, SlotSet, UserUttered
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.asides import passing
from bot.skills.business import Business

ALSO = "also"
STILL = context.DETAILS | {"affirm", "deny", "wait", "resend_code", "wrong_number", "explain", "repeat", "help", "go_on"}
"""Intents of messages on the way to the first one's end; another wish in between has the second one forgotten."""


class AndAlso(Action):
    """A skill's last action, and what was wished for along with it."""

    def __init__(self, action: Action, business: Business) -> None:
        self._action = action
        self._business = business

    def name(self) -> str:
        return str(self._action.name())

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        events: list[EventType] = await self._action.run(dispatcher, tracker, domain)
        second = tracker.get_slot(ALSO)
        if second is None:
            return events
        ours = (tracker.latest_message.get("metadata") or {}).get(ALSO)  # this is the second one already, of three
        if not (ours or context.entity(tracker, ALSO) or context.intent(tracker) in STILL):
            return events if _goes_on(events) else [*events, SlotSet(ALSO, None)]  # its own wishes are in the slot by now
        if not ours and self._business.does.get(self.name()) == str(second).split()[0]:  # answered by themselves
            return [*events, SlotSet(ALSO, " ".join(str(second).split()[1:]) or None)]
        if _goes_on(events):  # by other wishes of its own: this one comes behind them
            return [_behind(event, str(second)) for event in events]
        return [*events, *wished(tracker, str(second))] if self._over(events, tracker) else events

    def _over(self, events: list[EventType], tracker: Tracker) -> bool:
        """Whether nothing of the first wish is open: no proof to come, no form that goes on, no offer to be answered."""
        slots = {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
        goes_on = any(event.get("event") == "followup" for event in events)
        offers = slots.get("offered") not in (None, *passing(self._business.asides))
        next_step = slots.get("next_step", "none") != "none"
        return not (goes_on or offers or slots.get("needs_proof") or next_step or tracker.active_loop_name)


def _goes_on(events: list[EventType]) -> bool:
    return any(event.get("event") == "user" for event in events)


def _behind(event: EventType, second: str) -> EventType:
    """What waits already, and the second wish behind it."""
    if event.get("event") != "slot" or event.get("name") != ALSO:
        return event
    waiting = f"{event.get('value') or ''} {second}".split()
    return SlotSet(ALSO, " ".join(dict.fromkeys(waiting)))


class NextWish(Action):
    """Says nothing: for the end of a rule that only utters, so that what was wished for along with it comes next."""

    def name(self) -> str:
        return "action_next_wish"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return []


def wished(tracker: Tracker, intents: str) -> list[EventType]:
    """Events as if the customer had said the next wish now; it is no line of the transcript (``event_of_ours``)."""
    intent, *rest = intents.split()
    metadata: dict[str, Any] = {**(tracker.latest_message.get("metadata") or {}), "event_of_ours": True, ALSO: True}
    parsed = {"text": f"/{intent}", "intent": {"name": intent, "confidence": 1.0}, "entities": [], "metadata": metadata}
    said = {**UserUttered(f"/{intent}", parsed, input_channel=tracker.get_latest_input_channel()), "metadata": metadata}
    return [SlotSet(ALSO, " ".join(rest) or None), ActionExecuted("action_listen"), said]
