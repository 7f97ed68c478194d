"""The talk about an appointment: times are offered as options or named in words, one is taken, moved or called off.

Only for a proven number. A time in words ("Thursday at 2") that answers times on offer is taken as a tap is; one in the wish
itself is offered first, as that may be a question.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.accounts import AccountAction
from actions.days import open_days
from actions.days.clock import ZONE
from actions.records.service_tables import Appointment
from actions.said import listed_day, long_day
from actions.tables import Branch, Customer
from actions.visits import appointments
from actions.visits.appointments import Time
from actions.visits.time_aside import CHOOSE, TimeAside
from actions.visits.wished_times import Wished, joined, wished
from bot.model import ChannelName
from bot.skills import context
from bot.skills.context import WISH
from bot.skills.wishes.also import wished as wished_next
from bot.skills.wishes.wish import wish_details, wish_text
from bot.skills.wording import translated

OFFERED = 3
NOWHERE = {"name": "", "street": "", "city": ""}
LASTS = timedelta(hours=1)
UIDS = "harbour-bank.example"
"""Behind the "@" of an appointment's name in calendars (RFC 5545, 3.8.4.7): whose it is."""

SURE = "/cancel_for_sure"
LATER = "later "
"""Begins the payload of the option for more times; the last time shown follows, if any."""

TIME_OFFERED = "time_offered"
"""Slot: the branch and the one time that was asked about; a yes takes it."""


class BookAppointment(AccountAction):
    """Offers times at the branch that was found last; without one the branch is looked for first."""

    def name(self) -> str:
        return "action_book_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        if self.answers(tracker):
            return await self.answered(dispatcher, tracker, customer)
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id)
        if held is not None:
            dispatcher.utter_message(response="utter_appointment_held", **await self.facts(held))
            return [SlotSet("offered", None)]
        return await self.offer(dispatcher, tracker, await self.where(tracker), wish=self._when(tracker))

    async def where(self, tracker: Tracker) -> str | None:
        """The branch that the wish names, else the one that was found last."""
        named = await asyncio.to_thread(self._bank.branch_named, wish_text(tracker))
        return named.id if named else tracker.get_slot("branch")

    def _when(self, tracker: Tracker) -> Wished | None:
        """The time that the wish names, or that was named since, while the branch was asked for."""
        today = self._bank.today()
        when = wished(wish_text(tracker), today)
        for words in reversed(wish_details(tracker)):
            when = joined(when, wished(words, today, moving=True))
        return when

    def answers(self, tracker: Tracker) -> bool:
        """Whether the words name a time, just after some were offered."""
        asked = context.fresh_offer(tracker) == TimeAside.name
        return asked and wished(context.text(tracker), self._bank.today(), moving=True) is not None

    async def answered(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        """A time in words: the one that is meant is taken, several are offered."""
        branch_id = tracker.get_slot("branch")
        wish = wished(context.text(tracker), self._bank.today(), moving=True)
        if wish is not None and branch_id and (time := await self._meant(tracker, branch_id, wish)) is not None:
            return await self.take(dispatcher, tracker, customer, branch_id, time)
        return await self.offer(dispatcher, tracker, branch_id, wish=wish)

    async def _meant(self, tracker: Tracker, branch_id: str, wish: Wished) -> Time | None:
        """The one time that it can be: of those on offer, or, by day and hour, any free one."""
        shown = [time for time in _shown(tracker) if wish.fits(time.day, time.hour)]
        if len(shown) == 1 and (wish.exact or wish.target.first is None):
            return shown[0]
        fits = await asyncio.to_thread(appointments.fitting, self._bank, branch_id, wish, 2)
        return fits[0] if len(fits) == 1 and wish.exact else None

    async def take(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer, branch_id: str, time: Time
    ) -> list[EventType]:
        """Book it, in the place of an earlier appointment."""
        held = await asyncio.to_thread(appointments.take, self._bank, customer.id, branch_id, time)
        if held is None:
            dispatcher.utter_message(response="utter_appointment_gone")
            return await self.offer(dispatcher, tracker, branch_id)
        dispatcher.utter_message(response="utter_appointment_booked", **await self.facts(held))
        return [SlotSet(TIME_OFFERED, None), *context.pick_up(dispatcher, tracker)]

    async def offer(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        branch_id: str | None,
        *,
        after: Time | None = None,
        wish: Wished | None = None,
    ) -> list[EventType]:
        """The branch's next free times as options, or those that meet the wish; without a branch it is asked for."""
        branch = await asyncio.to_thread(self._bank.branch, branch_id) if branch_id else None
        if branch is None:
            dispatcher.utter_message(response="utter_appointment_where_then" if wish else "utter_appointment_where")
            return [SlotSet("postcode", None), *wished_next(tracker, "nearest_branch book_appointment")]
        fits = await asyncio.to_thread(appointments.fitting, self._bank, branch.id, wish, OFFERED) if wish else []
        if len(fits) == 1:
            return self._ask_one(dispatcher, branch, fits[0])
        times, response = fits, "utter_appointment_times_fit"
        if wish and not fits:
            self._say_closed(dispatcher, wish)
            times, response = await asyncio.to_thread(self._near, branch.id, wish), "utter_appointment_times_near"
        elif not wish:
            times = await asyncio.to_thread(appointments.free, self._bank, branch.id, OFFERED, after)
            response = "utter_appointment_times"
        if not times:
            dispatcher.utter_message(response="utter_appointment_times_none", name=branch.name)
            return [SlotSet("branch", branch.id), SlotSet("offered", "person"), *context.trouble("no_free_times", tracker)]
        return self._ask_which(dispatcher, tracker, branch, times, response)

    def _say_closed(self, dispatcher: CollectingDispatcher, wish: Wished) -> None:
        """Why nothing is free on a holiday."""
        day = wish.target.day
        if day and (holiday := open_days.on(day).holiday):
            dispatcher.utter_message(response="utter_day_closed", day=long_day(day), holiday=holiday)

    def _near(self, branch_id: str, wish: Wished) -> list[Time]:
        return appointments.near(self._bank, branch_id, wish, OFFERED)

    def _ask_one(self, dispatcher: CollectingDispatcher, branch: Branch, time: Time) -> list[EventType]:
        chosen = f"{branch.id} {time}"
        buttons = [{"title": "Yes, book it", "payload": _payload(chosen)}, {"title": "Other times", "payload": _payload(LATER)}]
        facts = {"day": long_day(time.day), "clock": time.clock, "name": branch.name, "street": branch.street}
        dispatcher.utter_message(response="utter_appointment_shall_i", buttons=buttons, **facts)
        return [SlotSet("branch", branch.id), SlotSet(TIME_OFFERED, chosen), SlotSet("offered", TimeAside.name)]

    def _ask_which(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, branch: Branch, times: Sequence[Time], response: str
    ) -> list[EventType]:
        spoken = context.sender(tracker).channel is ChannelName.VOICE
        buttons = [{"title": _title(time, spoken), "payload": _payload(f"{branch.id} {time}")} for time in times]
        buttons.append({"title": "Later times", "payload": _payload(f"{LATER}{times[-1]}")})
        dispatcher.utter_message(response=response, buttons=buttons, name=branch.name, street=branch.street)
        return [SlotSet("branch", branch.id), SlotSet(TIME_OFFERED, None), SlotSet("offered", TimeAside.name)]

    async def facts(self, held: Appointment) -> dict[str, Any]:
        """Values for the responses that name an appointment, and for its calendar file."""
        branch = await asyncio.to_thread(self._bank.branch, held.branch_id)
        place = {"name": branch.name, "street": branch.street, "city": branch.city} if branch else NOWHERE
        start = datetime(held.day.year, held.day.month, held.day.day, held.hour, tzinfo=ZONE)
        calendar = {"start": start.isoformat(), "end": (start + LASTS).isoformat(), "moves": str(held.moves)}
        calendar |= {"uid": f"{held.uid or held.id}@{UIDS}"}
        return {**place, **calendar, "day": long_day(held.day), "clock": Time(held.day, held.hour).clock}


class TakeTime(BookAppointment):
    """One of the times offered is booked, by a tap, a yes or in words; or later ones are shown."""

    def name(self) -> str:
        return "action_take_time"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        tapped = context.entity(tracker, "time")
        if tapped is None and context.intent(tracker) != CHOOSE.lstrip("/"):
            return await self.answered(dispatcher, tracker, customer)
        chosen = tapped or str(tracker.get_slot(TIME_OFFERED) or "")
        if chosen.startswith(LATER.strip()):
            after = Time.read(chosen.removeprefix(LATER.strip()).strip())
            return await self.offer(dispatcher, tracker, tracker.get_slot("branch"), after=after)
        branch_id, _, rest = chosen.partition(" ")
        time = Time.read(rest)
        if time is None:
            return await self.offer(dispatcher, tracker, tracker.get_slot("branch"))
        return await self.take(dispatcher, tracker, customer, branch_id, time)


class MoveAppointment(BookAppointment):
    """Other times for the appointment that there is."""

    def name(self) -> str:
        return "action_move_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        if self.answers(tracker):
            return await self.answered(dispatcher, tracker, customer)
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id)
        if held is None:
            return _none(dispatcher)
        wish = wished(wish_text(tracker), self._bank.today(), moving=True)
        return await self.other(dispatcher, tracker, held, wish)

    async def other(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, held: Appointment, wish: Wished | None
    ) -> list[EventType]:
        """The appointment that there is, and other times that meet a wish."""
        dispatcher.utter_message(response="utter_appointment_is", **await self.facts(held))
        if wish is not None and wish.fits(held.day, held.hour):  # they said which one is to be moved
            wish = None
        return await self.offer(dispatcher, tracker, held.branch_id, wish=wish)


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
        if sure:
            held.moves += 1  # a calendar takes only what is newer than what it has
        response = "utter_appointment_cancelled" if sure else "utter_appointment_cancel"
        dispatcher.utter_message(response=response, **await self.facts(held))
        return context.pick_up(dispatcher, tracker) if sure else [SlotSet("offered", WISH + SURE.lstrip("/"))]


class TellAppointment(BookAppointment):
    """When and where it is; both ways on are offered."""

    def name(self) -> str:
        return "action_tell_appointment"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id)
        if held is None:
            return _none(dispatcher)
        dispatcher.utter_message(response="utter_appointment_held", **await self.facts(held))
        return [SlotSet("offered", None)]


def _none(dispatcher: CollectingDispatcher) -> list[EventType]:
    dispatcher.utter_message(response="utter_appointment_none")
    return [SlotSet("offered", f"{WISH}book_appointment")]


def _shown(tracker: Tracker) -> list[Time]:
    """The times that the last answer had as options."""
    buttons = [button for event in context.last_answer(tracker) for button in (event.get("data") or {}).get("buttons") or ()]
    chosen = [json.loads(str(one.get("payload")).removeprefix(CHOOSE) or "{}") for one in buttons if _is_time(one)]
    times = (Time.read(str(one.get("time")).partition(" ")[2]) for one in chosen)
    return [time for time in times if time is not None]


def _is_time(button: dict[str, Any]) -> bool:
    payload = str(button.get("payload"))
    return payload.startswith(CHOOSE) and LATER.strip() not in payload


def _title(time: Time, spoken: bool) -> str:
    """``Tue, Nov 24, 10 am``: short enough for every channel; in full to be heard."""
    return f"{long_day(time.day)}, {translated(time.clock)}" if spoken else f"{listed_day(time.day)}, {time.clock}"


def _payload(time: str) -> str:
    return CHOOSE + json.dumps({"time": time})
