"""The last payments, one of them, and where a transfer is: for a sender who has proved the customer's number."""

from __future__ import annotations

import asyncio
from datetime import date

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.money import wording
from actions.records import money as records
from actions.records.money_tables import Payment, Transfer, TransferStatus
from actions.said import amount, long_day
from actions.tables import Customer
from bot.skills import context
from bot.skills.wishes.wish import wish_text


class PaymentAside:
    """``bot.skills.asides.Aside``: which of the payments that were listed, by its sum or payee."""

    name = "payment_named"
    form = ""
    yes = ""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def reads(self, words: str) -> bool:
        """A sum alone means nothing where no payments were listed."""
        return False

    async def finds(self, words: str) -> bool:
        """Whether they name a sum, or anybody who was paid: whose payment it is, is looked at when it is told."""
        if wording.sums(words):
            return True
        payees = await asyncio.to_thread(self._bank.work, lambda session, _: records.payees(session))
        return any(wording.names(words, payee) for payee in payees)

    def begins(self, tracker: Tracker) -> str:
        """Rules go on with it."""
        return ""


class Transactions(AccountAction):
    """The latest payments; the ones that the words name, when they name some. One alone may be disputed."""

    def name(self) -> str:
        return "action_transactions"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._work(lambda session, _: records.payments(session, customer.id))
        if not known:
            dispatcher.utter_message(response="utter_transactions_none")
            return context.pick_up(dispatcher, tracker)
        answers = context.fresh_offer(tracker) == PaymentAside.name
        words = context.text(tracker) if answers else wish_text(tracker)
        channel, found = context.sender(tracker).channel, wording.meant(words, known)
        if len(found) == 1:
            return self._one(dispatcher, tracker, found[0])
        dispatcher.utter_message(response="utter_transactions", list=wording.lines(found or known, channel))
        left = context.paused(tracker)
        return context.pick_up(dispatcher, tracker) if left else [SlotSet("offered", PaymentAside.name)]

    def _one(self, dispatcher: CollectingDispatcher, tracker: Tracker, payment: Payment) -> list[EventType]:
        line = wording.line(payment, context.sender(tracker).channel)
        dispatcher.utter_message(response="utter_transaction_one", line=line)
        return [SlotSet("payment", payment.id), SlotSet("offered", None)]


class WhereIsMyTransfer(AccountAction):
    """The transfers that the words mean, else those under way, else the latest. One that is late or came back is for a person."""

    def name(self) -> str:
        return "action_transfer_status"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self._work(lambda session, _: records.transfers(session, customer.id))
        if not known:
            dispatcher.utter_message(response="utter_transfer_none")
            return [SlotSet("offered", "person"), *context.trouble("transfer_unknown", tracker)]
        today = await self._work(lambda _, today: today)
        told = [self._one(dispatcher, one, today) for one in wording.transfers_meant(wish_text(tracker), known)]
        if any(told):
            return [SlotSet("offered", "person"), *context.trouble("transfer_problem", tracker)]
        return context.pick_up(dispatcher, tracker)

    def _one(self, dispatcher: CollectingDispatcher, transfer: Transfer, today: date) -> bool:
        """Say it; whether a person has to see to it."""
        late = transfer.status == TransferStatus.PENDING and transfer.expected < today
        way, status = "sent" if transfer.cents < 0 else "awaited", "late" if late else transfer.status
        facts = {"party": transfer.party, "day": long_day(transfer.expected)}
        dispatcher.utter_message(response=f"utter_transfer_{way}_{status}", **facts, **amount(transfer.cents))
        return late or transfer.status == TransferStatus.RETURNED
