"""Trips that were noted: read back, changed right after, called off. For a proven number."""

from __future__ import annotations

import asyncio
import json

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.cards import travel_words
from actions.cards.travel import DATES, INSTEAD, NOTED, PLACE
from actions.records import trips as records
from actions.records.card_tables import TravelNotice
from actions.tables import Customer
from bot.skills import context
from bot.skills.behind.before import last_filled
from bot.skills.context import WISH
from bot.skills.parsing.corrections import SHORT, cancels, changed
from bot.skills.wishes.also import wished
from bot.skills.wishes.wish import wish_entity, wish_text


class TripAction(AccountAction):
    """With the customer's trips that are not over."""

    async def trips(self, customer: Customer) -> list[TravelNotice]:
        """By their last day."""
        return await self._work(lambda session, today: records.of(session, customer.id, today))


class TellTrips(TripAction):
    """Each trip with its days."""

    def name(self) -> str:
        return "action_tell_trips"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self.trips(customer)
        for one in known:
            dispatcher.utter_message(response="utter_trip_is", place=one.place, dates=one.dates)
        return context.pick_up(dispatcher, tracker) if known else _none(dispatcher)


class CancelTrip(TripAction):
    """Asks, and takes the trip out; of several it is asked which."""

    def name(self) -> str:
        return "action_cancel_trip"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        known = await self.trips(customer)
        named = wish_entity(tracker, "trip") or travel_words.where(wish_text(tracker))
        meant = [one for one in known if named and (one.place == named or one.place in named)] or known
        if not meant:
            return _none(dispatcher)
        if len(meant) > 1:
            dispatcher.utter_message(response="utter_which_trip", buttons=[_option(one.place) for one in meant])
            return [SlotSet("offered", None)]
        (trip,) = meant
        if not context.agreed(tracker, self.goal):
            dispatcher.utter_message(response="utter_trip_cancel_shall_i", place=trip.place, dates=trip.dates)
            return [SlotSet("offered", self.goal)]
        await self._work(lambda session, _: records.cancel(session, customer.id, trip.place))
        dispatcher.utter_message(response="utter_trip_cancelled", place=trip.place)
        return context.pick_up(dispatcher, tracker)


class OtherTrip:
    """``bot.skills.asides.FollowUp``: "actually I leave on the 5th", "no, Italy", "cancel it" behind a trip."""

    after = NOTED

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """Another place or other days are offered, and noted on a yes."""
        text = context.text(tracker)
        if cancels(text):
            return wished(tracker, "cancel_trip")
        words = changed(text) or (text if len(text.split()) <= SHORT else "")
        trip = await self._told(tracker) if words else None
        if trip is None:
            return None
        place = travel_words.where(words) or trip.place
        period = travel_words.moved(words, trip.since, trip.until, self._bank.today())
        dates = travel_words.said(period) if period else trip.dates
        if (place, dates) == (trip.place, trip.dates):
            return None
        dispatcher.utter_message(response="utter_travel_shall_i", place=place, dates=dates)
        changes = [SlotSet(PLACE, place), SlotSet(DATES, dates), SlotSet(INSTEAD, trip.place)]
        return [*changes, SlotSet("offered", "note_travel")]

    async def _told(self, tracker: Tracker) -> TravelNotice | None:
        """The trip that was noted just now, or the only one that there is."""
        tel = context.sender(tracker).proven_tel
        customer = await asyncio.to_thread(self._bank.customer, tel) if tel else None
        if customer is None:
            return None
        known = await asyncio.to_thread(self._bank.work, lambda session, today: records.of(session, customer.id, today))
        noted = last_filled(tracker, PLACE)
        return known[0] if len(known) == 1 else next((one for one in known if one.place == noted), None)


def _none(dispatcher: CollectingDispatcher) -> list[EventType]:
    dispatcher.utter_message(response="utter_trips_none")
    return [SlotSet("offered", f"{WISH}travel_notice")]


def _option(place: str) -> dict[str, str]:
    return {"title": place, "payload": f"/cancel_trip{json.dumps({'trip': place})}"}
