"""An agent's step in a handoff's life, and what the clock does with it: one place that leads to each."""

from __future__ import annotations

from dataclasses import dataclass

from bot.agent_desk.dealing import Dealing
from bot.agent_desk.ending import Ending
from bot.agent_desk.helping import Helping
from bot.agent_desk.pauses import Pauses
from bot.agent_desk.returning import Returning
from bot.agent_desk.transfers import Transfers
from bot.model import agent_steps as wants


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Each raises HandoffRefused with a sentence, or StoreUnavailable."""

    transfers: Transfers
    pauses: Pauses
    returning: Returning
    ending: Ending
    dealing: Dealing
    helping: Helping

    async def take(self, handoff_id: str, agent: str, step: wants.AgentStep) -> None:
        """Do it."""
        match step:
            case wants.Release(note, anyhow):
                await self.transfers.release(handoff_id, agent, note, anyhow=anyhow)
            case wants.Move(queue, note, anyhow):
                await self.transfers.move(handoff_id, agent, queue, note, anyhow=anyhow)
            case wants.GiveTo(to, note, anyhow):
                await self.transfers.offer(handoff_id, agent, to, note, anyhow=anyhow)
            case wants.AskIn(to, note):
                await self.helping.ask_in(handoff_id, agent, to, note)
            case wants.JoinIn():
                await self.helping.join(handoff_id, agent)
            case wants.GoOut():
                await self.helping.leave(handoff_id, agent)
            case wants.Decline(note):
                await self.transfers.decline(handoff_id, agent, note)
            case wants.TakeOver(owner):
                await self.transfers.take_over(handoff_id, agent, owner)
            case wants.Snooze(until):
                await self.pauses.snooze(handoff_id, agent, until)
            case wants.Resume():
                await self.pauses.resume(handoff_id, agent)
            case wants.Reopen():
                await self.ending.reopen(handoff_id, agent)
            case wants.WriteNote(text):
                await self.ending.note(handoff_id, agent, text)
            case wants.Reminded():
                await self.ending.reminded(handoff_id, agent)

    async def look(self) -> int:
        """What the clock has to do: deadlines of offers, snoozes, write-ups, agents who are gone; how much was done."""
        listing = await self.returning.telling.handoffs.handoffs.listing()
        looks = (self.transfers.look, self.pauses.look, self.returning.look, self.dealing.look)
        return sum([await look(listing) for look in looks]) + await self.ending.look()
