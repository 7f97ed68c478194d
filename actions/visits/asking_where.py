"""The branch that is asked for: near somebody, or for an appointment that waits for it, whose time may be named as well."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.visits.time_aside import TimeAside
from bot.skills import context
from bot.skills.wishes.also import ALSO

APPOINTMENT = "book_appointment"


class AskBranch(Action):
    """On a call the keypad listens for ``keys`` of a zip code."""

    def __init__(self, keys: int) -> None:
        self._keys = keys

    def name(self) -> str:
        return "action_ask_branch_form_postcode"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        books = APPOINTMENT in str(tracker.get_slot(ALSO) or "").split()
        dispatcher.utter_message(response="utter_ask_branch_form_postcode" if books else "utter_ask_postcode")
        context.collect_keys(dispatcher, tracker, self._keys)
        return [SlotSet("offered", TimeAside.name)] if books else []
