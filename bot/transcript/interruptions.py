"""What a caller heard before they cut the assistant short is what the transcript keeps."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import ChannelName
from bot.ports import Clock
from bot.ports.stores import Locks
from bot.transcript import lines as transcript
from bot.transcript.log import Lines


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Marks the assistant's latest answer in the tracker; kept in the store while Rasa is away."""

    lines: Lines
    locks: Locks
    clock: Clock

    async def heard(self, conversation_id: str, text: str) -> None:
        """Of the latest answer on the phone only ``text`` was heard. Raises StoreUnavailable."""
        mark = transcript.heard_event(text, ChannelName.VOICE, self.clock())
        async with self.locks.hold(conversation_id):
            await self.lines.add(conversation_id, [mark])
