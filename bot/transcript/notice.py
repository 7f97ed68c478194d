"""What we say by ourselves: a fixed sentence as a reply that knows its name; a notice, and its line in the transcript."""

from __future__ import annotations

from contextlib import AbstractContextManager

from bot.languages.current import BASE, current, speaking
from bot.model import ChannelName, Contact, OutboundMessage, Reply
from bot.ports import Wording
from bot.ports.stores import Locks, Outbox
from bot.transcript import lines as transcript
from bot.transcript.log import Lines


def worded(wording: Wording, name: str, channel: ChannelName | None = None, **values: object) -> Reply:
    """A sentence of the designers' (``domain/*/_notices.yml``) as a reply; the record says which one it was."""
    return Reply(wording.say(name, channel, **values), response=name, language=current())


def told_to(contact: Contact | None) -> AbstractContextManager[None]:
    """Inside, words are chosen in the language that this customer speaks: the one place for all that is said outside of a turn of
    theirs."""
    return speaking(contact.locale if contact else BASE)


def addressed(
    wording: Wording, contact: Contact | None, name: str, channel: ChannelName | None = None, **values: object
) -> Reply:
    """As ``worded``, outside of a turn, for this customer."""
    with told_to(contact):
        return worded(wording, name, channel, **values)


async def tell(message: OutboundMessage, lines: Lines, locks: Locks, outbox: Outbox) -> None:
    """Once for the message's id, however often this is asked. Raises StoreUnavailable."""
    place = message.conversation_id
    event = transcript.bot_event(message.reply.text, message.channel, message.created_at, author=message.author)
    async with locks.hold(place):
        await lines.add(place, [event], about=message.id)
    await outbox.put([message])
