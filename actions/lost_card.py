"""A lost or stolen card, or a payment the customer does not know: only a person can block it."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context


class LostCard(Action):
    """Offers a person; an open form is left."""

    def name(self) -> str:
        return "action_lost_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_lost_card")
        return [*context.close_form(), SlotSet("also", None), SlotSet("trouble", "lost_card"), SlotSet("offered", "person")]
