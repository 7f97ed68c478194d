"""What we say by ourselves: a fixed sentence as a reply that knows its name; a notice, and its line in the transcript."""

from __future__ import annotations

from bot.languages.current import current
from bot.model import ChannelName, OutboundMessage, Reply
from bot.ports import Wording
from bot.ports.stores import Locks, Outbox
from bot.transcript import lines as transcript
from bot.transcript.log import Lines


def worded(wording: Wording, name: str, channel: ChannelName | None = None, **values: object) -> Reply:
    """A sentence of the designers' (``domain/*/_notices.yml``) as a reply; the record says which one it was."""
    return Reply(wording.say(name, channel, **values), response=name, language=current())


async def tell(message: OutboundMessage, lines: Lines, locks: Locks, outbox: Outbox) -> None:
    """Once for the message's id, however often this is asked. Raises StoreUnavailable."""
    place = message.conversation_id
    event = transcript.bot_event(message.reply.text, message.channel, message.created_at, author=message.author)
    async with locks.hold(place):
        await lines.add(place, [event], about=message.id)
    await outbox.put([message])
