"""Another card in the place of one that is lost, damaged or about to expire: for a proven customer, who is asked first."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.cards.naming import ask_which, named, no_such_card
from actions.records import cards as records
from actions.records.card_tables import CardOrder
from actions.records.cards import Held
from actions.said import long_day
from actions.tables import Customer
from bot.skills import context


class ReplaceCard(AccountAction):
    """A card that is locked because it is lost gets another number and is blocked for good; any other goes on until then."""

    def name(self) -> str:
        return "action_replace_card"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        ordered = await self._work(lambda session, today: records.on_its_way(session, customer.id, today))
        if ordered is not None:
            return self._said(dispatcher, tracker, ordered, new=False)
        known = await self._work(lambda session, _: records.held(session, customer.id))
        if not known:
            dispatcher.utter_message(response="utter_no_card_to_replace")
            return [SlotSet("offered", "person"), *context.trouble("no_card_to_replace", tracker)]
        mine = named(tracker, known)
        if not mine:
            return no_such_card(dispatcher, tracker, known, self.goal)
        locked = [one for one in mine if one.lock]
        if len(locked or mine) > 1:
            return ask_which(dispatcher, tracker, locked or mine, self.goal)
        (chosen,) = locked or mine
        lost = chosen.lock is not None and chosen.lock.why != records.FROZEN
        if not context.agreed(tracker, self.goal):
            response = "utter_replace_lost_shall_i" if lost else "utter_replace_shall_i"
            dispatcher.utter_message(response=response, **context.last4(chosen.card.last4))
            return [SlotSet("offered", self.goal)]
        return await self._order(dispatcher, tracker, chosen, lost=lost)

    async def _order(self, dispatcher: CollectingDispatcher, tracker: Tracker, chosen: Held, *, lost: bool) -> list[EventType]:
        ordered, new = await self._work(lambda session, today: records.order(session, chosen.card, today, new_number=lost))
        return self._said(dispatcher, tracker, ordered, new=new)

    def _said(self, dispatcher: CollectingDispatcher, tracker: Tracker, ordered: CardOrder, *, new: bool) -> list[EventType]:
        response = "utter_card_ordered" if new else "utter_card_ordered_already"
        dispatcher.utter_message(response=response, day=long_day(ordered.expected))
        return [SlotSet("agreed", None), SlotSet("trouble", None), *context.pick_up(dispatcher, tracker)]
