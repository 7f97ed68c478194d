"""One turn for each message: the conversation locked and looked at, then acted on, then kept, in two writes.

``receive`` of ``bot.conversation`` may be called again for a message whose worker died: the turn record says how far it came, and
a turn that Rasa has already stored is read back from the tracker instead of being run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from bot import directives, offers
from bot.continuity import Return
from bot.identity import Identity
from bot.menu import Shown
from bot.model import ChannelName, Contact, Handoff, InboundMessage, stable_id
from bot.ports import Contacts, TurnResult
from bot.speaking import Speaking
from bot.stores import Locks, Menus, Turns, TurnStage
from bot.turn import Turn

TURNS_PER_SENDER = (40, 60)
"""Messages from one address that get a turn: count and seconds."""

Deliver = Callable[[TurnResult], Awaitable[None]]
Known = tuple[Contact, Handoff | None, Shown, bool]
Looked = tuple[Known, bool, bool, tuple[TurnStage, TurnResult | None]]
"""What stands there, whether a PIN is due, whether the sender may have a turn, and whether the message had one."""


async def by_the_caller(_: TurnResult) -> None:
    """The caller says the replies itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingTurns(Speaking):
    """Gives a message its turn, once, in order."""

    contacts: Contacts
    identity: Identity
    turns: Turns
    menus: Menus
    locks: Locks

    async def _once(
        self,
        message: InboundMessage,
        act: Callable[[Turn], Awaitable[None]],
        *,
        ours: bool = False,
        deliver: Deliver = by_the_caller,
    ) -> TurnResult:
        async with AsyncExitStack() as held:  # a code that joins two conversations adds the second one's lock
            turn, earlier = await self._opened(message, held)
            if earlier is not None:
                await deliver(earlier)
                return earlier
            if not ours:
                turn.back, turn.contact = Return.of(turn.contact, message), _seen(turn.contact, message)
            turn.proof = await self.identity.proof_of(turn.contact, message)
            if turn.again and turn.handoff and turn.handoff.id == stable_id("h", message.id):
                turn.handoff = None  # this message opened it, and its worker died before it could say so
            if turn.handoff is not None and not ours:
                await self._note_sender(turn)
            await act(turn)
            return await self._finished(turn, deliver, seen=not ours)

    async def _opened(self, message: InboundMessage, held: AsyncExitStack) -> tuple[Turn, TurnResult | None]:
        """The sender's conversation, locked, and what a turn wants to know of it; the result, when the message had its turn
        before. While one waited, a code may have joined the conversation to another."""
        sender = message.sender
        while True:
            place = self.contacts.guess(sender) or (await self.contacts.find_or_create(sender)).conversation_id
            async with AsyncExitStack() as mine:
                look = partial(self._look, place, message)
                (contact, handoff, shown, unsaved), due, within, (stage, earlier) = await mine.enter_async_context(
                    self.locks.hold_and_look(place, look)
                )
                if self.identity.changed_hands(contact, sender, self.clock()):
                    await self.contacts.detach(sender)
                elif contact.conversation_id == place:
                    held.push_async_exit(mine.pop_all())
                    turn = Turn(message, contact, stage=stage, held=held, handoff=handoff, offered=(place, shown))
                    turn.unsaved, turn.pin_due, turn.within_limits = unsaved, due, within
                    return turn, earlier

    async def _look(self, place: str, message: InboundMessage) -> Looked:
        """Asked side by side: one round trip. A new address gets its contact, the turn is noted as begun and counted; nothing
        else changes. A look that is made again, because another gateway had the lock, finds the turn begun: the tracker is
        then asked whether it was run, which is slower and as right."""
        about = asyncio.gather(
            self.contacts.find_or_create(message.sender),
            self.handoffs.open_for(place),
            self.menus.get(place),
            self.lines.waiting(place),
        )
        return await asyncio.gather(about, self.pins.due(place, message), self._counted(message), self.turns.begin(message.id))

    async def _counted(self, message: InboundMessage) -> bool:
        """Whether the sender may have another turn this minute."""
        voice = message.channel is ChannelName.VOICE
        return voice or await self.identity.codes.allow(f"turns:{message.sender}", *TURNS_PER_SENDER)

    async def _note_sender(self, turn: Turn) -> None:
        """Before an agent hears of the message: the answer goes to where the customer wrote last. Mostly it is noted at the
        turn's end, with all the rest."""
        await self.contacts.update(turn.contact.id, partial(_seen, message=turn.message))

    async def _hand_over(self, turn: Turn, wanted: directives.Handoff, *, shown: str | None = None) -> None:
        await self._note_sender(turn)
        await Speaking._hand_over(self, turn, wanted, shown=shown)

    async def _finished(self, turn: Turn, deliver: Deliver, *, seen: bool) -> TurnResult:
        """The turn's result, kept with what it offers, that the sender was seen, and its delivery, in one write."""
        place, message = turn.contact.conversation_id, turn.message
        menu_id, replies, shown = await offers.kept(self.menus, turn, self.clock())
        result = TurnResult(
            conversation_id=place,
            replies=replies,
            menu_id=menu_id,
            handoff=turn.handoff,
            collect=turn.collect,
            expects_digits=turn.expects_digits,
            hangup=turn.hangup,
            proof=turn.proof,
        )
        steps: list[Awaitable[object]] = [self.menus.save(place, shown)] if shown is not None else []
        if seen:
            steps.append(self.contacts.update(turn.contact.id, partial(_seen, message=message)))
        *_, first = await asyncio.gather(*steps, deliver(result), self.turns.finish(message.id, result))
        return cast("TurnResult", first)


def _seen(known: Contact, message: InboundMessage) -> Contact:
    """The contact with this message as its latest; one that is worked on again is not later than what came since."""
    if known.last_seen is not None and known.last_seen > message.received_at:
        return known
    used = tuple(replace(a, seen=message.received_at) if a.address == message.sender else a for a in known.addresses)
    return replace(
        known, addresses=used, last_address=message.sender, last_channel=message.channel, last_seen=message.received_at
    )
