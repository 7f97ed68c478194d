"""Whether somebody answers just now, and what customers on text channels are told when nobody does (docs/handoff.md).

The phone says it in its own way, with its own offers (``voice.offers``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.hours import Hours, opening_words
from bot.model import ChannelName, Option, Reply
from bot.ports import Clock, Wording

ALONE = "onethread:alone"
"""Payload of the option that ends the wait for a person."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """``available``: how many agents take conversations now."""

    hours: Hours
    available: Callable[[], Awaitable[int]]
    wording: Wording
    clock: Clock

    async def nobody(self, channel: ChannelName) -> Reply | None:
        """When somebody will be there, what becomes of what is written meanwhile, and a way on; None when somebody is."""
        now = self.clock()
        if not self.hours.open_at(now):
            opens = opening_words(self.hours.next_opening(now), now)
            text = self.wording.say("utter_staff_closed", channel, opens=opens)
        elif await self.available() == 0:
            text = self.wording.say("utter_staff_away", channel)
        else:
            return None
        return Reply(text, (Option(self.wording.say("utter_staff_go_on", channel), ALONE),))
