"""From a chat to the phone: a code that brings one call into the chat's thread (docs/continuity.md).

A code is keyed by whoever sees the chat, so it says that caller and chat belong together, and nothing of the number that
the call claims to come from: the call alone joins the thread, at the level of any call, and the number stays what it was.
A guess is counted for the call, for the number and for the whole installation. When too many were wrong in a day, codes of
six figures are worth nothing for a day, and new ones have ten.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from bot.model import (
    Address,
    AddressKind,
    Author,
    Call,
    ChannelName,
    Contact,
    ContactAddress,
    InboundMessage,
    Link,
    OutboundMessage,
    Proof,
    Reply,
    stable_id,
)
from bot.ports import Calls, Clock, Contacts, Wording
from bot.ports.stores import Codes, Locks, Outbox
from bot.transcript.log import Lines
from bot.transcript.notice import addressed, tell, worded

SHORT, LONG = 6, 10
"""Figures of a code, in peace and after too many wrong ones."""
CODE_LIVES = timedelta(minutes=10)
TRIES_PER_CALL = (3, 3600)
TRIES_PER_CALLER = (5, 3600)
TRIES_PER_CALLER_A_DAY = (15, 24 * 3600)
WITHHELD_TRIES = (20, 3600)
"""All withheld numbers together."""
WRONG_IN_ALL = (30, 24 * 3600)
"""Wrong codes over all callers, after which short codes are worth nothing."""
WARY_FOR = timedelta(days=1)
CODES_PER_CONTACT = (10, 3600)
JOINED = "joined-"
"""Begins the address of a call that came with a code: no number, so nothing is ever sent to it."""
_SPOKEN = re.compile(r"(?:(?:my|the) )?(?:code )?(?:is )?((?:\d[\s,-]*){6,10})\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a code was shown."""

    contact_id: str
    channel: ChannelName
    address: Address


PLACE = TypeAdapter(_Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialIns:
    """Codes for calls. ``secret`` keys what is kept of them. Methods raise StoreUnavailable."""

    codes: Codes
    contacts: Contacts
    calls: Calls
    lines: Lines
    locks: Locks
    outbox: Outbox
    wording: Wording
    clock: Clock
    dial: str
    secret: bytes

    async def offer(self, contact: Contact, message: InboundMessage) -> Reply:
        """The number with a code, to tap or to key. On SMS and on a call there is none: the number is the thread."""
        channel = message.channel
        if channel in (ChannelName.SMS, ChannelName.VOICE) or not await self.codes.allow(
            f"dial:contact:{contact.id}", *CODES_PER_CONTACT
        ):
            return worded(self.wording, "utter_move_dial", channel, number=self.dial)
        code = await self._new(_Place(contact.id, channel, message.sender))
        minutes = int(CODE_LIVES.total_seconds() // 60)
        text = self.wording.say("utter_dial_in", channel, number=self.dial, code=code, minutes=minutes)
        tap = Link(self.wording.say("utter_dial_tap", channel, number=self.dial), f"tel:{self.dial},,{code}%23")
        return Reply(text, response="utter_dial_in", links=(tap,) if channel is ChannelName.WEB else ())

    async def expected(self) -> bool:
        """Whether a code is live anywhere, so that a new call listens for more than one key."""
        return await self.codes.remembered("dial:live") is not None

    async def entered(self, call: Call, code: str) -> Call | None:
        """The call in the chat's thread; None for a code that is wrong, too old, used, or one too many."""
        place = await self._found(call, code)
        if place is None or not await self.codes.remember(self._key("used", code), call.sid, 2 * _seconds(CODE_LIVES)):
            return None
        contact = await self.contacts.get(place.contact_id)
        if contact is None:
            return None
        async with self.locks.hold(contact.conversation_id):
            there = await self.contacts.find(place.address)
            if there is None or there.id != contact.id or there.conversation_id != contact.conversation_id:
                return None  # signed out, or joined to somebody else's thread since
            moved = await self._brought(call, there)
        await self._tell(place, moved, there)
        return moved

    async def _new(self, place: _Place) -> str:
        length = LONG if await self.codes.remembered("dial:wary") else SHORT
        code = "".join(secrets.choice("0123456789") for _ in range(length))
        while await self.codes.remembered(self._key("code", code)) or await self.codes.remembered(self._key("used", code)):
            code = "".join(secrets.choice("0123456789") for _ in range(length))
        before = await self.codes.remembered(f"dial:of:{place.contact_id}")
        if before:  # the newer code ends the older
            await self.codes.forget(before)
        lives = _seconds(CODE_LIVES)
        await self.codes.remember(self._key("code", code), PLACE.dump_json(place).decode(), lives)
        await self.codes.remember(f"dial:of:{place.contact_id}", self._key("code", code), lives)
        await self.codes.remember("dial:live", "1", lives)
        return code

    async def _found(self, call: Call, code: str) -> _Place | None:
        """Counted before it is looked at, so that guesses side by side count each."""
        withheld = not call.caller.value.startswith("+")
        limits = [(f"dial:call:{call.sid}", TRIES_PER_CALL)]
        if withheld:
            limits.append(("dial:withheld", WITHHELD_TRIES))
        else:
            limits += [
                (f"dial:tel:{call.caller.value}", TRIES_PER_CALLER),
                (f"dial:day:{call.caller.value}", TRIES_PER_CALLER_A_DAY),
            ]
        for key, limit in limits:
            if not await self.codes.allow(key, *limit):
                return None
        kept = await self.codes.remembered(self._key("code", code))
        if kept is None:
            await self._wrong()
            return None
        wary = await self.codes.remembered("dial:wary") is not None
        return None if wary and len(code) != LONG else PLACE.validate_json(kept)

    async def _wrong(self) -> None:
        if not await self.codes.allow("dial:wrong", *WRONG_IN_ALL):
            await self.codes.remember("dial:wary", "1", _seconds(WARY_FOR))

    async def _brought(self, call: Call, contact: Contact) -> Call:
        """The call under an address of its own in the chat's thread, which the caller holds; the number's own thread is left as
        it was."""
        own = Address(AddressKind.TEL, f"{JOINED}{call.sid}")
        joining = ContactAddress(own, Proof.CLAIMED, self.clock())
        await self.contacts.update(contact.id, lambda now: _with(now, joining))
        moved = replace(call, caller=own, conversation_id=contact.conversation_id)
        change = partial(replace, caller=own, conversation_id=contact.conversation_id)
        return await self.calls.update(call.sid, change) or moved

    async def _tell(self, place: _Place, call: Call, contact: Contact) -> None:
        reply, moment = addressed(self.wording, contact, "utter_dial_joined", place.channel), self.clock()
        about, where = stable_id("o", f"{call.sid}:joined"), contact.conversation_id
        sent = OutboundMessage(about, where, place.channel, place.address, reply, Author.NOTICE, moment)
        await tell(sent, self.lines, self.locks, self.outbox)

    def _key(self, what: str, code: str) -> str:
        return f"dial:{what}:{hmac.new(self.secret, code.encode(), hashlib.sha256).hexdigest()}"


def _with(contact: Contact, joining: ContactAddress) -> Contact:
    """The contact with the address of one call that was dialled in; the one before it is over."""
    others = tuple(known for known in contact.addresses if not known.address.value.startswith(JOINED))
    return replace(contact, addresses=(*others, joining))


def code_of(keys: str, text: str, lengths: Sequence[int] = (SHORT, LONG)) -> str | None:
    """The code that was keyed, or said with nothing else; None when it can be none."""
    spoken = _SPOKEN.fullmatch(text.strip()) if not keys else None
    figures = keys if keys else re.sub(r"\D", "", spoken[1]) if spoken else ""
    return figures if figures.isascii() and figures.isdigit() and len(figures) in lengths else None


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
