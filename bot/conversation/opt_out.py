"""Who wants no more texts, or wants them again: recorded and answered before anything else (docs/door.md).

The words are recognised in ``bot.door.opt_out_words``; a text to whoever refused is refused in
``gateway.workers.outbox_worker``. The carrier or Twilio blocks and answers its own words itself; this keeps our own record.
Source:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.door.opt_out_words import Wish, exact
from bot.model import ChannelName, Contact, InboundMessage, Reply
from bot.model.keywords import HELP, START, START_WHEN_OUT, STOP
from bot.ports import Contacts, Wording
from bot.ports.stores import Codes
from bot.transcript.notice import worded

__all__ = ["HELP", "START", "STOP", "KeywordNotice", "Keywords"]

TOLD_HOW = (1, 24 * 3600)
"""How often one sender is told how to opt out: count and seconds."""

KEPT = 400 * 24 * 3600
"""Seconds for which it is known that somebody stopped in words that the vendor does not act upon."""


@dataclass(frozen=True, slots=True)
class KeywordNotice:
    """What a wish came to: the contact as it is now, and what we say (nothing when the vendor answers)."""

    contact: Contact
    replies: tuple[Reply, ...] = ()
    wish: Wish | None = None
    """STOP or START, where it counted."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """Records the wishes about our texts, on every channel."""

    contacts: Contacts
    codes: Codes
    wording: Wording

    async def handle(self, contact: Contact, message: InboundMessage) -> KeywordNotice | None:
        """None when the message is an ordinary one.

        The whole body that Twilio acts upon, it answers itself: we say nothing, HELP included. Other words get one answer.
        """
        wish = self._wish(contact, message)
        if wish is None:
            return None
        answered = message.keyword is not None or (message.channel is ChannelName.SMS and _by_twilio(contact, message))
        if wish in (Wish.STOP, Wish.START):
            return await self._recorded(contact, message, wish, answered)
        if wish is Wish.HELP:
            return KeywordNotice(contact) if answered else None
        if message.channel is not ChannelName.SMS or not await self.codes.allow(f"opt-out:{message.sender}", *TOLD_HOW):
            return None
        return KeywordNotice(contact, (self._say("utter_opt_out_how", message),))

    async def _recorded(self, contact: Contact, message: InboundMessage, wish: Wish, answered: bool) -> KeywordNotice | None:
        out, on_sms = wish is Wish.STOP, message.channel is ChannelName.SMS
        if not on_sms and not _texted(contact):
            return KeywordNotice(contact, (self._say("utter_opt_out_how", message),))
        change = partial(Contact.refusing, at=message.received_at) if out else Contact.accepting
        changed = await self.contacts.update(contact.id, change) or contact
        if on_sms:
            answered = await self._answered(message, out, answered)
        if answered or (on_sms and contact.opted_out == out):
            return KeywordNotice(changed, wish=wish)  # told once already, or by the vendor
        sentence = "utter_texts_off" if out and not on_sms else "utter_opted_out" if out else "utter_opted_in"
        return KeywordNotice(changed, (self._say(sentence, message),), wish)

    async def _answered(self, message: InboundMessage, out: bool, by_vendor: bool) -> bool:
        """Whether the vendor has answered: START only to those whom it blocks, not to those who stopped in words of their own."""
        ours = f"stopped:{message.sender}"
        if not out:
            stopped = await self.codes.remembered(ours)
            await self.codes.forget(ours)
            return by_vendor and stopped is None
        await (self.codes.forget(ours) if by_vendor else self.codes.remember(ours, "1", KEPT))
        return by_vendor

    def _say(self, sentence: str, message: InboundMessage) -> Reply:
        return worded(self.wording, sentence, message.channel)

    @staticmethod
    def _wish(contact: Contact, message: InboundMessage) -> Wish | None:
        found = message.keyword or (message.entry.wish if message.entry else None)
        if message.channel is ChannelName.SMS and contact.opted_out and message.text.strip().casefold() in START_WHEN_OUT:
            return Wish.START
        wish = Wish(found) if found else None
        return None if wish is Wish.START and message.channel is not ChannelName.SMS else wish


def _by_twilio(contact: Contact, message: InboundMessage) -> bool:
    body = message.text.strip().casefold()
    if message.entry and message.entry.folded:
        return False  # it came in other letters, or with a signature under it: the vendor saw more than the word
    return exact(message.text) is not None or (contact.opted_out and body in START_WHEN_OUT)


def _texted(contact: Contact) -> bool:
    """Whether we know a number that texts go to."""
    return contact.tel is not None and contact.tel.value.startswith("+")
