"""A customer asked for another language, and the gateway has noted it (``bot.languages.hearing``)."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context


class GoOnInLanguage(Action):
    """Says so in that language; a form's question comes again by itself, and what was on offer still is."""

    def name(self) -> str:
        return "action_go_on_in_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        in_form = tracker.active_loop_name is not None
        dispatcher.utter_message(response="utter_go_on_in_language_in_form" if in_form else "utter_go_on_in_language")
        return [SlotSet("offered", context.fresh_offer(tracker))]
