"""What may follow a card that was just locked or unlocked: that another one was meant."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from bot.skills import context
from bot.skills.behind.before import said_before
from bot.skills.parsing import digits
from bot.skills.parsing.corrections import cancels
from bot.skills.wishes.also import wished

ALL = "utter_card_frozen_unseen"
LOCKED = frozenset({"utter_card_frozen", "utter_card_frozen_already", "utter_card_frozen_unseen_one", ALL})
UNLOCKED = frozenset({"utter_card_unfrozen", "utter_card_unfrozen_inactive", "utter_this_card_not_frozen"})


class OtherCard:
    """``bot.skills.asides.FollowUp``: "no, the one ending in 8812" is locked too, or unlocked with proof;
    "undo that" unlocks."""

    after = LOCKED | UNLOCKED

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """What was done to the other card stays: it is said how it is undone."""
        before, text = said_before(tracker), context.text(tracker)
        if before & LOCKED and cancels(text):
            return wished(tracker, "unfreeze_card")
        last4 = digits.card_end(text)
        if last4 is None:
            return None
        if ALL in before:  # that one is among them
            dispatcher.utter_message(response="utter_card_frozen_all_of_them", **context.last4(last4))
            return [SlotSet("offered", None)]
        return wished(tracker, "freeze_card" if before & LOCKED else "unfreeze_card")
