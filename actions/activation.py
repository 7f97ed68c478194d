"""Card activation: the form's answers, the bank's record, and what to offer when it fails.

Name and last four digits may activate an ordinary card, whoever writes: the pair is printed on a card that only its
holder should have, and activation tells nothing about an account. A wrong name and a wrong card get the same answer.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.bank import Activation, Bank, Pair
from actions.visits.branches import ZipAside
from bot.model import ChannelName
from bot.skills import context
from bot.skills.asides import answered
from bot.skills.parsing import digits
from bot.skills.parsing.keypad import keyed_name, keys_in
from bot.skills.parsing.names import Names, is_full, is_one_word, is_sentence

UNREADABLE = "?"
NAME_TRIES = 2
OF_CARDS = frozenset("freeze_card unfreeze_card lost_card replace_card ask_card_state unsure".split())
"""Wishes in which the figures say which card is meant: they answer nothing here."""

STOP = SlotSet("requested_slot", None)


class ValidateActivationForm(FormValidationAction):
    """Finds name and digits in what was said, also when both come at once or unasked, and checks them as a pair."""

    def __init__(self, bank: Bank, names: Names) -> None:
        self._bank = bank
        self._names = names
        self._aside = ZipAside(bank)

    def name(self) -> str:
        return "validate_activation_form"

    async def extract_full_name(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """The name, when it was asked for or is announced (``my name is ...``)."""
        words = context.text(tracker)
        if context.waits(tracker) or await self._for_another_question(tracker):
            return {}
        if tracker.get_slot("full_name") is None and (known := await self._by_number(tracker, 0)):
            return {"full_name": known}
        if context.requested(tracker) != "full_name" or not context.may_answer(tracker):
            stated = self._names.stated(words)
            return {"full_name": stated} if stated and is_full(stated) else {}
        if spelled := _spelled(tracker):
            return {"full_name": spelled}
        found = await asyncio.to_thread(self._names.answer, words)
        if found:
            return {"full_name": found}
        details = context.intent(tracker) == "inform" and digits.card_end(words) is None and not is_sentence(words)
        return {"full_name": await self._by_number(tracker, 1) or UNREADABLE} if details else {}

    async def _for_another_question(self, tracker: Tracker) -> bool:
        """A one-time code, or what was asked for aside ("give me your zip code")."""
        return context.sender(tracker).code != "none" or await answered(tracker, (self._aside,)) is not None

    async def _by_number(self, tracker: Tracker, more: int) -> str | None:
        """Where the name could not be read (with ``more`` times just now), the number that was proved says whose card it is."""
        tel = context.sender(tracker).proven_tel
        if tel is None or context.misses(tracker, "name_misses") + more < NAME_TRIES:
            return None
        customer = await asyncio.to_thread(self._bank.customer, tel)
        return customer.full_name if customer else None

    async def extract_card_last4(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """Four digits that are offered as the card's; other figures alone are a wrong answer when four were asked for."""
        words = context.text(tracker)
        if _spelled(tracker) or await self._for_another_question(tracker):  # many keys, but a name
            return {}
        if context.intent(tracker) in OF_CARDS and not digits.only(words):
            return {}
        if found := digits.card_end(words) or self._behind_the_name(tracker) or context.sender(tracker).card:
            return {"card_last4": found}
        if context.waits(tracker):
            return {}
        return {"card_last4": UNREADABLE} if context.requested(tracker) == "card_last4" and digits.only(words) else {}

    def _behind_the_name(self, tracker: Tracker) -> str | None:
        """``ben carter 1881``, when the name was asked for."""
        words = context.text(tracker)
        name = re.sub(r"[\d\s]+$", "", words)
        found = digits.last_four(words[len(name) :])
        return found if found and context.requested(tracker) == "full_name" and self._names.answer(name) else None

    def validate_full_name(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A name; after two that could not be read there is another way."""
        if is_full(value) or keys_in(value):
            return {"full_name": value, "name_misses": None}
        count = context.misses(tracker, "name_misses") + 1
        if count >= NAME_TRIES:
            return {"full_name": None, "name_misses": count, "requested_slot": None}
        dispatcher.utter_message(response="utter_name_unreadable")
        return {"full_name": None, "name_misses": count}

    def validate_card_last4(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Exactly four digits; a whole card number is cut, with a word of caution."""
        if value == UNREADABLE:
            return _unreadable(dispatcher, tracker)
        if context.sender(tracker).card or digits.whole_card_number(context.text(tracker)):
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
        sender = context.sender(tracker)
        found = await asyncio.to_thread(self._bank.try_card, full_name, card, sender.place, sender.proven_tel)
        if found is Pair.RIGHT:
            return [*events, SlotSet("card_misses", None)]
        return events if found is Pair.PROVE else [*events, *_no_such_card(dispatcher, tracker)]


def _spelled(tracker: Tracker) -> str | None:
    """A name that was asked for and came by the keys of a telephone."""
    asked = context.requested(tracker) == "full_name" and context.sender(tracker).channel is ChannelName.VOICE
    return keyed_name(context.text(tracker)) if asked else None


def _unreadable(dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    """Figures that are no card's end: said so and asked again, at most twice."""
    count = context.misses(tracker, "card_misses") + 1
    if count >= context.MOST_MISSES:
        return {"card_last4": None, "card_misses": count, "requested_slot": None}
    dispatcher.utter_message(response="utter_card_unreadable")
    return {"card_last4": None, "card_misses": count}


def _no_such_card(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """The same words for an unknown name and a wrong card. The second time the name is asked again as well; of a name of
    one word it is asked first whether there is more of it."""
    count = context.misses(tracker, "card_misses") + 1
    events: list[EventType] = [SlotSet("card_misses", count), SlotSet("card_last4", None)]
    if count >= context.MOST_MISSES:
        return [*events, STOP]
    if count == 1 and _may_be_more(str(tracker.get_slot("full_name"))):
        dispatcher.utter_message(response="utter_card_not_found_one_name")
        return [SlotSet("card_misses", count), SlotSet("full_name", None)]
    if count == 1:
        dispatcher.utter_message(response="utter_card_not_found")
        return events
    dispatcher.utter_message(response="utter_card_not_found_again")
    return [*events, SlotSet("full_name", None)]


def _may_be_more(full_name: str) -> bool:
    return is_one_word(full_name) and keys_in(full_name) is None


class ActivateCard(Action):
    """Activates, once the form has its answers; otherwise offers a person."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_activate_card"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        full_name, card = tracker.get_slot("full_name"), tracker.get_slot("card_last4")
        if not full_name and context.misses(tracker, "name_misses") >= NAME_TRIES:
            dispatcher.utter_message(response="utter_name_given_up")
            return [*context.trouble("name_not_read", tracker), SlotSet("paused", "activation"), SlotSet("offered", None)]
        if not full_name or not card:
            dispatcher.utter_message(response="utter_card_given_up")
            return [SlotSet("offered", "person"), *context.trouble("card_not_found", tracker)]
        proven, place = context.sender(tracker).proven_tel, context.sender(tracker).place
        if await asyncio.to_thread(self._bank.must_prove, full_name, place, proven):
            return self._prove_first(dispatcher, tracker, proven)
        outcome = await asyncio.to_thread(self._bank.activate, full_name, card, proven)
        if outcome in (Activation.ACTIVATED, Activation.ALREADY):
            return [*self._done(dispatcher, outcome, card), *context.resume(dispatcher, tracker)]
        return self._failed(dispatcher, tracker, proven)

    def _prove_first(self, dispatcher: CollectingDispatcher, tracker: Tracker, proven: str | None) -> list[EventType]:
        """The pair was tried too often, here or elsewhere, and may be right or wrong: only the number on file opens it. Whoever
        has proved another one is left with a person."""
        dispatcher.utter_message(response="utter_card_given_up" if proven else "utter_card_prove_first")
        events = [SlotSet("offered", "person"), SlotSet("paused", None), SlotSet("goal", None if proven else "activation")]
        return [*events, *context.trouble("card_tried_too_often", tracker)]

    def _done(self, dispatcher: CollectingDispatcher, outcome: Activation, card: str) -> list[EventType]:
        dispatcher.utter_message(response=f"utter_card_{outcome}", **context.last4(card))
        # The digits are done with: another card is another four digits. The name stays.
        cleared = ("card_last4", "goal", "trouble", "paused", "offered", "card_misses", "name_misses")
        return [SlotSet("activation", str(outcome)), *(SlotSet(slot, None) for slot in cleared)]

    def _failed(self, dispatcher: CollectingDispatcher, tracker: Tracker, proven: str | None) -> list[EventType]:
        """A card on hold. Unproven, the way out may be to prove the number; which cards these are is not said."""
        dispatcher.utter_message(response="utter_activation_failed_still" if proven else "utter_activation_failed")
        events = [SlotSet("activation", "failed"), SlotSet("offered", "person"), SlotSet("paused", None)]
        return [*events, SlotSet("goal", None if proven else "activation"), *context.trouble("activation_failed", tracker)]
