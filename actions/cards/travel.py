"""A trip, so that payments there are not held: where and when, noted for a customer who has proved their number."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.cards import places
from actions.days.clock import ZONE
from actions.records import cards as records
from actions.said import month_day
from actions.tables import Customer
from bot.skills import context
from bot.skills.parsing.dates import parse_date, parse_period
from bot.skills.wording import translated

LONGEST = 100
ANSWERS = context.DETAILS | {"travel_notice", "out_of_scope"}
"""What a place or dates may be taken for."""

SLOTS = ("travel_place", "travel_dates")


class ValidateTravelForm(FormValidationAction):
    """Countries and days, from the wish itself or when they are asked for; whatever else is answered counts as it is."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "validate_travel_form"

    async def extract_travel_place(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The countries in it; another answer to "where?" as it is."""
        words = _words(tracker, "travel_place")
        named = translated(" and ").join(places.countries(words))
        as_it_is = words if context.requested(tracker) == "travel_place" else ""
        return _found("travel_place", named or as_it_is, tracker)

    async def extract_travel_dates(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The days in it; another answer to "when?" as it is."""
        words = _words(tracker, "travel_dates")
        if context.requested(tracker) == "travel_dates":
            found = days(words, self._bank.today()) or words
        else:
            found = days(words, self._bank.today(), alone=False) or ""  # of a first day alone the last one is asked
        return _found("travel_dates", found, tracker)


def _found(slot: str, found: str, tracker: Tracker) -> dict[str, Any]:
    """What a new wish does not name is asked, whatever is left of an earlier one."""
    return {slot: found[:LONGEST] or None} if found or _begins(tracker) else {}


def _begins(tracker: Tracker) -> bool:
    """Whether this message is the wish, and no answer to one of its questions."""
    return context.intent(tracker) == "travel_notice" and context.requested(tracker) not in SLOTS


def _words(tracker: Tracker, slot: str) -> str:
    """What may name it: the answer to its question, or the wish itself; said again, for what is not known yet."""
    words, asked = context.text(tracker).strip(), context.requested(tracker)
    if context.sender(tracker).code != "none" or context.waits(tracker):
        return ""
    if asked != slot:
        again = context.intent(tracker) == "travel_notice" and not tracker.get_slot(slot)
        return words if _begins(tracker) or again else ""
    return words if context.intent(tracker) in ANSWERS or context.may_answer(tracker) else ""


def days(text: str, today: date, *, alone: bool = True) -> str | None:
    """``June 3 to June 17``, or ``from June 3`` where a day ``alone`` counts."""
    now = datetime.combine(today, time(12), ZONE)
    if period := parse_period(text, now, ZONE):
        return translated("{first} to {last}").format(first=month_day(period.first), last=month_day(period.last))
    day = parse_date(text, now, ZONE) if alone else None
    return translated("from {first}").format(first=month_day(day)) if day else None


class NoteTravel(AccountAction):
    """Notes what the form asked for."""

    def name(self) -> str:
        return "action_note_travel"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        place, dates = tracker.get_slot("travel_place"), tracker.get_slot("travel_dates")
        if not place or not dates:
            dispatcher.utter_message(response="utter_travel_not_noted")
            return [SlotSet("offered", "person")]
        new = await self._work(lambda session, _: records.note_travel(session, customer.id, str(place), str(dates)))
        dispatcher.utter_message(response="utter_travel_noted" if new else "utter_travel_noted_already", place=place, dates=dates)
        return [SlotSet("travel_place", None), SlotSet("travel_dates", None), *context.pick_up(dispatcher, tracker)]
