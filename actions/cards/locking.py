"""A lost card is locked at once, any card for the time being, and unlocked again.

Locking is possible for whoever writes or calls from the customer's number, without proof: a thief gains nothing by it, a
customer in haste everything. What was locked for the time being is unlocked with a second factor (domain/bank/_levels.yml); a
card that was reported lost stays blocked, and another is ordered. To a sender without proof the same is said whether there are
cards under the number or not, and every card is locked: which of them is meant is asked of nobody whose cards may not be told.
"""

from __future__ import annotations

import asyncio
import json
from abc import abstractmethod
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.records import cards as records
from actions.records.cards import Held
from actions.tables import CardStatus, Customer
from bot.model import ChannelName
from bot.skills import context
from bot.skills.parsing import digits
from bot.skills.wishes.wish import wish_entity, wish_metadata, wish_text
from bot.skills.wording import translated


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

    async def _lock(self, cards: list[Held]) -> bool:
        chosen = [one.card for one in cards]
        return await self._work(lambda session, today: records.lock(session, chosen, self.why, today))


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
        if not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_lost_card_shall_i")
            return [SlotSet("offered", self.goal)]
        await self._lock(known)
        dispatcher.utter_message(response="utter_lost_card_locked_unseen")
        return [SlotSet("offered", "replace_card")]

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
            dispatcher.utter_message(response="utter_lost_card_shall_i")
            return [SlotSet("offered", self.goal)]
        await self._lock(mine)
        dispatcher.utter_message(response="utter_lost_card_locked" if new else "utter_lost_card_already", **facts(mine))
        return [SlotSet("offered", "replace_card")]


class FreezeCard(LockingAction):
    """Locks at once: it was asked for, and can be undone."""

    why = records.FROZEN

    def name(self) -> str:
        return "action_freeze_card"

    async def unseen(self, dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held]) -> list[EventType]:
        await self._lock(known)
        dispatcher.utter_message(response="utter_card_frozen_unseen")
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


def named(tracker: Tracker, cards: list[Held]) -> list[Held]:
    """The card whose digits the wish names: none where they are no card's, all where it names none."""
    last4 = named_digits(tracker)
    return [one for one in cards if last4 in (None, one.card.last4)]


def named_digits(tracker: Tracker) -> str | None:
    """The last four digits that came with the wish at hand, if any."""
    chosen = wish_entity(tracker, "card") or digits.card_end(wish_text(tracker))
    return chosen or str(wish_metadata(tracker).get("card") or "") or None


def no_such_card(dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held], wish: str) -> list[EventType]:
    """The digits are no card's of this customer: nothing is done before they said which."""
    dispatcher.utter_message(response="utter_no_such_card")
    return ask_which(dispatcher, tracker, known, wish)


def ask_which(dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held], wish: str) -> list[EventType]:
    """One option for each card, which is the wish again with its digits."""
    spoken = context.sender(tracker).channel is ChannelName.VOICE
    dispatcher.utter_message(response="utter_which_card", buttons=[_option(one.card.last4, wish, spoken) for one in known])
    return [SlotSet("offered", None)]


def _option(last4: str, wish: str, spoken: bool) -> dict[str, str]:
    title = f"Ending in {digits.spaced(last4) if spoken else last4}"
    return {"title": title, "payload": f"/{wish}{json.dumps({'card': last4})}"}


def facts(cards: list[Held]) -> dict[str, Any]:
    """``cards`` and ``spoken`` for responses: the digits of one or of several."""
    ends = [context.last4(one.card.last4) for one in cards]
    both = translated(" and ")
    return {"cards": both.join(end["last4"] for end in ends), "spoken": both.join(end["spoken"] for end in ends)}
