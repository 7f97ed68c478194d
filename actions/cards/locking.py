"""A lost card is locked at once, any card for the time being, and unlocked again.

Locking is possible for whoever writes or calls from the customer's number, without proof: a thief gains nothing by it, a
customer in haste everything, and it can be undone. Undoing takes a second factor (domain/bank/_levels.yml). To a sender
without proof the same is said whether there are cards under the number or not.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.records import cards as records
from actions.records.cards import Held
from actions.tables import Customer
from bot.skills import context
from bot.skills.parsing import digits


class LockingAction(AccountAction):
    """Locks for the number that the message came from, proved or not; without a number it has to be proved."""

    why: str

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        sender = context.sender(tracker)
        if sender.tel is None or sender.proven_tel is not None:
            return await super().run(dispatcher, tracker, domain)
        customer = await asyncio.to_thread(self._bank.customer, sender.tel)
        known = await self._cards(customer) if customer else []
        return [SlotSet("needs_proof", False), *context.drop_goal(), *await self.unseen(dispatcher, tracker, known)]

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        """For a sender without proof: no fact of the cards is said."""
        raise NotImplementedError

    async def _cards(self, customer: Customer) -> list[Held]:
        return await asyncio.to_thread(self._bank.work, lambda session, _: records.held(session, customer.id))

    async def _lock(self, cards: list[Held]) -> bool:
        chosen = [one.card for one in cards]
        return await asyncio.to_thread(self._bank.work, lambda session, today: records.lock(session, chosen, self.why, today))


class LostCard(LockingAction):
    """Asks, locks, and offers another card."""

    goal = "lost_card"
    why = records.LOST

    def name(self) -> str:
        return "action_lost_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        sender = context.sender(tracker)
        if sender.tel is None and not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_lost_card_sorry")
        return [*await super().run(dispatcher, tracker, domain), SlotSet("trouble", "lost_card")]

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        if not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_lost_card_shall_i")
            return [SlotSet("offered", self.goal)]
        await self._lock(named(tracker, known))
        dispatcher.utter_message(response="utter_lost_card_locked_unseen")
        return [SlotSet("offered", "replace_card")]

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        mine = named(tracker, await self._cards(customer))
        if not mine:
            dispatcher.utter_message(response="utter_no_card_to_lock")
            return [SlotSet("offered", "person")]
        open_ones = any(one.lock is None for one in mine)
        if open_ones and not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_lost_card_shall_i")
            return [SlotSet("offered", self.goal)]
        await self._lock(mine)
        dispatcher.utter_message(response="utter_lost_card_locked" if open_ones else "utter_lost_card_already", **facts(mine))
        return [SlotSet("offered", "replace_card")]


class FreezeCard(LockingAction):
    """Locks at once: it was asked for, and can be undone."""

    goal = "freeze_card"
    why = records.FROZEN

    def name(self) -> str:
        return "action_freeze_card"

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        await self._lock(named(tracker, known))
        dispatcher.utter_message(response="utter_card_frozen_unseen")
        return context.pick_up(dispatcher, tracker)

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        mine = named(tracker, await self._cards(customer))
        if not mine:
            dispatcher.utter_message(response="utter_no_card_to_lock")
            return [SlotSet("offered", "person")]
        done = await self._lock(mine)
        dispatcher.utter_message(response="utter_card_frozen" if done else "utter_card_frozen_already", **facts(mine))
        return context.pick_up(dispatcher, tracker)


class UnfreezeCard(AccountAction):
    """Unlocks what was locked, for a customer who is proven."""

    goal = "unfreeze_card"

    def name(self) -> str:
        return "action_unfreeze_card"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        mine = await asyncio.to_thread(self._bank.work, lambda session, _: records.held(session, customer.id))
        locked = named(tracker, [one for one in mine if one.lock is not None])
        cards = [one.card for one in locked]
        done = await asyncio.to_thread(self._bank.work, lambda session, _: records.unlock(session, cards))
        if done:
            dispatcher.utter_message(response="utter_card_unfrozen", **facts(locked))
        else:
            dispatcher.utter_message(response="utter_card_not_frozen")
        return context.pick_up(dispatcher, tracker)


def named(tracker: Tracker, cards: list[Held]) -> list[Held]:
    """The card whose digits are in the words; all of them where none is named."""
    last4 = digits.card_end(context.text(tracker)) or context.entity(tracker, "card")
    return [one for one in cards if one.card.last4 == last4] or cards


def facts(cards: list[Held]) -> dict[str, Any]:
    """``cards`` and ``spoken`` for responses: the digits of one or of several."""
    ends = [context.last4(one.card.last4) for one in cards]
    return {"cards": " and ".join(end["last4"] for end in ends), "spoken": " and ".join(end["spoken"] for end in ends)}
