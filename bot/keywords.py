"""STOP, START and HELP on SMS: honoured and recorded before anything else.

The carrier or Twilio blocks and answers the default words itself; this keeps our own record, so that nothing is sent
to a person who refused. Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.model import ChannelName, Contact, InboundMessage, Reply
from bot.ports import Contacts

STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START = frozenset({"start", "unstop"})
START_WHEN_OUT = START | {"yes"}
HELP = frozenset({"help", "info"})


@dataclass(frozen=True, slots=True)
class KeywordNotice:
    """What a keyword came to: the contact as it is now, and what we say (nothing when the vendor answers)."""

    contact: Contact
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Keywords:
    """Recognises and records the opt-out words of SMS."""

    contacts: Contacts

    async def handle(self, contact: Contact, message: InboundMessage) -> KeywordNotice | None:
        """None when the message is an ordinary one.

        Twilio answers STOP and START itself, so we say nothing. HELP goes to the assistant, unless the
        vendor has answered it (``keyword`` set): then it must not be answered twice.
        """
        if message.channel is not ChannelName.SMS:
            return None
        word = message.keyword or self._word(contact, message)
        if word in {"stop", "start"}:
            changed = replace(contact, opted_out=word == "stop")
            await self.contacts.save(changed)
            return KeywordNotice(changed)
        return KeywordNotice(contact) if message.keyword == "help" else None

    @staticmethod
    def _word(contact: Contact, message: InboundMessage) -> str | None:
        body = message.text.strip().casefold()
        if body in STOP:
            return "stop"
        return "start" if body in (START_WHEN_OUT if contact.opted_out else START) else None
