"""A payment that the customer does not know: found where the number is proved, disputed after a yes, and given to a person."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.days import open_days
from actions.money import wording
from actions.records import money as records
from actions.records.money_tables import Payment
from actions.said import long_day
from actions.tables import Customer
from bot.skills import context
from bot.skills.context import WISH
from bot.skills.wishes.wish import wish_text

MOST_TOLD = 3
"""Disputes."""


class DisputeCharge(Action):
    """What to have ready, and the ways: find the payment, lock the card, a person. With proof the payment is looked for."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_dispute_charge"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        found = await self._found(tracker)
        if found is None:
            dispatcher.utter_message(response="utter_dispute")
            return [SlotSet("trouble", "dispute"), SlotSet("offered", "person")]
        line = wording.line(found, context.sender(tracker).channel)
        dispatcher.utter_message(response="utter_dispute_shall_i", line=line)
        return [SlotSet("trouble", "dispute"), SlotSet("payment", found.id), SlotSet("offered", "open_dispute")]

    async def _found(self, tracker: Tracker) -> Payment | None:
        """The one payment that the words name, or that was shown last."""
        tel = context.sender(tracker).proven_tel
        customer = await asyncio.to_thread(self._bank.customer, tel) if tel else None
        if customer is None:
            return None
        known = await asyncio.to_thread(self._bank.work, lambda session, _: records.payments(session, customer.id))
        found = wording.meant(wish_text(tracker), known)
        shown = [one for one in known if one.id == tracker.get_slot("payment")]
        return found[0] if len(found) == 1 else next(iter([] if found else shown), None)


class TellDisputes(AccountAction):
    """How the customer's disputes stand, the latest first."""

    def name(self) -> str:
        return "action_tell_disputes"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        mine = await self._work(lambda session, _: records.disputes(session, customer.id))
        if not mine:
            dispatcher.utter_message(response="utter_dispute_none")
            return [SlotSet("offered", f"{WISH}dispute_charge")]
        channel = context.sender(tracker).channel
        for dispute, payment in mine[:MOST_TOLD]:
            by = long_day(open_days.working_day(dispute.day, records.DECIDED))
            response = "utter_dispute_open" if dispute.done is None else "utter_dispute_done"
            dispatcher.utter_message(response=response, line=wording.line(payment, channel), day=by)
        return [SlotSet("offered", None)]


class OpenDispute(AccountAction):
    """Opens the dispute of the payment at hand; said yes to already."""

    def name(self) -> str:
        return "action_open_dispute"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        payment_id = str(tracker.get_slot("payment") or "")
        found = await self._work(lambda session, _: records.payment(session, customer.id, payment_id))
        if found is None:
            dispatcher.utter_message(response="utter_dispute")
            return [SlotSet("offered", "person")]
        new = await self._work(lambda session, today: records.dispute(session, found.id, today))
        dispatcher.utter_message(response="utter_dispute_opened" if new else "utter_dispute_opened_already")
        told = SlotSet("disputed", f"{wording.line(found, None)}, case {found.id}")
        return [told, SlotSet("payment", None), SlotSet("offered", "person"), *context.trouble("dispute_opened", tracker)]
