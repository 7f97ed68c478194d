"""Nobody who may not be at the desk any more stays in a phone call: who was disabled or removed while they talked.

``make agent`` only writes who may work; it knows no vendor. Each gateway looks at the calls that run, so that nothing is lost
with a process that dies: what was not done is found again by the next look.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.model import CallState, Handoff
from bot.ports import Calls, Handoffs, SendError, SendFailure
from bot.ports.phone_line import AGENT, LISTENER, TRANSFER, Leg, Room, Rooms
from bot.ports.stores import Locks
from connectors.twilio.client import TwilioAccount, TwilioClient
from voice.agents.agent_leg import COACH
from voice.agents.room import REACHABLE
from voice.script import url

TALKING = frozenset({AGENT, TRANSFER})
OF_AGENTS = TALKING | {LISTENER, COACH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """``may_work``: whether there is an agent of that username who is not disabled. Raises StoreUnavailable."""

    account: TwilioAccount
    client: TwilioClient
    calls: Calls
    handoffs: Handoffs
    rooms: Rooms
    locks: Locks
    may_work: Callable[[str], Awaitable[bool]]

    async def look(self) -> int:
        """End the legs of those who may not work; the customer of one who talked is back in line. How many legs."""
        ended = 0
        for handoff in await self.handoffs.listing():
            if handoff.call_sid and await self._out(handoff, await self.rooms.get(handoff.id)):
                async with self.locks.hold(handoff.conversation_id):
                    ended += await self._leave(handoff.id)
        return ended

    async def _leave(self, handoff_id: str) -> int:
        handoff, room = await self.handoffs.get(handoff_id), await self.rooms.get(handoff_id)
        out = await self._out(handoff, room) if handoff else []
        if handoff is None or not out:
            return 0
        alone = not any(leg.role in TALKING and leg not in out for leg in room.legs)
        if alone and any(leg.role in TALKING for leg in out):
            await self._back_in_line(handoff)
        return sum([await self._end(handoff_id, leg) for leg in out])

    async def _end(self, handoff_id: str, leg: Leg) -> bool:
        """False when the vendor cannot be asked: at the next look."""
        try:
            await self.client.update_call(leg.call_sid, status="completed")
        except SendError as error:
            if error.failure is not SendFailure.REFUSED:  # refused: it is over already, with the conference
                return False
        await self.rooms.leave(handoff_id, leg.call_sid)
        return True

    async def _out(self, handoff: Handoff, room: Room) -> list[Leg]:
        """Who has to go. A handoff that waits has no agent: theirs was given back to the line."""
        theirs = [leg for leg in room.legs if leg.role in OF_AGENTS and leg.who and not REACHABLE.fullmatch(leg.who)]
        waits = handoff.waits
        return [leg for leg in theirs if (waits and leg.role == AGENT) or not await self.may_work(leg.who)]

    async def _back_in_line(self, handoff: Handoff) -> None:
        """The caller goes first: whoever of the two leaves ends the conference, and then the assistant would have them."""
        call = await self.calls.get(handoff.call_sid) if handoff.call_sid else None
        if call is None or call.state is not CallState.BRIDGED:
            return
        target = self.account.public(url("room/left", handoff=handoff.id, step=call.step))
        with suppress(SendError):  # they have hung up; should the vendor be away, the assistant has them when the leg ends
            await self.client.update_call(call.sid, url=target)
