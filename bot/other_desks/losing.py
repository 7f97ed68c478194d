"""Another desk cannot be reached, or does not take something: our own desk has it then, and everybody is told the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.facts import other_desks as told
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.notes import noted
from bot.handoff.states import DESK_LOST, given_up
from bot.model import Handoff, HandoffState
from bot.ports import Clock, Facts, SendError
from bot.ports.handoff_target import HandoffTarget, Passed, PassedHandoffs, PassedState, Words, desk_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Losing:
    """Methods raise StoreUnavailable."""

    passed: PassedHandoffs
    book: HandoffBook
    facts: Facts
    clock: Clock

    async def lose(self, passed: Passed, handoff: Handoff, title: str, why: str) -> None:
        """Our own line has it, at its place; an agent of ours who took it meanwhile keeps it."""
        moment = self.clock()
        await self.ours(passed, title, why, waiting=True)
        await self.facts.append([told.passed(handoff, passed.desk, told.LOST, moment, why=why, tries=passed.tries)])
        state = PassedState.ENDING if passed.ref or passed.begun else PassedState.OVER
        await self.passed.update(handoff.id, lambda now: replace(now, state=state, why=told.LOST))

    async def ours(self, passed: Passed, title: str, why: str, *, waiting: bool = False) -> None:
        """Whoever is with an agent of theirs waits in our line; with ``waiting``, also who is there already is told. Asked again
        it changes nothing, but for an agent of theirs who joined in the very moment of the loss."""
        moment = self.clock()
        sentence = f"{title} could not be reached ({why}). This conversation is answered here now."

        def changed(now: Handoff) -> Handoff:
            theirs = now.open and (desk_of(now.agent) == passed.desk or (waiting and now.agent is None))
            waits = replace(now, why=DESK_LOST, agent_left_at=moment) if now.state is HandoffState.WAITING else None
            return noted(waits or given_up(now, moment, DESK_LOST), title, sentence[:900], moment) if theirs else now

        await self.book.change(passed.handoff_id, changed)

    async def not_taken(self, handoff: Handoff, desk: HandoffTarget, words: Words, error: SendError) -> None:
        """One message alone; the conversation goes on."""
        moment = self.clock()
        sentence = f"{desk.title} did not take the customer's message of {words.at:%H:%M} UTC ({error.reason}): answer it here."
        await self.book.change(handoff.id, lambda now: noted(now, desk.title, sentence[:900], moment))
        await self.facts.append([told.passed(handoff, desk.name, told.NOT_TAKEN, moment, why=error.reason)])
