"""What a turn writes into its conversation besides the assistant's own turn: the customer's line and our notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.conversation.turn import Turn, picked, words
from bot.model import Author, Reply
from bot.ports import Clock, Wording
from bot.transcript import lines as transcript
from bot.transcript.log import Lines
from bot.transcript.notice import worded


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLog:
    """Writes lines under the turn's message. Methods raise StoreUnavailable."""

    lines: Lines
    wording: Wording
    clock: Clock

    async def add(self, turn: Turn, event: dict[str, Any]) -> None:
        """One line; it waits when Rasa is away."""
        turn.unsaved = True
        await self.lines.add(turn.contact.conversation_id, [event], about=turn.message.id, again=turn.again)

    async def heard(self, turn: Turn, shown: str = "") -> None:
        """The customer's line, as they wrote it or as ``shown``."""
        event = transcript.user_event(turn.message, shown or words(turn.message))
        event["metadata"] |= picked(turn)
        await self.add(turn, event)

    async def reply(self, turn: Turn, said: Reply) -> None:
        """Words of the gateway's own: one more reply, and a line."""
        turn.replies.append(said)
        channel = turn.message.channel
        await self.add(turn, transcript.bot_event(said.text, channel, self.clock(), author=Author.NOTICE))

    async def say(self, turn: Turn, sentence: str, **values: object) -> None:
        """A fixed sentence of the designers' (``domain/*/_notices.yml``) as a notice."""
        await self.reply(turn, worded(self.wording, sentence, turn.message.channel, **values))
