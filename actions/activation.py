"""Card activation: the form's answers, the bank's record, and what to offer when it fails.

Name and last four digits may activate an ordinary card, whoever writes: the pair is printed on a card that only its
holder should have, and activation tells nothing about an account. A wrong name and a wrong card get the same answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import context, digits
from actions.bank import Activation, Bank
from actions.keypad import keyed_name, keys_in
from actions.names import Names, is_full
from bot.model import ChannelName

UNREADABLE = "?"
STOP = SlotSet("requested_slot", None)


class ValidateActivationForm(FormValidationAction):
    """Finds name and digits in what was said, also when both come at once or unasked, and checks them as a pair."""

    def __init__(self, bank: Bank, names: Names) -> None:
        self._bank = bank
        self._names = names

    def name(self) -> str:
        return "validate_activation_form"

    async def extract_full_name(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """The name, when it was asked for or is announced (``my name is ...``)."""
        words = context.text(tracker)
        if context.sender(tracker).code != "none":  # a one-time code, for another question
            return {}
        if context.waits(tracker):
            return {}
        if context.requested(tracker) != "full_name" or not context.may_answer(tracker):
            stated = self._names.stated(words)
            return {"full_name": stated} if stated and is_full(stated) else {}
        if spelled := _spelled(tracker):
            return {"full_name": spelled}
        found = await asyncio.to_thread(self._names.answer, words)
        if found:
            return {"full_name": found}
        details = context.intent(tracker) == "inform" and digits.last_four(words) is None
        return {"full_name": UNREADABLE} if details else {}

    async def extract_card_last4(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """Four digits wherever they come; other digits count as a wrong answer when four were asked for."""
        words = context.text(tracker)
        if context.sender(tracker).code != "none":  # a one-time code, for another question
            return {}
        if _spelled(tracker):  # many keys, but a name
            return {}
        if found := digits.last_four(words):
            return {"card_last4": found}
        if context.waits(tracker):
            return {}
        if context.requested(tracker) == "card_last4" and (digits.runs(words) or self._unfitting(tracker)):
            return {"card_last4": UNREADABLE}
        return {}

    def _unfitting(self, tracker: Tracker) -> bool:
        return context.intent(tracker) == "inform" and self._names.stated(context.text(tracker)) is None

    def validate_full_name(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A first and a last name."""
        if is_full(value) or keys_in(value):
            return {"full_name": value, "name_misses": None}
        return _missed(dispatcher, tracker, "full_name", "name_misses", "utter_name_unreadable")

    def validate_card_last4(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Exactly four digits; a whole card number is cut, with a word of caution."""
        if value == UNREADABLE:
            return _missed(dispatcher, tracker, "card_last4", "card_misses", "utter_card_unreadable")
        if digits.whole_card_number(context.text(tracker)):
            dispatcher.utter_message(response="utter_never_whole_number")
        return {"card_last4": value}

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Each answer by itself, then the pair against the bank's record."""
        if context.misses(tracker, "card_misses") >= context.MOST_MISSES:
            return [STOP]  # tried often enough in this conversation, whatever form was opened since
        events: list[EventType] = await super().get_validation_events(dispatcher, tracker, domain)
        full_name, card = tracker.get_slot("full_name"), tracker.get_slot("card_last4")
        changed = {event["name"] for event in events} & {"full_name", "card_last4"}
        if not changed or not full_name or not card:
            return events
        if await asyncio.to_thread(self._bank.has_card, full_name, card):
            return [*events, SlotSet("card_misses", None)]
        return [*events, *_no_such_card(dispatcher, tracker)]


def _spelled(tracker: Tracker) -> str | None:
    """A name that was asked for and came by the keys of a telephone."""
    asked = context.requested(tracker) == "full_name" and context.sender(tracker).channel is ChannelName.VOICE
    return keyed_name(context.text(tracker)) if asked else None


def _missed(dispatcher: CollectingDispatcher, tracker: Tracker, slot: str, counter: str, response: str) -> dict[str, Any]:
    """An answer that cannot be read: said so and asked again, at most twice."""
    count = context.misses(tracker, counter) + 1
    if count >= context.MOST_MISSES:
        return {slot: None, counter: None if counter == "name_misses" else count, "requested_slot": None}
    dispatcher.utter_message(response=response)
    return {slot: None, counter: count}


def _no_such_card(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """The same words for an unknown name and a wrong card. The second time the name is asked again as well."""
    count = context.misses(tracker, "card_misses") + 1
    events: list[EventType] = [SlotSet("card_misses", count), SlotSet("card_last4", None)]
    if count >= context.MOST_MISSES:
        return [*events, STOP]
    if count == 1:
        dispatcher.utter_message(response="utter_card_not_found")
        return events
    dispatcher.utter_message(response="utter_card_not_found_again")
    return [*events, SlotSet("full_name", None)]


class AskCardLast4(Action):
    """Asks for the last four digits; on a call the keypad listens for four keys."""

    def name(self) -> str:
        return "action_ask_activation_form_card_last4"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_ask_card_last4")
        context.collect_keys(dispatcher, tracker, 4)
        return []


class ActivateCard(Action):
    """Activates, once the form has its answers; otherwise offers a person."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_activate_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        full_name, card = tracker.get_slot("full_name"), tracker.get_slot("card_last4")
        if not full_name or not card:
            dispatcher.utter_message(response="utter_card_given_up")
            return [SlotSet("offered", "person"), *context.trouble("card_not_found", tracker)]
        proven = context.sender(tracker).proven_tel
        outcome = await asyncio.to_thread(self._bank.activate, full_name, card, proven)
        if outcome in (Activation.ACTIVATED, Activation.ALREADY):
            return self._done(dispatcher, outcome, card)
        return self._failed(dispatcher, tracker, proven)

    def _done(self, dispatcher: CollectingDispatcher, outcome: Activation, card: str) -> list[EventType]:
        dispatcher.utter_message(response=f"utter_card_{outcome}", **context.last4(card))
        # The digits are done with: another card is another four digits. The name stays.
        cleared = ("card_last4", "goal", "trouble", "paused", "offered", "card_misses")
        return [SlotSet("activation", str(outcome)), *(SlotSet(slot, None) for slot in cleared)]

    def _failed(self, dispatcher: CollectingDispatcher, tracker: Tracker, proven: str | None) -> list[EventType]:
        """A card on hold. Unproven, the way out may be to prove the number; which cards these are is not said."""
        dispatcher.utter_message(response="utter_activation_failed_still" if proven else "utter_activation_failed")
        events = [SlotSet("activation", "failed"), SlotSet("offered", "person"), SlotSet("paused", None)]
        return [*events, SlotSet("goal", None if proven else "activation"), *context.trouble("activation_failed", tracker)]
