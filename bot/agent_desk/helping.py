"""Colleagues beside the agent who has a conversation: asked in, or come by themselves; they write notes to the agent, and to the
customer, who is told who it is. The conversation stays the agent's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.agent_desk.telling import Telling
from bot.agent_desk.transfers import AtDesk
from bot.handoff.lifecycle import owned_by
from bot.handoff.notes import clean_note, noted
from bot.model import Handoff
from bot.ports import HandoffRefused

ASKED_IN, JOINED_IN, WENT_OUT = "asked_in", "joined_in", "went_out"
MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Helping:
    """Each raises HandoffRefused with a sentence, or StoreUnavailable."""

    telling: Telling
    at_desk: AtDesk

    async def ask_in(self, handoff_id: str, agent: str, to: str, note: str) -> None:
        """By who has it. The colleague finds it among what is theirs to do; the customer hears nothing until they write."""
        words, name = clean_note(note), await self.telling.name_of(to)
        if to not in await self.at_desk():
            raise HandoffRefused(f"{name} is not at the desk just now.")
        await self._change(handoff_id, lambda now: self._with(owned_by(now, agent), to, agent, words, ASKED_IN))

    async def join(self, handoff_id: str, agent: str) -> None:
        """By a colleague. Its agent sees it as a note."""
        await self._change(handoff_id, lambda now: self._with(now, agent, agent, "", JOINED_IN))

    async def leave(self, handoff_id: str, agent: str) -> None:
        """By who was asked in or came."""

        def left(now: Handoff) -> Handoff:
            if agent not in now.helpers:
                return now
            others = tuple(one for one in now.helpers if one != agent)
            return noted(replace(now, helpers=others), agent, "", self.telling.clock(), WENT_OUT)

        await self._change(handoff_id, left)

    def _with(self, now: Handoff, helper: str, by: str, words: str, about: str) -> Handoff:
        if not now.held:
            raise HandoffRefused("Nobody has this conversation: accept it instead.")
        if helper == now.agent:
            raise HandoffRefused("Who has the conversation is in it already.")
        if helper in now.helpers:
            return now
        if len(now.helpers) >= MOST:
            raise HandoffRefused(f"{MOST} colleagues are in it already.")
        return noted(replace(now, helpers=(*now.helpers, helper)), by, words, self.telling.clock(), about)

    async def _change(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> None:
        await self.telling.handoffs.change(handoff_id, change)
