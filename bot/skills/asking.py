"""When the open question of a form is asked again, and when it waits, for every form alike."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.directives import CollectPin
from bot.model import Proof
from bot.skills import context
from bot.skills.business import Business
from bot.skills.verification import CODE_LENGTH, PIN_LENGTH

KEYS = {"phone_number": 10, "verification_code": CODE_LENGTH}
"""How many keys a call listens for, by question; a business adds its own."""


class Once(Action):
    """A form's question that is not asked again of somebody who wants a moment, leaves, or may choose to start anew.

    The form has run all the same, so that it takes the next message as its answer (a form that a rule passed over would not).
    """

    def __init__(self, question: Action) -> None:
        self._question = question

    def name(self) -> str:
        return str(self._question.name())

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.silent(tracker):
            return []
        events: list[EventType] = await self._question.run(dispatcher, tracker, domain)
        return events


class TakeYourTime(Action):
    """The customer asks for a moment: the open question stays open and is not asked again; a call goes on listening for it."""

    def __init__(self, business: Business) -> None:
        self._keys = {**KEYS, **business.keys}

    def name(self) -> str:
        return "action_take_your_time"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_take_your_time")
        asked = context.requested(tracker)
        if asked == "pin_check" and context.sender(tracker).proof >= Proof.POSSESSED:
            context.direct(dispatcher, CollectPin(PIN_LENGTH))  # the keys that come are a PIN still
        elif asked in self._keys:
            context.collect_keys(dispatcher, tracker, self._keys[asked], secret=asked == "verification_code")
        offer = context.fresh_offer(tracker)
        return [SlotSet("offered", offer)] if offer else []
