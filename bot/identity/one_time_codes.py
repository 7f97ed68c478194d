"""One-time codes: making, sending and checking them (docs/identity.md).

A code is six digits, lives ten minutes and may be tried five times. What is kept is an HMAC of it, bound to the
conversation. Limits count per number, per contact and per network; the answers are the same whether or not a number
belongs to a customer. What a right code proves is ``bot.identity.proof``; who hears of one that did not arrive is
``bot.identity.undelivered_codes``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bot.door import MASK
from bot.door.figures import numbers, without
from bot.identity import undelivered_codes
from bot.model import Address, AddressKind, Author, ChannelName, Contact, InboundMessage, OutboundMessage, Reply, new_id
from bot.model.phone_numbers import country, takes_texts
from bot.ports import Clock, Contacts, DialogueUnavailable, Wording
from bot.ports.stores import Challenge, Codes, Outbox

CODE_LENGTH = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
SENDS_PER_TEL = (5, 3600)
"""Codes to one number, whoever asks: count and seconds."""
SENDS_PER_TEL_A_DAY = (10, 24 * 3600)
SENDS_PER_CONTACT = (5, 3600)
SENDS_PER_NETWORK = (20, 3600)
"""Codes for one network (docs/identity.md), however many browsers ask from there."""
TRIES_PER_TEL = (25, 24 * 3600)
"""Guesses at codes for one number, over all codes and whoever guesses."""
RIGHT_KEPT = 24 * 3600
"""Seconds for which a message that held the right code may wait for its turn."""


class CodeCheck(StrEnum):
    """What was found when a message was checked for a code."""

    NONE = "none"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class RemoteCodes(Protocol):
    """A vendor that makes, sends and checks codes itself (Twilio Verify)."""

    async def start(self, tel: str, network: str | None) -> bool:
        """Have a code sent; False when the vendor refuses. Raises DialogueUnavailable when it does not answer."""
        ...

    async def check(self, tel: str, code: str) -> CodeCheck:
        """What the vendor says of it. Raises DialogueUnavailable when it does not answer: the code stays good."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCodes:
    """Makes codes and checks what comes back. ``secret``: the key of all that is kept of them."""

    codes: Codes
    clock: Clock
    secret: bytes
    remote: RemoteCodes | None = None

    async def may_send(self, contact: Contact, tel: str, sender: Address, network: str | None = None) -> bool:
        """Whether a code may be sent to ``tel`` (E.164) for this sender; counts as one."""
        if not re.fullmatch(r"\+[1-9]\d{6,14}", tel) or _another_number(contact, sender, tel):
            return False
        limits = [(f"code:contact:{contact.id}", SENDS_PER_CONTACT)]
        limits += [(f"code:network:{network}", SENDS_PER_NETWORK)] if network else []
        limits += [(f"code:tel:{tel}", SENDS_PER_TEL), (f"code:day:{tel}", SENDS_PER_TEL_A_DAY)]
        for key, limit in limits:
            if not await self.codes.allow(key, *limit):
                return False
        return True

    async def new_code(self, contact: Contact, tel: str) -> str:
        """A code to send to ``tel``; the one before, if any, is worth nothing any more."""
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))
        await self.codes.save(self._challenge(contact, tel, self._digest(contact.conversation_id, code)))
        return code

    async def remote_code(self, contact: Contact, tel: str, network: str | None) -> bool:
        """Have the vendor send one. Precondition: there is one. Raises DialogueUnavailable."""
        assert self.remote is not None
        if not await self.remote.start(tel, network):
            return False
        await self.codes.save(replace(self._challenge(contact, tel, ""), remote=True))
        return True

    async def check(self, contact: Contact, message: InboundMessage) -> tuple[CodeCheck, str]:
        """Look for a code in the message: what was found, and the number (E.164) that it was sent to; empty when there is none.

        Raises DialogueUnavailable when the code cannot be checked: it stays good, and the same message may be given again. A
        code that was found right once is right for that message. ``used`` ends one that was accepted.
        """
        guess = code_in(message)
        challenge = await self.codes.get(contact.conversation_id) if guess else None
        if guess is None or challenge is None:
            return CodeCheck.NONE, ""
        if await self.codes.remembered(_right(message)) != challenge.tel:
            found = await self._found(contact, message, challenge, guess)
            if found is not CodeCheck.ACCEPTED:
                return found, challenge.tel
            await self.codes.remember(_right(message), challenge.tel, RIGHT_KEPT)
        return CodeCheck.ACCEPTED, challenge.tel

    async def used(self, contact: Contact, tel: str) -> None:
        """The code to this number has done its work."""
        await self.codes.drop(contact.conversation_id)
        await self.codes.forgive(_guesses(tel))

    async def _found(self, contact: Contact, message: InboundMessage, challenge: Challenge, guess: str) -> CodeCheck:
        """Counted before it is compared, so that guesses side by side count each; once for a message that is worked on again;
        and not at all when it could not be compared."""
        if self.clock() >= challenge.expires_at:
            return CodeCheck.EXPIRED
        if await self.codes.try_once(contact.conversation_id, message.id) > CODE_TRIES:
            return CodeCheck.LOCKED
        if not await self.codes.allow_once(_guesses(challenge.tel), message.id, *TRIES_PER_TEL):
            return CodeCheck.LOCKED
        try:
            found = await self._compared(contact, challenge, guess)
        except DialogueUnavailable:
            await self.codes.untry(contact.conversation_id, message.id)
            await self.codes.disallow(_guesses(challenge.tel), message.id)
            raise
        another = found is CodeCheck.ACCEPTED and _another_number(contact, message.sender, challenge.tel)
        return CodeCheck.WRONG if another else found

    async def expects(self, contact: Contact, message: InboundMessage) -> bool:
        """Whether the message holds a code while one is under way, which nobody but us should read."""
        return code_in(message) is not None and await self.codes.get(contact.conversation_id) is not None

    def keyed(self, text: str) -> str:
        """A digest of the text that says nothing to whoever has not the key."""
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()

    async def _compared(self, contact: Contact, challenge: Challenge, guess: str) -> CodeCheck:
        if challenge.remote and self.remote is not None:
            return await self.remote.check(challenge.tel, guess)
        same = hmac.compare_digest(self._digest(contact.conversation_id, guess), challenge.digest)
        return CodeCheck.ACCEPTED if same else CodeCheck.WRONG

    def _challenge(self, contact: Contact, tel: str, digest: str) -> Challenge:
        return Challenge(contact.conversation_id, tel, digest, self.clock() + CODE_LIFETIME)

    def _digest(self, conversation_id: str, code: str) -> str:
        return self.keyed(f"{conversation_id}:{code}")


CAP, COUNTRY, LIMIT, SENT = "cap", "country", "limit", "sent"
"""What became of a wish for a code, as it is counted."""


async def nobody_counts(_outcome: str) -> None:
    """Where no figures are kept."""


@dataclass(frozen=True, slots=True)
class CodeRules:
    """Who makes us send codes to numbers of theirs is paid by the vendors for each. So codes go to these ``countries`` (None:
    to all), to numbers that can be a customer's phone, and ``in_an_hour`` at most over the whole installation."""

    countries: frozenset[str] | None = None
    in_an_hour: int = 500
    counted: Callable[[str], Awaitable[None]] = nobody_counts

    def allows(self, tel: str) -> bool:
        """Whether a code may go to this number (E.164) at all."""
        return takes_texts(tel) and (self.countries is None or country(tel) in self.countries)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSending:
    """Sends one-time codes as text messages. ``own_when_away``: codes of our own while the vendor of codes does not answer."""

    one_time_codes: OneTimeCodes
    contacts: Contacts
    outbox: Outbox
    wording: Wording
    clock: Clock
    own_when_away: bool = False
    rules: CodeRules = field(default_factory=CodeRules)

    async def __call__(self, contact: Contact, tel: str, message: InboundMessage) -> bool:
        """False when a limit is reached or the number cannot take a code. When its owner refuses messages only the owner
        is told so: to anybody else a number that knows us must look like one that does not."""
        address = Address(AddressKind.TEL, tel)
        if refusal := await self._refusal(contact, tel, message):
            await self.rules.counted(refusal)
            return False
        await self.rules.counted(SENT)
        owner = await self.contacts.find(address)
        if owner is not None and owner.opted_out:
            await self.one_time_codes.new_code(contact, tel)  # known to nobody: every guess is as wrong as with any other
            return owner.id != contact.id
        if self.one_time_codes.remote is not None:
            try:
                return await self.one_time_codes.remote_code(contact, tel, message.network)
            except DialogueUnavailable:
                if not self.own_when_away:
                    return False
        await self._own(contact, tel, address, message)
        return True

    async def _refusal(self, contact: Contact, tel: str, message: InboundMessage) -> str:
        """Why no code is sent, as it is counted; empty when one may be. The cap over all is asked last, so that whoever is
        refused anyway uses nothing of it up."""
        if not self.rules.allows(tel):
            return COUNTRY
        if not await self.one_time_codes.may_send(contact, tel, message.sender, message.network):
            return LIMIT
        within = await self.one_time_codes.codes.allow("code:all", self.rules.in_an_hour, 3600)
        return "" if within else CAP

    async def _own(self, contact: Contact, tel: str, address: Address, message: InboundMessage) -> None:
        code = await self.one_time_codes.new_code(contact, tel)
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        text = self.wording.say("utter_code_sms", ChannelName.SMS, code=code, minutes=minutes)
        about, reply = contact.conversation_id, Reply(text, response="utter_code_sms")
        moment = self.clock()
        ends = moment + CODE_LIFETIME  # later it would be a code that opens nothing
        text_message = OutboundMessage(
            new_id("o"), about, ChannelName.SMS, address, reply, Author.NOTICE, moment, expires_at=ends
        )
        await undelivered_codes.note(self.one_time_codes.codes, text_message.id, about, tel, message)
        await self.outbox.put([text_message])


def code_in(message: InboundMessage) -> str | None:
    """The six digits of a message that is a code and little else: ``123 456``, ``it is 123456``, ``one two three ...``, keys."""
    if message.digits is not None:
        keyed = re.fullmatch(r"[0-9]{6}", message.digits)
        return keyed.group() if keyed else None
    found = [number for number in numbers(message.text) if len(number) == CODE_LENGTH]
    return found[0] if len(found) == 1 else None


def without_code(message: InboundMessage) -> InboundMessage:
    """The message with its code taken out of it."""
    if message.digits is not None:
        return replace(message, digits=None, text=MASK)
    return replace(message, text=without(message.text, CODE_LENGTH))


def _guesses(tel: str) -> str:
    """Where guesses at codes for a number are counted."""
    return f"guesses:tel:{tel}"


def _right(message: InboundMessage) -> str:
    """Where it is noted that a message held the right code: the turn may be worked on again long after that."""
    return f"code-right:{message.id}"


def _another_number(contact: Contact, sender: Address, tel: str) -> bool:
    """Whether a text or call would prove another number than its own; or, where its own is withheld, than its thread's."""
    own = (sender,) if sender.is_number else contact.numbers
    return sender.kind is AddressKind.TEL and any(number.value != tel for number in own)
