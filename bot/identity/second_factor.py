"""The second factor: a PIN keyed on a call, checked by the business, and seen by nobody else.

The gateway takes the keys that follow a ``collect_pin`` directive out of the message before anything is kept: what goes
on to the assistant, the tracker and the transcript is ``****`` and what was found. Tries are counted before the check,
so that guesses side by side count too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bot.door import MASK
from bot.door.figures import numbers, rest
from bot.door.secrets import PIN
from bot.model import ChannelName, Contact, InboundMessage, Proof
from bot.ports import Calls
from bot.ports.stores import Codes

PIN_TRIES = (5, 24 * 3600)
"""Wrong PINs for one number, whoever keys them: count and seconds. A right one clears them."""
EXPECTED_SECONDS = 600
KEYED = re.compile(r"[0-9]{4,8}")
ATTEMPT = re.compile(r"[0-9]{3,12}")
"""Figures and nothing else: a PIN, or one that was keyed wrong."""
BESIDE = frozenset(
    "a ah and clave code el es here heres hi i is it its la m mi my number ok okay please pls s sure thank thanks the think this "
    "to uh um well y yeah yes you".split()
)
"""Words that somebody may have beside a PIN or a code; with others beside it, a number is about something else."""


class PinCheck(StrEnum):
    """What became of a PIN."""

    NONE = "none"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"
    NOT_HERE = "not_here"


Hide = Callable[[InboundMessage], Awaitable[None]]
"""Takes the words of a message out of what its channel keeps and shows; the same again changes nothing."""


async def nothing_kept(_message: InboundMessage) -> None:
    """For channels that keep no words with us."""


class FactorUnavailable(Exception):
    """The business's check did not answer; the PIN was neither right nor wrong."""


class SecondFactor(Protocol):
    """The business's check."""

    async def right(self, tel: str, pin: str) -> bool:
        """Whether it is the PIN of the customer with this number (E.164). Raises FactorUnavailable."""
        ...


class NoSecondFactor:
    """Where the business checks none."""

    async def right(self, tel: str, pin: str) -> bool:
        """Never known."""
        raise FactorUnavailable


@dataclass(frozen=True, slots=True)
class Pins:
    """Waits for a PIN where one was asked for, and has it checked."""

    codes: Codes
    calls: Calls
    factor: SecondFactor
    hide: Hide = nothing_kept

    async def expect(self, contact: Contact, message: InboundMessage) -> None:
        """The next answer of this sender (on this call) is a PIN."""
        await self.codes.remember(_key(contact.conversation_id), _place(message), EXPECTED_SECONDS)

    async def due(self, conversation_id: str, message: InboundMessage) -> bool:
        """Whether this sender was asked for a PIN; also when this message's was taken already, in a turn that is done again."""
        asked, taken = await asyncio.gather(self.codes.remembered(_key(conversation_id)), self.codes.remembered(_taken(message)))
        return asked == _place(message) or taken is not None

    async def over(self, contact: Contact, message: InboundMessage) -> None:
        """The turn that follows the question has begun: after it no PIN is expected, unless it asks again."""
        await self.codes.remember(_taken(message), "1", EXPECTED_SECONDS)
        await self.codes.forget(_key(contact.conversation_id))

    async def take(self, contact: Contact, message: InboundMessage, proof: Proof) -> tuple[PinCheck, InboundMessage]:
        """What was found, and the message without the digits. NONE: none came. Precondition: one is due."""
        if message.entry and PIN in message.entry.masked:  # the door has seen to it: nobody may be asked here
            return PinCheck.NOT_HERE, replace(message, text=MASK)
        pin = pin_in(message)
        if pin is None:
            return PinCheck.NONE, message
        masked = replace(message, digits=None, text=MASK)
        if message.channel is not ChannelName.VOICE:
            await self.hide(message)
            return PinCheck.NOT_HERE, masked
        if not KEYED.fullmatch(pin):
            return PinCheck.WRONG, masked  # a key too few or too many: no guess, and nobody else's business
        return await self._check(contact, replace(message, digits=pin), proof), masked

    async def _check(self, contact: Contact, message: InboundMessage, proof: Proof) -> PinCheck:
        tel = contact.number_for(message.sender)
        if tel is None or proof < Proof.POSSESSED:
            return PinCheck.UNAVAILABLE  # a PIN is asked for on top of the number, never instead of it
        tries = f"pin:{tel}"
        if not await self.codes.allow(tries, *PIN_TRIES):
            return PinCheck.LOCKED
        try:
            right = await self.factor.right(tel.value, message.digits or "")
        except FactorUnavailable:
            return PinCheck.UNAVAILABLE
        if not right:
            return PinCheck.WRONG
        await self.codes.forgive(tries)
        if message.call_sid:
            await self.calls.raise_proof(message.call_sid, Proof.PROVEN)
        return PinCheck.ACCEPTED


def pin_in(message: InboundMessage) -> str | None:
    """The figures of an answer that is a PIN and little else: keys, ``4 8 2 1``, ``four eight two one``, ``pin: 48 21``."""
    if message.digits is not None:
        return message.digits if ATTEMPT.fullmatch(message.digits) else None
    found, beside = numbers(message.text), set(rest(message.text))
    if len(found) != 1:
        return None
    if not beside:
        return found[0] if ATTEMPT.fullmatch(found[0]) else None
    meant = "pin" in beside or beside <= BESIDE
    return found[0] if meant and KEYED.fullmatch(found[0]) else None


def _key(conversation_id: str) -> str:
    return f"pin:{conversation_id}"


def _taken(message: InboundMessage) -> str:
    """A turn that is done again must not let the digits through."""
    return f"pin-taken:{message.id}"


def _place(message: InboundMessage) -> str:
    return f"{message.sender}|{message.call_sid or ''}"
