"""The day's spending limit: told and lowered for a proven number, raised with a second factor (domain/bank/_levels.yml)."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction, amount
from actions.money import wording
from actions.records import money as records
from actions.tables import Customer
from bot.skills import context
from bot.skills.parsing.spoken import figures

UNREADABLE = "?"


class RaiseLimit(AccountAction):
    """Raises the card's limit for today; a second wish on the same day changes nothing."""

    goal = "raise_limit"

    def name(self) -> str:
        return "action_raise_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        raised = await asyncio.to_thread(self._bank.raise_limit, customer.id)
        dispatcher.utter_message(response="utter_limit_raised" if raised else "utter_limit_raised_already")
        return context.pick_up(dispatcher, tracker)


class TellLimit(AccountAction):
    """What may be spent in a day, as it is now."""

    goal = "tell_limit"

    def name(self) -> str:
        return "action_tell_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        cents = await asyncio.to_thread(self._bank.work, lambda session, today: records.limit(session, customer.id, today))
        dispatcher.utter_message(response="utter_limit", limit=amount(cents)["dollars"])
        return context.pick_up(dispatcher, tracker)


class ValidateLimitForm(FormValidationAction):
    """A sum below the usual limit, from the wish itself or when it is asked for."""

    def name(self) -> str:
        return "validate_limit_form"

    async def extract_new_limit(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """The one sum in it, in dollars."""
        asked = context.requested(tracker) == "new_limit"
        if context.sender(tracker).code != "none" or not (asked or context.intent(tracker) == "lower_limit"):
            return {}
        cents = _wanted(tracker)
        if cents is None:
            return {"new_limit": UNREADABLE} if asked and context.fails_to_answer(tracker) else {}
        return {"new_limit": str(cents // 100)}

    def validate_new_limit(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Asked again where it is none, or not below the usual one."""
        if value != UNREADABLE:
            return {"new_limit": value}
        dispatcher.utter_message(response="utter_new_limit_unreadable")
        return {"new_limit": None}


class AskLimit(Action):
    """Asks how much it shall be."""

    def name(self) -> str:
        return "action_ask_limit_form_new_limit"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_ask_new_limit")
        return []


class LowerLimit(AccountAction):
    """Sets what the form asked for as a limit of one's own."""

    goal = "lower_limit"

    def name(self) -> str:
        return "action_lower_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        cents = int(tracker.get_slot("new_limit") or 0) * 100
        if not cents:
            dispatcher.utter_message(response="utter_limit_not_lowered")
            return [SlotSet("offered", "person")]
        new = await asyncio.to_thread(self._bank.work, lambda session, today: records.lower(session, customer.id, cents, today))
        response = "utter_limit_lowered" if new else "utter_limit_lowered_already"
        dispatcher.utter_message(response=response, limit=amount(cents)["dollars"])
        return [SlotSet("new_limit", None), *context.pick_up(dispatcher, tracker)]


def _wanted(tracker: Tracker) -> int | None:
    """The lowest sum below the usual limit that is named ("from 450 to 200"), or that was chosen, in cents."""
    named = wording.sums(context.entity(tracker, "limit") or figures(context.text(tracker)))
    return min((cents for cents in named if 100 <= cents < records.USUAL), default=None)
