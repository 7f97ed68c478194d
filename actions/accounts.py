"""Account facts: the balance, and where a card in the post is. Only for a sender who has proved the customer's number."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions.bank import Bank
from actions.said import amount, long_day
from actions.tables import Customer, Delivery
from bot.model import Proof
from bot.skills import context
from bot.skills.action_server.guard import step_up

Found = TypeVar("Found")


class AccountAction(Action, ABC):
    """Asks for proof first; then finds the customer of the proven number, and only that one."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    @property
    def goal(self) -> str:
        """What it is for: its name without ``action_``."""
        return str(self.name()).removeprefix("action_")

    async def _work(self, done: Callable[[Session, date], Found]) -> Found:
        """``Bank.work`` in a thread."""
        return await asyncio.to_thread(self._bank.work, done)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        tel = context.sender(tracker).proven_tel
        if tel is None:
            return step_up(dispatcher, tracker, self.goal, Proof.POSSESSED)
        customer = await asyncio.to_thread(self._bank.customer, tel)
        if customer is None:
            dispatcher.utter_message(response="utter_no_account")
            return [SlotSet("needs_proof", False), SlotSet("offered", "person"), *context.trouble("no_account", tracker)]
        return [SlotSet("needs_proof", False), *context.drop_goal(), *await self.tell(dispatcher, tracker, customer)]

    @abstractmethod
    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        """Say it. Only reached with proof."""


class Balance(AccountAction):
    """The balance of each account."""

    def name(self) -> str:
        return "action_balance"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        for account in await asyncio.to_thread(self._bank.accounts, customer.id):
            response = "utter_balance" if account.cents >= 0 else "utter_balance_overdrawn"
            dispatcher.utter_message(response=response, account=account.kind, **amount(account.cents))
        return context.pick_up(dispatcher, tracker)


class WhereIsMyCard(AccountAction):
    """Where the latest card in the post is. A late or returned one is for a person."""

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
