"""What may follow an appointment that was just booked or told: another time, or that it is off."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.bank import Bank
from actions.visits import appointments
from actions.visits.booking import MoveAppointment
from actions.visits.wished_times import Span, Wished, joined, wished
from bot.skills import context
from bot.skills.parsing.corrections import SHORT, cancels, changed
from bot.skills.wishes.also import wished as wished_next


class OtherTime:
    """``bot.skills.asides.FollowUp``: "no, three o'clock" is of the same day; nothing is moved before."""

    after = frozenset({"utter_appointment_booked", "utter_appointment_held"})

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._moving = MoveAppointment(bank)

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """Times that fit are offered."""
        text = context.text(tracker)
        if cancels(text):
            return wished_next(tracker, "cancel_appointment")
        words = changed(text) or (text if len(text.split()) <= SHORT else "")
        wish = wished(words, self._bank.today(), moving=True) if words else None
        tel = context.sender(tracker).proven_tel if wish else None
        customer = await asyncio.to_thread(self._bank.customer, tel) if tel else None
        held = await asyncio.to_thread(appointments.of, self._bank, customer.id) if customer else None
        if wish is None or held is None or wish.fits(held.day, held.hour):  # "see you Thursday"
            return None
        return await self._moving.other(dispatcher, tracker, held, joined(Wished((Span(held.day, held.day),)), wish))
