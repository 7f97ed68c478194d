"""Whether somebody answers just now, and what customers on text channels are told when nobody does (docs/handoff.md).

The phone says it in its own way, with its own offers (``voice.agents.offers``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace

from bot.handoff.states import DESK_LOST
from bot.model import Address, ChannelName, Contact, Handoff, Option, Reply
from bot.model.queues import GENERAL
from bot.ports import Clock, Wording
from bot.ports.hours import Hours, opening_words
from bot.routing.rules import Rules
from bot.transcript.notice import worded

PERSON = "onethread:person"
"""Payload of the option that opens a handoff without asking the assistant."""
ALONE = "onethread:alone"
"""Payload of the option that ends the wait for a person."""
END = "onethread:end"
"""Payload of the button by which a customer ends the chat, whoever has it."""
CALL_ME = "onethread:call_me"
"""Payload of the option to be called by a colleague instead of waiting here."""


def own_number(proved: Callable[[Contact, Address], Address | None], contact: Contact, sender: Address) -> Address | None:
    """The number they write from; that of a browser or an account only while it is proved (``proved``)."""
    return sender if sender.is_number else proved(contact, sender)


def no_number(_contact: Contact, _sender: Address) -> Address | None:
    """Where no calls are made."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """``hours``: the business's; ``available``: how many agents take conversations of a queue now. ``number``: the sender's own,
    where calls are made."""

    hours: Hours
    available: Callable[[str], Awaitable[int]]
    wording: Wording
    clock: Clock
    number: Callable[[Contact, Address], Address | None] = no_number
    rules: Rules = field(default_factory=Rules)
    elsewhere: Collection[str] = frozenset()
    """Queues in which people of another desk answer (docs/other-desks.md): who is at ours says nothing of them."""

    async def told(self, handoff: Handoff, channel: ChannelName, contact: Contact, sender: Address) -> Reply | None:
        """What is told instead of the place in line to who waits with this handoff; None: the place may be told."""
        called = handoff.callback is not None
        if handoff.queue not in self.elsewhere or handoff.why == DESK_LOST:
            return await self.nobody(channel, contact, sender, called=called, queue=handoff.queue)
        said = worded(self.wording, "utter_handoff_elsewhere", channel)
        return replace(said, options=self._ways(channel, contact, sender, called=called))

    def hours_of(self, queue: str) -> Hours:
        """When that queue is open."""
        return self.rules.hours(queue, self.hours)

    async def nobody(
        self, channel: ChannelName, contact: Contact, sender: Address, *, called: bool = False, queue: str = GENERAL
    ) -> Reply | None:
        """When somebody will be there, what becomes of what is written meanwhile, and the ways on; None when somebody is.
        ``called``: they will be called back already."""
        now, hours = self.clock(), self.hours_of(queue)
        if not hours.open_at(now):
            said = worded(self.wording, "utter_staff_closed", channel, opens=opening_words(hours.next_opening(now), now))
        elif await self.available(queue) == 0:
            said = worded(self.wording, "utter_staff_away", channel)
        else:
            return None
        return replace(said, options=self._ways(channel, contact, sender, called=called))

    def _ways(self, channel: ChannelName, contact: Contact, sender: Address, *, called: bool) -> tuple[Option, ...]:
        ways = [("utter_staff_go_on", ALONE)]
        if not called and self.number(contact, sender):
            ways.append(("utter_staff_call_me", CALL_ME))
        return tuple(Option(self.wording.say(title, channel), payload) for title, payload in ways)
