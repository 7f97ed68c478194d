"""A lost card is locked at once, any card for the time being, and unlocked again.

Locking is possible for whoever writes or calls from the customer's number, without proof: a thief gains nothing by it, a
customer in haste everything. What was locked for the time being is unlocked with a second factor (domain/bank/_levels.yml); a
card that was reported lost stays blocked, and another is ordered. To a sender without proof the same is said whether there are
cards under the number or not. The card that they name is locked, and every card where they name none, or none that there is:
which of them is meant is asked of nobody whose cards may not be told.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.cards.naming import facts, named, named_digits, no_such_card
from actions.records import cards as records
from actions.records.cards import Held
from actions.tables import CardStatus, Customer
from bot.skills import context


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

    @abstractmethod
    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        """For a sender without proof: no fact of the cards is said."""

    async def _cards(self, customer: Customer) -> list[Held]:
        return await self._work(lambda session, _: records.held(session, customer.id))

    async def _lock(self, cards: list[Held], why: str = "") -> bool:
        chosen = [one.card for one in cards]
        return await self._work(lambda session, today: records.lock(session, chosen, why or self.why, today))


class LostCard(LockingAction):
    """Asks, locks, and offers another card."""

    why = records.LOST

    def name(self) -> str:
        return "action_lost_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        sender = context.sender(tracker)
        if sender.tel is None and not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_lost_card_sorry")
        return [*await super().run(dispatcher, tracker, domain), SlotSet("trouble", "lost_card")]

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        last4 = named_digits(tracker)
        if not context.agreed(tracker, self.goal):
            return _shall_i(dispatcher, last4, "utter_lost_card_shall_i_unseen", self.goal)
        await self._lock_unseen(dispatcher, known, last4)
        return [SlotSet("offered", "replace_card")]

    async def _lock_unseen(self, dispatcher: CollectingDispatcher, known: list[Held], last4: str | None) -> None:
        """Nobody is told whether a card ends so: when none does, all are locked until that is known, which can be undone."""
        meant = [one for one in known if last4 in (None, one.card.last4)]
        await self._lock(meant or known, self.why if meant else records.FROZEN)
        response = "utter_lost_card_locked_unseen_one" if last4 else "utter_lost_card_locked_unseen"
        dispatcher.utter_message(response=response, **context.last4(last4 or ""))

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._cards(customer)
        if not known:
            dispatcher.utter_message(response="utter_no_card_to_lock")
            return [SlotSet("offered", "person")]
        mine = named(tracker, known)
        if not mine:
            return no_such_card(dispatcher, tracker, known, self.goal)
        new = any(one.lock is None or one.lock.why != records.LOST for one in mine)
        if new and not context.agreed(tracker, self.goal):
            several = "utter_lost_card_shall_i_all" if len(mine) > 1 else "utter_lost_card_shall_i"
            return _shall_i(dispatcher, named_digits(tracker), several, self.goal)
        await self._lock(mine)
        dispatcher.utter_message(response="utter_lost_card_locked" if new else "utter_lost_card_already", **facts(mine))
        return [SlotSet("offered", "replace_card")]


class FreezeCard(LockingAction):
    """Locks at once: it was asked for, and can be undone."""

    why = records.FROZEN

    def name(self) -> str:
        return "action_freeze_card"

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        last4 = named_digits(tracker)
        await self._lock([one for one in known if last4 in (None, one.card.last4)] or known)
        response = "utter_card_frozen_unseen_one" if last4 else "utter_card_frozen_unseen"
        dispatcher.utter_message(response=response, **context.last4(last4 or ""))
        return context.pick_up(dispatcher, tracker)

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._cards(customer)
        if not known:
            dispatcher.utter_message(response="utter_no_card_to_lock")
            return [SlotSet("offered", "person")]
        mine = named(tracker, known)
        if not mine:
            return no_such_card(dispatcher, tracker, known, self.goal)
        done = await self._lock(mine)
        dispatcher.utter_message(response="utter_card_frozen" if done else "utter_card_frozen_already", **facts(mine))
        return context.pick_up(dispatcher, tracker)


class UnfreezeCard(AccountAction):
    """Unlocks what was locked, for a customer who is proven."""

    def name(self) -> str:
        return "action_unfreeze_card"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._work(lambda session, _: records.held(session, customer.id))
        mine = named(tracker, known)
        if known and not mine:
            return no_such_card(dispatcher, tracker, known, self.goal)
        frozen = [one for one in mine if one.lock is not None and one.lock.why != records.LOST]
        lost = [one for one in mine if one.lock is not None and one.lock.why == records.LOST]
        cards = [one.card for one in frozen]
        if await self._work(lambda session, _: records.unlock(session, cards)):
            _say_unlocked(dispatcher, frozen)
        elif not lost:
            one_of_several = len(mine) < len(known)
            response = "utter_this_card_not_frozen" if one_of_several else "utter_card_not_frozen"
            dispatcher.utter_message(response=response, **facts(mine))
        return _stays_blocked(dispatcher, lost) if lost else context.pick_up(dispatcher, tracker)


def _say_unlocked(dispatcher: CollectingDispatcher, cards: list[Held]) -> None:
    """That it works again is said of a card that has worked: one that waits to be activated still does."""
    works = [one for one in cards if one.card.status == CardStatus.ACTIVE]
    waits = [one for one in cards if one not in works]
    for response, some in (("utter_card_unfrozen", works), ("utter_card_unfrozen_inactive", waits)):
        if some:
            dispatcher.utter_message(response=response, **facts(some))


def _stays_blocked(dispatcher: CollectingDispatcher, lost: list[Held]) -> list[EventType]:
    """Whoever finds a card that was reported lost gets another one."""
    dispatcher.utter_message(response="utter_lost_card_stays_blocked", **facts(lost))
    return [SlotSet("offered", "replace_card")]


def _shall_i(dispatcher: CollectingDispatcher, last4: str | None, otherwise: str, goal: str) -> list[EventType]:
    """Ask for a yes, with the card that was named; its digits are the customer's own words."""
    response = "utter_lost_card_shall_i_one" if last4 else otherwise
    dispatcher.utter_message(response=response, **context.last4(last4 or ""))
    return [SlotSet("offered", goal)]
