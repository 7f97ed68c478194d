"""How a card stands: whether it works, is locked, was reported lost, or waits to be activated. For a proven number."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.cards.naming import facts, named, no_such_card
from actions.records import cards as records
from actions.records.cards import Held
from actions.tables import CardStatus, Customer
from bot.skills import context

STATES = ("lost", "frozen", "inactive", "works")
"""In the order in which they are told: what needs doing first."""


def state(one: Held) -> str:
    """One of ``STATES``: a lock counts before what the card itself is."""
    if one.lock is not None:
        return "lost" if one.lock.why == records.LOST else "frozen"
    return "works" if one.card.status == CardStatus.ACTIVE else "inactive"


class TellCardState(AccountAction):
    """Each card that the words name, or all; those that stand alike in one sentence."""

    def name(self) -> str:
        return "action_card_state"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._work(lambda session, _: records.held(session, customer.id))
        if not known:
            dispatcher.utter_message(response="utter_no_card_to_lock")
            return [SlotSet("offered", "person")]
        mine = named(tracker, known)
        if not mine:
            return no_such_card(dispatcher, tracker, known, "ask_card_state")
        for name in STATES:
            if alike := [one for one in mine if state(one) == name]:
                dispatcher.utter_message(response=f"utter_card_{name}_now", **facts(alike))
        return context.pick_up(dispatcher, tracker)
