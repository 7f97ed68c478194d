"""One turn for each message: the conversation locked and looked at, then acted on, then kept, in two writes.

``receive`` of ``bot.conversation.conversations`` may be called again for a message whose worker died: the turn record says
how far it came, and a turn that Rasa has already stored is read back from the tracker instead of being run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from bot.conversation import offers
from bot.conversation.turn import Turn, seen
from bot.conversation.turn_facts import of_turn
from bot.door import enter, robots, without_pin
from bot.handoff.lifecycle import HandoffBook
from bot.identity.proof import Identity
from bot.identity.second_factor import Pins
from bot.languages.current import current, speaking
from bot.languages.hearing import Hearing
from bot.menus.menu import Shown
from bot.model import ChannelName, Contact, Handoff, InboundMessage, stable_id
from bot.ports import Clock, Contacts, TurnResult
from bot.ports.stores import Locks, Menus, Turns, TurnStage
from bot.transcript.continuity import Return
from bot.transcript.log import Lines

TURNS_PER_SENDER = (40, 60)
"""Messages from one address that get a turn: count and seconds."""

Deliver = Callable[[TurnResult], Awaitable[None]]
Known = tuple[Contact, Handoff | None, Shown, bool]
Looked = tuple[Known, bool, tuple[bool, robots.Talk], tuple[TurnStage, TurnResult | None]]
"""What stands there, whether a PIN is due, what was counted of the sender, and whether the message had a turn."""


async def by_the_caller(_: TurnResult) -> None:
    """The caller says the replies itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingTurns:
    """Gives a message its turn, once, in order."""

    contacts: Contacts
    identity: Identity
    pins: Pins
    handoffs: HandoffBook
    turns: Turns
    menus: Menus
    locks: Locks
    lines: Lines
    clock: Clock
    hearing: Hearing = field(default_factory=Hearing)

    async def once(
        self,
        message: InboundMessage,
        act: Callable[[Turn], Awaitable[None]],
        *,
        ours: bool = False,
        deliver: Deliver = by_the_caller,
    ) -> TurnResult:
        """What ``act`` made of the message's turn, or had made of it before. ``ours``: the customer did not send it.
        ``deliver`` takes the result in the write that keeps it. Raises StoreUnavailable and what ``act`` raises."""
        message = enter(message)  # a receiver's message went through it already; twice is once
        async with AsyncExitStack() as held:  # a code that joins two conversations adds the second one's lock
            turn, earlier = await self._opened(message, held)
            if earlier is not None:
                await deliver(earlier)
                return earlier
            if not ours:
                turn.heard_before = next((a.seen for a in turn.contact.addresses if a.address == message.sender), None)
                turn.back, turn.contact = Return.of(turn.contact, message), seen(turn.contact, message)
            if turn.pin_due and not ours:
                await self.pins.over(turn.contact, message)  # this turn is the answer, or there is none
            elif not turn.pin_due:
                turn.message = without_pin(turn.message)
            turn.proof, turn.place = await self.identity.proof_of(turn.contact, message), self.identity.place_of(message)
            if turn.again and turn.handoff and turn.handoff.id == stable_id("h", message.id):
                turn.handoff = None  # this message opened it, and its worker died before it could say so
            if turn.handoff is not None and not ours:
                await self.contacts.update(turn.contact.id, partial(seen, message=turn.message))  # before an agent hears of it
            language = self._language(turn, ours=ours)
            with speaking(language):
                await act(turn)
                return await self._finished(turn, deliver, heard=not ours)

    async def _opened(self, message: InboundMessage, held: AsyncExitStack) -> tuple[Turn, TurnResult | None]:
        """The sender's conversation, locked, and what a turn wants to know of it; the result, when the message had its turn
        before. While one waited, a code may have joined the conversation to another."""
        sender = message.sender
        while True:
            place = self.contacts.guess(sender) or (await self.contacts.find_or_create(sender)).conversation_id
            async with AsyncExitStack() as mine:
                look = partial(self._look, place, message)
                (contact, handoff, shown, unsaved), due, counted, (stage, earlier) = await mine.enter_async_context(
                    self.locks.hold_and_look(place, look)
                )
                if contact.conversation_id != place:
                    continue
                if self.identity.changed_hands(contact, sender, self.clock()):
                    await self.contacts.detach(sender)
                elif not (handoff is None and await self.identity.apart(contact)):
                    held.push_async_exit(mine.pop_all())
                    turn = Turn(message, contact, stage=stage, held=held, handoff=handoff, offered=(place, shown))
                    turn.unsaved, turn.pin_due = unsaved, due
                    turn.within_limits, turn.talk = counted
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

    async def _counted(self, message: InboundMessage) -> tuple[bool, robots.Talk]:
        """Whether the sender may have another turn this minute (a message that is worked on again is no other), and what they
        said lately."""
        codes = self.identity.codes
        if message.channel is ChannelName.VOICE or message.hand_back:
            return True, robots.Talk()
        within, talk = await asyncio.gather(
            codes.allow_once(f"turn:{message.sender}", message.id, *TURNS_PER_SENDER), codes.remembered(f"talk:{message.sender}")
        )
        return within, robots.Talk.read(talk)

    def _language(self, turn: Turn, *, ours: bool) -> str:
        """The language of the turn: what the sender speaks, by this message and those before it."""
        by_phone = turn.message.channel is ChannelName.VOICE
        before = self.hearing.known(turn.contact.locale, by_phone=by_phone)
        if self.hearing.asked_by(turn.message):
            turn.contact, turn.asked_language = replace(turn.contact, locale=turn.message.language), True
            return turn.message.language
        if ours or turn.message.choice is not None or not turn.message.text:
            return before
        language, turn.asked_language = self.hearing.heard(turn.message.text, before, by_phone=by_phone)
        if language != before:
            turn.contact = replace(turn.contact, locale=language)
        return language

    async def _finished(self, turn: Turn, deliver: Deliver, *, heard: bool) -> TurnResult:
        """The turn's result, kept with the facts of it, what it offers, that the sender was seen, and its delivery, in one
        write."""
        place, message = turn.contact.conversation_id, turn.message
        if current():
            turn.replies = [replace(one, language=current()) for one in turn.replies]
        menu_id, replies, shown = await offers.kept(self.menus, turn, self.clock())
        result = TurnResult(
            conversation_id=place,
            replies=replies,
            menu_id=menu_id,
            handoff=turn.handoff,
            collect=turn.collect,
            expects_digits=turn.expects_digits,
            secret=turn.secret,
            hangup=turn.hangup,
            proof=turn.proof,
            language=current(),
        )
        steps: list[Awaitable[object]] = [self.menus.save(place, shown)] if shown is not None else []
        if heard:
            steps.append(self.contacts.update(turn.contact.id, partial(seen, message=message, locale=turn.contact.locale)))
        told = partial(of_turn, turn, result, self.clock())
        *_, first = await asyncio.gather(*steps, deliver(result), self.turns.finish(message.id, result, told))
        return cast("TurnResult", first)
