"""The day's spending limit: raised only for a customer who is proven by a second factor (domain/*/_levels.yml)."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.tables import Customer
from bot.skills import context


class RaiseLimit(AccountAction):
    """Raises the card's limit for today; a second wish on the same day changes nothing."""

    goal = "raise_limit"

    def name(self) -> str:
        return "action_raise_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        raised = await asyncio.to_thread(self._bank.raise_limit, customer.id)
        dispatcher.utter_message(response="utter_limit_raised" if raised else "utter_limit_raised_already")
        return context.pick_up(dispatcher, tracker)
