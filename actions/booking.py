"""The talk about an appointment: times are offered as options, one is taken, moved or called off. Only for a proven number."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions import appointments
from actions.accounts import AccountAction, long_day
from actions.appointments import Time
from actions.records.service_tables import Appointment
from actions.tables import Customer
from bot.model import ChannelName
from bot.skills import context
from bot.skills.also import wished
from bot.skills.doubt.guessing import WISH

OFFERED = 3
SURE = "/cancel_for_sure"
LATER = "later "
"""Begins the payload of the option for more times; the last time shown follows."""


class BookAppointment(AccountAction):
    """Offers times at the branch that was found last; without one the branch is looked for first."""

    def name(self) -> str:
        return "action_book_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id)
        if held is not None:
            dispatcher.utter_message(response="utter_appointment_held", **await self.facts(held, tracker))
            return [SlotSet("offered", None)]
        return await self.offer(dispatcher, tracker, tracker.get_slot("branch"))

    async def offer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, branch_id: str | None, after: Time | None = None
    ) -> list[EventType]:
        """The branch's next free times as options; without a branch it is asked for."""
        branch = await asyncio.to_thread(self._bank.branch, branch_id) if branch_id else None
        if branch is None:
            dispatcher.utter_message(response="utter_appointment_where")
            return [SlotSet("postcode", None), *wished(tracker, "nearest_branch book_appointment")]
        times = await asyncio.to_thread(appointments.free, self._bank, branch.id, OFFERED, after)
        if not times:
            dispatcher.utter_message(response="utter_appointment_times_none", name=branch.name)
            return [SlotSet("branch", branch.id), SlotSet("offered", "person"), *context.trouble("no_free_times", tracker)]
        spoken = context.sender(tracker).channel is ChannelName.VOICE
        buttons = [{"title": _title(time, spoken), "payload": _payload(f"{branch.id} {time}")} for time in times]
        buttons.append({"title": "Later times", "payload": _payload(f"{LATER}{times[-1]}")})
        dispatcher.utter_message(response="utter_appointment_times", buttons=buttons, name=branch.name, street=branch.street)
        return [SlotSet("branch", branch.id), SlotSet("offered", None)]

    async def facts(self, held: Appointment, tracker: Tracker) -> dict[str, Any]:
        """Values for the responses that name an appointment."""
        branch = await asyncio.to_thread(self._bank.branch, held.branch_id)
        place = {"name": branch.name, "street": branch.street} if branch else {"name": "", "street": ""}
        return {**place, "day": long_day(held.day), "clock": Time(held.day, held.hour).clock}


class TakeTime(BookAppointment):
    """One of the times offered is booked, in the place of an earlier appointment; or later ones are shown."""

    def name(self) -> str:
        return "action_take_time"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        chosen = context.entity(tracker, "time") or ""
        if chosen.startswith(LATER):
            return await self.offer(dispatcher, tracker, tracker.get_slot("branch"), Time.read(chosen.removeprefix(LATER)))
        branch_id, _, rest = chosen.partition(" ")
        time = Time.read(rest)
        if time is None:
            return await self.offer(dispatcher, tracker, tracker.get_slot("branch"))
        if not await asyncio.to_thread(appointments.take, self._bank, customer.id, branch_id, time):
            dispatcher.utter_message(response="utter_appointment_gone")
            return await self.offer(dispatcher, tracker, branch_id)
        held = Appointment(customer_id=customer.id, branch_id=branch_id, day=time.day, hour=time.hour)
        dispatcher.utter_message(response="utter_appointment_booked", **await self.facts(held, tracker))
        return context.pick_up(dispatcher, tracker)


class MoveAppointment(BookAppointment):
    """Other times for the appointment that there is."""

    def name(self) -> str:
        return "action_move_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id)
        if held is None:
            return _none(dispatcher)
        dispatcher.utter_message(response="utter_appointment_is", **await self.facts(held, tracker))
        return await self.offer(dispatcher, tracker, held.branch_id)


class CancelAppointment(BookAppointment):
    """Asks whether to call it off; a yes is the wish ``SURE``."""

    def name(self) -> str:
        return "action_cancel_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        sure = context.intent(tracker) == SURE.lstrip("/")
        find = appointments.cancel if sure else appointments.of
        held = await asyncio.to_thread(find, self._bank, customer.id)
        if held is None:
            return _none(dispatcher)
        response = "utter_appointment_cancelled" if sure else "utter_appointment_cancel"
        dispatcher.utter_message(response=response, **await self.facts(held, tracker))
        return context.pick_up(dispatcher, tracker) if sure else [SlotSet("offered", WISH + SURE.lstrip("/"))]


def _none(dispatcher: CollectingDispatcher) -> list[EventType]:
    dispatcher.utter_message(response="utter_appointment_none")
    return [SlotSet("offered", f"{WISH}book_appointment")]


def _title(time: Time, spoken: bool) -> str:
    """``Tue, Nov 24, 10 am``: short enough for every channel; in full to be heard."""
    day = long_day(time.day) if spoken else f"{time.day:%a}, {time.day:%b} {time.day.day}"
    return f"{day}, {time.clock}"


def _payload(time: str) -> str:
    return "/choose_time" + json.dumps({"time": time})
