"""The day's spending limit: told and lowered for a proven number, raised with a second factor (domain/bank/_levels.yml)."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.money import limit_words
from actions.records import money as records
from actions.said import amount
from actions.tables import Customer
from bot.skills import context
from bot.skills.parsing import digits
from bot.skills.parsing.corrections import changed

UNREADABLE = "?"


class RaiseLimit(AccountAction):
    """Raises the card's limit for today; a second wish on the same day changes nothing."""

    def name(self) -> str:
        return "action_raise_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        raised = await asyncio.to_thread(self._bank.raise_limit, customer.id)
        dispatcher.utter_message(response="utter_limit_raised" if raised else "utter_limit_raised_already")
        return context.pick_up(dispatcher, tracker)


class TellLimit(AccountAction):
    """What may be spent in a day, as it is now, and what of it is left today."""

    def name(self) -> str:
        return "action_tell_limit"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        cents = await self._work(lambda session, today: records.limit(session, customer.id, today))
        spent = await self._work(lambda session, today: records.spent(session, customer.id, today))
        left = amount(max(cents - spent, 0))
        said = {"limit": amount(cents)["dollars"], "left": left["amount"], "spoken": left["dollars"]}
        dispatcher.utter_message(response="utter_limit_left" if spent else "utter_limit", **said)
        return context.pick_up(dispatcher, tracker)


class ValidateLimitForm(FormValidationAction):
    """A sum below the usual limit, from the wish itself or when it is asked for."""

    def name(self) -> str:
        return "validate_limit_form"

    async def extract_new_limit(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """The one sum in it, in dollars. A new wish without one forgets what is left of an earlier wish."""
        if context.sender(tracker).code != "none" or context.waits(tracker):
            return {}
        words = context.entity(tracker, "limit") or context.text(tracker)
        if context.requested(tracker) == "new_limit":
            return _answer(words, tracker)
        if context.intent(tracker) != "lower_limit":
            return {}
        cents = limit_words.limit_wished(words) or limit_words.limit_answered(changed(words))  # "make it 200 instead"
        return {"new_limit": None if cents is None else str(cents // 100)}

    def validate_new_limit(
        self, value: str | None, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Asked again where it is none, or not below the usual one, at most twice."""
        if value is None:
            return {"new_limit": None, "limit_misses": None}
        if value != UNREADABLE:
            return {"new_limit": value, "limit_misses": None}
        count = context.misses(tracker, "limit_misses") + 1
        if count >= context.MOST_MISSES:
            return {"new_limit": None, "limit_misses": None, "requested_slot": None}
        dispatcher.utter_message(response="utter_new_limit_unreadable")
        return {"new_limit": None, "limit_misses": count}


class LowerLimit(AccountAction):
    """Sets what the form asked for as a limit of one's own."""

    def name(self) -> str:
        return "action_lower_limit"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if tracker.get_slot("new_limit"):
            return await super().run(dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_limit_not_lowered")  # it was given up: no proof is needed for that
        return [SlotSet("needs_proof", False), SlotSet("offered", "person"), *context.trouble("limit_not_lowered", tracker)]

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        cents = int(tracker.get_slot("new_limit")) * 100
        new = await self._work(lambda session, today: records.lower(session, customer.id, cents, today))
        response = "utter_limit_lowered" if new else "utter_limit_lowered_already"
        dispatcher.utter_message(response=response, limit=amount(cents)["dollars"])
        return [SlotSet("new_limit", None), *context.pick_up(dispatcher, tracker)]


def _answer(words: str, tracker: Tracker) -> dict[str, Any]:
    """The sum; a number that is none counts as a try, and a wish of its own is no answer."""
    chosen = context.entity(tracker, "limit") or digits.only(words) or context.intent(tracker) == "lower_limit"
    if not (chosen or context.may_answer(tracker)):
        return {}
    cents = limit_words.limit_answered(words)
    if cents is not None:
        return {"new_limit": str(cents // 100)}
    return {"new_limit": UNREADABLE} if limit_words.tries(words) or context.fails_to_answer(tracker) else {}
