"""What is told of messages to customers: the words, and where they came to. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.door import MASK
from bot.model import About, Author, ChannelName, DeliveryStatus, Fact, OutboundMessage
from bot.model.facts import made, moment_number


def put(message: OutboundMessage) -> list[Fact]:
    """A message is on its way, once for its id: its words, and that it is a notice or offers a menu where it does."""
    about, at = About(message.conversation_id, None, message.channel.value), message.created_at
    told = [made("reply", message.id, at, about, _reply(message))]
    if message.author is Author.NOTICE and message.reply.response:
        notice = {"notice": message.reply.response, "message_id": message.id}
        told.append(made("notice_sent", message.id, at, about, notice))
    return told


def delivery(
    message_id: str, conversation_id: str, channel: ChannelName, state: DeliveryStatus, at: datetime, error: str = ""
) -> Fact:
    """A message came to a state. It may come to the same once more, when it was put back."""
    about = About(conversation_id or None, None, channel.value)
    body = {"message_id": message_id, "state": state.value, "error": error}
    return made("delivery", message_id, at, about, body, moment_number(at), what=state.value)


def _reply(message: OutboundMessage) -> dict[str, object]:
    """A code or a link opens something: its words are kept nowhere."""
    number = message.id.rpartition(">")[2]
    return {
        "message_id": message.id,
        "author": message.author.value,
        "text": MASK if message.expires_at else message.reply.text,
        "address": str(message.address),
        "n": int(number) if number.isdigit() else 1,
        "agent": message.agent or "",
        "response": message.reply.response,
        "form": "call" if message.rings else "words",
    }


def repeat_asked(cause: str, slot: str, given_on: str, by: Author, about: About, at: datetime) -> Fact:
    """A customer was asked again for what they had given."""
    return made("repeat_asked", cause, at, about, {"slot": slot, "given_on": given_on, "by": by.value}, what=slot)
