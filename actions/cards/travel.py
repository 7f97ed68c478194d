"""A trip, so that payments there are not held: where and when, noted for a customer who has proved their number."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.cards import travel_words
from actions.records import trips
from actions.records.card_tables import TravelNotice
from actions.tables import Customer
from bot.skills import context
from bot.skills.behind.before import last_filled, said_before
from bot.skills.parsing.corrections import changed
from bot.skills.wording import in_english

LONGEST = 100
ANSWERS = context.DETAILS | {"travel_notice", "out_of_scope"}
"""What a place or dates may be taken for."""

PLACE, DATES, INSTEAD, MISSES = "travel_place", "travel_dates", "travel_instead", "travel_misses"
SLOTS = (PLACE, DATES)
NOT_READ = {PLACE: "utter_travel_place_unreadable", DATES: "utter_travel_dates_unreadable"}
UNREADABLE = "?"
NOTED = frozenset({"utter_travel_noted", "utter_travel_noted_already", "utter_trip_is"})


class ValidateTravelForm(FormValidationAction):
    """Countries and days, from the wish itself or when they are asked for; other words about either count as they are."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "validate_travel_form"

    async def extract_travel_place(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The countries in it; another answer to "where?" as it is."""
        words = _words(tracker, PLACE)
        asked = context.requested(tracker) == PLACE and bool(words)
        as_it_is = words if travel_words.is_place(words) else UNREADABLE
        same = last_filled(tracker, PLACE) if _corrects(tracker) else None
        return _found(PLACE, travel_words.where(words) or same or (as_it_is if asked else ""), tracker)

    async def extract_travel_dates(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The days in it; other words about a time as they are, where it was asked for."""
        words, today = _words(tracker, DATES), self._bank.today()
        if context.requested(tracker) == DATES and words:
            found = travel_words.days(words, today) or (words if travel_words.is_time(words) else UNREADABLE)
        else:
            moved = self._moved(tracker, words) if _corrects(tracker) else ""
            found = moved or travel_words.days(words, today, alone=False) or ""  # of a first day alone the last one is asked
        return _found(DATES, found, tracker)

    def _moved(self, tracker: Tracker, words: str) -> str:
        """The days of the trip that was noted just now, with what the words change in them."""
        before = travel_words.span(in_english(last_filled(tracker, DATES) or ""), self._bank.today())
        period = travel_words.moved(words, before.first, before.last, self._bank.today()) if before else None
        return travel_words.said(period) if period else ""

    def validate_travel_place(
        self, value: str | None, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Asked again where it is none, at most twice."""
        return _checked(PLACE, value, dispatcher, tracker)

    def validate_travel_dates(
        self, value: str | None, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Asked again where it says nothing of when, at most twice."""
        return _checked(DATES, value, dispatcher, tracker)


def _checked(slot: str, value: str | None, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    if value != UNREADABLE:
        return {slot: value, MISSES: None}
    count = context.misses(tracker, MISSES) + 1
    if count >= context.MOST_MISSES:
        return {slot: None, MISSES: None, "requested_slot": None}
    dispatcher.utter_message(response=NOT_READ[slot])
    return {slot: None, MISSES: count}


def _found(slot: str, found: str, tracker: Tracker) -> dict[str, Any]:
    """What a new wish does not name is asked, whatever is left of an earlier one."""
    return {slot: found[:LONGEST] or None} if found or _begins(tracker) else {}


def _begins(tracker: Tracker) -> bool:
    """Whether this message is the wish, and no answer to one of its questions."""
    return context.intent(tracker) == "travel_notice" and context.requested(tracker) not in SLOTS


def _corrects(tracker: Tracker) -> bool:
    """Whether the wish is said of the trip that was noted just now ("actually I leave on June 5")."""
    return _begins(tracker) and bool(said_before(tracker) & NOTED and changed(context.text(tracker)))


def _words(tracker: Tracker, slot: str) -> str:
    """What may name it: the answer to its question, or the wish itself; said again, for what is not known yet."""
    words, asked = context.text(tracker).strip(), context.requested(tracker)
    if context.sender(tracker).code != "none" or context.waits(tracker):
        return ""
    if asked != slot:
        again = context.intent(tracker) == "travel_notice" and not tracker.get_slot(slot)
        return words if _begins(tracker) or again else ""
    return words if context.intent(tracker) in ANSWERS or context.may_answer(tracker) else ""


class NoteTravel(AccountAction):
    """Notes what the form asked for, or what was changed in a trip."""

    def name(self) -> str:
        return "action_note_travel"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        place, dates = tracker.get_slot(PLACE), tracker.get_slot(DATES)
        if not place or not dates:
            dispatcher.utter_message(response="utter_travel_not_noted")
            return [SlotSet("offered", "person")]
        notice = self._notice(customer.id, str(place), str(dates))
        instead = str(tracker.get_slot(INSTEAD) or "") if context.agreed(tracker, self.goal) else ""
        new = await self._work(lambda session, _: trips.note(session, notice, instead))
        dispatcher.utter_message(response="utter_travel_noted" if new else "utter_travel_noted_already", place=place, dates=dates)
        done: list[EventType] = [SlotSet(slot, None) for slot in (*SLOTS, INSTEAD)]
        return [*done, *context.pick_up(dispatcher, tracker)]

    def _notice(self, customer_id: str, place: str, dates: str) -> TravelNotice:
        period = travel_words.span(in_english(dates), self._bank.today())
        days = {"since": period.first, "until": period.last} if period else {}
        return TravelNotice(customer_id=customer_id, place=place, dates=dates, **days)
