"""A notice that we send by ourselves, and its line in the transcript."""

from __future__ import annotations

from bot.model import OutboundMessage
from bot.ports.stores import Locks, Outbox
from bot.transcript import lines as transcript
from bot.transcript.log import Lines


async def tell(message: OutboundMessage, lines: Lines, locks: Locks, outbox: Outbox) -> None:
    """Once for the message's id, however often this is asked. Raises StoreUnavailable."""
    place = message.conversation_id
    event = transcript.bot_event(message.reply.text, message.channel, message.created_at, author=message.author)
    async with locks.hold(place):
        await lines.add(place, [event], about=message.id)
    await outbox.put([message])
