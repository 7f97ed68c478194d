"""Account facts: the balance, and where a card in the post is. Only for a sender who has proved the customer's number."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.bank import Bank
from actions.tables import Customer, Delivery
from bot.skills import context


class AccountAction(Action):
    """Asks for proof first; then finds the customer of the proven number, and only that one."""

    goal: str

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        tel = context.sender(tracker).proven_tel
        if tel is None:
            return self._proof_first(dispatcher, tracker)
        customer = await asyncio.to_thread(self._bank.customer, tel)
        if customer is None:
            dispatcher.utter_message(response="utter_no_account")
            return [SlotSet("needs_proof", False), SlotSet("offered", "person"), *context.trouble("no_account", tracker)]
        return [SlotSet("needs_proof", False), *context.drop_goal(), *await self.tell(dispatcher, tracker, customer)]

    def _proof_first(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if tracker.active_loop_name != "verification_form":
            dispatcher.utter_message(response="utter_proof_first")
        agreed = self.goal if context.agreed(tracker, self.goal) else None
        events = [SlotSet("needs_proof", True), SlotSet("goal", self.goal), SlotSet("agreed", agreed)]
        return [*events, *context.pause(tracker)]

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        """Say it. Only reached with proof."""
        raise NotImplementedError


class Balance(AccountAction):
    """The balance of each account."""

    goal = "balance"

    def name(self) -> str:
        return "action_balance"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        for account in await asyncio.to_thread(self._bank.accounts, customer.id):
            response = "utter_balance" if account.cents >= 0 else "utter_balance_overdrawn"
            dispatcher.utter_message(response=response, account=account.kind, **amount(account.cents))
        return context.pick_up(dispatcher, tracker)


class WhereIsMyCard(AccountAction):
    """Where the latest card in the post is. A late or returned one is for a person."""

    goal = "delivery"

    def name(self) -> str:
        return "action_delivery"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        delivery = await asyncio.to_thread(self._bank.delivery, customer.id)
        if delivery is None:
            dispatcher.utter_message(response="utter_delivery_none")
            return context.pick_up(dispatcher, tracker)
        late = self._bank.late(delivery)
        response = "utter_delivery_late" if late else f"utter_delivery_{delivery.status}"
        dispatcher.utter_message(response=response, **_facts(delivery))
        if late or delivery.status == "returned":
            return [SlotSet("offered", "person"), *context.trouble("delivery_problem", tracker)]
        return context.pick_up(dispatcher, tracker)


def _facts(delivery: Delivery) -> dict[str, Any]:
    return {"carrier": delivery.carrier, "day": long_day(delivery.expected), **context.last4(delivery.last4)}


def amount(cents: int) -> dict[str, Any]:
    """``124050`` as ``1,240.50`` to read, and as 1,240 and 50 to be spoken."""
    dollars, rest = divmod(abs(cents), 100)
    return {"amount": f"{dollars:,}.{rest:02d}", "dollars": f"{dollars:,}", "cents": str(rest)}


def long_day(day: date) -> str:
    """``Tuesday, November 24``."""
    return f"{day:%A}, {day:%B} {day.day}"
