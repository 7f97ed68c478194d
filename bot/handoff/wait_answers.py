"""What a customer is told who asks how long it takes until a person answers, before they wait for one and while they do; and who
says "never mind" while they wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.handoff.about_the_wait import AboutTheWait
from bot.handoff.availability import ALONE, PERSON, Staffing
from bot.handoff.lifecycle import HandoffBook
from bot.model import ChannelName, Contact, Handoff, InboundMessage, Option, Reply
from bot.model.queues import GENERAL
from bot.ports.hours import opening_words
from bot.ports.phone_line import Wait, Waits, estimate

STILL = "utter_handoff_still_waiting"

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tells the wait as it is now. Raises StoreUnavailable."""

    staffing: Staffing
    handoffs: HandoffBook
    waits: Waits
    about: AboutTheWait

    async def told(self, message: InboundMessage, contact: Contact, handoff: Handoff | None) -> Reply:
        """The answer. ``handoff``: the one that waits, if any; without one a person is on offer with it."""
        return await self._in_line(message, contact, handoff) if handoff else await self._before(message.channel)

    async def still(self, message: InboundMessage, contact: Contact, handoff: Handoff) -> Reply:
        """The answer to "never mind": the line stands, and how to go on with the assistant instead."""
        if nobody := await self._nobody(message, contact, handoff):
            return nobody
        go_on = Option(self._say("utter_staff_go_on", message.channel), ALONE)
        if not handoff.here and handoff.callback:
            return Reply(self._say("utter_wait_called", message.channel), (go_on,), response="utter_wait_called")
        place = await self.handoffs.place(handoff)
        words = self._say("utter_wait_never_mind", message.channel, place=place)
        wait = await self.expected(message.channel, handoff.queue, place)
        return Reply(f"{words} {wait}".strip(), (go_on,), response="utter_wait_never_mind")

    async def _nobody(self, message: InboundMessage, contact: Contact, handoff: Handoff) -> Reply | None:
        return await self.staffing.told(handoff, message.channel, contact, message.sender)

    async def _in_line(self, message: InboundMessage, contact: Contact, handoff: Handoff) -> Reply:
        if nobody := await self._nobody(message, contact, handoff):
            return nobody
        if not handoff.here and handoff.callback:
            return Reply(self._say("utter_wait_called", message.channel), response="utter_wait_called")
        place = await self.handoffs.place(handoff)
        words = self._say(STILL, message.channel, place=place)
        return Reply(f"{words} {await self._measured(message.channel, handoff.queue, place)}", response=STILL)

    async def _before(self, channel: ChannelName) -> Reply:
        now, hours = self.staffing.clock(), self.staffing.hours_of(GENERAL)
        if not hours.open_at(now):
            name = "utter_wait_closed"
            text = self._say(name, channel, opens=opening_words(hours.next_opening(now), now))
        elif await self.staffing.available(GENERAL) == 0:
            name = "utter_wait_away"
            text = self._say(name, channel)
        else:
            place, name = await self.handoffs.next_place(), "utter_wait_there"
            text = f"{self._say(name, channel, place=place)} {await self._measured(channel, GENERAL, place)}"
        return Reply(text, (Option(self._say("utter_offer_person", channel), PERSON),), response=name)

    async def expected(self, channel: ChannelName, queue: str, place: int) -> str:
        """The measured wait as a sentence, which says how sure it is; empty where it is not known."""
        return measured(await self.waits.recent(queue, self.staffing.clock()), place, self._say, channel)

    async def _measured(self, channel: ChannelName, queue: str, place: int) -> str:
        return await self.expected(channel, queue, place) or self._say("utter_wait_unknown", channel)

    def _say(self, name: str, channel: ChannelName, **values: object) -> str:
        return self.staffing.wording.say(name, channel, **values)


def measured(waits: Sequence[Wait], place: int, say: Say, channel: ChannelName) -> str:
    """The measured wait as a sentence; empty when too few have waited lately or they differ too much."""
    found = estimate(waits, place)
    if found is None:
        return ""
    if found.high <= 1:
        return say("utter_wait_short", channel)
    if found.sure:
        return say("utter_wait_about", channel, minutes=found.about)
    return say("utter_wait_between", channel, low=max(1, found.low), high=found.high)
