"""Another sum right after one was set: "no not 300, 200"."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.money import limit_words
from actions.said import amount
from bot.skills import context
from bot.skills.parsing.corrections import SHORT, changed

LOWERED = frozenset({"utter_limit_lowered", "utter_limit_lowered_already"})
RAISED = frozenset({"utter_limit_raised", "utter_limit_raised_already", "utter_limit_only_so"})


class OtherLimit:
    """``bot.skills.asides.FollowUp``: it is offered, and set on a yes."""

    after = LOWERED | RAISED

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """A limit below the usual one is offered; any other sum is none that there is."""
        text = context.text(tracker)
        other = changed(text)
        cents = limit_words.limit_answered(other or text) if other or len(text.split()) <= SHORT else None
        if cents is None and not limit_words.tries(other):
            return None
        if cents is None:
            dispatcher.utter_message(response="utter_limit_only_so")
            return [SlotSet("offered", None)]
        dispatcher.utter_message(response="utter_limit_shall_i", limit=amount(cents)["dollars"])
        return [SlotSet("new_limit", str(cents // 100)), SlotSet("offered", "lower_limit")]
