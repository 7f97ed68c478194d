"""Messages that get no ordinary turn: what the door found to be none, wishes about our texts, robots (docs/door.md).

Each is kept where a person can read it; the customer hears at most one sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import directives
from bot.conversation.opt_out import Keywords
from bot.conversation.turn import Turn, words
from bot.conversation.turn_log import TurnLog
from bot.door import LIMITS, robots
from bot.door.not_messages import quotes
from bot.door.signs import meaning
from bot.handoff.availability import PERSON
from bot.handoff.lifecycle import INBOX, HandoffBook
from bot.identity.one_time_codes import CodeCheck
from bot.identity.second_factor import PinCheck
from bot.model import Author, ChannelName, Entry, InboundMessage, Kind, Option
from bot.ports import Clock, Dialogue, DialogueUnavailable, Wording
from bot.ports.stores import Codes
from bot.transcript import lines as transcript
from bot.transcript.notice import worded

BLANK_ASKED = (1, 600)
INBOX_SECONDS = 1800
"""So long after the last words in Meta's inbox the conversation is the colleague's."""
ANSWERED_ELSEWHERE = "Answered in Meta's inbox"
ROBOT = "robot"
"""Counted beside the door's own marks."""

Noted = Callable[[InboundMessage, str], None]
"""Counts one mark of the door."""


def not_counted(_message: InboundMessage, _mark: str) -> None:
    """Where nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutTurn:
    """Decides what a message is before anybody answers it."""

    keywords: Keywords
    handoffs: HandoffBook
    dialogue: Dialogue
    codes: Codes
    log: TurnLog
    wording: Wording
    clock: Clock
    noted: Noted = not_counted

    async def done(self, turn: Turn) -> bool:
        """Whether the message is done with: no turn of the assistant's, and no words for an agent to answer."""
        entry = turn.message.entry or Entry()
        await self._inbox_over(turn)
        if robots.countable(turn.message) and turn.talk.of_a_robot(turn.message):
            self.noted(turn.message, ROBOT)
            return True
        if notice := await self.keywords.handle(turn.contact, turn.message):
            turn.contact, turn.wish = notice.contact, notice.wish
            await self.kept_as_line(turn)
            turn.replies.extend(notice.replies)
            return True
        if turn.message.channel is ChannelName.SMS and turn.contact.opted_out:
            await self.kept_as_line(turn)
            return True
        match entry.kind:
            case Kind.BLANK:
                await self._asked_back(turn)
            case Kind.TOO_LONG if turn.handoff is None:
                await self.kept_as_line(turn)
                limit = LIMITS[turn.message.channel]
                await self.log.say(turn, "utter_too_long", limit=limit)
            case Kind.AUTOMATIC:
                await self.kept_as_line(turn)
            case Kind.REACTION if not self._answers(turn, entry):
                await self.kept_as_line(turn, _reacted(turn.message, entry))
            case Kind.EDIT if turn.handoff or not await self._open_still(turn, entry):
                await self.kept_as_line(turn)
            case Kind.ECHO:
                await self._colleague(turn)
            case _:
                return False
        return True

    async def kept_as_line(self, turn: Turn, shown: str = "") -> None:
        """In the thread, and in front of the agent who has it."""
        await self.log.heard(turn, shown)
        if turn.handoff:
            await self.handoffs.new_line(turn.handoff)

    async def _asked_back(self, turn: Turn) -> None:
        if turn.handoff is None and await self.codes.allow(f"blank:{turn.message.sender}", *BLANK_ASKED):
            await self.log.say(turn, "utter_blank")

    def _answers(self, turn: Turn, entry: Entry) -> bool:
        """Whether a reaction is a yes or no to the question that is open; then it goes on as that sign."""
        asked = turn.offered[1].asked if turn.offered else ""
        if turn.handoff or not meaning(entry.sign) or not quotes(entry.about, asked):
            return False
        turn.message = replace(turn.message, text=entry.sign)
        return True

    async def _open_still(self, turn: Turn, entry: Entry) -> bool:
        """Whether nothing came after the message that was edited: then the new words count as if they had come first."""
        try:
            events = await self.dialogue.events(turn.contact.conversation_id)
        except DialogueUnavailable:
            return False
        return transcript.latest_said(events) == entry.about

    async def _colleague(self, turn: Turn) -> None:
        """A colleague answered in Meta's own inbox: a person's line, and a person's conversation for a while."""
        message, place = turn.message, turn.contact.conversation_id
        line = transcript.bot_event(words(message), message.channel, message.received_at, author=Author.AGENT, agent=INBOX)
        await self.log.add(turn, line)
        await self.codes.remember(f"inbox:{place}", "1", INBOX_SECONDS)
        if turn.handoff is None:
            opened = await self.handoffs.open(
                turn.contact, message, directives.Handoff(ANSWERED_ELSEWHERE, code="answered_elsewhere"), turn.proof
            )
            turn.handoff = await self.handoffs.accept(opened.id, INBOX) if opened.agent is None else opened
        await self.handoffs.new_line(turn.handoff)

    async def _inbox_over(self, turn: Turn) -> None:
        """A colleague in Meta's inbox who has said nothing for a while has it no more: the assistant goes on."""
        if turn.handoff is None or turn.handoff.agent != INBOX or (turn.message.entry and turn.message.entry.kind is Kind.ECHO):
            return
        if await self.codes.remembered(f"inbox:{turn.contact.conversation_id}") is None:
            await self.handoffs.close(turn.handoff.id, ANSWERED_ELSEWHERE, by=INBOX)
            turn.handoff = None

    async def told_robot(self, turn: Turn) -> None:
        """A loop: say so, with the way to a person, and then wait for other words."""
        a_try = turn.code is not CodeCheck.NONE or turn.pin is not PinCheck.NONE  # these have a count of their own
        if a_try or turn.handoff or not robots.countable(turn.message):
            return
        talk = turn.talk.after(turn.message, " ".join(reply.text for reply in turn.replies), self.clock())
        await self.codes.remember(f"talk:{turn.message.sender}", talk.written(), robots.SECONDS)
        if talk.said[0].robot:
            channel = turn.message.channel
            offer = Option(self.wording.say("utter_offer_person", channel), PERSON)
            turn.replies = [replace(worded(self.wording, "utter_same_again", channel), options=(offer,))]
            self.noted(turn.message, ROBOT)

    def counted_in(self, turn: Turn) -> None:
        """Count the door's marks."""
        for mark in turn.message.entry.marks if turn.message.entry else ():
            self.noted(turn.message, mark)


def _reacted(message: InboundMessage, entry: Entry) -> str:
    """A reaction as a line: the sign, and what it stands on where that is known; taken back, the words as they came."""
    if not entry.sign:
        return message.text or f"\N{MULTIPLICATION SIGN} \u201c{entry.about}\u201d"
    return f"{entry.sign} \u201c{entry.about}\u201d" if entry.about else entry.sign
